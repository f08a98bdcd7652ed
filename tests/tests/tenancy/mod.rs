//! Accounts, organizations and who belongs to them.

mod acceptance;
mod admitting;
mod deletion;
mod departures;
mod field_organization;
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
mod subscription;
mod team_members;
mod teams;
mod token_reach;
mod token_scopes;
mod tokens;
mod transfer;

use usher_tests::{Organization, Person, issued, json, personal_token, service_token};

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
