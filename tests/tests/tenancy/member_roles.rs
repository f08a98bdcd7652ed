//! Who gives which organization role to whom, and takes it.

use usher_tests::{Organization, Person, World, json, rows};

use super::says;

/// Who does it, what the other was, what they are to be, and the answer. Written by hand from the facts.
const HELPDESK: &str = "
    VK-54 owner member member 200
    VK-54 owner member admin  200
    VK-55 owner member owner  200
    VK-54 owner admin  member 200
    VK-54 owner admin  admin  200
    VK-54 owner admin  owner  200
    VK-54 owner owner  member 200
    VK-54 owner owner  admin  200
    VK-54 owner owner  owner  200
    VK-56 admin member member 200
    VK-56 admin member admin  200
    VK-57 admin member owner  403
    VK-58 admin admin  member 403
    VK-58 admin admin  admin  403
    VK-57 admin admin  owner  403
    VK-59 admin owner  member 403
    VK-59 admin owner  admin  403
    VK-59 admin owner  owner  403
    VK-60 member member member 403
    VK-60 member member admin  403
    VK-60 member member owner  403
    VK-60 member admin  member 403
    VK-60 member admin  admin  403
    VK-60 member admin  owner  403
    VK-60 member owner  member 403
    VK-60 member owner  admin  403
    VK-60 member owner  owner  403
";

const QUEUES: &str = "
    TK-2 admin user  user  200
    TK-2 admin user  staff 200
    TK-2 admin user  admin 200
    TK-2 admin staff user  200
    TK-2 admin staff staff 200
    TK-2 admin staff admin 200
    TK-2 admin admin user  200
    TK-2 admin admin staff 200
    TK-2 admin admin admin 200
    TK-2 staff user  user  403
    TK-2 staff user  staff 403
    TK-2 staff user  admin 403
    TK-2 staff staff user  403
    TK-2 staff staff staff 403
    TK-2 staff staff admin 403
    TK-2 staff admin user  403
    TK-2 staff admin staff 403
    TK-2 staff admin admin 403
    TK-2 user  user  user  404
    TK-2 user  user  staff 404
    TK-2 user  user  admin 404
    TK-2 user  staff user  404
    TK-2 user  staff staff 404
    TK-2 user  staff admin 404
    TK-2 user  admin user  404
    TK-2 user  admin staff 404
    TK-2 user  admin admin 404
";

/// VX-13 says 403 of a member. Who does not see the others is not told that they are there, so it is 404 (law 1).
const FIELD: &str = "
    VX-12 owner       member      super_admin 200
    VX-12 owner       super_admin admin       200
    VX-12 super_admin member      super_admin 200
    VX-12 super_admin admin       super_admin 200
    VX-12 super_admin super_admin member      200
    VX-12 admin       member      admin       200
    VX-12 admin       admin       member      200
    VX-40 admin       member      super_admin 403
    VX-40 admin       admin       super_admin 403
    VX-40 admin       super_admin admin       403
    VX-40 admin       super_admin member      403
    VX-40 admin       owner       member      403
    VX-40 super_admin owner       member      403
    VX-3  owner       member      owner       403
    VX-3  super_admin super_admin owner       403
    VX-13 member      member      admin       404
    VX-13 member      admin       member      404
";

async fn set_role(world: &World, org: &Organization, person: &Person, role: &str) {
    let sql = "update role_assignments set role = '{role}' where org_id = '{org}' and member_id = '{person}'
        and team_id is null and queue_id is null";
    world.arrange(&sql.replace("{role}", role).replace("{org}", &org.id).replace("{person}", &person.id)).await;
}

async fn role_of(world: &World, org: &Organization, person: &Person) -> String {
    let sql = format!(
        "select string_agg(role, ',') from role_assignments where org_id = '{}' and member_id = '{}'",
        org.id, person.id
    );
    world.look(&sql).await.unwrap_or_default()
}

async fn holds(access_model: &str, table: &str) {
    let world = World::start().await;
    let org = world.organization(access_model).await;
    let target = world.member(&org, "admin").await;
    let caller = world.member(&org, "admin").await;
    let path = format!("{}/members/{}", org.path, target.id);
    for line @ [_, by, from, to, status] in rows(table) {
        set_role(&world, &org, &caller, by).await;
        set_role(&world, &org, &target, from).await;
        // What the access API tells before: whether any change of this member's role is allowed.
        let any = rows::<5>(table).any(|row| row[1] == by && row[2] == from && row[4] == "200");
        says(&org, &caller, &target, "member.change_role", any).await;
        let answer = caller.patch(&path, json!({"roles": [to]})).await;
        assert_eq!(answer.status.to_string(), status, "{line:?}: {:#}", answer.body);
        let expected = if status == "200" { to } else { from };
        assert_eq!(role_of(&world, &org, &target).await, expected, "{line:?}");
        if status == "200" {
            assert_eq!(answer.body["roles"], json!([to]), "{line:?}");
        }
        // Staff of queues change no roles at all, nor do members.
        if !["staff", "member"].contains(&by) && status == "403" {
            let problem = answer.problem(403, "role_out_of_reach");
            assert_eq!(problem["permission"], "member.change_role", "{line:?}");
        }
    }
}

/// VK-54, VK-55, VK-56, VK-57, VK-58, VK-59, VK-60.
#[tokio::test]
async fn vk_54_vk_55_vk_56_vk_57_vk_58_vk_59_vk_60_who_sets_whom_to_what() {
    holds("helpdesk", HELPDESK).await;
}

#[tokio::test]
async fn tk_2_only_an_administrator_of_queues_changes_roles() {
    holds("queues", QUEUES).await;
}

#[tokio::test]
async fn vx_3_vx_12_vx_13_vx_40_nobody_gives_or_takes_a_role_above_their_own() {
    holds("field", FIELD).await;
}

#[tokio::test]
async fn vk_60_a_member_does_not_change_their_own_role() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let path = format!("{}/members/{}", org.path, member.id);
    member.patch(&path, json!({"roles": ["owner"]})).await.problem(403, "forbidden");
    // Who may not do it is not told how to say it.
    member.patch(&path, json!({"roles": 1})).await.problem(403, "forbidden");
    let admin = world.member(&org, "admin").await;
    let path = format!("{}/members/{}", org.path, admin.id);
    admin.patch(&path, json!({"roles": ["owner"]})).await.problem(403, "role_out_of_reach");
    admin.patch(&path, json!({"roles": ["member"]})).await.problem(403, "role_out_of_reach");
}

#[tokio::test]
async fn vk_1_a_membership_has_exactly_one_known_role() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let path = format!("{}/members/{}", org.path, member.id);
    for (body, place) in [
        (json!({"roles": []}), "/roles"),
        (json!({"roles": ["admin", "member"]}), "/roles"),
        (json!({"roles": ["admin", "admin"]}), "/roles/1"),
        (json!({"roles": ["king"]}), "/roles/0"),
        (json!({"roles": ["Owner"]}), "/roles/0"),
        (json!({"roles": ["staff"]}), "/roles/0"),
        (json!({"roles": [""]}), "/roles/0"),
        (json!({"roles": "admin"}), "/roles"),
        (json!({"roles": null}), "/roles"),
        (json!({}), "/roles"),
        (json!({"roles": ["admin"], "state": "blocked"}), "/state"),
    ] {
        org.owner.patch(&path, body).await.names(422, place);
    }
    let problem = org.owner.patch(&path, json!({"roles": ["king"]})).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "unknown_role");
    assert!(problem["detail"].as_str().unwrap().contains("`owner`, `admin`, `member`"));
    assert_eq!(role_of(&world, &org, &member).await, "member");
}

/// VK-61, VK-62.
#[tokio::test]
async fn vk_61_vk_62_a_new_role_works_on_the_next_request_with_the_same_token() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let path = format!("{}/members/{}", org.path, member.id);
    let settings = json!({"name": "Renamed"});
    member.patch(&org.path, settings.clone()).await.problem(403, "forbidden");
    // VK-62: two teams, each with a ticket, and two websites, none of which the member has to do with.
    let mut places = Vec::new();
    for name in ["A", "B"] {
        let (team, website) = (world.team(&org, name).await, world.website(&org, name).await);
        let ticket = json!({"subject": name, "team_id": team, "website_id": website});
        let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), ticket).await.is(201)["id"].clone();
        places.push((team, website, ticket.as_str().unwrap().to_owned()));
    }
    for (role, status, above) in
        [("owner", 200, true), ("admin", 403, true), ("owner", 200, true), ("member", 403, false)]
    {
        org.owner.patch(&path, json!({"roles": [role]})).await.is(200);
        assert_eq!(member.patch(&org.path, settings.clone()).await.status, status, "{role}");
        for (team, website, ticket) in &places {
            let ticket = member.get(&format!("{}/desk/tickets/{ticket}", org.path)).await;
            assert_eq!(ticket.status, if above { 200 } else { 404 }, "{role}, a ticket");
            let team = format!("{}/teams/{team}", org.path);
            let changed = member.patch_if(&team, &member.get(&team).await.etag(), json!({"description": role})).await;
            assert_eq!(changed.status, if above { 200 } else { 403 }, "{role}, a team");
            let website = format!("{}/desk/websites/{website}?include=permissions", org.path);
            let permissions = member.get(&website).await.is(200)["permissions"].to_string();
            assert_eq!(permissions.contains("website.update"), above, "{role}, a website: {permissions}");
        }
        let listed = member.get(&format!("{}/desk/tickets", org.path)).await.ids();
        assert_eq!(listed.len(), if above { 2 } else { 0 }, "{role}");
    }
}

#[tokio::test]
async fn a_change_on_what_has_changed_meanwhile_is_refused() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let path = format!("{}/members/{}", org.path, member.id);
    let etag = org.owner.get(&path).await.etag();
    let changed = org.owner.patch_if(&path, &etag, json!({"roles": ["admin"]})).await;
    assert_ne!(changed.etag(), etag);
    org.owner.patch_if(&path, &etag, json!({"roles": ["member"]})).await.problem(412, "stale");
    let stale = org.owner.request("DELETE".parse().unwrap(), &path).header("if-match", &etag);
    org.owner.send(stale).await.problem(412, "stale");
    assert_eq!(role_of(&world, &org, &member).await, "admin");
    // The same again is no change.
    let again = org.owner.patch_if(&path, &changed.etag(), json!({"roles": ["admin"]})).await;
    assert_eq!(again.etag(), changed.etag());
}

#[tokio::test]
async fn who_gave_a_role_and_when_is_kept() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    org.owner.patch(&format!("{}/members/{}", org.path, member.id), json!({"roles": ["admin"]})).await.is(200);
    let giver = format!("select granted_by from role_assignments where member_id = '{}'", member.id);
    assert_eq!(world.look(&giver).await, Some(org.owner.id.clone()));
}

#[tokio::test]
async fn vk_65_the_last_owner_stays_owner() {
    let world = World::start().await;
    for (access_model, role, lower) in [("helpdesk", "owner", "member"), ("queues", "admin", "staff")] {
        let org = world.organization(access_model).await;
        let path = format!("{}/members/{}", org.path, org.owner.id);
        org.owner.patch(&path, json!({"roles": [lower]})).await.problem(409, "last_holder");
        org.owner.delete(&path).await.problem(409, "last_holder");
        org.owner.post_empty(&format!("{}/leave", org.path)).await.problem(409, "last_holder");
        // One who is blocked holds it in name only.
        let second = world.member(&org, role).await;
        world.arrange(&format!("update members set state = 'blocked' where id = '{}'", second.id)).await;
        org.owner.patch(&path, json!({"roles": [lower]})).await.problem(409, "last_holder");
        world.arrange(&format!("update members set state = 'active' where id = '{}'", second.id)).await;
        org.owner.patch(&path, json!({"roles": [lower]})).await.is(200);
        second.post_empty(&format!("{}/leave", org.path)).await.problem(409, "last_holder");
    }
}

#[tokio::test]
async fn vk_65_two_last_owners_who_go_at_once_do_not_both_go() {
    let world = World::start().await;
    for round in 0..4 {
        let org = world.organization("helpdesk").await;
        let second = world.member(&org, "owner").await;
        let [one, other] = [&org.owner, &second].map(|person| format!("{}/members/{}", org.path, person.id));
        let leave = format!("{}/leave", org.path);
        let lower = json!({"roles": ["member"]});
        let (a, b) = match round {
            0 => tokio::join!(org.owner.patch(&one, lower.clone()), second.patch(&other, lower)),
            1 => tokio::join!(org.owner.post_empty(&leave), second.post_empty(&leave)),
            2 => tokio::join!(org.owner.delete(&other), second.delete(&one)),
            _ => tokio::join!(org.owner.patch(&other, lower.clone()), second.patch(&one, lower)),
        };
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        // Whoever came second had nobody left beside them, was gone, or was no owner any more.
        let expected = [[200, 409], [204, 409], [204, 404], [200, 403]][round];
        assert_eq!(statuses, expected, "round {round}");
        let owners = format!("select count(*) from role_assignments where org_id = '{}' and role = 'owner'", org.id);
        assert_eq!(world.look(&owners).await.as_deref(), Some("1"), "round {round}");
    }
}
