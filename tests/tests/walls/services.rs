//! A service is nobody's way around what they do not see: not by an act that brings it into the service's sight (law 7).

use usher_tests::{Organization, Person, World, json, service_token, yes};

/// What the bot may; who keeps it may [manage it](KEEPS) beside.
const GRANTS: [(&str, &str); 6] = [
    ("organization.view", "yes"),
    ("member.view", "yes"),
    ("ticket.create", "yes"),
    ("ticket.view", "own, participant, assigned"),
    ("ticket.merge", "yes"),
    ("ticket.add_participant", "yes"),
];

const KEEPS: [(&str, &str); 2] = [("service_token.view", "yes"), ("service_token.manage", "yes")];

/// A new ticket. Returns its path.
async fn ticket(org: &Organization, by: &Person) -> String {
    let made = by.post(&format!("{}/desk/tickets", org.path), json!({"subject": "x"})).await.is(201);
    format!("{}/desk/tickets/{}", org.path, made["id"].as_str().unwrap())
}

#[tokio::test]
async fn law_7_nobody_brings_what_they_do_not_see_into_the_sight_of_a_service_that_they_could_act_as() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let role = org.role("organization", "blind", &[&GRANTS[..], &KEEPS].concat()).await;
    org.role("organization", "bot", &GRANTS).await;
    let person = world.member(&org, "blind").await;
    let (_, own) = service_token(&org, &person, &["bot"], None).await;
    let (_, others) = service_token(&org, &org.owner, &["bot"], None).await;
    let older = ticket(&org, &own).await;
    let hidden = ticket(&org, &org.owner).await;
    let add = async |by: &Person, to: &Person| by.put_empty(&format!("{hidden}/participants/{}", to.id)).await;
    // Be it one that somebody else made: they may renew its secret.
    for service in [&own, &others] {
        add(&person, service).await.lacks("ticket.view");
    }
    let into = json!({"into": older.rsplit('/').next().unwrap()});
    person.post(&format!("{hidden}/merge"), into.clone()).await.lacks("ticket.view");
    own.get(&hidden).await.problem(404, "not_found");
    // The secret that they made stays in their hands when they make no more.
    let path = format!("{}/roles/{role}", org.path);
    let mut grants = org.owner.get(&path).await.is(200)["grants"].clone();
    grants.as_array_mut().unwrap().retain(|grant| grant["permission"] != "service_token.manage");
    org.owner.patch_if(&path, "*", json!({"grants": grants})).await.is(200);
    add(&person, &own).await.lacks("ticket.view");
    person.post(&format!("{hidden}/merge"), into.clone()).await.lacks("ticket.view");
    // Another's service is as another person: they may be added.
    add(&person, &others).await.is(204);
    others.get(&hidden).await.is(200);
    org.owner.delete(&format!("{hidden}/participants/{}", others.id)).await.is(204);
    // Nor is it when they renewed its secret last.
    let renewed = format!("update api_tokens set created_by = '{}' where member_id = '{}'", person.id, others.id);
    world.arrange(&renewed).await;
    add(&person, &others).await.lacks("ticket.view");
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
    let grants = yes(["organization.view", "team.view", "team.delete", "site.create", "service_token.manage"]);
    let closer = world.member_with(org, "closer", &grants).await;
    let (_, reader) = service_token(org, &org.owner, &["member"], None).await;
    world.join_team(org, &reader, &to, "contributor_limited").await;
    let path = format!("{}/teams/{}?move_to={to}", org.path, field.team);
    closer.delete(&path).await.lacks("site.view");
    reader.get(&format!("{}/sites/{site}", field.path)).await.problem(404, "not_found");
    org.owner.delete(&format!("{}/teams/{to}/members/{}", org.path, reader.id)).await.is(204);
    closer.delete(&path).await.is(204);
}
