//! A service is nobody's way around what they do not see: not by an act that brings it into the service's sight (law 7).

use usher_tests::{Organization, Person, Value, World, json};

const GRANTS: [(&str, &[&str]); 8] = [
    ("organization.view", &["yes"]),
    ("member.view", &["yes"]),
    ("ticket.create", &["yes"]),
    ("ticket.view", &["own", "participant", "assigned"]),
    ("ticket.merge", &["yes"]),
    ("ticket.add_participant", &["yes"]),
    ("service_token.manage", &["yes"]),
    ("service_token.view", &["yes"]),
];

fn grants(but: &[&str]) -> Value {
    let grants = GRANTS.iter().filter(|(permission, _)| !but.contains(permission));
    json!(grants.map(|(permission, when)| json!({"permission": permission, "when": when})).collect::<Vec<_>>())
}

/// A service with this role, made by somebody.
async fn service(org: &Organization, by: &Person, role: &str) -> Person {
    let tokens = format!("{}/service-tokens", org.path);
    let made = by.post(&tokens, json!({"name": "S", "roles": [role]})).await.is(201);
    let mut service = by.with_token(made["token"].as_str().unwrap());
    service.id = made["member_id"].as_str().unwrap().to_owned();
    service
}

async fn ticket(org: &Organization, by: &Person) -> String {
    let made = by.post(&format!("{}/desk/tickets", org.path), json!({"subject": "x"})).await.is(201);
    format!("{}/desk/tickets/{}", org.path, made["id"].as_str().unwrap())
}

#[tokio::test]
async fn law_7_nobody_brings_what_they_do_not_see_into_the_sight_of_a_service_that_they_could_act_as() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let new =
        |key: &str, but: &[&str]| json!({"level": "organization", "key": key, "title": key, "grants": grants(but)});
    let roles = format!("{}/roles", org.path);
    let role = org.owner.post(&roles, new("blind", &[])).await.is(201)["id"].as_str().unwrap().to_owned();
    org.owner.post(&roles, new("bot", &["service_token.manage", "service_token.view"])).await.is(201);
    let person = world.member(&org, "blind").await;
    let own = service(&org, &person, "bot").await;
    let others = service(&org, &org.owner, "bot").await;
    let older = ticket(&org, &own).await;
    let hidden = ticket(&org, &org.owner).await;
    let add = async |by: &Person, to: &Person| by.put_empty(&format!("{hidden}/participants/{}", to.id)).await;
    // Be it one that somebody else made: they may renew its secret.
    for service in [&own, &others] {
        assert_eq!(add(&person, service).await.problem(403, "forbidden")["permission"], "ticket.view");
    }
    let into = json!({"into": older.rsplit('/').next().unwrap()});
    person.post(&format!("{hidden}/merge"), into.clone()).await.problem(403, "forbidden");
    own.get(&hidden).await.problem(404, "not_found");
    // The secret that they made stays in their hands when they make no more.
    let patch = async |grants: Value| {
        let path = format!("{roles}/{role}");
        let etag = org.owner.get(&path).await.etag();
        org.owner.patch_if(&path, &etag, json!({"grants": grants})).await.is(200);
    };
    patch(grants(&["service_token.manage"])).await;
    add(&person, &own).await.problem(403, "forbidden");
    person.post(&format!("{hidden}/merge"), into.clone()).await.problem(403, "forbidden");
    // Another's service is as another person: they may be added.
    add(&person, &others).await.is(204);
    others.get(&hidden).await.is(200);
    org.owner.delete(&format!("{hidden}/participants/{}", others.id)).await.is(204);
    // Nor is it when they renewed its secret last.
    let renewed = format!("update api_tokens set created_by = '{}' where member_id = '{}'", person.id, others.id);
    world.arrange(&renewed).await;
    add(&person, &others).await.problem(403, "forbidden");
    // Who sees it brings it there.
    add(&org.owner, &own).await.is(204);
    org.owner.post(&format!("{hidden}/merge"), into).await.is(200);
    own.get(&older).await.is(200);
}

/// Nor by deleting the team that has it, for one in which the service is.
#[tokio::test]
async fn law_7_nobody_deletes_a_team_to_read_its_sites_as_a_service() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    let to = world.team(org, "To").await;
    let site = field.site(field.owner(), "Harbour").await;
    let grants = ["organization.view", "team.view", "team.delete", "site.create", "service_token.manage"];
    let grants: Vec<_> = grants.iter().map(|permission| json!({"permission": permission})).collect();
    let role = json!({"level": "organization", "key": "closer", "title": "Closer", "grants": grants});
    org.owner.post(&format!("{}/roles", org.path), role).await.is(201);
    let closer = world.member(org, "closer").await;
    let reader = service(org, &org.owner, "member").await;
    world.join_team(org, &reader, &to, "contributor_limited").await;
    let path = format!("{}/teams/{}?move_to={to}", org.path, field.team);
    assert_eq!(closer.delete(&path).await.problem(403, "forbidden")["permission"], "site.view");
    reader.get(&format!("{}/sites/{site}", field.path)).await.problem(404, "not_found");
    org.owner.delete(&format!("{}/teams/{to}/members/{}", org.path, reader.id)).await.is(204);
    closer.delete(&path).await.is(204);
}
