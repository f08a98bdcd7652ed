//! How often questions about access make the server wait for its database.

use usher_tests::{Person, Value, World, json};

use crate::way::Way;

/// The fewest round trips of several tries: a statement is prepared on each connection that it comes to.
async fn fewest(way: &Way, person: &Person, path: &str, body: &Value) -> usize {
    let mut counts = Vec::new();
    for _ in 0..12 {
        let before = way.round_trips();
        person.post(path, body.clone()).await.is(200);
        counts.push(way.round_trips() - before);
    }
    counts.into_iter().min().unwrap()
}

#[tokio::test]
async fn a_hundred_questions_of_all_kinds_take_one_round_trip_and_three_about_somebody_else() {
    let world = World::start().await;
    for model in ["helpdesk", "queues"] {
        let org = world.organization(model).await;
        let (member, template) = (
            world.member(&org, if model == "queues" { "staff" } else { "member" }).await,
            world.template(&org, "A").await,
        );
        let (team, queue, website) =
            (world.team(&org, "A").await, world.queue(&org, "A").await, world.website(&org, "A").await);
        world.allow(&org, &org.owner, &queue, &["contribute"]).await;
        let mut new = json!({"subject": "A"});
        if model == "queues" {
            new["queue_id"] = json!(queue);
        }
        let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), new).await.is(201);
        let things = [
            ("member.view", &json!(member.id)),
            ("team.view", &json!(team)),
            ("website.view", &json!(website)),
            ("queue.view", &json!(queue)),
            ("ticket.view", &ticket["id"]),
            ("ticket.reply", &ticket["id"]),
            ("template.view", &json!(template)),
            ("ticket.create", &json!(team)),
            ("ticket.create", &json!(queue)),
            ("ticket.create", &json!(template)),
        ];
        let things = things.map(|(permission, id)| json!({"permission": permission, "resource_id": id}));
        let mut checks = vec![json!({"permission": "organization.view"}), json!({"permission": "ticket.create"})];
        checks.extend(things.iter().cycle().take(98).cloned());
        let way = Way::to(&world).await;
        let owner = org.owner.at(&way.serve(&world).await);
        let path = format!("{}/access/check", org.path);
        for (member_id, expected) in [(Value::Null, 1), (json!(member.id), 3)] {
            let ask = |checks: &[Value]| json!({"member_id": member_id, "checks": checks});
            for number in [3, 100] {
                let body = ask(&checks[..number]);
                assert_eq!(fewest(&way, &owner, &path, &body).await, expected, "{model}: {number} of {member_id}");
            }
        }
        // What is about the organization as such is decided on what the transaction began with.
        let body = json!({"checks": checks[..1]});
        assert_eq!(fewest(&way, &owner, &path, &body).await, 1, "{model}");
    }
}

#[tokio::test]
async fn who_can_takes_four_round_trips_for_a_page_of_any_size() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for _ in 0..5 {
        world.member(&org, "admin").await;
    }
    let way = Way::to(&world).await;
    let owner = org.owner.at(&way.serve(&world).await);
    for limit in [1, 3, 100] {
        let path =
            format!("{}/access/who-can?permission=member.view&resource_id={}&limit={limit}", org.path, org.owner.id);
        let mut counts = Vec::new();
        for _ in 0..12 {
            let before = way.round_trips();
            owner.get(&path).await.is(200);
            counts.push(way.round_trips() - before);
        }
        assert_eq!(counts.into_iter().min(), Some(4), "limit {limit}");
    }
}
