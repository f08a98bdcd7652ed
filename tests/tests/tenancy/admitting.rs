//! Law 7 for who is put into a team, or is in one: that opens to them what their other roles give under a condition that it
//! meets.

use usher_policy::{Condition, Level, Model, ModelKey, Permission};
use usher_tests::{Organization, Person, World, json, yes};

use super::issued;

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
        org.role("team", "guest", &[]).await;
        org.role("organization", "reader", &[("ticket.view", "template_visible")]).await;
        let body = json!({"subject": "x", "template_id": template, "answers": {"topic": "a"}});
        let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
        let ticket = format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap());
        Self { world, org, team, ticket }
    }

    /// Somebody with a role of the organization's own that has these and what it takes to put people into teams.
    async fn manager(&self, key: &str, grants: &[(&str, &str)]) -> Person {
        self.org.role("organization", key, &[&MANAGES, grants].concat()).await;
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

/// Who is in a team already gets what a role opens there: whoever gives it, or has it give more, has that too.
#[tokio::test]
async fn law_7_nobody_gives_or_changes_a_role_that_opens_by_a_team_what_they_do_not_have() {
    let desk = Desk::new().await;
    let more = [
        ("role.view", "yes"),
        ("role.manage", "yes"),
        ("member.change_role", "yes"),
        ("access.review", "yes"),
        ("ticket.view", "template_visible"),
    ];
    let manager = desk.manager("manager", &more).await;
    desk.org.role("organization", "nothing", &[]).await;
    let (person, other) =
        (desk.world.member(&desk.org, "nothing").await, desk.world.member(&desk.org, "nothing").await);
    desk.put(&desk.org.owner, &person).await.is(201);
    let roles = desk.org.owner.walk(&format!("{}/roles", desk.org.path)).await;
    let nothing = roles.iter().find(|role| role["key"] == "nothing").unwrap()["id"].as_str().unwrap();
    let of = |person: &Person| format!("{}/members/{}", desk.org.path, person.id);
    let (given, nothing) = (json!({"roles": ["reader"]}), format!("{}/roles/{nothing}", desk.org.path));
    let wider = json!({"grants": [{"permission": "ticket.view", "when": ["template_visible"]}]});
    let problem = manager.patch(&of(&person), given.clone()).await.problem(403, "role_out_of_reach");
    assert_eq!(problem["permission"], "member.change_role");
    let change = json!({"change_member_roles": {"member_id": person.id, "body": given}});
    let told = manager.post(&format!("{}/access/preview", desk.org.path), change).await.is(200);
    assert_eq!(told["refusal"]["code"], "role_out_of_reach", "{told:#}");
    let problem = manager.patch_if(&nothing, "*", wider.clone()).await.problem(403, "role_out_of_reach");
    assert_eq!(problem["permission"], "role.manage");
    person.get(&desk.ticket).await.problem(404, "not_found");
    // Who is in no team is opened nothing by the role, and a condition that no team meets opens nothing by it.
    manager.patch(&of(&other), given.clone()).await.is(200);
    manager.patch_if(&nothing, "*", json!({"grants": [{"permission": "member.view"}]})).await.is(200);
    // In the team they have it too.
    desk.put(&desk.org.owner, &manager).await.is(201);
    manager.patch_if(&nothing, "*", wider).await.is(200);
    person.get(&desk.ticket).await.is(200);
    manager.patch_if(&nothing, "*", json!({"grants": []})).await.is(200);
    person.get(&desk.ticket).await.problem(404, "not_found");
    manager.patch(&of(&person), given).await.is(200);
    person.get(&desk.ticket).await.is(200);
}

/// What a member of a helpdesk has on tickets whose template is open to a team of theirs.
fn by_templates() -> Vec<(&'static str, &'static str)> {
    let model = Model::built_in(ModelKey::Helpdesk);
    let member = model.role(Level::Organization, "member").unwrap();
    let opened = |permission: &&Permission| model.cell(member, **permission).contains(Condition::TemplateVisible);
    Permission::ALL.iter().filter(opened).map(|permission| (permission.key(), "template_visible")).collect()
}

/// A template opens its tickets to the teams that see it: whoever shows it to one more has them too.
#[tokio::test]
async fn law_7_nobody_opens_a_template_whose_tickets_they_do_not_have() {
    let desk = Desk::new().await;
    let templates = desk.org.owner.walk(&format!("{}/desk/templates", desk.org.path)).await;
    let template = templates.iter().find(|template| template["name"] == "Shown").unwrap()["id"].clone();
    let at = format!("{}/desk/templates/{}", desk.org.path, template.as_str().unwrap());
    let more = [("template.view", "yes"), ("template.update", "yes"), ("team.update", "yes"), ("team.create", "yes")];
    let curator = desk.manager("curator", &[&more, &by_templates()[..]].concat()).await;
    let own = desk.world.team(&desk.org, "Own").await;
    desk.world.join_team(&desk.org, &curator, &own, "member").await;
    let (teams, team) = (format!("{}/teams", desk.org.path), format!("{}/teams/{own}", desk.org.path));
    let shown = json!({"template_ids": [template]});
    let to_both = json!({"team_ids": [desk.team, own]});
    let problem = curator.patch_if(&team, "*", shown.clone()).await.problem(403, "role_out_of_reach");
    assert_eq!(
        (&problem["permission"], &problem["errors"][0]["pointer"]),
        (&json!("team.update"), &json!("/template_ids/0"))
    );
    let made = json!({"name": "Mine", "template_ids": [template]});
    curator.post(&teams, made.clone()).await.problem(403, "role_out_of_reach");
    let problem = curator.patch_if(&at, "*", to_both.clone()).await.problem(403, "role_out_of_reach");
    assert_eq!(problem["permission"], "template.update");
    curator.get(&desk.ticket).await.problem(404, "not_found");
    // What sees it already is named again, and what is taken from a team opens nothing.
    curator.patch_if(&at, "*", json!({"team_ids": [desk.team], "description": "Shown"})).await.is(200);
    // In a team that sees it they have its tickets, and open it; not where somebody has more on them by a role of their own.
    desk.put(&desk.org.owner, &curator).await.is(201);
    desk.org.role("organization", "deleter", &[("ticket.delete", "template_visible")]).await;
    let deleter = desk.world.member(&desk.org, "deleter").await;
    desk.world.join_team(&desk.org, &deleter, &own, "member").await;
    curator.patch_if(&team, "*", shown.clone()).await.problem(403, "role_out_of_reach");
    desk.org.owner.delete(&format!("{team}/members/{}", deleter.id)).await.is(204);
    curator.patch_if(&team, "*", shown.clone()).await.is(200);
    curator.patch_if(&at, "*", to_both).await.is(200);
    curator.post(&teams, made).await.is(201);
    // A team keeps what it sees, whoever names it.
    desk.org.owner.delete(&format!("{}/teams/{}/members/{}", desk.org.path, desk.team, curator.id)).await.is(204);
    desk.org.owner.delete(&format!("{team}/members/{}", curator.id)).await.is(204);
    curator.get(&desk.ticket).await.problem(404, "not_found");
    curator.patch_if(&team, "*", shown).await.is(200);
}

/// What is a service's own is not that of who renews its secret.
#[tokio::test]
async fn law_7_nobody_gets_at_what_is_a_services_own() {
    let desk = Desk::new().await;
    let shop = [("organization.view", "yes"), ("ticket.create", "yes"), ("ticket.view", "own")];
    desk.org.role("organization", "shop", &shop).await;
    let tokens = [("service_token.view", "yes"), ("service_token.manage", "yes"), ("ticket.create", "yes")];
    let keeper = desk.manager("keeper", &[&tokens[..], &[("ticket.view", "own")]].concat()).await;
    let head = desk.manager("head", &[&tokens[..], &[("ticket.view", "yes")]].concat()).await;
    let services = format!("{}/service-tokens", desk.org.path);
    let made = desk.org.owner.post(&services, json!({"name": "Shop", "roles": ["shop"]})).await.is(201);
    let (id, service) = issued(&desk.org.owner, made);
    let ticket = service.post(&format!("{}/desk/tickets", desk.org.path), json!({"subject": "x"})).await.is(201);
    keeper.get(&format!("{}/desk/tickets/{}", desk.org.path, ticket["id"].as_str().unwrap())).await.is(404);
    let rotate = format!("{services}/{id}/rotate");
    let problem = keeper.post(&rotate, json!({})).await.problem(403, "role_out_of_reach");
    assert_eq!(problem["permission"], "service_token.manage");
    for person in [&head, &desk.org.owner] {
        person.post(&rotate, json!({})).await.is(200);
    }
}

/// Nor does it help to have the secret first and to give the role then.
#[tokio::test]
async fn law_7_nobody_gives_a_service_what_opens_its_own_to_who_has_its_secret() {
    let desk = Desk::new().await;
    desk.org.role("organization", "shop", &yes(["organization.view", "ticket.create"])).await;
    desk.org.role("organization", "reads-own", &[("ticket.view", "own")]).await;
    desk.org.role("team", "reads-own-here", &[("ticket.view", "own")]).await;
    let grants = [
        ("service_token.view", "yes"),
        ("service_token.manage", "yes"),
        ("member.change_role", "yes"),
        ("role.view", "yes"),
        ("role.manage", "yes"),
        ("ticket.create", "yes"),
        ("ticket.view", "own"),
    ];
    let keeper = desk.manager("keeper", &grants).await;
    let services = format!("{}/service-tokens", desk.org.path);
    let made = desk.org.owner.post(&services, json!({"name": "Shop", "roles": ["shop"]})).await.is(201);
    let (id, service) = issued(&desk.org.owner, made);
    service.post(&format!("{}/desk/tickets", desk.org.path), json!({"subject": "x"})).await.is(204);
    let ticket = desk.world.look(&format!("select id from tickets where created_by = '{}'", service.id)).await.unwrap();
    let ticket = format!("{}/desk/tickets/{ticket}", desk.org.path);
    let renewed = keeper.post(&format!("{services}/{id}/rotate"), json!({})).await.is(200);
    let (_, service) = issued(&keeper, renewed);
    let member = format!("{}/members/{}", desk.org.path, service.id);
    let given = json!({"roles": ["reads-own"]});
    keeper.patch(&member, given.clone()).await.problem(403, "role_out_of_reach");
    let roles = desk.org.owner.walk(&format!("{}/roles", desk.org.path)).await;
    let shop = roles.iter().find(|role| role["key"] == "shop").unwrap()["id"].as_str().unwrap();
    let wider = json!({"grants": [{"permission": "ticket.view", "when": ["own"]}]});
    keeper.patch_if(&format!("{}/roles/{shop}", desk.org.path), "*", wider).await.problem(403, "role_out_of_reach");
    let team = format!("{}/teams/{}/members/{}", desk.org.path, desk.team, service.id);
    keeper.put(&team, json!({"role": "reads-own-here"})).await.problem(403, "role_out_of_reach");
    service.get(&ticket).await.problem(404, "not_found");
    // To a person they may give it, and who sees every ticket may to a service.
    let person = desk.world.member(&desk.org, "shop").await;
    keeper.patch(&format!("{}/members/{}", desk.org.path, person.id), given.clone()).await.is(200);
    desk.org.owner.patch(&member, given).await.is(200);
    service.get(&ticket).await.is(200);
}
