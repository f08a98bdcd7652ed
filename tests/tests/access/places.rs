//! A question at a place tells of it no more than the act there would.

use usher_tests::{Value, World, json};

/// Where a ticket may be created is told of the places that the token's scopes let it see, of the caller's own and of others'.
#[tokio::test]
async fn the_places_where_it_is_allowed_are_told_to_who_sees_them() {
    let world = World::start().await;
    let question = json!({"permission": "ticket.create"});
    for (model, role, views) in [("helpdesk", "member", "team.view"), ("queues", "staff", "queue.view")] {
        let org = world.organization(model).await;
        let member = world.member(&org, role).await;
        let place = if model == "helpdesk" {
            let team = world.team(&org, "Billing").await;
            world.join_team(&org, &member, &team, "member").await;
            team
        } else {
            let queue = world.queue(&org, "Billing").await;
            world.allow(&org, &member, &queue, &["contribute"]).await;
            queue
        };
        let path = format!("{}/access/explain", org.path);
        let about = json!({"question": question, "member_id": member.id});
        let himself = json!({"question": question});
        let creates: &[&str] = &["organization.view", "ticket.create"];
        let reviews: &[&str] = &["organization.view", "ticket.create", "access.review"];
        for (person, scopes, body) in [(&member, creates, &himself), (&org.owner, reviews, &about)] {
            let narrow = org.with_scopes(person, scopes).await;
            let told = narrow.post(&path, body.clone()).await.is(200);
            assert_eq!(told["allowed_in"], json!([]), "{told:#}");
            assert!(!told.to_string().contains("Billing"), "{told:#}");
            let sees = org.with_scopes(person, &[scopes, &[views][..]].concat()).await;
            let told = sees.post(&path, body.clone()).await.is(200);
            let level = if model == "helpdesk" { "team" } else { "queue" };
            assert_eq!(told["allowed_in"], json!([{"level": level, "scope_id": place, "name": "Billing"}]), "{told:#}");
        }
    }
}

/// Of whom the act refuses before it looks at the place, the question does not look at it either.
#[tokio::test]
async fn a_place_that_is_there_is_told_from_one_that_is_not_by_who_sees_it_or_could_act_in_some() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let (mine, template) = (world.team(&org, "Mine").await, world.template(&org, "Shown").await);
    world.join_team(&org, &member, &mine, "member").await;
    world.show_template(&org, &template, &mine).await;
    let access = |name: &str| format!("{}/access/{name}", org.path);
    let never = uuid::Uuid::now_v7().to_string();
    let ask = |place: &str| json!({"permission": "ticket.create", "resource_id": place});
    let mut checks = vec![];
    for place in [&mine, &template, &never] {
        checks.push(ask(place));
    }
    let outcomes = |answer: Value| {
        let results = answer["results"].as_array().unwrap();
        results.iter().map(|it| it["outcome"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (scopes, expected) in [
        (&["organization.view"][..], ["not_found", "not_found", "not_found"]),
        (&["organization.view", "team.view"], ["forbidden", "not_found", "not_found"]),
        (&["organization.view", "ticket.create"], ["allowed", "allowed", "not_found"]),
    ] {
        let bearer = org.with_scopes(&member, scopes).await;
        let answer = bearer.post(&access("check"), json!({"checks": checks})).await.is(200);
        assert_eq!(outcomes(answer), expected, "{scopes:?}");
        for (place, outcome) in [&mine, &template, &never].into_iter().zip(expected) {
            let explained = bearer.post(&access("explain"), json!({"question": ask(place)})).await;
            let made = json!({"subject": "x", "team_id": place});
            let act = bearer.post(&format!("{}/desk/tickets", org.path), made).await;
            if outcome == "not_found" {
                explained.names(404, "/question/resource_id");
            } else {
                assert_eq!(explained.is(200)["outcome"], outcome);
            }
            if !scopes.contains(&"ticket.create") {
                act.problem(403, "forbidden");
            }
        }
    }
    // About others likewise: who could not act and does not see it is told of no place.
    let reviewer = org.with_scopes(&org.owner, &["organization.view", "access.review"]).await;
    let about = json!({"member_id": member.id, "checks": checks});
    assert_eq!(outcomes(reviewer.post(&access("check"), about).await.is(200)), ["not_found"; 3]);
    for place in [&mine, &never] {
        let who = format!("{}?permission=ticket.create&resource_id={place}", access("who-can"));
        reviewer.get(&who).await.names(404, "resource_id");
    }
}

/// A place is named wherever it is told of, to who sees it, and by its id alone to who does not.
#[tokio::test]
async fn reviews_and_permissions_name_the_places_that_their_reader_sees() {
    let world = World::start().await;
    for (model, role, views) in [("helpdesk", "member", "team.view"), ("queues", "staff", "queue.view")] {
        let org = world.organization(model).await;
        let member = world.member(&org, role).await;
        let (level, place) = if model == "helpdesk" {
            let team = world.team(&org, "Billing").await;
            world.join_team(&org, &member, &team, "member").await;
            ("team", team)
        } else {
            let queue = world.queue(&org, "Billing").await;
            for person in [&member, &org.owner] {
                world.allow(&org, person, &queue, &["contribute"]).await;
            }
            ("queue", queue)
        };
        let ticket = json!({"subject": "x", (format!("{level}_id")): place});
        let ticket = member.post(&format!("{}/desk/tickets", org.path), ticket).await.is(201);
        let ticket = ticket["id"].as_str().unwrap();
        let reviews: &[&str] = &["organization.view", "access.review", "ticket.view"];
        for (scopes, name) in [(reviews, None), (&[reviews, &[views]].concat()[..], Some("Billing"))] {
            let narrow = org.with_scopes(&org.owner, scopes).await;
            let held = narrow.walk(&format!("{}/access/review?level={level}", org.path)).await;
            assert_eq!((&held[0]["scope_id"], held[0]["scope_name"].as_str()), (&json!(place), name), "{held:#?}");
            let file = narrow.get(&format!("{}/access/review/export?level={level}", org.path)).await;
            let file = file.body.as_str().unwrap().to_owned();
            assert!(file.contains(&place) && file.contains("Billing") == name.is_some(), "{file}");
            let whole = narrow.walk(&format!("{}/access/review?level=organization", org.path)).await;
            assert!(whole.iter().all(|held| held["scope_name"].is_string()), "{whole:#?}");
            let who = format!("{}/access/who-can?permission=ticket.view&resource_id={ticket}", org.path);
            let who = narrow.walk(&who).await;
            let by = who.iter().flat_map(|who| who["granted_by"].as_array().unwrap());
            let by = by.into_iter().find(|by| by["scope_id"] == json!(place)).unwrap();
            assert_eq!(by["scope_name"].as_str(), name, "{who:#?}");
        }
        for (scopes, name) in [(&["organization.view"][..], None), (&["organization.view", views], Some("Billing"))] {
            let narrow = org.with_scopes(&member, scopes).await;
            let mine = narrow.get(&format!("{}/me/permissions", org.path)).await.is(200);
            let there = mine["scopes"].as_array().unwrap().iter().find(|scope| scope["id"] == json!(place)).unwrap();
            assert_eq!(there["name"].as_str(), name, "{mine:#}");
        }
    }
}
