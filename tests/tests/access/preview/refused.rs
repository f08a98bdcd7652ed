//! Changes that are refused are previewed as refused, and what is no change is told place by place.

use usher_tests::{Person, World, json};

use super::everything;

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

/// Who may not change roles learns nothing of which there are.
#[tokio::test]
async fn a_preview_of_who_may_not_change_roles_is_the_same_for_one_that_is_there_and_one_that_is_not() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    let role = json!(org.role("team", "helper", &[("team.view", "yes")]).await);
    for (change, body) in [("delete_role", json!({})), ("update_role", json!({"body": {"title": "X"}}))] {
        let [there, missing] = [&role, &json!(uuid::Uuid::now_v7())].map(|id| {
            let mut named = body.clone();
            named["role_id"] = id.clone();
            json!({change: named})
        });
        let path = format!("{}/access/preview", org.path);
        let told = admin.post(&path, there).await.is(200);
        assert_eq!(told["refusal"]["permission"], "role.manage", "{told:#}");
        assert_eq!(admin.post(&path, missing).await.is(200), told);
    }
}
