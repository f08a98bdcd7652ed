//! Everyone who may: exactly those of whom a check says so, and by what.

use std::collections::{BTreeMap, BTreeSet};

use usher_tests::{Organization, Person, Value, World, json};

/// A thing of each kind that an organization of this model can have, and people who stand to them in different ways.
struct Scene {
    org: Organization,
    people: Vec<Person>,
    /// A thing of each kind; several tickets.
    things: Vec<(&'static str, String)>,
}

impl Scene {
    async fn of(world: &World, model: &str, roles: &[&str]) -> Self {
        let org = world.organization(model).await;
        let mut people = vec![org.owner.clone()];
        for role in roles {
            people.push(world.member(&org, role).await);
        }
        let (team, other) = (world.team(&org, "A").await, world.team(&org, "B").await);
        let (queue, website) = (world.queue(&org, "A").await, world.website(&org, "A").await);
        let (template, hidden) = (world.template(&org, "A").await, world.template(&org, "B").await);
        world.show_template(&org, &template, &team).await;
        if model == "helpdesk" || model == "suite" {
            for (person, (team, role)) in
                people.iter().rev().zip([(&team, "member"), (&team, "admin"), (&other, "member")])
            {
                world.join_team(&org, person, team, role).await;
            }
        }
        if model == "queues" || model == "suite" {
            let tables: [&[&str]; 4] = [&["contribute"], &["contribute", "delete"], &["manage"], &["delete"]];
            for (person, roles) in people.iter().zip(tables) {
                world.allow(&org, person, &queue, roles).await;
            }
        }
        let mut things = vec![
            ("member", people.last().unwrap().id.clone()),
            ("member", org.owner.id.clone()),
            ("team", team.clone()),
            ("website", website),
            ("queue", queue.clone()),
            ("template", template.clone()),
            ("template", hidden),
        ];
        let counter = "insert into ticket_counters (org_id, last_number) values ('{org}', 0) on conflict do nothing;";
        let ticket = counter.to_owned()
            + "insert into tickets (org_id, id, number, subject, status, priority, team_id, queue_id, template_id, created_by,
                assignee_id) values ('{org}', '{id}', {n}, 'x', 'open', 'normal', {team}, {queue}, {template}, '{by}', {to})";
        let (last, quoted) = (people.last().unwrap(), |id: &str| format!("'{id}'"));
        let null = || "null".to_owned();
        for (n, (team, queue, template, to)) in [
            (quoted(&team), quoted(&queue), null(), null()),
            (null(), quoted(&queue), quoted(&template), quoted(&last.id)),
            (quoted(&other), null(), null(), quoted(&people[1].id)),
        ]
        .into_iter()
        .enumerate()
        {
            let id = uuid::Uuid::now_v7().to_string();
            let n = (1000 + n).to_string();
            let parts = [
                ("{org}", &org.id),
                ("{id}", &id),
                ("{n}", &n),
                ("{team}", &team),
                ("{queue}", &queue),
                ("{template}", &template),
                ("{by}", &last.id),
                ("{to}", &to),
            ];
            world.arrange(&parts.iter().fold(ticket.clone(), |sql, (name, value)| sql.replace(name, value))).await;
            things.push(("ticket", id));
        }
        // Somebody who is blocked may do nothing, whatever they hold.
        let blocked = world.member(&org, roles[0]).await;
        world.arrange(&format!("update members set state = 'blocked' where id = '{}'", blocked.id)).await;
        people.push(blocked);
        Self { org, people, things }
    }

    /// Every permission of the model with everything that it can be asked about.
    async fn questions(&self, model: &str) -> Vec<Value> {
        let model = self.org.owner.get(&format!("/v1/access-models/{model}")).await.is(200);
        let mut questions = Vec::new();
        for permission in model["permissions"].as_array().unwrap() {
            let (key, about) = (&permission["key"], permission["resource"].as_str().unwrap());
            if about == "organization" || key == "ticket.create" {
                questions.push(json!({"permission": key}));
            }
            let places = ["team", "queue", "template"];
            let fits = |kind: &str| if key == "ticket.create" { places.contains(&kind) } else { kind == about };
            let things = self.things.iter().filter(|(kind, _)| fits(kind));
            questions.extend(things.map(|(_, id)| json!({"permission": key, "resource_id": id})));
        }
        questions
    }

    /// Of whom a check says that they may, by question.
    async fn checked(&self, questions: &[Value]) -> BTreeMap<usize, BTreeSet<String>> {
        let mut allowed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for person in &self.people {
            for (part, checks) in questions.chunks(100).enumerate() {
                let body = json!({"member_id": person.id, "checks": checks});
                let said = self.org.owner.post(&format!("{}/access/check", self.org.path), body).await.is(200);
                for (index, result) in said["results"].as_array().unwrap().iter().enumerate() {
                    if result["allowed"] == true {
                        allowed.entry(part * 100 + index).or_default().insert(person.id.clone());
                    }
                }
            }
        }
        allowed
    }
}

fn query(question: &Value) -> String {
    let resource = question["resource_id"].as_str().map(|id| format!("&resource_id={id}")).unwrap_or_default();
    format!("permission={}{resource}", question["permission"].as_str().unwrap())
}

#[tokio::test]
async fn who_can_lists_exactly_those_of_whom_a_check_says_that_they_may() {
    let world = World::start().await;
    for (model, roles) in [
        ("helpdesk", &["admin", "member", "member", "member"][..]),
        ("queues", &["staff", "user", "staff", "user"]),
        ("box_office", &["manager", "ticket_manager", "super_user"]),
        ("suite", &["admin", "member", "employee", "staff"]),
    ] {
        let scene = Scene::of(&world, model, roles).await;
        let questions = scene.questions(model).await;
        let allowed = scene.checked(&questions).await;
        let mut listed = 0;
        for (index, question) in questions.iter().enumerate() {
            let expected = allowed.get(&index).cloned().unwrap_or_default();
            let path = format!("{}/access/who-can?limit=2&{}", scene.org.path, query(question));
            if scene.org.owner.get(&path).await.status == 404 {
                // Who asks does not see the thing; that they may do something to it all the same, only they are told.
                assert!(expected.iter().all(|id| *id == scene.org.owner.id), "{model} {question}");
                continue;
            }
            let found = scene.org.owner.walk(&path).await;
            let ids: Vec<String> = found.iter().map(|who| who["member_id"].as_str().unwrap().to_owned()).collect();
            assert!(ids.is_sorted(), "{model} {question}");
            assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>(), expected, "{model} {question}");
            assert_eq!(ids.len(), expected.len(), "{model} {question}");
            assert!(found.iter().all(|who| !who["granted_by"].as_array().unwrap().is_empty()), "{found:#?}");
            listed += ids.len();
        }
        assert!(listed > questions.len() / 2, "{model}: {listed} of {}", questions.len());
    }
}

#[tokio::test]
async fn who_can_says_by_which_roles_since_when_and_by_whom() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (both, assigned) = (world.member(&org, "admin").await, world.member(&org, "member").await);
    let team = org.owner.post(&format!("{}/teams", org.path), json!({"name": "A"})).await.is(201);
    let team = team["id"].as_str().unwrap();
    org.owner.put(&format!("{}/teams/{team}/members/{}", org.path, both.id), json!({"role": "member"})).await.is(201);
    let new = json!({"subject": "x", "team_id": team});
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), new).await.is(201);
    let ticket = ticket["id"].as_str().unwrap();
    let path = format!("{}/access/who-can?permission=ticket.view&resource_id={ticket}", org.path);
    let found = org.owner.get(&path).await.is(200);
    let items = found["items"].as_array().unwrap();
    let of = |person: &Person| items.iter().find(|who| who["member_id"] == json!(person.id));
    assert!(of(&assigned).is_none(), "{found:#}");
    let held = &of(&both).unwrap()["granted_by"];
    let level = |grant: &Value| grant["level"].as_str().unwrap().to_owned();
    assert_eq!(held.as_array().unwrap().iter().map(level).collect::<Vec<_>>(), ["organization", "team"], "{held:#}");
    let given = &held[1];
    assert_eq!((&given["role"], &given["scope_id"]), (&json!("member"), &json!(team)));
    assert_eq!((&given["by"], &given["conditions"]), (&json!(org.owner.id), &json!(["yes"])));
    let stored = world
        .look(&format!("select to_char(granted_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') from role_assignments where team_id = '{team}' and member_id = '{}'", both.id))
        .await
        .unwrap();
    assert!(given["since"].as_str().unwrap().starts_with(&stored), "{given} {stored}");
    // Of what a condition gives, the condition is told.
    let path = format!("{}/access/who-can?permission=member.leave&resource_id={}", org.path, assigned.id);
    let own = org.owner.get(&path).await.is(200);
    assert_eq!(own["items"].as_array().unwrap().len(), 1, "{own:#}");
    assert_eq!(own["items"][0]["granted_by"][0]["conditions"], json!(["own"]));
}

#[tokio::test]
async fn who_can_is_refused_and_told_place_by_place() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let member = world.member(&org, "member").await;
    let path = |query: &str| format!("{}/access/who-can{query}", org.path);
    // What cannot be read is told before who may ask.
    member.get(&path("?permission=no.such")).await.names(400, "permission");
    let problem = member.get(&path("?permission=access.review")).await.problem(403, "forbidden");
    assert_eq!(problem["permission"], "access.review");
    world.person("stranger").await.get(&path("?permission=access.review")).await.problem(404, "not_found");
    other.owner.get(&path("?permission=access.review")).await.problem(404, "not_found");
    world.nobody().get(&path("?permission=access.review")).await.problem(401, "token_missing");
    let never = uuid::Uuid::now_v7();
    for (query, status, place) in [
        ("".to_owned(), 400, "permission"),
        ("?permission=no.such".to_owned(), 400, "permission"),
        ("?permission=team.view".to_owned(), 400, "resource_id"),
        (format!("?permission=organization.view&resource_id={}", org.id), 400, "resource_id"),
        ("?permission=team.view&resource_id=x".to_owned(), 400, "resource_id"),
        ("?permission=organization.view&limit=0".to_owned(), 400, "limit"),
        ("?permission=organization.view&limit=101".to_owned(), 400, "limit"),
        ("?permission=organization.view&cursor=x".to_owned(), 400, "cursor"),
        ("?permission=organization.view&more=1".to_owned(), 400, "more"),
        (format!("?permission=team.view&resource_id={never}"), 404, "resource_id"),
        (format!("?permission=ticket.create&resource_id={never}"), 404, "resource_id"),
        (format!("?permission=member.view&resource_id={}", other.owner.id), 404, "resource_id"),
        // Of a kind that has no rows yet there is nothing.
        (format!("?permission=inspection.view&resource_id={never}"), 404, "resource_id"),
    ] {
        org.owner.get(&path(&query)).await.names(status, place);
    }
}

#[tokio::test]
async fn who_is_removed_between_two_pages_is_on_no_later_one() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for _ in 0..3 {
        world.member(&org, "admin").await;
    }
    let path = format!("{}/access/who-can?permission=organization.view&limit=1", org.path);
    let all = org.owner.walk(&path).await;
    assert_eq!(all.len(), 4);
    let first = org.owner.get(&path).await.is(200);
    let gone = all[1]["member_id"].as_str().unwrap();
    org.owner.delete(&format!("{}/members/{gone}", org.path)).await.is(204);
    let next = org.owner.get(&format!("{path}&cursor={}", first["next_cursor"].as_str().unwrap())).await.is(200);
    assert_eq!(next["items"][0]["member_id"], all[2]["member_id"]);
}
