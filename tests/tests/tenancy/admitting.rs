//! Law 7 for who is put into a team: being in it opens to them what their other roles give under a condition that it meets.

use usher_tests::{Organization, Person, Value, World, json};

use super::issued;

/// Adds a role of the organization's own.
async fn role(org: &Organization, level: &str, key: &str, grants: &[(&str, &str)]) {
    let grants: Vec<Value> = grants.iter().map(|(key, when)| json!({"permission": key, "when": [when]})).collect();
    let role = json!({"level": level, "key": key, "title": key, "grants": grants});
    org.owner.post(&format!("{}/roles", org.path), role).await.is(201);
}

/// A helpdesk with a team, a team role that gives nothing, and a ticket without a team whose template the team sees.
struct Desk {
    world: World,
    org: Organization,
    team: String,
    ticket: String,
}

/// What it takes to put people into teams.
const MANAGES: [(&str, &str); 4] =
    [("organization.view", "yes"), ("member.view", "yes"), ("team.view", "yes"), ("team.manage_members", "yes")];

impl Desk {
    async fn new() -> Self {
        let world = World::start().await;
        let org = world.organization("helpdesk").await;
        let (team, template) = (world.team(&org, "Support").await, world.template(&org, "Shown").await);
        world.show_template(&org, &template, &team).await;
        role(&org, "team", "guest", &[]).await;
        role(&org, "organization", "reader", &[("ticket.view", "template_visible")]).await;
        let body = json!({"subject": "x", "template_id": template, "answers": {"topic": "a"}});
        let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
        let ticket = format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap());
        Self { world, org, team, ticket }
    }

    /// Somebody with a role of the organization's own that has these and what it takes to put people into teams.
    async fn manager(&self, key: &str, grants: &[(&str, &str)]) -> Person {
        role(&self.org, "organization", key, &[&MANAGES, grants].concat()).await;
        self.world.member(&self.org, key).await
    }

    async fn put(&self, by: &Person, person: &Person) -> usher_tests::Answer {
        by.put(&format!("{}/teams/{}/members/{}", self.org.path, self.team, person.id), json!({"role": "guest"})).await
    }

    /// Refused, by id and by address, and nothing is opened.
    async fn refused(&self, by: &Person, person: &Person) {
        let problem = self.put(by, person).await.problem(403, "role_out_of_reach");
        assert_eq!(problem["permission"], "team.manage_members");
        let path = format!("{}/teams/{}/members", self.org.path, self.team);
        let by_address = by.post(&path, json!({"email": person.email, "role": "guest"})).await;
        by_address.problem(403, "role_out_of_reach");
        person.get(&self.ticket).await.problem(404, "not_found");
    }
}

/// A team role that gives nothing opens all the same what another role gives to who is in a team.
#[tokio::test]
async fn law_7_nobody_puts_themselves_into_a_team_that_opens_what_they_do_not_have() {
    let desk = Desk::new().await;
    let more = [("role.view", "yes"), ("role.manage", "yes"), ("ticket.view", "template_visible")];
    let manager = desk.manager("manager", &more).await;
    desk.refused(&manager, &manager).await;
    // Who is in it has it, and opens it to others: but no more.
    desk.put(&desk.org.owner, &manager).await.is(201);
    manager.get(&desk.ticket).await.is(200);
    let (reader, member) = (desk.world.member(&desk.org, "reader").await, desk.world.member(&desk.org, "member").await);
    desk.refused(&manager, &member).await;
    desk.put(&manager, &reader).await.is(201);
    reader.get(&desk.ticket).await.is(200);
    desk.put(&manager, &reader).await.is(200);
}

#[tokio::test]
async fn law_7_nobody_puts_others_into_a_team_that_opens_to_them_what_the_giver_does_not_have() {
    let desk = Desk::new().await;
    let herder = desk.manager("herder", &[]).await;
    let (reader, member) = (desk.world.member(&desk.org, "reader").await, desk.world.member(&desk.org, "member").await);
    for person in [&reader, &member] {
        desk.refused(&herder, person).await;
    }
    // To be in the team does not give it, where no role of theirs does.
    desk.put(&desk.org.owner, &herder).await.is(201);
    desk.refused(&herder, &reader).await;
    // To whom nothing is opened they may be put into it: they have it all already, or no role that gives by it.
    let (admin, plain) = (desk.world.member(&desk.org, "admin").await, desk.world.member(&desk.org, "herder").await);
    for person in [&admin, &plain] {
        desk.put(&herder, person).await.is(201);
    }
    // Who sees the tickets without a condition opens them, from wherever they are.
    let seer = desk.manager("seer", &[("ticket.view", "yes")]).await;
    desk.refused(&seer, &member).await;
    desk.put(&seer, &reader).await.is(201);
    reader.get(&desk.ticket).await.is(200);
    // The owner holds it all.
    desk.put(&desk.org.owner, &member).await.is(201);
    member.get(&desk.ticket).await.is(200);
}

/// Whoever renews a service's secret gets to act in its place, in its teams too.
#[tokio::test]
async fn law_7_nobody_gets_at_a_service_in_a_team_that_opens_what_they_do_not_have() {
    let desk = Desk::new().await;
    let grants = [("service_token.view", "yes"), ("service_token.manage", "yes"), ("ticket.view", "template_visible")];
    let keeper = desk.manager("keeper", &grants).await;
    let services = format!("{}/service-tokens", desk.org.path);
    let made = keeper.post(&services, json!({"name": "Bot", "roles": ["reader"]})).await.is(201);
    let (id, service) = issued(&keeper, made);
    let rotate = format!("{services}/{id}/rotate");
    keeper.post(&rotate, json!({})).await.is(200);
    desk.put(&desk.org.owner, &service).await.is(201);
    keeper.post(&rotate, json!({})).await.problem(403, "role_out_of_reach");
    desk.put(&desk.org.owner, &keeper).await.is(201);
    keeper.post(&rotate, json!({})).await.is(200);
}
