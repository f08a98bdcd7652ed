//! Roles that an organization adds to its access model.

use usher_tests::{Organization, Person, Value, World, json};

fn roles(org: &Organization) -> String {
    format!("{}/roles", org.path)
}

fn role(level: &str, key: &str, grants: &[(&str, &str)]) -> Value {
    let grants = grants.iter().map(|(permission, when)| json!({"permission": permission, "when": [when]}));
    json!({"level": level, "key": key, "title": key, "grants": grants.collect::<Vec<_>>()})
}

/// Makes a role, and returns where it is.
async fn made(by: &Person, org: &Organization, body: Value) -> String {
    let answer = by.post(&roles(org), body).await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    answer.is(201);
    location
}

/// A helpdesk with a team, somebody in it with a role of the organization's own, and two tickets of the team's, the first
/// of which is assigned to them.
async fn helped(world: &World) -> (Organization, String, Person, [String; 2], String) {
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "Returns").await;
    let grants = [("ticket.view", "assigned"), ("ticket.reply", "assigned")];
    let location = made(&org.owner, &org, role("team", "helper", &grants)).await;
    let helper = world.member(&org, "member").await;
    let path = format!("{}/teams/{team}/members/{}", org.path, helper.id);
    org.owner.put(&path, json!({"role": "helper"})).await.is(201);
    let mut tickets = Vec::new();
    for subject in ["One", "Two"] {
        let body = json!({"subject": subject, "team_id": team});
        let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
        tickets.push(format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap()));
    }
    let assign = format!("update tickets set assignee_id = '{}' where subject = 'One'", helper.id);
    world.arrange(&assign).await;
    (org, location, helper, tickets.try_into().unwrap(), path)
}

#[tokio::test]
async fn a_role_of_its_own_gives_what_it_says_and_a_change_holds_from_the_next_request_on() {
    let world = World::start().await;
    let (org, location, helper, [theirs, other], membership) = helped(&world).await;
    helper.get(&theirs).await.is(200);
    helper.get(&other).await.problem(404, "not_found");
    assert_eq!(helper.get(&format!("{}/desk/tickets", org.path)).await.ids().len(), 1);
    helper.post(&format!("{theirs}/replies"), json!({"body": "Hello"})).await.is(201);
    let mine = helper.get(&format!("{}/me/permissions", org.path)).await.is(200);
    assert_eq!(mine["scopes"][1]["roles"], json!(["helper"]));

    // Wider, and narrower: with the same token, on the next request.
    let read = org.owner.get(&location).await;
    let etag = read.etag();
    assert_eq!(read.is(200)["holders"], 1);
    let wider = json!({"grants": [{"permission": "ticket.view"}]});
    let changed = org.owner.patch_if(&location, &etag, wider.clone()).await;
    assert_ne!(changed.etag(), etag);
    assert_eq!(changed.is(200)["grants"], json!([{"permission": "ticket.view", "when": ["yes"]}]));
    helper.get(&other).await.is(200);
    assert_eq!(helper.get(&format!("{}/desk/tickets", org.path)).await.ids().len(), 2);
    helper.post(&format!("{theirs}/replies"), json!({"body": "Hello"})).await.problem(403, "forbidden");
    org.owner.patch_if(&location, &etag, wider.clone()).await.problem(412, "stale");
    org.owner.patch(&location, wider.clone()).await.problem(428, "precondition_required");
    let etag = org.owner.get(&location).await.etag();
    assert_eq!(org.owner.patch_if(&location, &etag, wider).await.etag(), etag, "nothing changed");
    let none = org.owner.patch_if(&location, &etag, json!({"grants": []})).await;
    assert_eq!(none.is(200)["grants"], json!([]));
    helper.get(&theirs).await.problem(404, "not_found");
    assert_eq!(org.owner.get(&theirs).await.is(200)["assignee_id"], Value::Null, "nobody handles what they do not see");

    // In use it says by whom; then it goes, and nobody can be given it any more.
    let name = org.owner.get(&format!("{}/members/{}", org.path, helper.id)).await.is(200)["name"].clone();
    let problem = org.owner.delete(&location).await.problem(409, "in_use");
    assert!(problem["detail"].as_str().unwrap().contains(name.as_str().unwrap()), "{problem:#}");
    org.owner.delete(&membership).await.is(204);
    org.owner.delete(&location).await.is(204);
    org.owner.get(&location).await.problem(404, "not_found");
    org.owner.delete(&location).await.problem(404, "not_found");
    org.owner.put(&membership, json!({"role": "helper"})).await.names(422, "/role");
    assert!(org.owner.get(&roles(&org)).await.ids().is_empty());
}

#[tokio::test]
async fn law_7_nobody_makes_changes_gives_or_takes_a_role_with_what_they_do_not_hold() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let manager = [
        ("organization.view", "yes"),
        ("role.view", "yes"),
        ("role.manage", "yes"),
        ("member.view", "yes"),
        ("member.change_role", "yes"),
    ];
    made(&org.owner, &org, role("organization", "manager", &manager)).await;
    let biller = made(&org.owner, &org, role("organization", "biller", &[("billing.manage", "yes")])).await;
    made(&org.owner, &org, role("organization", "greeter", &[("member.view", "yes")])).await;
    let [person, other] = [world.member(&org, "member").await, world.member(&org, "member").await];
    let path = |person: &Person| format!("{}/members/{}", org.path, person.id);
    org.owner.patch(&path(&person), json!({"roles": ["manager"]})).await.is(200);

    // Makes and changes what they hold, and nothing else.
    let location = made(&person, &org, role("organization", "viewer", &[("member.view", "yes")])).await;
    let more = role("organization", "more", &[("member.view", "yes"), ("billing.manage", "yes")]);
    let problem = person.post(&roles(&org), more).await.problem(403, "role_out_of_reach");
    assert!(problem["detail"].as_str().unwrap().contains("`billing.manage`"), "{problem:#}");
    assert_eq!(problem["permission"], "role.manage");
    let etag = person.get(&location).await.etag();
    let billing = json!({"grants": [{"permission": "billing.manage"}]});
    person.patch_if(&location, &etag, billing).await.problem(403, "role_out_of_reach");
    let etag = person.get(&biller).await.etag();
    person.patch_if(&biller, &etag, json!({"title": "Mine"})).await.problem(403, "role_out_of_reach");
    person.delete(&biller).await.problem(403, "role_out_of_reach");

    // Neither to others nor to themselves: and what the access API says is what the acts do.
    for target in [&other, &person] {
        person.patch(&path(target), json!({"roles": ["biller"]})).await.problem(403, "role_out_of_reach");
    }
    person.patch(&path(&other), json!({"roles": ["greeter"]})).await.problem(403, "role_out_of_reach"); // takes `member`
    org.owner.patch(&path(&other), json!({"roles": ["biller"]})).await.is(200);
    super::says(&org, &person, &other, "member.change_role", false).await;
    person.patch(&path(&other), json!({"roles": ["greeter"]})).await.problem(403, "role_out_of_reach");
    org.owner.patch(&path(&other), json!({"roles": ["greeter"]})).await.is(200);
    super::says(&org, &person, &other, "member.change_role", true).await;
    person.patch(&path(&other), json!({"roles": ["viewer"]})).await.is(200);
    // A condition is not the same as none.
    let narrow =
        made(&org.owner, &org, role("organization", "narrow", &[("role.manage", "yes"), ("ticket.view", "assigned")]))
            .await;
    org.owner.patch(&path(&other), json!({"roles": ["narrow"]})).await.is(200);
    other.post(&roles(&org), role("organization", "same", &[("ticket.view", "assigned")])).await.is(201);
    other
        .post(&roles(&org), role("organization", "wider", &[("ticket.view", "yes")]))
        .await
        .problem(403, "role_out_of_reach");
    org.owner.get(&narrow).await.is(200);
}

#[tokio::test]
async fn what_no_role_could_be_is_told_place_by_place() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    made(&org.owner, &org, role("team", "helper", &[])).await;
    let path = roles(&org);
    let post = |body: Value| org.owner.post(&path, body);
    for (body, place) in [
        (role("team", "extra", &[("no.such", "yes")]), "/grants/0/permission"),
        (role("team", "extra", &[("billing.manage", "yes")]), "/grants/0/permission"),
        (role("organization", "extra", &[("order.view", "yes")]), "/grants/0/permission"),
        (role("team", "extra", &[("ticket.view", "yes"), ("ticket.view", "own")]), "/grants/1/permission"),
        (role("team", "extra", &[("ticket.view", "sometimes")]), "/grants/0/when/0"),
        (role("team", "extra", &[("ticket.view", "mailbox_target")]), "/grants/0/when"),
        (
            json!({"level": "team", "key": "extra", "title": "x", "grants": [{"permission": "ticket.view", "when": []}]}),
            "/grants/0/when",
        ),
        (role("queue", "extra", &[]), "/level"),
        (role("city", "extra", &[]), "/level"),
        (role("team", "No key", &[]), "/key"),
        (role("team", "", &[]), "/key"),
        (json!({"level": "team", "key": "extra", "title": "", "grants": []}), "/title"),
        (json!({"level": "team", "key": "extra", "title": "x"}), "/grants"),
        (json!({"level": "team", "key": "extra", "title": "x", "grants": [], "staff": true}), "/staff"),
        (
            json!({"level": "team", "key": "extra", "title": "x", "grants": vec![json!({"permission": "ticket.view"}); 201]}),
            "/grants",
        ),
    ] {
        post(body).await.names(422, place);
    }
    for (level, key) in [("team", "helper"), ("team", "admin"), ("organization", "owner")] {
        post(role(level, key, &[])).await.problem(409, "role_key_taken");
    }
    post(role("organization", "helper", &[])).await.is(201);
    let (one, two) = tokio::join!(post(role("team", "twice", &[])), post(role("team", "twice", &[])));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let there = org.owner.get(&roles(&org)).await.ids().len();
    world
        .arrange(&format!(
            "insert into custom_roles (org_id, id, level, key, title, grants)
             select '{}', gen_random_uuid(), 'team', 'r' || n, 'r', '{{}}' from generate_series({there} + 1, 100) n",
            org.id
        ))
        .await;
    post(role("team", "one-more", &[])).await.problem(409, "too_many_roles");
}

#[tokio::test]
async fn roles_are_seen_and_managed_by_who_may_in_their_own_organization() {
    let world = World::start().await;
    let [org, other] = [world.organization("helpdesk").await, world.organization("helpdesk").await];
    let location = made(&org.owner, &org, role("team", "helper", &[])).await;
    let [admin, member] = [world.member(&org, "admin").await, world.member(&org, "member").await];
    admin.get(&location).await.is(200);
    assert_eq!(admin.get(&roles(&org)).await.ids().len(), 1);
    for person in [&admin, &member] {
        person.post(&roles(&org), role("team", "mine", &[])).await.problem(403, "forbidden");
        person.patch_if(&location, "\"1\"", json!({"title": "Mine"})).await.problem(403, "forbidden");
        person.delete(&location).await.problem(403, "forbidden");
    }
    member.get(&roles(&org)).await.problem(403, "forbidden");
    member.get(&location).await.problem(403, "forbidden");
    other.owner.get(&location).await.problem(404, "not_found");
    let elsewhere = location.replace(&org.id, &other.id);
    assert_ne!(elsewhere, location);
    other.owner.get(&elsewhere).await.problem(404, "not_found");
    other.owner.patch_if(&elsewhere, "\"1\"", json!({"title": "Mine"})).await.problem(404, "not_found");
    other.owner.delete(&elsewhere).await.problem(404, "not_found");
    // Another organization's roles are no roles here, though they have the same name.
    let team = world.team(&other, "Theirs").await;
    let path = format!("{}/teams/{team}/members/{}", other.path, other.owner.id);
    other.owner.put(&path, json!({"role": "helper"})).await.names(422, "/role");
}

#[tokio::test]
async fn an_invitation_may_give_a_role_of_its_own_and_keeps_it_from_going() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let mut body = role("organization", "auditor", &[("organization.view", "yes"), ("ticket.view", "yes")]);
    body["title"] = json!("Auditor at large");
    let location = made(&org.owner, &org, body).await;
    let person = world.person("ada").await;
    let invitation = json!({"email": person.email, "role": "auditor"});
    org.owner.post(&format!("{}/invitations", org.path), invitation).await.is(201);
    let mail = world.mail_to(&person.email).await.pop().unwrap();
    assert!(mail.contains("Auditor at large"), "{mail}");
    org.owner.delete(&location).await.problem(409, "in_use");
    let token = world.invitation_token(&person.email).await;
    person.post("/v1/invitations/accept", json!({"token": token})).await.is(201);
    person.get(&format!("{}/desk/tickets", org.path)).await.is(200);
    let members = format!("{}/members?role=auditor", org.path);
    assert_eq!(org.owner.get(&members).await.ids().as_slice(), std::slice::from_ref(&person.id));
    org.owner.delete(&location).await.problem(409, "in_use");
}

#[tokio::test]
async fn to_67_the_role_finder_names_the_roles_for_tasks() {
    let world = World::start().await;
    let org = world.organization("box_office").await;
    let suggest = |permissions: &str| format!("{}/suggest?permissions={permissions}", roles(&org));
    let first = |body: Value| -> Vec<String> {
        let roles = body["items"][0]["roles"].as_array().unwrap().clone();
        roles.iter().map(|role| role["key"].as_str().unwrap().to_owned()).collect()
    };
    for (task, role) in [
        ("order.approve", "manager"),
        ("inventory.assign,inventory.reclaim", "ticket_manager"),
        ("inventory.load,order.fulfill", "inventory_manager"),
        ("role.manage", "super_user"),
        ("order.approve,inventory.assign,inventory.load,role.manage", "super_user"),
    ] {
        let found = org.owner.get(&suggest(task)).await.is(200);
        assert_eq!(first(found.clone()), [role], "{task}: {found:#}");
    }
    org.owner.get(&suggest("order.approve,no.such")).await.names(400, "permissions");
    org.owner.get(&suggest("")).await.names(400, "permissions");
    org.owner.get(&roles(&org).replace("/roles", "/roles/suggest")).await.names(400, "permissions");
    world.person("stranger").await.get(&suggest("order.approve")).await.problem(404, "not_found");
    // What nobody gives has no answer. Roles of the organization's own are named to who may see them.
    let helpdesk = world.organization("helpdesk").await;
    let path = format!("{}/suggest?permissions=queue.create", roles(&helpdesk));
    assert_eq!(helpdesk.owner.get(&path).await.is(200)["items"], json!([]));
    made(&helpdesk.owner, &helpdesk, role("organization", "greeter", &[("member.view", "yes")])).await;
    let path = format!("{}/suggest?permissions=member.view", roles(&helpdesk));
    let found = helpdesk.owner.get(&path).await.is(200);
    assert_eq!((first(found.clone()), &found["items"][0]["more"]), (vec!["greeter".to_owned()], &json!(1)));
    let member = world.member(&helpdesk, "member").await;
    assert_eq!(first(member.get(&path).await.is(200)), ["member"]);
    // Where no role has it all, several together.
    made(&helpdesk.owner, &helpdesk, role("organization", "biller", &[("billing.view", "yes")])).await;
    let both = suggest("order.approve,order.fulfill");
    assert_eq!(first(org.owner.get(&both).await.is(200)), ["super_user"]);
    let lab = world.organization("lab").await;
    let path = format!("{}/suggest?permissions=organization.update,workspace.view,project.contribute", roles(&lab));
    let found = lab.owner.get(&path).await.is(200);
    assert!(first(found.clone()).len() > 1 || found["items"][0]["roles"].as_array().unwrap().len() == 1, "{found:#}");
}

#[tokio::test]
async fn law_9_who_joins_or_is_invited_with_a_role_keeps_it_until_then() {
    let world = World::start().await;
    for way in ["deleted", "narrowed", "deleted while inviting"] {
        let org = world.organization("helpdesk").await;
        let grants = [("organization.view", "yes"), ("ticket.view", "yes")];
        let location = made(&org.owner, &org, role("organization", "auditor", &grants)).await;
        let person = world.person("ada").await;
        let invitation = json!({"email": person.email, "role": "auditor"});
        let invitations = format!("{}/invitations", org.path);
        // Stopped after the role was looked at, and before anything is written that names it.
        let (actor, path, body) = if way == "deleted while inviting" {
            (org.owner.clone(), invitations, invitation)
        } else {
            org.owner.post(&invitations, invitation).await.is(201);
            let token = world.invitation_token(&person.email).await;
            (person.clone(), "/v1/invitations/accept".to_owned(), json!({"token": token}))
        };
        let held = world.hold(&format!("select from accounts where id = '{}' for update", actor.id)).await;
        let acting = tokio::spawn(async move { actor.post(&path, body).await });
        world.until_waiting("transactionid", 1).await;
        let owner = org.owner.clone();
        let etag = "\"1\"";
        let request = match way {
            "narrowed" => owner.request(reqwest::Method::PATCH, &location).header("if-match", etag),
            _ => owner.request(reqwest::Method::DELETE, &location),
        };
        let request = if way == "narrowed" { request.json(&json!({"grants": []})) } else { request };
        let changing = tokio::spawn(async move { owner.send(request).await });
        world.until_waiting("transactionid", 2).await;
        held.let_go().await;
        acting.await.unwrap().is(201);
        let changed = changing.await.unwrap();
        if way == "narrowed" {
            assert_eq!(changed.is(200)["holders"], 1, "{way}");
            assert!(person.get(&format!("{}/desk/tickets", org.path)).await.ids().is_empty());
            person.get(&org.path).await.is(200);
        } else {
            changed.problem(409, "in_use");
        }
    }
}

#[tokio::test]
async fn who_holds_a_role_in_use_is_named_to_who_sees_members() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let grants = [("organization.view", "yes"), ("role.view", "yes"), ("role.manage", "yes")];
    made(&org.owner, &org, role("organization", "keeper", &grants)).await;
    let location = made(&org.owner, &org, role("organization", "nothing", &[])).await;
    let [keeper, holder] = [world.member(&org, "member").await, world.member(&org, "member").await];
    for (person, role) in [(&keeper, "keeper"), (&holder, "nothing")] {
        let path = format!("{}/members/{}", org.path, person.id);
        org.owner.patch(&path, json!({"roles": [role]})).await.is(200);
    }
    let problem = keeper.delete(&location).await.problem(409, "in_use");
    assert_eq!(problem["detail"], "This role is in use: it is held by 1 member.");
}
