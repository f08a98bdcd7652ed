//! What a change would make of who may do what: exactly what it then does, and nothing of it before.

mod refused;

use std::collections::{BTreeMap, BTreeSet};

use usher_tests::{Organization, Person, Value, World, json};

type Given = BTreeMap<(String, String, String), Value>;

/// What somebody may do, by scope, as they themselves are told; nothing, if they are no member any more.
async fn given(person: &Person, org: &Organization) -> Given {
    let answer = person.get(&format!("{}/me/permissions", org.path)).await;
    if answer.status == 404 {
        return Given::new();
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut given = Given::new();
    for scope in answer.is(200)["scopes"].as_array().unwrap() {
        for grant in scope["permissions"].as_array().unwrap() {
            let key = (text(&scope["level"]), text(&scope["id"]), text(&grant["permission"]));
            given.insert(key, grant["when"].clone());
        }
    }
    given
}

/// The differences between two such, as a preview tells them, but for the word for the effect.
fn differences(before: &Given, after: &Given) -> Vec<Value> {
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let when = |given: &Given, key| given.get(key).cloned().unwrap_or_else(|| json!([]));
    let keys = keys.into_iter().map(|key| (key, when(before, key), when(after, key)));
    let told = keys.filter(|(_, before, after)| before != after).map(|((level, scope, permission), before, after)| {
        json!({"level": level, "scope_id": scope, "permission": permission, "before": before, "after": after})
    });
    sorted(told.collect())
}

fn sorted(mut differences: Vec<Value>) -> Vec<Value> {
    differences.sort_by_key(Value::to_string);
    differences
}

/// What a preview could leave behind.
const TABLES: &str = "members role_assignments custom_roles organizations accounts teams tickets ticket_messages \
    outgoing_mail recent_mail idempotency_keys";

async fn everything(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for table in TABLES.split_whitespace() {
        let sql = format!("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t");
        found.push(world.look(&sql).await.unwrap());
    }
    found
}

struct Act<'a> {
    method: &'a str,
    path: String,
    body: Value,
}

/// Previews a change for these people, makes sure that nothing of it has happened, makes it, and makes sure that it did to
/// each of them what was said.
async fn preview_and_do(world: &World, org: &Organization, change: Value, act: Act<'_>, people: &[&Person]) -> Value {
    let mut before = Vec::new();
    for person in people {
        before.push(given(person, org).await);
    }
    let untouched = everything(world).await;
    let told = org.owner.post(&format!("{}/access/preview", org.path), change.clone()).await.is(200);
    assert_eq!(everything(world).await, untouched, "{change}");
    assert_eq!((told.get("refusal"), &told["members_concerned"]), (None, &json!(people.len())), "{told:#}");
    for (person, before) in people.iter().zip(&before) {
        assert_eq!(given(person, org).await, *before, "{change}");
    }
    let path = format!("{}{}", org.path, act.path);
    let current = org.owner.get(&path).await;
    let request = org.owner.request(act.method.parse().unwrap(), &path);
    let request = match current.headers.get("etag") {
        Some(etag) => request.header("if-match", etag),
        None => request,
    };
    let request = if act.body.is_null() { request } else { request.json(&act.body) };
    let done = org.owner.send(request).await;
    assert!((200..300).contains(&done.status), "{} {:#}", done.request, done.body);
    for (person, before) in people.iter().zip(&before) {
        let after = given(person, org).await;
        let member = told["members"].as_array().unwrap().iter().find(|member| member["member_id"] == json!(person.id));
        let member = member.unwrap_or_else(|| panic!("{} in {told:#}", person.email));
        let mut said = member["differences"].as_array().unwrap().clone();
        for difference in &mut said {
            let difference_of = difference.as_object_mut().unwrap();
            let effect = difference_of.shift_remove("effect").unwrap();
            let name = difference_of.shift_remove("scope_name");
            assert_eq!(name.is_some(), difference["level"] != "organization", "{difference}");
            let [before, after] = ["before", "after"].map(|key| difference[key].as_array().unwrap().is_empty());
            assert_eq!((before, after), (effect == "gained", effect == "lost"), "{difference}");
        }
        assert_eq!(sorted(said), differences(before, &after), "{change}");
        assert_eq!(member["stays"], json!(!after.is_empty()), "{change}");
    }
    told
}

#[tokio::test]
async fn a_preview_says_of_each_change_what_it_then_does_and_does_nothing() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (person, other) = (world.member(&org, "member").await, world.member(&org, "member").await);
    let team = org.owner.post(&format!("{}/teams", org.path), json!({"name": "A"})).await.is(201);
    let team = team["id"].as_str().unwrap();
    let of_team = format!("/teams/{team}/members/{}", person.id);
    let of_member = format!("/members/{}", person.id);

    // A role in a team is given, is another, is taken.
    for role in ["member", "admin"] {
        let change = json!({"set_team_member": {"team_id": team, "member_id": person.id, "body": {"role": role}}});
        let act = Act { method: "PUT", path: of_team.clone(), body: json!({"role": role}) };
        let told = preview_and_do(&world, &org, change, act, &[&person]).await;
        assert!(!told["members"][0]["differences"].as_array().unwrap().is_empty(), "{told:#}");
    }
    let change = json!({"remove_team_member": {"team_id": team, "member_id": person.id}});
    let act = Act { method: "DELETE", path: of_team.clone(), body: Value::Null };
    preview_and_do(&world, &org, change, act, &[&person]).await;

    // A role of the organization's own comes to be, is held by two, changes, is held by nobody and goes.
    let new = json!({"level": "team", "key": "greeter", "title": "Greeter", "grants": [
        {"permission": "ticket.view"}, {"permission": "ticket.reply", "when": ["assigned"]},
    ]});
    let act = Act { method: "POST", path: "/roles".to_owned(), body: new.clone() };
    preview_and_do(&world, &org, json!({"create_role": {"body": new}}), act, &[]).await;
    let roles = org.owner.get(&format!("{}/roles", org.path)).await.is(200);
    let role = roles["items"][0]["id"].as_str().unwrap();
    for member in [&person, &other] {
        let path = format!("/teams/{team}/members/{}", member.id);
        let change = json!({"set_team_member": {"team_id": team, "member_id": member.id, "body": {"role": "greeter"}}});
        let act = Act { method: "PUT", path, body: json!({"role": "greeter"}) };
        preview_and_do(&world, &org, change, act, &[member]).await;
    }
    let body = json!({"grants": [{"permission": "ticket.view", "when": ["assigned"]}, {"permission": "ticket.reply"},
        {"permission": "team.manage_members"}]});
    let change = json!({"update_role": {"role_id": role, "body": body}});
    let act = Act { method: "PATCH", path: format!("/roles/{role}"), body };
    let told = preview_and_do(&world, &org, change, act, &[&person, &other]).await;
    let effects = told["members"][0]["differences"].as_array().unwrap().iter();
    let effects: BTreeSet<&str> = effects.map(|difference| difference["effect"].as_str().unwrap()).collect();
    assert_eq!(effects, BTreeSet::from(["gained", "narrowed", "widened"]), "{told:#}");
    for member in [&person, &other] {
        org.owner.delete(&format!("{}/teams/{team}/members/{}", org.path, member.id)).await.is(204);
    }
    let act = Act { method: "DELETE", path: format!("/roles/{role}"), body: Value::Null };
    preview_and_do(&world, &org, json!({"delete_role": {"role_id": role}}), act, &[]).await;

    // An organization role is another, and the membership ends, of somebody who handles a ticket.
    let body = json!({"roles": ["admin"]});
    let change = json!({"change_member_roles": {"member_id": person.id, "body": body}});
    let act = Act { method: "PATCH", path: of_member.clone(), body };
    preview_and_do(&world, &org, change, act, &[&person]).await;
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), json!({"subject": "x"})).await.is(201);
    let to = format!("update tickets set assignee_id = '{}' where id = {}", person.id, ticket["id"]).replace('"', "'");
    world.arrange(&to).await;
    let act = Act { method: "DELETE", path: of_member, body: Value::Null };
    let told = preview_and_do(&world, &org, json!({"remove_member": {"member_id": person.id}}), act, &[&person]).await;
    assert_eq!(told["members"][0]["stays"], false);
}

#[tokio::test]
async fn a_preview_of_queue_permissions_says_what_they_then_do() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let person = world.member(&org, "staff").await;
    let (one, other) = (world.queue(&org, "One").await, world.queue(&org, "Other").await);
    world.allow(&org, &person, &one, &["contribute", "manage"]).await;
    let body = json!({"permissions": [{"queue_id": one, "delete": true}, {"queue_id": other, "contribute": true}]});
    let change = json!({"set_queue_permissions": {"member_id": person.id, "body": body}});
    let act = Act { method: "PUT", path: format!("/members/{}/queue-permissions", person.id), body };
    let told = preview_and_do(&world, &org, change, act, &[&person]).await;
    assert!(told["members"][0]["differences"].as_array().unwrap().len() > 3, "{told:#}");
    // Whether somebody is staff decides what their queue permissions give them.
    let body = json!({"roles": ["user"]});
    let change = json!({"change_member_roles": {"member_id": person.id, "body": body}});
    let act = Act { method: "PATCH", path: format!("/members/{}", person.id), body };
    let told = preview_and_do(&world, &org, change, act, &[&person]).await;
    assert!(told.to_string().contains("ticket.note"), "{told:#}");
}

/// Who comes into a team with a role that gives nothing has there what their organization role gives by being in it.
#[tokio::test]
async fn a_preview_says_what_being_in_a_team_opens() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let person = world.member(&org, "member").await;
    let team = world.team(&org, "A").await;
    let of_team = format!("/teams/{team}/members/{}", person.id);
    org.role("team", "guest", &[]).await;
    let change = json!({"set_team_member": {"team_id": team, "member_id": person.id, "body": {"role": "guest"}}});
    let act = Act { method: "PUT", path: of_team.clone(), body: json!({"role": "guest"}) };
    let told = preview_and_do(&world, &org, change, act, &[&person]).await;
    let opened = told["members"][0]["differences"].as_array().unwrap().iter();
    let opened = opened.filter(|it| it["permission"] == "ticket.view").collect::<Vec<_>>();
    assert_eq!((opened.len(), &opened[0]["after"]), (1, &json!(["template_visible"])), "{told:#}");
    let template = world.template(&org, "Open").await;
    world.show_template(&org, &template, &team).await;
    let ticket = json!({"subject": "x", "template_id": template, "answers": {"topic": "a"}});
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), ticket).await.is(201);
    let ticket = format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap());
    person.get(&ticket).await.is(200);
    org.owner.delete(&format!("{}{of_team}", org.path)).await.is(204);
    person.get(&ticket).await.problem(404, "not_found");
}

/// What a role at a queue gives under a condition that being in a team meets is opened by the team too.
#[tokio::test]
async fn a_preview_says_what_being_in_a_team_opens_by_roles_at_queues() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let (person, team) = (world.member(&org, "user").await, world.team(&org, "A").await);
    org.role("queue", "shown", &[("ticket.view", "template_visible")]).await;
    org.role("team", "guest", &[]).await;
    let inbox = world.inbox(&org).await;
    world.allow(&org, &person, &inbox, &["shown"]).await;
    let change = json!({"set_team_member": {"team_id": team, "member_id": person.id, "body": {"role": "guest"}}});
    let path = format!("/teams/{team}/members/{}", person.id);
    let act = Act { method: "PUT", path, body: json!({"role": "guest"}) };
    let told = preview_and_do(&world, &org, change, act, &[&person]).await;
    let difference = &told["members"][0]["differences"][0];
    assert_eq!((&difference["permission"], &difference["level"]), (&json!("ticket.view"), &json!("team")), "{told:#}");
}

/// Of who may nothing at the moment it is told what they would have if they might.
#[tokio::test]
async fn a_preview_says_of_an_ended_service_what_it_would_have_with_a_new_token() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let service = json!({"name": "Shop", "roles": ["member"]});
    let service = org.owner.post(&format!("{}/service-tokens", org.path), service).await.is(201);
    world.arrange("update api_tokens set expires_at = now()").await;
    let change = json!({"change_member_roles": {"member_id": service["member_id"], "body": {"roles": ["admin"]}}});
    let told = org.owner.post(&format!("{}/access/preview", org.path), change).await.is(200);
    let gained = told["members"][0]["differences"].as_array().unwrap();
    assert!(gained.iter().any(|it| it["permission"] == "team.create" && it["effect"] == "gained"), "{told:#}");
}
