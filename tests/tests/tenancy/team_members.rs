//! Who is in a team, and what becomes of its tickets.

use usher_tests::{Organization, Person, World, json, rows};

/// Who does it, the role that the other has in the team, the one that they are to have, and the answer.
const ROLES: &str = "
    VK-18 owner       -      member 201
    VK-18 owner       -      admin  201
    VK-18 owner       member admin  200
    VK-18 owner       admin  member 200
    VK-18 admin       -      member 201
    VK-18 admin       -      admin  201
    VK-18 admin       member admin  200
    VK-18 admin       admin  member 200
    VK-17 team_admin  -      member 201
    VK-17 team_admin  -      admin  201
    VK-17 team_admin  member admin  200
    VK-17 team_admin  admin  member 200
    VK-17 team_admin  admin  admin  200
    VK-19 team_member -      member 403
    VK-19 team_member member admin  403
    VK-19 team_member admin  member 403
    VK-20 elsewhere   -      member 403
    VK-20 elsewhere   member admin  403
    VK-20 elsewhere   admin  member 403
";

async fn team_role(world: &World, team: &str, person: &Person) -> Option<String> {
    let sql = "select role from role_assignments where team_id = '{team}' and member_id = '{person}'";
    world.look(&sql.replace("{team}", team).replace("{person}", &person.id)).await
}

/// VK-17, VK-18, VK-19, VK-20.
#[tokio::test]
async fn vk_17_vk_18_vk_19_vk_20_who_gives_which_team_role() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [team, other] = [world.team(&org, "A").await, world.team(&org, "B").await];
    let [team_admin, team_member, elsewhere] =
        [world.member(&org, "member").await, world.member(&org, "member").await, world.member(&org, "member").await];
    world.join_team(&org, &team_admin, &team, "admin").await;
    world.join_team(&org, &team_member, &team, "member").await;
    world.join_team(&org, &elsewhere, &other, "admin").await;
    let admin = world.member(&org, "admin").await;
    let target = world.member(&org, "member").await;
    let path = format!("{}/teams/{team}/members/{}", org.path, target.id);
    for line @ [_, by, from, to, status] in rows(ROLES) {
        let caller = match by {
            "owner" => &org.owner,
            "admin" => &admin,
            "team_admin" => &team_admin,
            "team_member" => &team_member,
            _ => &elsewhere,
        };
        world
            .arrange(&format!("delete from role_assignments where team_id = '{team}' and member_id = '{}'", target.id))
            .await;
        if from != "-" {
            world.join_team(&org, &target, &team, from).await;
        }
        let answer = caller.put(&path, json!({"role": to})).await;
        assert_eq!(answer.status.to_string(), status, "{line:?}: {:#}", answer.body);
        let expected = if status == "403" { from } else { to };
        assert_eq!(team_role(&world, &team, &target).await.as_deref().unwrap_or("-"), expected, "{line:?}");
    }
}

#[tokio::test]
async fn vk_16_a_team_membership_has_exactly_one_known_role() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "A").await;
    let person = world.member(&org, "member").await;
    let path = format!("{}/teams/{team}/members/{}", org.path, person.id);
    for body in [
        json!({"role": "owner"}),
        json!({"role": "lead"}),
        json!({"role": ["admin", "member"]}),
        json!({"role": null}),
        json!({}),
    ] {
        org.owner.put(&path, body).await.names(422, "/role");
    }
    assert_eq!(team_role(&world, &team, &person).await, None);
    org.owner.put(&path, json!({"role": "member"})).await.is(201);
    org.owner.put(&path, json!({"role": "admin"})).await.is(200);
    // The organization role is another matter.
    let seen = org.owner.get(&format!("{}/members/{}", org.path, person.id)).await.is(200);
    assert_eq!(seen["roles"], json!(["member"]));
    assert_eq!(seen["teams"], json!([{"team_id": team, "name": "A", "role": "admin"}]));
}

#[tokio::test]
async fn only_active_members_of_the_organization_come_into_a_team() {
    let world = World::start().await;
    let [org, other] = [world.organization("helpdesk").await, world.organization("helpdesk").await];
    let team = world.team(&org, "A").await;
    let [stranger, blocked] = [world.member(&other, "member").await, world.member(&org, "member").await];
    let path = |person: &Person| format!("{}/teams/{team}/members/{}", org.path, person.id);
    org.owner.put(&path(&stranger), json!({"role": "member"})).await.problem(404, "not_found");
    org.owner.delete(&path(&stranger)).await.problem(404, "not_found");
    org.owner.delete(&path(&blocked)).await.problem(404, "not_found");
    world.arrange(&format!("update members set state = 'blocked' where id = '{}'", blocked.id)).await;
    org.owner.put(&path(&blocked), json!({"role": "member"})).await.problem(409, "member_inactive");
    // Whoever is in it already may be taken out.
    world.join_team(&org, &blocked, &team, "member").await;
    org.owner.delete(&path(&blocked)).await.is(204);
}

#[tokio::test]
async fn a_teams_members_are_listed_by_name_page_by_page() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "A").await;
    for name in ["Cyd", "ada", "Bea", "Ada"] {
        let person = world.person(name).await;
        world.join(&org, &person, "member").await;
        world.join_team(&org, &person, &team, "member").await;
    }
    world.member(&org, "member").await;
    let path = format!("{}/teams/{team}/members", org.path);
    let listed = org.owner.walk(&format!("{path}?limit=1")).await;
    let names: Vec<_> = listed.iter().map(|member| member["name"].as_str().unwrap().to_lowercase()).collect();
    assert_eq!(names, ["ada", "ada", "bea", "cyd"]);
    assert_eq!(listed[0]["role"], "member");
    assert_eq!(org.owner.get(&format!("{path}?include=total")).await.is(200)["total"], 4);
    assert_eq!(org.owner.get(&format!("{}/members?team={team}&include=total", org.path)).await.is(200)["total"], 4);
    org.owner.get(&format!("{path}?include=permissions")).await.names(400, "include");
    let mut plain = world.member(&org, "member").await;
    plain.get(&path).await.is(200);
    plain.token = None;
    plain.get(&path).await.problem(401, "token_missing");
}

/// A ticket of a team, and its path.
async fn ticket_in(org: &Organization, team: &str) -> String {
    let body = json!({"subject": "Broken", "team_id": team});
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
    format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap())
}

#[tokio::test]
async fn vk_27_coming_and_going_show_and_hide_a_teams_tickets_at_once() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "A").await;
    let person = world.member(&org, "member").await;
    let ticket = ticket_in(&org, &team).await;
    let place = format!("{}/teams/{team}/members/{}", org.path, person.id);
    let etag = org.owner.get(&format!("{}/members/{}", org.path, person.id)).await.etag();
    person.get(&ticket).await.problem(404, "not_found");
    org.owner.put(&place, json!({"role": "member"})).await.is(201);
    person.get(&ticket).await.is(200);
    assert_ne!(org.owner.get(&format!("{}/members/{}", org.path, person.id)).await.etag(), etag);
    org.owner.delete(&place).await.is(204);
    person.get(&ticket).await.problem(404, "not_found");
}

#[tokio::test]
async fn vk_67_whoever_comes_back_is_in_no_team() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "A").await;
    let person = world.member(&org, "member").await;
    world.join_team(&org, &person, &team, "admin").await;
    let ticket = ticket_in(&org, &team).await;
    person.get(&ticket).await.is(200);
    org.owner.delete(&format!("{}/members/{}", org.path, person.id)).await.is(204);
    person.get(&ticket).await.problem(404, "not_found");
    assert_eq!(org.owner.get(&format!("{}/teams/{team}/members", org.path)).await.is(200)["items"], json!([]));
    world.join(&org, &person, "member").await;
    person.get(&ticket).await.problem(404, "not_found");
    let seen = org.owner.get(&format!("{}/members/{}", org.path, person.id)).await.is(200);
    assert_eq!(seen["teams"], json!([]));
}

#[tokio::test]
async fn a_team_with_tickets_is_deleted_only_if_another_gets_them() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [from, to] = [world.team(&org, "From").await, world.team(&org, "To").await];
    let [stays, comes] = [world.member(&org, "member").await, world.member(&org, "member").await];
    world.join_team(&org, &stays, &from, "member").await;
    world.join_team(&org, &comes, &to, "member").await;
    let [handled, by_owner] = [ticket_in(&org, &from).await, ticket_in(&org, &from).await];
    org.owner.post(&format!("{handled}/assign"), json!({"assignee_id": stays.id})).await.is(200);
    org.owner.post(&format!("{by_owner}/assign"), json!({"assignee_id": org.owner.id})).await.is(200);
    let path = format!("{}/teams/{from}", org.path);
    org.owner.delete(&path).await.problem(409, "team_has_tickets");
    org.owner.delete(&format!("{path}?move_to={from}")).await.names(400, "move_to");
    let stale =
        org.owner.request("DELETE".parse().unwrap(), &format!("{path}?move_to={to}")).header("if-match", "\"9\"");
    org.owner.send(stale).await.problem(412, "stale");
    comes.get(&handled).await.problem(404, "not_found");
    org.owner.delete(&format!("{path}?move_to={to}")).await.is(204);
    org.owner.get(&path).await.problem(404, "not_found");
    // Who sees them, and who handles them, follows.
    stays.get(&handled).await.problem(404, "not_found");
    let ticket = comes.get(&handled).await.is(200);
    assert_eq!((&ticket["team_id"], &ticket["assignee_id"]), (&json!(to), &json!(null)));
    assert_eq!(comes.get(&by_owner).await.is(200)["assignee_id"], json!(org.owner.id));
    let events = format!(
        "select string_agg(body, ' ' order by id) from ticket_messages where ticket_id = '{}' and body like 'Moved%'",
        ticket["id"].as_str().unwrap()
    );
    assert_eq!(
        world.look(&events).await.as_deref(),
        Some("Moved to another team: the one that it was in was deleted.")
    );
    let seen = org.owner.get(&format!("{}/members/{}", org.path, stays.id)).await.is(200);
    assert_eq!(seen["teams"], json!([]));
}

/// VX-74, VX-75: in `field` who administers a team sees no list of members, and adds by address whoever is one.
#[tokio::test]
async fn vx_74_vx_75_a_team_admin_adds_by_address_whom_they_do_not_see() {
    let world = World::start().await;
    let (org, other) = (world.organization("field").await, world.organization("field").await);
    let [team, second] = [world.team(&org, "A").await, world.team(&org, "B").await];
    let [admin, full, person] =
        [world.member(&org, "member").await, world.member(&org, "member").await, world.member(&org, "member").await];
    world.join_team(&org, &admin, &team, "admin").await;
    world.join_team(&org, &full, &team, "contributor_full").await;
    let members = |team: &str| format!("{}/teams/{team}/members", org.path);
    let body = |email: &str, role: &str| json!({"email": email, "role": role});
    admin.get(&format!("{}/members/{}", org.path, person.id)).await.problem(404, "not_found");
    admin.put(&format!("{}/{}", members(&team), person.id), json!({"role": "viewer"})).await.problem(404, "not_found");
    full.post(&members(&team), body(&person.email, "viewer")).await.problem(403, "forbidden");
    admin.post(&members(&second), body(&person.email, "viewer")).await.problem(404, "not_found");
    for stranger in [&other.owner.email, "nobody@example.org"] {
        admin.post(&members(&team), body(stranger, "viewer")).await.names(404, "/email");
    }
    admin.post(&members(&team), body("no address", "viewer")).await.names(422, "/email");
    admin.post(&members(&team), body(&person.email, "contributor")).await.names(422, "/role"); // VX-42
    let added = admin.post(&members(&team), body(&person.email, "contributor_focused")).await.is(201);
    assert_eq!((&added["member_id"], &added["role"]), (&json!(person.id), &json!("contributor_focused")));
    let changed = admin.post(&members(&team), body(&person.email, "viewer")).await.is(200);
    assert_eq!(changed["role"], "viewer");
    assert_eq!(team_role(&world, &team, &person).await.as_deref(), Some("viewer"));
    let [super_admin, administrator] = [world.member(&org, "super_admin").await, world.member(&org, "admin").await];
    for (by, status) in [(&org.owner, 201), (&super_admin, 200), (&administrator, 200)] {
        by.post(&members(&second), body(&person.email, "viewer")).await.is(status);
    }
    assert_eq!(team_role(&world, &second, &person).await.as_deref(), Some("viewer"));
}
