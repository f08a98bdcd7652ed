//! Teams and their configuration.

use usher_tests::{Organization, Person, World, json};

async fn new_team(org: &Organization, name: &str) -> String {
    let team = org.owner.post(&format!("{}/teams", org.path), json!({"name": name})).await.is(201);
    team["id"].as_str().unwrap().to_owned()
}

/// A team with a template that it sees, a ticket of that template without a team, and a member of the team.
async fn audience(world: &World, org: &Organization) -> (String, String, String, Person) {
    let team = new_team(org, "Returns").await;
    let template = world.template(org, "Form").await;
    let person = world.member(org, "member").await;
    world.join_team(org, &person, &team, "member").await;
    let body = json!({"subject": "Broken", "template_id": template, "answers": {"topic": "a"}});
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
    (team, template, format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap()), person)
}

#[tokio::test]
async fn vk_23_owner_and_admin_create_and_delete_teams() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [admin, member] = [world.member(&org, "admin").await, world.member(&org, "member").await];
    for (person, name) in [(&org.owner, "One"), (&admin, "Two")] {
        let made = person.post(&format!("{}/teams", org.path), json!({"name": name, "description": "Why"})).await;
        let location = made.headers["location"].to_str().unwrap().to_owned();
        assert_eq!((made.etag().as_str(), made.is(201)["website_ids"].clone()), ("\"1\"", json!([])));
        member.delete(&location).await.problem(403, "forbidden");
        person.delete(&location).await.is(204);
        person.get(&location).await.problem(404, "not_found");
        person.delete(&location).await.problem(404, "not_found");
    }
    member.post(&format!("{}/teams", org.path), json!({"name": "Mine"})).await.problem(403, "forbidden");
    let queues = world.organization("queues").await;
    queues.owner.post(&format!("{}/teams", queues.path), json!({"name": "None"})).await.problem(403, "forbidden");
    assert!(queues.owner.get(&format!("{}/teams", queues.path)).await.ids().is_empty());
}

/// VK-17, VK-18, VK-19, VK-20, VK-22.
#[tokio::test]
async fn vk_17_vk_18_vk_19_vk_20_vk_22_who_configures_which_team() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [a, b] = [new_team(&org, "A").await, new_team(&org, "B").await];
    let admin = world.member(&org, "admin").await;
    let [both, plain, outsider] =
        [world.member(&org, "member").await, world.member(&org, "member").await, world.member(&org, "member").await];
    // VK-22: admin of one team and member of another.
    world.join_team(&org, &both, &a, "admin").await;
    world.join_team(&org, &both, &b, "member").await;
    world.join_team(&org, &plain, &a, "member").await;
    for (fact, person, team, status) in [
        ("VK-18", &org.owner, &a, 200),
        ("VK-18", &org.owner, &b, 200),
        ("VK-18", &admin, &a, 200),
        ("VK-18", &admin, &b, 200),
        ("VK-17", &both, &a, 200),
        ("VK-20", &both, &b, 403),
        ("VK-19", &plain, &a, 403),
        ("VK-20", &plain, &b, 403),
        ("VK-20", &outsider, &a, 403),
    ] {
        let path = format!("{}/teams/{team}", org.path);
        assert_eq!(person.patch(&path, json!({"description": fact})).await.status, status, "{fact} description");
        let etag = org.owner.get(&path).await.etag();
        let lists = json!({"website_ids": [], "template_ids": []});
        assert_eq!(person.patch_if(&path, &etag, lists).await.status, status, "{fact} lists");
        let member = format!("{path}/members/{}", outsider.id);
        let joined = if status == 200 { 201 } else { 403 };
        assert_eq!(person.put(&member, json!({"role": "member"})).await.status, joined, "{fact} add");
        let gone = if status == 200 { 204 } else { 403 };
        assert_eq!(person.delete(&member).await.status, gone, "{fact} remove");
        let seen = person.get(&format!("{path}?include=permissions")).await.is(200);
        let may = seen["permissions"].as_array().unwrap().contains(&json!("team.update"));
        assert_eq!(may, status == 200, "{fact} permissions");
    }
}

#[tokio::test]
async fn vk_21_a_team_admin_has_no_power_over_the_organization() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = new_team(&org, "A").await;
    let [lead, other] = [world.member(&org, "member").await, world.member(&org, "member").await];
    world.join_team(&org, &lead, &team, "admin").await;
    lead.patch(&org.path, json!({"name": "Mine"})).await.problem(403, "forbidden");
    lead.delete(&format!("{}?confirm={}", org.path, org.slug)).await.problem(403, "forbidden");
    lead.post(&format!("{}/teams", org.path), json!({"name": "Mine"})).await.problem(403, "forbidden");
    lead.delete(&format!("{}/teams/{team}", org.path)).await.problem(403, "forbidden");
    let member = format!("{}/members/{}", org.path, other.id);
    lead.patch(&member, json!({"roles": ["admin"]})).await.problem(403, "forbidden");
    lead.delete(&member).await.problem(403, "forbidden");
    let invitation = json!({"email": "new@example.org", "role": "member"});
    lead.post(&format!("{}/invitations", org.path), invitation).await.problem(403, "forbidden");
}

#[tokio::test]
async fn vk_24_websites_and_templates_are_configured_as_whole_lists() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (website, other) = (world.website(&org, "shop").await, world.website(&org, "blog").await);
    let template = world.template(&org, "Form").await;
    let body = json!({"name": "A", "website_ids": [website], "template_ids": [template, template]});
    let made = org.owner.post(&format!("{}/teams", org.path), body).await.is(201);
    assert_eq!((&made["website_ids"], &made["template_ids"]), (&json!([website]), &json!([template])));
    let path = format!("{}/teams/{}", org.path, made["id"].as_str().unwrap());
    let etag = org.owner.get(&path).await.etag();
    for list in ["website_ids", "template_ids"] {
        org.owner.patch(&path, json!({list: []})).await.problem(428, "precondition_required");
    }
    let changed = org.owner.patch_if(&path, &etag, json!({"website_ids": [other]})).await;
    assert_ne!(changed.etag(), etag);
    let changed = changed.is(200);
    assert_eq!((&changed["website_ids"], &changed["template_ids"]), (&json!([other]), &json!([template])));
    org.owner.patch_if(&path, &etag, json!({"website_ids": []})).await.problem(412, "stale");
    org.owner.patch_if(&path, &etag, json!({"name": "B"})).await.problem(412, "stale");
    // A template tells which teams see it, so it has changed too.
    let version = format!("select version from templates where id = '{template}'");
    assert_eq!(world.look(&version).await.as_deref(), Some("2"));
}

/// Of a team, somebody else is shown the templates that they see themselves: the others' ids are none of their business.
#[tokio::test]
async fn vk_24_a_team_tells_only_of_templates_that_the_caller_sees() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [a, b] = [new_team(&org, "A").await, new_team(&org, "B").await];
    let [own, foreign] = [world.template(&org, "Own").await, world.template(&org, "Foreign").await];
    for (template, team) in [(&own, &a), (&own, &b), (&foreign, &b)] {
        world.show_template(&org, template, team).await;
    }
    let (person, outsider) = (world.member(&org, "member").await, world.member(&org, "member").await);
    world.join_team(&org, &person, &a, "member").await;
    let all: std::collections::BTreeSet<_> = [&own, &foreign].into_iter().collect();
    for (who, of_b) in [(&org.owner, json!(all)), (&person, json!([own])), (&outsider, json!([]))] {
        let got = who.get(&format!("{}/teams/{b}", org.path)).await.is(200);
        assert_eq!(got["template_ids"], of_b);
        let listed = who.get(&format!("{}/teams?sort=name", org.path)).await.is(200);
        assert_eq!(listed["items"][1]["template_ids"], of_b);
    }
}

/// A team admin configures what the team has, and takes no website that was not given to it.
#[tokio::test]
async fn vk_24_a_website_that_is_not_the_teams_is_linked_by_who_may_change_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = new_team(&org, "A").await;
    let (own, free) = (world.website(&org, "shop").await, world.website(&org, "blog").await);
    world.link_website(&org, &own, &team).await;
    let lead = world.member(&org, "member").await;
    world.join_team(&org, &lead, &team, "admin").await;
    let path = format!("{}/teams/{team}", org.path);
    let set = async |who: &Person, websites: &[&String]| {
        let etag = who.get(&path).await.etag();
        who.patch_if(&path, &etag, json!({"website_ids": websites})).await
    };
    let refused = set(&lead, &[&own, &free]).await.names(403, "/website_ids/1");
    assert_eq!(refused["permission"], "website.update");
    // What the team has it keeps, and gives back; then it is not the team's any more.
    set(&lead, &[&own]).await.is(200);
    set(&lead, &[]).await.is(200);
    set(&lead, &[&own]).await.names(403, "/website_ids/0");
    let admin = world.member(&org, "admin").await;
    assert_eq!(set(&admin, &[&free]).await.is(200)["website_ids"], json!([free]));
}

#[tokio::test]
async fn vk_24_template_visibility_opens_and_closes_tickets_at_once() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (team, template, ticket, person) = audience(&world, &org).await;
    let path = format!("{}/teams/{team}", org.path);
    for (templates, status) in [(json!([]), 404), (json!([template]), 200), (json!([]), 404)] {
        let etag = org.owner.get(&path).await.etag();
        org.owner.patch_if(&path, &etag, json!({"template_ids": templates})).await.is(200);
        assert_eq!(person.get(&ticket).await.status, status, "{templates}");
        let listed = person.get(&format!("{}/desk/tickets", org.path)).await.ids().len();
        assert_eq!(listed, usize::from(status == 200), "{templates}");
    }
}

#[tokio::test]
async fn vk_43_a_team_takes_nothing_that_is_not_there_or_not_seen() {
    let world = World::start().await;
    let [org, other] = [world.organization("helpdesk").await, world.organization("helpdesk").await];
    let team = new_team(&org, "A").await;
    let (website, template) = (world.website(&other, "shop").await, world.template(&other, "Form").await);
    let path = format!("{}/teams/{team}", org.path);
    let etag = org.owner.get(&path).await.etag();
    for (body, place) in [
        (json!({"website_ids": [website]}), "/website_ids/0"),
        (json!({"template_ids": [template]}), "/template_ids/0"),
    ] {
        org.owner.patch_if(&path, &etag, body.clone()).await.names(404, place);
        let mut new = body;
        new["name"] = json!("New");
        org.owner.post(&format!("{}/teams", org.path), new).await.names(404, place);
    }
    // A team admin shows their team no template that they do not see themselves: that would be giving what one has not.
    let lead = world.member(&org, "member").await;
    world.join_team(&org, &lead, &team, "admin").await;
    let hidden = world.template(&org, "Hidden").await;
    lead.patch_if(&path, &etag, json!({"template_ids": [hidden]})).await.names(404, "/template_ids/0");
    assert_eq!(org.owner.get(&path).await.etag(), etag);
    // Another organization's team is not there at all.
    let theirs = new_team(&other, "B").await;
    for path in [format!("{}/teams/{theirs}", org.path), format!("{}/teams/{theirs}", other.path)] {
        org.owner.get(&path).await.problem(404, "not_found");
        org.owner.patch(&path, json!({"name": "Mine"})).await.problem(404, "not_found");
        org.owner.delete(&path).await.problem(404, "not_found");
        org.owner.get(&format!("{path}/members")).await.problem(404, "not_found");
        org.owner
            .put(&format!("{path}/members/{}", org.owner.id), json!({"role": "admin"}))
            .await
            .problem(404, "not_found");
    }
    org.owner.get(&format!("{}/members?team={theirs}", org.path)).await.names(404, "team");
    org.owner.delete(&format!("{path}?move_to={theirs}")).await.names(404, "move_to");
    org.owner.get(&path).await.is(200);
}

#[tokio::test]
async fn what_a_team_cannot_be_is_named() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = new_team(&org, "A").await;
    new_team(&org, "B").await;
    let teams = format!("{}/teams", org.path);
    for (body, place) in [
        (json!({}), "/name"),
        (json!({"name": ""}), "/name"),
        (json!({"name": "x".repeat(121)}), "/name"),
        (json!({"name": "C", "website_ids": ["x"]}), "/website_ids/0"),
        (json!({"name": "C", "color": "red"}), "/color"),
    ] {
        org.owner.post(&teams, body).await.names(422, place);
    }
    org.owner.post(&teams, json!({"name": "A"})).await.problem(409, "team_name_taken");
    org.owner.patch(&format!("{teams}/{team}"), json!({"name": "B"})).await.problem(409, "team_name_taken");
    for (query, parameter) in [("sort=size", "sort"), ("limit=0", "limit"), ("q=x", "q"), ("cursor=x", "cursor")] {
        org.owner.get(&format!("{teams}?{query}")).await.names(400, parameter);
    }
}

#[tokio::test]
async fn pages_hold_every_team_once_in_each_order() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for name in ["Cyd", "Ada", "Bea"] {
        new_team(&org, name).await;
    }
    for (sort, expected) in [
        ("name", ["Ada", "Bea", "Cyd"]),
        ("-name", ["Cyd", "Bea", "Ada"]),
        ("created_at", ["Cyd", "Ada", "Bea"]),
        ("-created_at", ["Bea", "Ada", "Cyd"]),
    ] {
        let teams = org.owner.walk(&format!("{}/teams?limit=1&sort={sort}", org.path)).await;
        assert_eq!(teams.iter().map(|team| team["name"].as_str().unwrap()).collect::<Vec<_>>(), expected, "{sort}");
    }
    assert_eq!(org.owner.get(&format!("{}/teams?include=total", org.path)).await.is(200)["total"], 3);
}
