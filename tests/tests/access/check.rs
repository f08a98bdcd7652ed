//! Whether: the same answer as the act itself would get, and no more.

use usher_tests::{World, json};

#[tokio::test]
async fn a_check_says_what_the_act_would_say() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let other = world.organization("helpdesk").await;
    let (admin, member) = (world.member(&org, "admin").await, world.member(&org, "member").await);
    let path = format!("{}/access/check", org.path);
    let checks = json!({"checks": [
        {"permission": "organization.view"},
        {"permission": "organization.update"},
        {"permission": "member.view", "resource_id": org.owner.id},
        {"permission": "member.remove", "resource_id": org.owner.id},
        {"permission": "member.view", "resource_id": other.owner.id},
        {"permission": "ticket.view", "resource_id": "00000000-0000-7000-8000-000000000000"},
    ]});
    let outcomes = |body: usher_tests::Value| -> Vec<String> {
        body["results"].as_array().unwrap().iter().map(|r| r["outcome"].as_str().unwrap().to_owned()).collect()
    };
    let asked = member.post(&path, checks.clone()).await.is(200);
    assert_eq!(outcomes(asked), ["allowed", "forbidden", "allowed", "forbidden", "not_found", "not_found"]);
    let asked = org.owner.post(&path, checks.clone()).await.is(200);
    assert_eq!(outcomes(asked), ["allowed", "allowed", "allowed", "allowed", "not_found", "not_found"]);
    // About another member: whoever has the right to ask gets that member's answers.
    let mut about = checks;
    about["member_id"] = json!(member.id);
    let asked = admin.post(&path, about.clone()).await.is(200);
    assert_eq!(outcomes(asked), ["allowed", "forbidden", "allowed", "forbidden", "not_found", "not_found"]);
    let problem = world.member(&org, "member").await.post(&path, about.clone()).await.problem(403, "forbidden");
    assert_eq!(problem["permission"], "access.review");
    about["member_id"] = json!(other.owner.id);
    org.owner.post(&path, about).await.names(404, "/member_id");
}

#[tokio::test]
async fn a_check_that_makes_no_sense_is_told_place_by_place() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let path = format!("{}/access/check", org.path);
    let post = |body| org.owner.post(&path, body);
    post(json!({"checks": []})).await.names(422, "/checks");
    post(json!({"checks": vec![json!({"permission": "organization.view"}); 100]})).await.is(200);
    post(json!({"checks": vec![json!({"permission": "organization.view"}); 101]})).await.names(422, "/checks");
    let body = json!({"checks": [{"permission": "no.such"}, {"permission": "ticket.view"}, {"permission": "queue.create", "resource_id": org.id}]});
    let problem = post(body.clone()).await.names(422, "/checks/0/permission");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3);
    assert_eq!(problem["errors"][0]["code"], "unknown_permission");
    post(json!({"checks": [{"permission": "x".repeat(61)}]})).await.names(422, "/checks/0/permission");
    post(body.clone()).await.names(422, "/checks/1/resource_id");
    post(body).await.names(422, "/checks/2/resource_id");
    post(json!({"checks": [{"permission": "organization.view", "more": 1}]})).await.names(422, "/checks/0/more");
    world
        .person("stranger")
        .await
        .post(&path, json!({"checks": [{"permission": "organization.view"}]}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn whether_a_ticket_may_be_created_is_asked_of_the_place_and_answered_as_the_act_is() {
    let world = World::start().await;
    for (model, roles) in [("helpdesk", ["admin", "member"]), ("queues", ["staff", "user"])] {
        let (org, other) = (world.organization(model).await, world.organization(model).await);
        let (team, queue) = (world.team(&org, "Mine").await, world.queue(&org, "Mine").await);
        let (second, template) = (world.team(&org, "Other").await, world.template(&org, "Shown").await);
        let (hidden, foreign) = (world.template(&org, "Hidden").await, world.team(&other, "Theirs").await);
        world.show_template(&org, &template, &team).await;
        let mut people = vec![org.owner.clone()];
        for role in roles {
            let person = world.member(&org, role).await;
            if model == "helpdesk" && role == "member" {
                world.join_team(&org, &person, &team, "member").await;
            }
            if role == "staff" {
                world.allow(&org, &person, &queue, &["contribute"]).await;
            }
            people.push(person);
        }
        let never = uuid::Uuid::now_v7().to_string();
        let places = [
            ("team_id", &team),
            ("team_id", &second),
            ("queue_id", &queue),
            ("template_id", &template),
            ("template_id", &hidden),
            ("team_id", &foreign),
            ("team_id", &never),
        ];
        for person in &people {
            let path = format!("{}/access/check", org.path);
            let mut checks = vec![json!({"permission": "ticket.create"})];
            checks.extend(places.iter().map(|(_, id)| json!({"permission": "ticket.create", "resource_id": id})));
            let said = person.post(&path, json!({"checks": checks})).await.is(200);
            // Whoever may review says the same of them.
            let about = json!({"checks": checks, "member_id": person.id});
            let reviewed = org.owner.post(&path, about).await.is(200);
            assert_eq!(said["results"][0], reviewed["results"][0], "{model} {}", person.email);
            let mut bodies = vec![json!({"subject": "x"})];
            bodies.extend(places.iter().map(|(field, id)| json!({"subject": "x", *field: id})));
            for (body, said) in bodies.iter().zip(said["results"].as_array().unwrap()) {
                let mut body = body.clone();
                if body["template_id"].is_string() {
                    body["answers"] = json!({"topic": "a"});
                }
                let did = person.post(&format!("{}/desk/tickets", org.path), body.clone()).await;
                let outcome = match did.status {
                    201 | 204 => "allowed",
                    403 => "forbidden",
                    _ => "not_found",
                };
                // Who may create none anywhere is told so before the place is looked at.
                let as_act = said["outcome"] == outcome || did.status == 403 && said["outcome"] == "not_found";
                assert!(as_act, "{model} {} {body}: {said} {} {:#}", person.email, did.status, did.body);
            }
        }
        let explain = |id: &str| json!({"question": {"permission": "ticket.create", "resource_id": id}});
        org.owner
            .post(&format!("{}/access/explain", org.path), explain(&foreign))
            .await
            .names(404, "/question/resource_id");
    }
}

/// Who reviews access learns nothing of what they may not see themselves.
#[tokio::test]
async fn what_the_asking_person_may_not_see_is_not_there_for_anybody_they_ask_about() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (staff, queue) = (world.member(&org, "staff").await, world.queue(&org, "A").await);
    world.allow(&org, &staff, &queue, &["contribute"]).await;
    let new = json!({"subject": "x", "queue_id": queue});
    let ticket = staff.post(&format!("{}/desk/tickets", org.path), new).await.is(201)["id"].clone();
    let checks = json!([{"permission": "ticket.view", "resource_id": ticket}]);
    let path = format!("{}/access/check", org.path);
    let about = json!({"member_id": staff.id, "checks": checks});
    assert_eq!(staff.post(&path, json!({"checks": checks})).await.is(200)["results"][0]["outcome"], "allowed");
    assert_eq!(org.owner.post(&path, about.clone()).await.is(200)["results"][0]["outcome"], "not_found");
    let query = format!("permission=ticket.view&resource_id={}", ticket.as_str().unwrap());
    let who_can = format!("{}/access/who-can?{query}", org.path);
    org.owner.get(&who_can).await.names(404, "resource_id");
    // Who sees it is told.
    world.allow(&org, &org.owner, &queue, &["contribute"]).await;
    assert_eq!(org.owner.post(&path, about).await.is(200)["results"][0]["outcome"], "allowed");
    assert_eq!(org.owner.get(&who_can).await.is(200)["items"].as_array().unwrap().len(), 2);
}

/// A service whose one token has run out can do nothing, and whoever asks is told so; with a new secret it can again.
#[tokio::test]
async fn of_a_service_whose_token_has_run_out_it_is_said_that_it_may_nothing() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let tokens = format!("{}/service-tokens", org.path);
    let made = org.owner.post(&tokens, json!({"name": "Shop", "roles": ["admin"]})).await.is(201);
    let (id, service) = (made["id"].as_str().unwrap(), made["member_id"].as_str().unwrap());
    let says = async |allowed: bool| {
        let question = json!({"permission": "team.create"});
        let check = json!({"member_id": service, "checks": [question]});
        let check = org.owner.post(&format!("{}/access/check", org.path), check).await.is(200);
        assert_eq!(check["results"][0]["allowed"], allowed, "{check:#}");
        let explain = json!({"member_id": service, "question": question});
        let told = org.owner.post(&format!("{}/access/explain", org.path), explain).await.is(200);
        assert_eq!(told["allowed"], allowed, "{told:#}");
        assert_eq!(told.get("denial").is_none(), allowed, "{told:#}");
        if !allowed {
            assert_eq!(told["denial"], "token_ended", "{told:#}");
            assert_eq!(
                (&told["summary"], &told["would_allow"]),
                (&json!("Denied: the service's token has run out."), &json!([]))
            );
        }
        let who = org.owner.walk(&format!("{}/access/who-can?permission=team.create", org.path)).await;
        assert_eq!(who.iter().any(|who| who["member_id"] == service), allowed, "{who:#?}");
    };
    says(true).await;
    world.arrange("update api_tokens set expires_at = now()").await;
    says(false).await;
    org.owner.post(&format!("{tokens}/{id}/rotate"), json!({"expires_at": null})).await.is(200);
    says(true).await;
}
