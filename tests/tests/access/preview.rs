//! What a change would make of who may do what: exactly what it then does, and nothing of it before.

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
        {"permission": "ticket.note"}]});
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

#[tokio::test]
async fn a_preview_tells_a_refusal_as_the_act_tells_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (admin, member) = (world.member(&org, "admin").await, world.member(&org, "member").await);
    let new =
        json!({"level": "organization", "key": "helper", "title": "Helper", "grants": [{"permission": "team.view"}]});
    let role = org.owner.post(&format!("{}/roles", org.path), new.clone()).await.is(201);
    let role = role["id"].as_str().unwrap();
    org.owner.patch(&format!("{}/members/{}", org.path, member.id), json!({"roles": ["helper"]})).await.is(200);
    let to_owner = json!({"roles": ["owner"]});
    let preview = format!("{}/access/preview", org.path);
    let of = |person: &Person| format!("{}/members/{}", org.path, person.id);
    let untouched = everything(&world).await;
    for (who, change, act, expected) in [
        (
            &admin,
            json!({"change_member_roles": {"member_id": member.id, "body": to_owner}}),
            admin.patch(&of(&member), to_owner.clone()).await,
            (403, "role_out_of_reach"),
        ),
        (
            &admin,
            json!({"remove_member": {"member_id": org.owner.id}}),
            admin.delete(&of(&org.owner)).await,
            (403, "role_out_of_reach"),
        ),
        (
            &org.owner,
            json!({"remove_member": {"member_id": org.owner.id}}),
            org.owner.delete(&of(&org.owner)).await,
            (409, "last_holder"),
        ),
        (
            &org.owner,
            json!({"delete_role": {"role_id": role}}),
            org.owner.delete(&format!("{}/roles/{role}", org.path)).await,
            (409, "in_use"),
        ),
        (
            &org.owner,
            json!({"create_role": {"body": new}}),
            org.owner.post(&format!("{}/roles", org.path), new.clone()).await,
            (409, "role_key_taken"),
        ),
    ] {
        let told = who.post(&preview, change.clone()).await.is(200);
        let act = act.problem(expected.0, expected.1);
        for field in ["status", "code", "detail", "permission"] {
            assert_eq!(told["refusal"].get(field), act.get(field), "{change} {field}");
        }
        assert_eq!((&told["members"], &told["members_concerned"]), (&json!([]), &json!(0)), "{change}");
    }
    assert_eq!(everything(&world).await, untouched);
}

#[tokio::test]
async fn a_preview_is_refused_and_told_place_by_place() {
    let world = World::start().await;
    let (org, foreign) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let member = world.member(&org, "member").await;
    let team = world.team(&org, "A").await;
    let preview = format!("{}/access/preview", org.path);
    let removal = |id: &str| json!({"remove_member": {"member_id": id}});
    let problem = member.post(&preview, removal(&member.id)).await.problem(403, "forbidden");
    assert_eq!(problem["permission"], "access.review");
    foreign.owner.post(&preview, removal(&member.id)).await.problem(404, "not_found");
    let never = uuid::Uuid::now_v7().to_string();
    let in_team = |team: &str, role: &str| json!({"set_team_member": {"team_id": team, "member_id": member.id, "body": {"role": role}}});
    for (body, status, place) in [
        (json!({}), 422, ""),
        (json!({"remove_member": {"member_id": member.id}, "delete_role": {"role_id": never}}), 422, ""),
        (json!({"remove_member": null}), 422, "/remove_member"),
        (json!({"no_such": {}}), 422, "/no_such"),
        (json!({"remove_member": {}}), 422, "/remove_member/member_id"),
        (json!({"remove_member": {"member_id": member.id, "more": 1}}), 422, "/remove_member/more"),
        (
            json!({"change_member_roles": {"member_id": member.id, "body": {"roles": ["none"]}}}),
            422,
            "/change_member_roles/body/roles/0",
        ),
        (in_team(&team, "none"), 422, "/set_team_member/body/role"),
        (in_team(&never, "member"), 404, "/set_team_member/team_id"),
        (removal(&never), 404, "/remove_member/member_id"),
        (removal(&foreign.owner.id), 404, "/remove_member/member_id"),
        (json!({"delete_role": {"role_id": never}}), 404, "/delete_role/role_id"),
        (json!({"update_role": {"role_id": never, "body": {}}}), 404, "/update_role/role_id"),
        (
            json!({"remove_team_member": {"team_id": team, "member_id": member.id}}),
            404,
            "/remove_team_member/member_id",
        ),
        (
            json!({"set_queue_permissions": {"member_id": never, "body": {"permissions": []}}}),
            404,
            "/set_queue_permissions/member_id",
        ),
    ] {
        org.owner.post(&preview, body).await.names(status, place);
    }
}

#[tokio::test]
async fn a_preview_is_not_kept_under_an_idempotency_key() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let path = format!("{}/access/preview", org.path);
    let ask = || async {
        let body = json!({"change_member_roles": {"member_id": member.id, "body": {"roles": ["admin"]}}});
        let request = org.owner.request("POST".parse().unwrap(), &path).header("idempotency-key", "one").json(&body);
        let told = org.owner.send(request).await.is(200);
        told["members"][0]["differences"].as_array().unwrap().len()
    };
    assert!(ask().await > 0);
    org.owner.patch(&format!("{}/members/{}", org.path, member.id), json!({"roles": ["admin"]})).await.is(200);
    assert_eq!(ask().await, 0);
}
