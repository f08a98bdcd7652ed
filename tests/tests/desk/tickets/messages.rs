//! What is said on a ticket.

use usher_tests::{Value, World, json};

use super::{at, text, ticket};

fn bodies(list: &Value) -> Vec<(String, String)> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|message| (text(&message["kind"]), text(&message["body"]))).collect()
}

#[tokio::test]
async fn tk_60_the_public_reads_replies_and_neither_notes_nor_events() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let queue = world.queue(&org, "Q").await;
    let (staff, user) = (world.member(&org, "staff").await, world.member(&org, "user").await);
    world.allow(&org, &staff, &queue, &["contribute", "manage"]).await;
    world.allow(&org, &user, &queue, &["contribute"]).await;
    let path = at(&org, &ticket(&staff, &org, json!({"queue_id": queue})).await);
    let reply = staff.post(&format!("{path}/replies"), json!({"body": " Hello "})).await.is(201);
    assert_eq!(
        (&reply["kind"], &reply["body"], &reply["author_id"]),
        (&json!("reply"), &json!("Hello"), &json!(staff.id))
    );
    staff.post(&format!("{path}/notes"), json!({"body": "A liar"})).await.is(201);
    staff.patch(&path, json!({"status": "solved"})).await.is(200);
    let messages = format!("{path}/messages?include=total");
    let public = user.get(&messages).await.is(200);
    assert_eq!(bodies(&public), [("reply".to_owned(), "Hello".to_owned())]);
    assert_eq!(public["total"], 1);
    let all = staff.get(&messages).await.is(200);
    assert_eq!(all["total"], 3);
    assert_eq!(
        bodies(&all)[1..],
        [
            ("note".to_owned(), "A liar".to_owned()),
            ("event".to_owned(), "Status changed from “open” to “solved”.".to_owned()),
        ]
    );
    user.post(&format!("{path}/notes"), json!({"body": "Me too"})).await.problem(403, "forbidden");
    user.post(&format!("{path}/replies"), json!({"body": "Thanks"})).await.is(201);
}

#[tokio::test]
async fn messages_come_in_pages_and_an_answer_makes_the_ticket_new() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let id = ticket(&org.owner, &org, json!({})).await;
    let path = at(&org, &id);
    let later = ticket(&org.owner, &org, json!({})).await;
    for n in 0..5 {
        org.owner.post(&format!("{path}/replies"), json!({"body": n.to_string()})).await.is(201);
    }
    let answer = org.owner.get(&path).await;
    assert_eq!(answer.etag(), "\"6\"");
    let order = org.owner.get(&format!("{}/desk/tickets?sort=-updated_at", org.path)).await.ids();
    assert_eq!(order, [id, later]);
    let (mut said, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = org.owner.get(&format!("{path}/messages?limit=2{cursor}")).await.is(200);
        said.extend(bodies(&page).into_iter().map(|(_, body)| body));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(said, ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn what_is_said_is_bounded_and_only_on_tickets_one_sees() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "A").await;
    let member = world.member(&org, "member").await;
    let path = at(&org, &ticket(&org.owner, &org, json!({"team_id": team})).await);
    for place in ["replies", "notes"] {
        let path = format!("{path}/{place}");
        for body in [json!({}), json!({"body": " "}), json!({"body": "x".repeat(20_001)}), json!({"body": "\0"})] {
            org.owner.post(&path, body).await.names(422, "/body");
        }
        member.post(&path, json!({"body": "x"})).await.problem(404, "not_found");
        world.nobody().post(&path, json!({"body": "x"})).await.problem(401, "token_missing");
    }
    member.get(&format!("{path}/messages")).await.problem(404, "not_found");
    org.owner.get(&format!("{path}/messages?include=permissions")).await.problem(400, "malformed_request");
}

#[tokio::test]
async fn a_reply_that_is_sent_twice_is_said_once() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = at(&org, &ticket(&org.owner, &org, json!({})).await);
    let send = || {
        let request = org.owner.request(reqwest::Method::POST, &format!("{path}/replies"));
        org.owner.send(request.header("idempotency-key", "one").json(&json!({"body": "Hello"})))
    };
    assert_eq!(send().await.is(201), send().await.is(201));
    assert_eq!(org.owner.get(&format!("{path}/messages?include=total")).await.is(200)["total"], 1);
}
