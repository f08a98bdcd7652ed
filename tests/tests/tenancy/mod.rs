//! Accounts, organizations and who belongs to them.

mod acceptance;
mod admitting;
mod deletion;
mod departures;
mod field_roles;
mod forged_tokens;
mod invitations;
mod member_roles;
mod members;
mod organizations;
mod queue_role_tables;
mod queue_roles;
mod read_only;
mod role_names;
mod roles;
mod service_tokens;
mod team_members;
mod teams;
mod token_reach;
mod token_scopes;
mod tokens;
mod transfer;

use usher_tests::{Organization, Person, json};

/// Makes sure that wherever one may ask beforehand, what a caller may do to a member is what the act then answers: by
/// `include=permissions`, on the member and in the list, by `check`, and by `explain`. A member whom they do not see has no
/// answers.
async fn says(org: &Organization, caller: &Person, target: &Person, permission: &str, allowed: bool) {
    let seen = caller.get(&format!("{}/members/{}?include=permissions", org.path, target.id)).await;
    let question = json!({"permission": permission, "resource_id": target.id});
    let check = caller.post(&format!("{}/access/check", org.path), json!({"checks": [question]})).await;
    let explanation = caller.post(&format!("{}/access/explain", org.path), json!({"question": question})).await;
    if seen.status == 404 {
        assert_eq!(check.is(200)["results"][0]["outcome"], "not_found");
        explanation.names(404, "/question/resource_id");
        return;
    }
    let has = |member: &usher_tests::Value| member["permissions"].as_array().unwrap().contains(&json!(permission));
    assert_eq!(has(&seen.is(200)), allowed, "{permission}");
    let list = caller.get(&format!("{}/members?include=permissions", org.path)).await.is(200);
    let listed = list["items"].as_array().unwrap().iter().find(|member| member["id"] == target.id.as_str()).unwrap();
    assert_eq!(has(listed), allowed, "{permission} in the list");
    assert_eq!(check.is(200)["results"][0]["allowed"], allowed, "{permission} by check");
    let explanation = explanation.is(200);
    assert_eq!(explanation["allowed"], allowed, "{permission}: {explanation:#}");
}

/// Makes a personal token of somebody's. Returns its id, and them as whoever acts with it.
async fn personal_token(org: &Organization, person: &Person, scopes: Option<&[&str]>) -> (String, Person) {
    let mut body = json!({"name": "Script"});
    if let Some(scopes) = scopes {
        body["scopes"] = json!(scopes);
    }
    issued(person, person.post(&format!("{}/personal-tokens", org.path), body).await.is(201))
}

/// Makes a service of these roles. Returns its token's id, and the service as whoever acts with it.
async fn service_token(org: &Organization, roles: &[&str], scopes: Option<&[&str]>) -> (String, Person) {
    let mut body = json!({"name": "Shop", "roles": roles});
    if let Some(scopes) = scopes {
        body["scopes"] = json!(scopes);
    }
    issued(&org.owner, org.owner.post(&format!("{}/service-tokens", org.path), body).await.is(201))
}

/// What the answer that makes a token says: its id, and who acts with it.
fn issued(person: &Person, answer: usher_tests::Value) -> (String, Person) {
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    let mut bearer = person.with_token(&text("token").unwrap());
    bearer.id = text("member_id").unwrap_or(bearer.id);
    (text("id").unwrap(), bearer)
}
