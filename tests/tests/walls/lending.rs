//! A service acts through a secret that somebody has: a role that gives it more on what is its own is given by who has that on
//! anything (law 7).

use usher_policy::Permission;
use usher_tests::{World, json, service_token};

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
