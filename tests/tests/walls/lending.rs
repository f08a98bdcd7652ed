//! A service acts through a secret that somebody has: a role that gives it more on what is its own is given by who has that on
//! anything (law 7).

use usher_policy::Permission;
use usher_tests::{Person, World, json, service_token, yes};

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
    let manager = world.member_with(&org, "lender", &MANAGER).await;
    org.role("organization", "lent", &[("ticket.view", "own")]).await;
    let roles = json!({"roles": ["user", "lent"]});
    let person = world.member(&org, "user").await;
    manager.patch(&format!("{}/members/{}", org.path, person.id), roles.clone()).await.is(200);
    let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.key()).collect();
    for scopes in [None, Some(&all[..]), Some(&["ticket.view"][..])] {
        let (_, service) = service_token(&org, &org.owner, &["user"], scopes).await;
        let of = format!("{}/members/{}", org.path, service.id);
        manager.patch(&of, roles.clone()).await.problem(403, "role_out_of_reach");
        org.owner.patch(&of, roles.clone()).await.is(200);
    }
}

#[tokio::test]
async fn law_7_a_role_that_a_service_holds_may_come_to_give_less() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let manager = world.member_with(&org, "lender", &MANAGER).await;
    let lent = org.role("organization", "lent", &[("ticket.view", "own"), ("ticket.reply", "own")]).await;
    let (_, service) = service_token(&org, &org.owner, &["user"], None).await;
    let of = format!("{}/members/{}", org.path, service.id);
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
    let all = yes(["organization.view", "member.view", "ticket.view", "ticket.view_notes"]);
    let deletes = [&all[..], &[("ticket.delete", "assigned")]].concat();
    let dispatcher = world.member_with(&org, "dispatcher", &[&deletes[..], &[("ticket.assign", "yes")]].concat()).await;
    let handler = world.member_with(&org, "handler", &deletes).await;
    let reader = world.member_with(&org, "reader", &all).await;
    let made = org.owner.post(&format!("{}/desk/tickets", org.path), json!({"subject": "x"})).await.is(201);
    let ticket = format!("{}/desk/tickets/{}", org.path, made["id"].as_str().unwrap());
    let assign =
        async |by: &Person, to: &Person| by.post(&format!("{ticket}/assign"), json!({"assignee_id": to.id})).await;
    for to in [&dispatcher, &handler] {
        assign(&dispatcher, to).await.lacks("ticket.delete");
    }
    assert!(org.owner.get(&ticket).await.is(200)["assignee_id"].is_null());
    assign(&dispatcher, &reader).await.is(200);
    assign(&org.owner, &dispatcher).await.is(200);
    // Theirs now, they hand it on.
    assign(&dispatcher, &handler).await.is(200);
}
