//! A role of the organization's own is named by who may be told of it, or could give it. To anybody else it is as one that there
//! is not (law 8).

use usher_tests::{Answer, Organization, Person, World, json, yes};

use super::service_token;

/// What an answer says, but for the name that was asked with.
fn said(answer: Answer, name: &str) -> (u16, String) {
    let mut body = answer.body;
    if let Some(problem) = body.as_object_mut() {
        problem.remove("request_id");
        problem.remove("instance");
    }
    (answer.status, body.to_string().replace(name, "NAME"))
}

/// Every way to name a role, as an organization role or as one of a team.
async fn name(org: &Organization, by: &Person, to: &Person, team: &str, key: &str) -> Vec<(u16, String)> {
    let member = format!("{}/members/{}", org.path, to.id);
    let roles = json!({"roles": [key]});
    let change = json!({"change_member_roles": {"member_id": to.id, "body": roles}});
    let answers = [
        by.patch(&member, roles).await,
        by.post(&format!("{}/invitations", org.path), json!({"email": "new@example.org", "role": key})).await,
        by.post(&format!("{}/service-tokens", org.path), json!({"name": "x", "roles": [key]})).await,
        by.put(&format!("{}/teams/{team}/members/{}", org.path, to.id), json!({"role": key})).await,
        by.post(&format!("{}/teams/{team}/members", org.path), json!({"email": "no@example.org", "role": key})).await,
        by.get(&format!("{}/members?role={key}", org.path)).await,
        by.get(&format!("{}/access/review?role={key}", org.path)).await,
        by.post(&format!("{}/access/preview", org.path), change).await,
    ];
    answers.into_iter().map(|answer| said(answer, key)).collect()
}

#[tokio::test]
async fn law_8_a_role_that_one_may_not_be_told_of_is_as_one_that_is_not_there() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let team = world.team(&org, "A").await;
    let manager = [
        "organization.view",
        "member.view",
        "member.change_role",
        "invitation.create",
        "team.view",
        "team.manage_members",
        "service_token.manage",
        "access.review",
    ];
    org.role("organization", "helper", &yes(manager)).await;
    org.role("organization", "secret", &[("billing.manage", "yes")]).await;
    org.role("team", "secret", &[("ticket.delete", "yes")]).await;
    org.role("organization", "plain", &[("member.view", "yes")]).await;
    let (manager, other) = (world.member(&org, "helper").await, world.member(&org, "user").await);
    let secret = name(&org, &manager, &other, &team, "secret").await;
    assert_eq!(secret, name(&org, &manager, &other, &team, "nowhere").await);
    let statuses: Vec<u16> = secret.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 400, 400, 422], "nobody holds it: {secret:#?}");
    // One that they could give they give.
    let path = format!("{}/members/{}", org.path, other.id);
    manager.patch(&path, json!({"roles": ["user", "plain"]})).await.is(200);
    // What somebody has who is seen may stay.
    org.owner.patch(&path, json!({"roles": ["user", "secret"]})).await.is(200);
    let seen = manager.get(&path).await.is(200)["roles"].clone();
    // Who sees that somebody holds it finds them by it.
    assert_eq!(manager.get(&format!("{}/members?role=secret", org.path)).await.ids(), std::slice::from_ref(&other.id));
    let held = manager.get(&format!("{}/access/review?role=secret", org.path)).await.is(200);
    assert_eq!(held["items"][0]["role"], "secret");
    manager.patch(&path, json!({"roles": seen})).await.is(200);
    manager.patch(&path, json!({"roles": ["user", "secret", "plain"]})).await.is(200);
    org.owner.put(&format!("{}/teams/{team}/members/{}", org.path, other.id), json!({"role": "secret"})).await.is(201);
    manager.put(&format!("{}/teams/{team}/members/{}", org.path, other.id), json!({"role": "secret"})).await.is(200);
    // What is held in a team only is no organization role, as one that nobody holds.
    org.role("team", "inner", &[("ticket.delete", "yes")]).await;
    org.owner.put(&format!("{}/teams/{team}/members/{}", org.path, other.id), json!({"role": "inner"})).await.is(200);
    for name in ["inner", "nowhere"] {
        manager.get(&format!("{}/members?role={name}", org.path)).await.names(400, "role");
    }
    // Who may be told of it is told that it is out of reach.
    let admin = world.member(&org, "admin").await;
    admin.patch(&path, json!({"roles": ["user", "secret"]})).await.is(200);
    let (_, service) = service_token(&org, &org.owner, &["user"], None).await;
    let of_service = format!("{}/members/{}", org.path, service.id);
    admin.patch(&of_service, json!({"roles": ["secret"]})).await.problem(403, "role_out_of_reach");
}

#[tokio::test]
async fn law_8_nor_is_one_told_of_on_queues() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let queue = world.queue(&org, "Q").await;
    org.role("queue", "secret", &[("ticket.delete", "yes")]).await;
    let setter = [
        "organization.view",
        "member.view",
        "member.view_queue_permissions",
        "member.set_queue_permissions",
        "queue.view",
    ];
    org.role("organization", "setter", &yes(setter)).await;
    let (setter, other) = (world.member(&org, "setter").await, world.member(&org, "user").await);
    let path = format!("{}/members/{}/queue-permissions", org.path, other.id);
    let set = async |by: &Person, key: &str| {
        let etag = by.get(&path).await.etag();
        by.put_if(&path, &etag, json!({"permissions": [{"queue_id": queue, "roles": [key]}]})).await
    };
    let secret = said(set(&setter, "secret").await, "secret");
    assert_eq!(secret, said(set(&setter, "nowhere").await, "nowhere"));
    assert_eq!(secret.0, 422);
    set(&org.owner, "secret").await.is(200);
    set(&setter, "secret").await.is(200);
}
