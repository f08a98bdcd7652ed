//! Why, and what would allow.

use usher_tests::{World, json};

#[tokio::test]
async fn a_deny_names_the_row_and_what_would_allow_and_that_does_allow() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let path = format!("{}/access/explain", org.path);
    let question = json!({"question": {"permission": "invitation.create"}});
    let told = member.post(&path, question.clone()).await.is(200);
    assert_eq!(
        (&told["allowed"], &told["outcome"], &told["denial"]),
        (&json!(false), &json!("forbidden"), &json!("no_grant"))
    );
    assert!(told["summary"].as_str().unwrap().contains("Member"), "{told:#}");
    let remedies: Vec<&str> =
        told["would_allow"].as_array().unwrap().iter().map(|r| r["role"].as_str().unwrap()).collect();
    assert_eq!(remedies, ["owner", "admin"]);
    // The line that it names is the row of the document.
    let place = told["considered"][0]["document"].as_str().unwrap();
    assert!(place.starts_with("crates/policy/models/helpdesk.md:"), "{place}");
    assert!(std::path::Path::new("..").join(place.split(':').next().unwrap()).exists(), "{place}");
    let line: usize = place.rsplit(':').next().unwrap().parse().unwrap();
    let document = member.get("/v1/access-models/helpdesk").await.is(200)["document"].as_str().unwrap().to_owned();
    assert!(document.lines().nth(line - 1).unwrap().contains("invitation.create"), "{place}");
    // What would allow, given, does.
    org.owner.patch(&format!("{}/members/{}", org.path, member.id), json!({"roles": ["admin"]})).await.is(200);
    let told = member.post(&path, question).await.is(200);
    assert_eq!((&told["allowed"], &told["granted_by"]["role"]), (&json!(true), &json!("admin")));
}

#[tokio::test]
async fn a_condition_that_is_not_met_is_named_in_words() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/access/explain", org.path);
    let told = org.owner.post(&path, json!({"question": {"permission": "workflow.manage"}})).await.is(200);
    assert_eq!(told["allowed"], false);
    let remedy = &told["would_allow"][0];
    assert_eq!((&remedy["role"], &remedy["conditions"]), (&json!("owner"), &json!(["plan:workflows"])));
    assert!(remedy["text"].as_str().unwrap().contains("plan includes workflows"), "{remedy}");
}

#[tokio::test]
async fn what_the_asking_person_may_not_see_is_not_explained() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), json!({"subject": "Hidden"})).await.is(201);
    let path = format!("{}/access/explain", org.path);
    let ask = |id: &str| json!({"question": {"permission": "ticket.view", "resource_id": id}});
    let mut hidden = member.post(&path, ask(ticket["id"].as_str().unwrap())).await.problem(404, "not_found");
    let mut missing = member.post(&path, ask("00000000-0000-7000-8000-000000000000")).await.problem(404, "not_found");
    for body in [&mut hidden, &mut missing] {
        body["request_id"].take();
    }
    assert_eq!(hidden, missing);
    // Whoever sees the ticket may ask why the other does not.
    let mut about = ask(ticket["id"].as_str().unwrap());
    about["member_id"] = json!(member.id);
    let told = org.owner.post(&path, about).await.is(200);
    assert_eq!((&told["allowed"], &told["outcome"]), (&json!(false), &json!("hidden")));
}

#[tokio::test]
async fn who_asks_about_themselves_is_spoken_to() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let path = format!("{}/access/explain", org.path);
    let question = json!({"permission": "invitation.create"});
    for body in [json!({"question": question}), json!({"question": question, "member_id": member.id})] {
        let told = member.post(&path, body).await.is(200);
        assert_eq!(told["would_allow"][0]["text"], "You would be allowed as Owner (organization role) there.");
    }
    let told = org.owner.post(&path, json!({"question": question, "member_id": member.id})).await.is(200);
    assert_eq!(told["would_allow"][0]["text"], "They would be allowed as Owner (organization role) there.");
}

#[tokio::test]
async fn what_is_decided_at_a_place_says_in_which_it_is_allowed() {
    let world = World::start().await;
    let question = json!({"question": {"permission": "ticket.create"}});
    for (model, role, level) in [("helpdesk", "member", "team"), ("queues", "staff", "queue")] {
        let org = world.organization(model).await;
        let member = world.member(&org, role).await;
        let (mine, other) = match level {
            "team" => (world.team(&org, "Mine").await, world.team(&org, "Other").await),
            _ => (world.queue(&org, "Mine").await, world.queue(&org, "Other").await),
        };
        if level == "team" {
            world.join_team(&org, &member, &mine, "member").await;
        } else {
            world.allow(&org, &member, &mine, &["contribute"]).await;
            world.allow(&org, &member, &other, &["delete"]).await;
        }
        let path = format!("{}/access/explain", org.path);
        let told = member.post(&path, question.clone()).await.is(200);
        assert_eq!(told["allowed_in"], json!([{"level": level, "scope_id": mine, "name": "Mine"}]), "{told:#}");
        let at_a_place = json!({"question": {"permission": "ticket.create", "resource_id": mine}});
        let told = member.post(&path, at_a_place).await.is(200);
        assert_eq!((&told["allowed"], told.get("allowed_in")), (&json!(true), None));
        let told = member.post(&path, json!({"question": {"permission": "organization.view"}})).await.is(200);
        assert_eq!(told.get("allowed_in"), None);
    }
}

/// A ticket's queue, or the Inbox where one would wait, may be one that the asking person does not see.
#[tokio::test]
async fn a_place_that_the_asking_person_may_not_see_is_not_named() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (user, staff) = (world.member(&org, "user").await, world.member(&org, "staff").await);
    let (inbox, closed) = (world.inbox(&org).await, world.queue(&org, "Closed").await);
    let path = format!("{}/access/explain", org.path);
    let told = user.post(&path, json!({"question": {"permission": "ticket.create"}})).await.is(200);
    assert!(!told.to_string().contains(&inbox), "{told:#}");
    let remedy = &told["would_allow"][0];
    assert_eq!((&remedy["role"], remedy.get("scope_id")), (&json!("contribute"), None), "{remedy}");
    assert_eq!(remedy["text"], "You would be allowed as Contribute (queue role) in its queue.");
    // Who sees the queue is told of it; so is who reviews somebody who does not.
    let about = json!({"question": {"permission": "ticket.create"}, "member_id": user.id});
    for (person, body) in [(&staff, json!({"question": {"permission": "ticket.create"}})), (&org.owner, about)] {
        let told = person.post(&path, body).await.is(200);
        let remedy = &told["would_allow"][0];
        assert_eq!((&remedy["scope_id"], &remedy["scope_name"]), (&json!(inbox), &json!("Inbox")), "{told:#}");
    }
    // Where somebody holds a role they know the place, even if it does not show them anything.
    world.allow(&org, &user, &closed, &["administer_inbox"]).await;
    let shown = user.get(&format!("{}/desk/queues/{closed}", org.path)).await;
    assert_eq!(shown.status, 404, "{:#}", shown.body);
    let at = json!({"question": {"permission": "ticket.create", "resource_id": closed}});
    user.post(&path, at).await.names(404, "/question/resource_id");
}

/// A team is named beside its id to who sees it; who only holds a role there knows which it is, and not its name.
#[tokio::test]
async fn a_place_is_named_to_who_sees_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let team = world.team(&org, "Support").await;
    world.join_team(&org, &member, &team, "member").await;
    let ticket = json!({"subject": "x", "team_id": team});
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), ticket).await.is(201);
    let body = json!({"question": {"permission": "ticket.view", "resource_id": ticket["id"]}});
    let path = format!("{}/access/explain", org.path);
    let told = member.post(&path, body.clone()).await.is(200);
    for place in [&told["granted_by"], &told["considered"][1]] {
        assert_eq!((&place["scope_id"], &place["scope_name"]), (&json!(team), &json!("Support")), "{told:#}");
    }
    assert_eq!(told["considered"][0].get("scope_name"), None, "{told:#}");
    let bearer = org.with_scopes(&member, &["organization.view", "ticket.view"]).await;
    let told = bearer.post(&path, body).await.is(200);
    let by = &told["granted_by"];
    assert_eq!((&by["scope_id"], by.get("scope_name")), (&json!(team), None), "{told:#}");
}

/// What the documentation offers to try has no id that whoever tries it would have to know.
#[test]
fn the_examples_of_questions_name_nothing_that_is_not_there() {
    let schemas = &usher_tests::contract::contract()["components"]["schemas"];
    for name in ["AccessCheck", "ExplainAccess", "AccessQuestion"] {
        let example = schemas[name]["example"].to_string();
        assert!(example.contains("permission") && !example.contains("_id"), "{name}: {example}");
    }
}

/// A role of the organization's own is named to who may see them, and to nobody else.
#[tokio::test]
async fn own_roles_that_would_allow_are_named_to_who_sees_them() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (admin, member) = (world.member(&org, "admin").await, world.member(&org, "member").await);
    let team = world.team(&org, "Team").await;
    world.join_team(&org, &member, &team, "admin").await;
    org.role("organization", "secret-role", &[("invitation.create", "yes")]).await;
    org.role("team", "secret-role", &[]).await;
    let question = json!({"question": {"permission": "invitation.create"}, "member_id": member.id});
    for (asker, named) in [(&admin, true), (&member, false)] {
        let explained = asker.post(&format!("{}/access/explain", org.path), question.clone()).await.is(200);
        assert_eq!(explained.to_string().contains("secret-role"), named, "{explained:#}");
        let path = format!("{}/teams/{team}/members/{}", org.path, member.id);
        let unknown = asker.put(&path, json!({"role": "nobody"})).await.names(422, "/role");
        assert_eq!(unknown.to_string().contains("secret-role"), named, "{unknown:#}");
    }
}
