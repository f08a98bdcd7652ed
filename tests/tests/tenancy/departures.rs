//! Removal and leaving.

use usher_tests::{Organization, Person, World, json, rows};

use super::says;

/// Who removes whom, and the answer. Written by hand from the facts.
const HELPDESK: &str = "
    VK-63 owner member 204
    VK-63 owner admin  204
    VK-63 owner owner  204
    VK-63 admin member 204
    VK-64 admin admin  204
    VK-64 admin owner  403
    VK-63 member member 403
    VK-63 member admin  403
    VK-63 member owner  403
";

const QUEUES: &str = "
    TK-2 admin user  204
    TK-2 admin staff 204
    TK-2 admin admin 204
    TK-2 staff user  403
    TK-2 staff staff 403
    TK-2 staff admin 403
    TK-2 user  user  404
    TK-2 user  staff 404
    TK-2 user  admin 404
";

/// VX-13 says 403 of a member. Who does not see the others is not told that they are there, so it is 404 (law 1).
const FIELD: &str = "
    VX-12 owner       super_admin 204
    VX-12 owner       admin       204
    VX-12 owner       member      204
    VX-12 super_admin super_admin 204
    VX-12 super_admin admin       204
    VX-12 super_admin member      204
    VX-12 admin       admin       204
    VX-12 admin       member      204
    VX-40 super_admin owner       403
    VX-40 admin       owner       403
    VX-40 admin       super_admin 403
    VX-13 member      member      404
    VX-13 member      admin       404
    VX-13 member      super_admin 404
    VX-13 member      owner       404
";

async fn holds(access_model: &str, table: &str) {
    let world = World::start().await;
    let org = world.organization(access_model).await;
    let target = world.person("target").await;
    let (highest, rest): (_, &[&str]) = match access_model {
        "helpdesk" => ("owner", &["admin", "member"]),
        "queues" => ("admin", &["staff", "user"]),
        _ => ("owner", &["super_admin", "admin", "member"]),
    };
    let mut callers = vec![(highest, org.owner.clone())];
    for role in rest {
        callers.push((*role, world.member(&org, role).await));
    }
    let path = format!("{}/members/{}", org.path, target.id);
    for line @ [_, by, of, status] in rows(table) {
        let (_, caller) = callers.iter().find(|(role, _)| *role == by).unwrap();
        world.join(&org, &target, of).await;
        says(&org, caller, &target, "member.remove", status == "204").await;
        let answer = caller.delete(&path).await;
        assert_eq!(answer.status.to_string(), status, "{line:?}: {:#}", answer.body);
        // Staff of queues remove nobody, nor do members.
        if !["staff", "member"].contains(&by) && status == "403" {
            let problem = answer.problem(403, "role_out_of_reach");
            assert_eq!(problem["permission"], "member.remove", "{line:?}");
        }
        assert_eq!(target.get(&org.path).await.status, if status == "204" { 404 } else { 200 }, "{line:?}");
        world.arrange(&format!("delete from members where id = '{}'", target.id)).await;
    }
}

/// VK-63, VK-64.
#[tokio::test]
async fn vk_63_vk_64_who_removes_whom() {
    holds("helpdesk", HELPDESK).await;
}

#[tokio::test]
async fn tk_2_only_an_administrator_of_queues_removes() {
    holds("queues", QUEUES).await;
}

#[tokio::test]
async fn vx_12_vx_13_vx_40_nobody_removes_who_has_a_role_above_their_own() {
    holds("field", FIELD).await;
}

/// A ticket that somebody handles, put there directly.
async fn ticket_of(world: &World, org: &Organization, person: &Person) -> String {
    let sql = format!(
        "with made as (insert into tickets (org_id, id, number, subject, status, priority, assignee_id)
            values ('{org}', gen_random_uuid(), floor(random() * 1e9), 'Broken', 'open', 'normal', '{person}') returning id),
         heard as (insert into ticket_participants (org_id, ticket_id, member_id) select '{org}', id, '{person}' from made)
         select id from made",
        org = org.id,
        person = person.id
    );
    let mut connection = world.owner_connection().await;
    let row = sqlx::query_scalar::<_, uuid::Uuid>(sqlx::AssertSqlSafe(sql));
    row.fetch_one(&mut connection).await.unwrap().to_string()
}

/// VK-66, VK-67.
#[tokio::test]
async fn vk_66_vk_67_who_is_removed_loses_everything_at_once() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    let ticket = ticket_of(&world, &org, &admin).await;
    admin.put("/v1/me/active-organization", json!({"organization": org.id})).await.is(200);
    org.owner.delete(&format!("{}/members/{}", org.path, admin.id)).await.is(204);
    for path in ["", "/members", "/members/export", "/teams", "/desk/tickets"] {
        admin.get(&format!("{}{path}", org.path)).await.problem(404, "not_found");
    }
    admin.get(&format!("{}/desk/tickets/{ticket}", org.path)).await.problem(404, "not_found");
    admin.get(&format!("{}/members/{}", org.path, admin.id)).await.problem(404, "not_found");
    admin.patch(&org.path, json!({"name": "Mine"})).await.problem(404, "not_found");
    admin.post_empty(&format!("{}/leave", org.path)).await.problem(404, "not_found");
    org.owner.delete(&format!("{}/members/{}", org.path, admin.id)).await.problem(404, "not_found");
    assert_eq!(admin.get("/v1/organizations").await.is(200)["items"], json!([]));
    assert_eq!(admin.get("/v1/me").await.is(200)["active_organization_id"], json!(null));
    for table in ["role_assignments", "ticket_participants", "member_activity"] {
        let left = format!("select count(*) from {table} where member_id = '{}'", admin.id);
        assert_eq!(world.look(&left).await.as_deref(), Some("0"), "{table}");
    }
}

#[tokio::test]
async fn vk_69_tickets_of_who_was_removed_are_unassigned_and_say_so() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [gone, stays] = [world.member(&org, "member").await, world.member(&org, "member").await];
    let [first, second, other] = [
        ticket_of(&world, &org, &gone).await,
        ticket_of(&world, &org, &gone).await,
        ticket_of(&world, &org, &stays).await,
    ];
    org.owner.delete(&format!("{}/members/{}", org.path, gone.id)).await.is(204);
    for ticket in [first, second] {
        let about =
            format!("select coalesce(assignee_id::text, 'nobody') || version from tickets where id = '{ticket}'");
        assert_eq!(world.look(&about).await.as_deref(), Some("nobody2"));
        let event = format!(
            "select kind || ': ' || body || ' ' || author_id from ticket_messages where ticket_id = '{ticket}'"
        );
        let expected = format!("event: Unassigned: member is no longer a member. {}", org.owner.id);
        assert_eq!(world.look(&event).await, Some(expected));
    }
    let kept = format!("select assignee_id from tickets where id = '{other}'");
    assert_eq!(world.look(&kept).await, Some(stays.id));
}

#[tokio::test]
async fn vk_68_removal_touches_neither_the_account_nor_other_organizations() {
    let world = World::start().await;
    let [org, other] = [world.organization("helpdesk").await, world.organization("helpdesk").await];
    let person = world.member(&org, "admin").await;
    world.join(&other, &person, "owner").await;
    let ticket = ticket_of(&world, &other, &person).await;
    person.put("/v1/me/active-organization", json!({"organization": other.id})).await.is(200);
    org.owner.delete(&format!("{}/members/{}", org.path, person.id)).await.is(204);
    let me = person.get("/v1/me").await.is(200);
    assert_eq!((&me["email"], &me["active_organization_id"]), (&json!(person.email), &json!(other.id)));
    person.patch(&other.path, json!({"name": "Still mine"})).await.is(200);
    assert_eq!(person.get("/v1/organizations").await.ids(), vec![other.id.clone()]);
    let kept = format!("select assignee_id from tickets where id = '{ticket}'");
    assert_eq!(world.look(&kept).await, Some(person.id.clone()));
    world.sign_in(&person.email).await;
}

#[tokio::test]
async fn whoever_leaves_is_gone_and_nobody_else() {
    let world = World::start().await;
    for (access_model, role) in [("helpdesk", "admin"), ("helpdesk", "member"), ("queues", "user")] {
        let org = world.organization(access_model).await;
        let [leaver, stays] = [world.member(&org, role).await, world.member(&org, role).await];
        let ticket = ticket_of(&world, &org, &leaver).await;
        leaver.post_empty(&format!("{}/leave", org.path)).await.is(204);
        leaver.get(&org.path).await.problem(404, "not_found");
        stays.get(&org.path).await.is(200);
        let assignee = format!("select assignee_id from tickets where id = '{ticket}'");
        assert_eq!(world.look(&assignee).await, None);
    }
}

#[tokio::test]
async fn of_two_who_remove_the_same_member_at_once_one_finds_nobody() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [admin, member] = [world.member(&org, "admin").await, world.member(&org, "member").await];
    let path = format!("{}/members/{}", org.path, member.id);
    let (a, b) = tokio::join!(org.owner.delete(&path), admin.delete(&path));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404]);
}
