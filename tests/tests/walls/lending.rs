//! A service acts through a secret that somebody has: a role that gives it more on what is its own is given by who has that on
//! anything (law 7).

use usher_policy::Permission;
use usher_tests::{Organization, Person, World, json};

async fn role(org: &Organization, key: &str, grants: &[(&str, &str)]) -> String {
    let grants: Vec<_> = grants.iter().map(|(key, when)| json!({"permission": key, "when": [when]})).collect();
    let role = json!({"level": "organization", "key": key, "title": key, "grants": grants});
    org.owner.post(&format!("{}/roles", org.path), role).await.is(201)["id"].as_str().unwrap().to_owned()
}

/// A service made by somebody, with these scopes.
async fn service(org: &Organization, by: &Person, scopes: Option<Vec<&str>>) -> String {
    let mut body = json!({"name": "S", "roles": ["user"]});
    if let Some(scopes) = scopes {
        body["scopes"] = json!(scopes);
    }
    let made = by.post(&format!("{}/service-tokens", org.path), body).await.is(201);
    made["member_id"].as_str().unwrap().to_owned()
}

const MANAGER: [(&str, &str); 10] = [
    ("organization.view", "yes"),
    ("member.view", "yes"),
    ("member.change_role", "yes"),
    ("role.view", "yes"),
    ("role.manage", "yes"),
    ("service_token.manage", "yes"),
    ("ticket.create", "yes"),
    ("ticket.view", "own"),
    ("ticket.reply", "own"),
    ("ticket.delete", "own"),
];

#[tokio::test]
async fn law_7_a_service_is_one_whatever_its_scopes() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    role(&org, "lender", &MANAGER).await;
    role(&org, "lent", &[("ticket.view", "own")]).await;
    let manager = world.member(&org, "lender").await;
    let roles = json!({"roles": ["user", "lent"]});
    let person = world.member(&org, "user").await;
    manager.patch(&format!("{}/members/{}", org.path, person.id), roles.clone()).await.is(200);
    let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.key()).collect();
    for scopes in [None, Some(all), Some(vec!["ticket.view"])] {
        let of = format!("{}/members/{}", org.path, service(&org, &org.owner, scopes.clone()).await);
        manager.patch(&of, roles.clone()).await.problem(403, "role_out_of_reach");
        org.owner.patch(&of, roles.clone()).await.is(200);
    }
}

#[tokio::test]
async fn law_7_a_role_that_a_service_holds_may_come_to_give_less() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    role(&org, "lender", &MANAGER).await;
    let lent = role(&org, "lent", &[("ticket.view", "own"), ("ticket.reply", "own")]).await;
    let manager = world.member(&org, "lender").await;
    let of = format!("{}/members/{}", org.path, service(&org, &org.owner, None).await);
    org.owner.patch(&of, json!({"roles": ["user", "lent"]})).await.is(200);
    let path = format!("{}/roles/{lent}", org.path);
    let change = async |grants: &[(&str, &str)]| {
        let grants: Vec<_> = grants.iter().map(|(key, when)| json!({"permission": key, "when": [when]})).collect();
        let etag = manager.get(&path).await.etag();
        manager.patch_if(&path, &etag, json!({"title": "Lent", "grants": grants})).await
    };
    change(&[("ticket.view", "own"), ("ticket.reply", "own")]).await.is(200);
    change(&[("ticket.view", "own")]).await.is(200);
    change(&[("ticket.view", "own"), ("ticket.delete", "own")]).await.problem(403, "role_out_of_reach");
    change(&[("ticket.view", "own"), ("ticket.create", "yes")]).await.is(200);
}

/// Nor does anybody hand a ticket to who may then do with it what they may not, be it themselves.
#[tokio::test]
async fn law_7_nobody_assigns_a_ticket_to_open_what_they_do_not_have() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let all =
        [("organization.view", "yes"), ("member.view", "yes"), ("ticket.view", "yes"), ("ticket.view_notes", "yes")];
    role(&org, "dispatcher", &[&all[..], &[("ticket.assign", "yes"), ("ticket.delete", "assigned")]].concat()).await;
    role(&org, "handler", &[&all[..], &[("ticket.delete", "assigned")]].concat()).await;
    role(&org, "reader", &all).await;
    let dispatcher = world.member(&org, "dispatcher").await;
    let (handler, reader) = (world.member(&org, "handler").await, world.member(&org, "reader").await);
    let made = org.owner.post(&format!("{}/desk/tickets", org.path), json!({"subject": "x"})).await.is(201);
    let ticket = format!("{}/desk/tickets/{}", org.path, made["id"].as_str().unwrap());
    let assign =
        async |by: &Person, to: &Person| by.post(&format!("{ticket}/assign"), json!({"assignee_id": to.id})).await;
    for to in [&dispatcher, &handler] {
        assert_eq!(assign(&dispatcher, to).await.problem(403, "forbidden")["permission"], "ticket.delete");
    }
    assert!(org.owner.get(&ticket).await.is(200)["assignee_id"].is_null());
    assign(&dispatcher, &reader).await.is(200);
    assign(&org.owner, &dispatcher).await.is(200);
    // Theirs now, they hand it on.
    assign(&dispatcher, &handler).await.is(200);
}
