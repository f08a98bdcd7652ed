//! The role that only reads: nobody gives it who could not take what it caps, nor takes it who could not give that.

use usher_tests::{Person, World, json};

use super::personal_token;

/// A role that only reads takes from whoever holds others: it is nobody's to give who could not take those.
#[tokio::test]
async fn vx_40_nobody_caps_who_stands_above_them_nor_the_owner_themselves() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let [admin, above, member] = [
        world.member(&org, "admin").await,
        world.member(&org, "super_admin").await,
        world.member(&org, "member").await,
    ];
    let path = |person: &Person| format!("{}/members/{}", org.path, person.id);
    for (by, target, roles) in [
        (&admin, &org.owner, ["owner", "viewer"]),
        (&admin, &above, ["super_admin", "viewer"]),
        (&above, &org.owner, ["owner", "viewer"]),
        (&org.owner, &org.owner, ["owner", "viewer"]),
    ] {
        by.patch(&path(target), json!({"roles": roles})).await.problem(403, "role_out_of_reach");
    }
    admin.patch(&path(&member), json!({"roles": ["member", "viewer"]})).await.is(200);
    org.owner.patch(&path(&above), json!({"roles": ["super_admin", "viewer"]})).await.is(200);
    org.owner.patch(&org.path, json!({"name": "Still mine"})).await.is(200);
}

/// What comes back with it is as if it were given.
#[tokio::test]
async fn law_7_nobody_gives_back_by_taking_the_cap_what_they_could_not_give() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let [admin, frozen] = [world.member(&org, "admin").await, world.member(&org, "super_user").await];
    let path = format!("{}/members/{}", org.path, frozen.id);
    org.owner.patch(&path, json!({"roles": ["super_user", "viewer"]})).await.is(200);
    let pays = async || {
        let question = json!({"checks": [{"permission": "billing.manage"}]});
        let told = frozen.post(&format!("{}/access/check", org.path), question).await.is(200);
        told["results"][0]["allowed"] == true
    };
    let thaw = json!({"roles": ["super_user"]});
    let preview = json!({"change_member_roles": {"member_id": frozen.id, "body": thaw}});
    let told = admin.post(&format!("{}/access/preview", org.path), preview.clone()).await.is(200);
    assert_eq!(told["refusal"]["code"], "role_out_of_reach", "{told:#}");
    admin.patch(&path, thaw.clone()).await.problem(403, "role_out_of_reach");
    admin.patch(&path, json!({"roles": ["super_user", "member"]})).await.problem(403, "role_out_of_reach");
    assert!(!pays().await);
    // With the cap they get what the administrator may give.
    admin.patch(&path, json!({"roles": ["super_user", "member", "viewer"]})).await.is(200);
    let told = org.owner.post(&format!("{}/access/preview", org.path), preview).await.is(200);
    assert_eq!(told.get("refusal"), None);
    org.owner.patch(&path, thaw).await.is(200);
    assert!(pays().await);
}

#[tokio::test]
async fn law_6_a_token_gives_back_by_taking_the_cap_no_more_than_its_scopes_have() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let frozen = world.member(&org, "member").await;
    let path = format!("{}/members/{}", org.path, frozen.id);
    org.owner.patch(&path, json!({"roles": ["member", "viewer"]})).await.is(200);
    let scopes = ["organization.view", "member.view", "member.change_role"];
    let (_, narrow) = personal_token(&org, &org.owner, Some(&scopes)).await;
    // What is everybody's comes back too.
    for roles in [json!(["member"]), json!(["employee"])] {
        narrow.patch(&path, json!({"roles": roles})).await.problem(403, "role_out_of_reach");
    }
    narrow.patch(&path, json!({"roles": ["member", "viewer"]})).await.is(200);
    org.owner.patch(&path, json!({"roles": ["member"]})).await.is(200);
}
