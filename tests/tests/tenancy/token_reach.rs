//! What a token reaches, of the organization, its places and its things: what its member would, as far as the scopes go.

use usher_tests::{World, json};

use super::{personal_token, service_token};

/// Whoever asks what a service may is told of what it may with its one token.
#[tokio::test]
async fn what_a_service_may_is_told_to_others_as_its_token_narrows_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, service) =
        service_token(&org, &org.owner, &["admin"], Some(&["organization.view", "ticket.create", "team.view"])).await;
    let (_, unscoped) = service_token(&org, &org.owner, &["admin"], None).await;
    let access = |name: &str| format!("{}/access/{name}", org.path);
    for (permission, may) in [("team.create", [false, true]), ("organization.view", [true, true])] {
        let question = json!({"permission": permission});
        let holders = org.owner.walk(&format!("{}?permission={permission}", access("who-can"))).await;
        for (asked, may) in [&service, &unscoped].into_iter().zip(may) {
            let check = json!({"member_id": asked.id, "checks": [question]});
            let check = org.owner.post(&access("check"), check).await.is(200);
            assert_eq!(check["results"][0]["allowed"], may, "{permission}");
            let told = json!({"member_id": asked.id, "question": question});
            let told = org.owner.post(&access("explain"), told).await.is(200);
            let denial = if may { json!(null) } else { json!("token_scope") };
            assert_eq!((&told["allowed"], &told["denial"]), (&json!(may), &denial), "{told:#}");
            let listed = holders.iter().any(|who| who["member_id"] == asked.id.as_str());
            assert_eq!(listed, may, "{permission}");
        }
    }
    // What a role would make of it is no more than its token lets through.
    let team = world.team(&org, "Support").await;
    let change = json!({"set_team_member": {"team_id": team, "member_id": service.id, "body": {"role": "admin"}}});
    let told = org.owner.post(&access("preview"), change).await.is(200);
    let differences = told["members"][0]["differences"].as_array().unwrap();
    let gained: Vec<_> = differences.iter().map(|difference| difference["permission"].as_str().unwrap()).collect();
    assert_eq!(gained, ["team.view", "ticket.create"], "{told:#}");
}

/// A ticket is given to nobody who could not see it, be it for a scope.
#[tokio::test]
async fn a_service_that_may_not_see_a_ticket_is_not_given_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, blind) = service_token(&org, &org.owner, &["admin"], Some(&["ticket.create"])).await;
    let (_, sees) = service_token(&org, &org.owner, &["admin"], Some(&["ticket.view"])).await;
    let tickets = format!("{}/desk/tickets", org.path);
    let ticket = org.owner.post(&tickets, json!({"subject": "x"})).await.is(201);
    let path = format!("{tickets}/{}/assign", ticket["id"].as_str().unwrap());
    org.owner.post(&path, json!({"assignee_id": blind.id})).await.names(422, "/assignee_id");
    org.owner.post(&path, json!({"assignee_id": sees.id})).await.is(200);
}

/// To make a ticket in a place is no reading of the place: the scope for the one is enough, where the member sees it.
#[tokio::test]
async fn a_token_to_create_tickets_creates_them_where_its_member_would() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let [mine, other] = [world.team(&org, "Mine").await, world.team(&org, "Other").await];
    world.join_team(&org, &member, &mine, "member").await;
    let (tickets, check) = (format!("{}/desk/tickets", org.path), format!("{}/access/check", org.path));
    let (_, creates) = personal_token(&org, &member, Some(&["ticket.create", "organization.view"])).await;
    let (_, views) = personal_token(&org, &member, Some(&["team.view", "organization.view"])).await;
    let body = |team: &str| json!({"subject": "x", "team_id": team});
    for (team, outcome) in [(&mine, "allowed"), (&other, "forbidden")] {
        for person in [&creates, &member] {
            let question = json!({"checks": [{"permission": "ticket.create", "resource_id": team}]});
            assert_eq!(person.post(&check, question).await.is(200)["results"][0]["outcome"], outcome);
        }
        for (person, made) in [(&creates, 204), (&member, 201)] {
            let answer = person.post(&tickets, body(team)).await;
            if outcome == "allowed" {
                answer.is(made);
            } else {
                assert_eq!(answer.problem(403, "forbidden")["permission"], "ticket.create");
            }
        }
        views.post(&tickets, body(team)).await.problem(403, "forbidden");
    }
    let foreign = world.team(&world.organization("helpdesk").await, "Foreign").await;
    creates.post(&tickets, body(&foreign)).await.names(404, "/team_id");
    creates.get(&format!("{}/teams/{mine}", org.path)).await.problem(403, "forbidden");
    // Of queues likewise.
    let org = world.organization("queues").await;
    let (_, service) = service_token(&org, &org.owner, &["admin"], Some(&["ticket.create"])).await;
    let queue = world.queue(&org, "Shop").await;
    world.allow(&org, &service, &queue, &["contribute"]).await;
    let tickets = format!("{}/desk/tickets", org.path);
    service.post(&tickets, json!({"subject": "x", "queue_id": queue})).await.is(204);
}

/// Whoever acts in an organization with a token knows that it is there: what the scopes lack is told, and is no 404.
#[tokio::test]
async fn what_the_scopes_lack_of_the_organization_itself_is_told_as_that() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, bearer) = personal_token(&org, &org.owner, Some(&["access.review"])).await;
    let at = |path: &str| format!("{}{path}", org.path);
    let question = json!({"permission": "team.create"});
    bearer.post(&at("/access/check"), json!({"checks": [question]})).await.lacks("organization.view");
    bearer.post(&at("/access/check"), json!({"checks": [{"permission": "no"}]})).await.lacks("organization.view");
    bearer.post(&at("/access/explain"), json!({"question": question})).await.lacks("organization.view");
    bearer.get(&at("/me/permissions")).await.lacks("organization.view");
    bearer.post(&at("/teams"), json!({"name": "A"})).await.lacks("team.create");
    bearer.get(&org.path).await.lacks("organization.view");
    // What wants no more than it has.
    let who = bearer.get(&at("/access/who-can?permission=team.create")).await.is(200);
    assert_eq!(who["items"][0]["member_id"], json!(org.owner.id));
    bearer.get(&at("/access/review")).await.is(200);
    let role = json!({"level": "organization", "key": "xx", "title": "X", "grants": []});
    let told = bearer.post(&at("/access/preview"), json!({"create_role": {"body": role}})).await.is(200);
    assert_eq!((&told["refusal"]["status"], &told["refusal"]["permission"]), (&json!(403), &json!("role.manage")));
}
