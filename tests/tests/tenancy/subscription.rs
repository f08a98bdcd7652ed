//! What an organization has subscribed to: who reads it, who changes it, and what comes of it.

use reqwest::Method;
use usher_tests::{Answer, Organization, Person, Value, World, json, png, rows, yes};

/// The fact, who, what they do, and the answer.
const FIELD: &str = "
    VX-14 owner       read   200
    VX-14 owner       change 200
    VX-14 super_admin read   200
    VX-14 super_admin change 200
    VX-15 admin       read   403
    VX-15 admin       change 403
    VX-38 admin       read   403
    VX-38 admin       change 403
    VX-16 member      read   403
    VX-16 member      change 403
    VX-16 team_admin  read   403
    VX-16 team_admin  change 403
    VX-16 full        read   403
    VX-16 full        change 403
    VX-16 viewer      read   403
    VX-16 viewer      change 403
";

const HELPDESK: &str = "
    VK-5 owner  read   200
    VK-4 owner  change 200
    VK-5 admin  read   200
    VK-4 admin  change 403
    VK-5 member read   403
    VK-4 member change 403
";

fn path(org: &Organization) -> String {
    format!("{}/subscription", org.path)
}

async fn change(org: &Organization, by: &Person, plan: &str) -> Answer {
    by.patch(&path(org), json!({"plan": plan})).await
}

/// The plan, as the owner reads it of the subscription and of the organization itself.
async fn plan(org: &Organization) -> String {
    let subscription = org.owner.get(&path(org)).await.is(200);
    assert_eq!(org.owner.get(&org.path).await.is(200)["plan"], subscription["plan"]);
    subscription["plan"].as_str().unwrap().to_owned()
}

/// Whether somebody may do something in the organization, as they are told when they ask.
async fn may(org: &Organization, by: &Person, permission: &str) -> bool {
    let checks = json!({"checks": [{"permission": permission}]});
    by.post(&format!("{}/access/check", org.path), checks).await.is(200)["results"][0]["allowed"] == true
}

/// A row of a table: who may is answered with the subscription as it is then, who may not changes nothing.
async fn holds(org: &Organization, by: &Person, row: [&str; 4]) {
    let [_, _, act, status] = row;
    let before = org.owner.get(&path(org)).await;
    let next = if before.body["plan"] == "growth" { "enterprise" } else { "growth" };
    let answer = if act == "read" { by.get(&path(org)).await } else { change(org, by, next).await };
    assert_eq!(answer.status.to_string(), status, "{row:?}: {:#}", answer.body);
    let after = org.owner.get(&path(org)).await;
    if status == "200" {
        assert_eq!((answer.etag(), &answer.body), (after.etag(), &after.body), "{row:?}");
    } else {
        answer.lacks(if act == "read" { "billing.view" } else { "billing.manage" });
        // Who may not is not told how to say it.
        by.patch(&path(org), json!({"plan": 7})).await.lacks("billing.manage");
    }
    if (act, status) == ("change", "200") {
        assert_eq!(after.body["plan"], next, "{row:?}");
        assert_ne!(after.etag(), before.etag(), "{row:?}");
    } else {
        assert_eq!((after.etag(), after.body), (before.etag(), before.body), "{row:?}");
    }
}

#[tokio::test]
async fn vx_14_vx_15_vx_16_vx_38_who_reads_and_changes_the_subscription_of_a_field_organization() {
    let world = World::start().await;
    let field = world.field().await;
    for row in rows(FIELD) {
        holds(&field.organization, field.who(row[1]), row).await;
    }
}

#[tokio::test]
async fn vk_4_vk_5_who_reads_and_changes_the_subscription_of_a_helpdesk() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (admin, member) = (world.member(&org, "admin").await, world.member(&org, "member").await);
    for row in rows(HELPDESK) {
        let by = match row[1] {
            "owner" => &org.owner,
            "admin" => &admin,
            _ => &member,
        };
        holds(&org, by, row).await;
    }
}

/// VK-9 to VK-11: with the tokens that they have, from the next request on.
#[tokio::test]
async fn vk_9_vk_10_vk_11_what_roles_give_by_the_plan_comes_and_goes_with_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (admin, member) = (world.member(&org, "admin").await, world.member(&org, "member").await);
    let may_all = async || {
        let [owner, admin, member] = [&org.owner, &admin, &member].map(|by| may(&org, by, "workflow.manage"));
        [owner.await, admin.await, member.await]
    };
    for (next, includes) in [("growth", true), ("free", false), ("enterprise", true), ("growth", true), ("free", false)]
    {
        let told = change(&org, &org.owner, next).await.is(200);
        assert_eq!((&told["plan"], &told["workflows"]), (&json!(next), &json!(includes)));
        assert_eq!(may_all().await, [includes, includes, false], "{next}");
    }
}

#[tokio::test]
async fn vk_71_vk_73_each_organization_has_a_plan_of_its_own_and_who_is_none_of_it_finds_none() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    change(&org, &org.owner, "enterprise").await.is(200);
    assert_eq!((plan(&org).await, plan(&other).await), ("enterprise".to_owned(), "free".to_owned()));
    let stranger = world.person("mallory").await;
    for by in [&other.owner, &stranger] {
        by.get(&path(&org)).await.problem(404, "not_found");
        change(&org, by, "free").await.problem(404, "not_found");
        by.patch(&path(&org), json!({"plan": 7})).await.problem(404, "not_found");
    }
    // Whoever is in both is in each what they are there.
    world.join(&other, &org.owner, "member").await;
    change(&other, &org.owner, "growth").await.lacks("billing.manage");
    world.nobody().get(&path(&org)).await.problem(401, "token_missing");
    assert_eq!((plan(&org).await, plan(&other).await), ("enterprise".to_owned(), "free".to_owned()));
}

#[tokio::test]
async fn vk_75_vk_79_what_is_used_is_counted_of_this_organization_alone() {
    let world = World::start_with_quota(1000).await;
    let (org, other) = (world.organization("suite").await, world.organization("suite").await);
    let used = async |org: &Organization| {
        let told = org.owner.get(&path(org)).await.is(200);
        ["people", "services", "storage_used", "storage_quota"].map(|name| told[name].as_i64().unwrap())
    };
    assert_eq!(used(&org).await, [1, 0, 0, 1000]);
    let logo = png("a logo");
    let bytes = i64::try_from(logo.len()).unwrap();
    org.owner.send_image(Method::PUT, &format!("{}/branding/logo", org.path), logo).await.is(200);
    let (one, two) = (world.member(&org, "member").await, world.member(&org, "user").await);
    let (_, service) = super::service_token(&org, &org.owner, &["member"], None).await;
    let (ended, _) = super::service_token(&org, &org.owner, &["member"], None).await;
    assert_eq!(used(&org).await, [3, 2, bytes, 1000]);
    // Who may not act takes no place: who is blocked, and services whose token has ended, by itself or by somebody.
    world.arrange(&format!("update members set state = 'blocked' where id = '{}'", one.id)).await;
    world.arrange(&format!("update members set state = 'deactivated' where id = '{}'", two.id)).await;
    assert_eq!(used(&org).await, [1, 2, bytes, 1000]);
    org.owner.delete(&format!("{}/service-tokens/{ended}", org.path)).await.is(204);
    assert_eq!(used(&org).await, [1, 1, bytes, 1000]);
    let past = "update api_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 day'";
    world.arrange(&format!("{past} where member_id = '{}'", service.id)).await;
    assert_eq!(used(&org).await, [1, 0, bytes, 1000]);
    org.owner.delete(&format!("{}/branding/logo", org.path)).await.is(204);
    assert_eq!((used(&org).await, used(&other).await), ([1, 0, 0, 1000], [1, 0, 0, 1000]));
}

#[tokio::test]
async fn a_subscription_changes_as_a_merge_patch_under_the_organizations_entity_tag() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let patch = async |tag: &str, body: Value| org.owner.patch_if(&path(&org), tag, body).await;
    let first = org.owner.get(&path(&org)).await.etag();
    assert_eq!(org.owner.get(&org.path).await.etag(), first);
    // What changes nothing makes no new version.
    for body in [json!({"plan": "free"}), json!({})] {
        assert_eq!(patch(&first, body.clone()).await.etag(), first);
        assert_eq!(org.owner.patch(&path(&org), body).await.etag(), first);
    }
    let second = patch(&first, json!({"plan": "growth"})).await.etag();
    assert_ne!(second, first);
    assert_eq!(org.owner.get(&org.path).await.etag(), second);
    for body in [json!({"plan": "free"}), json!({"plan": "growth"}), json!({})] {
        patch(&first, body).await.problem(412, "stale");
    }
    patch("nonsense", json!({"plan": "free"})).await.names(400, "If-Match");
    // Other settings are of the same version.
    let third = org.owner.patch_if(&org.path, &second, json!({"name": "Renamed"})).await.etag();
    patch(&second, json!({"plan": "free"})).await.problem(412, "stale");
    assert_eq!(plan(&org).await, "growth");
    assert_eq!(patch(&third, json!({"plan": "enterprise"})).await.is(200)["plan"], "enterprise");
    org.owner.patch_if(&org.path, &third, json!({"name": "Late"})).await.problem(412, "stale");
    patch("*", json!({"plan": "free"})).await.is(200);
    // What is used makes no new version.
    let before = org.owner.get(&path(&org)).await.etag();
    world.member(&org, "member").await;
    let after = org.owner.get(&path(&org)).await;
    assert_eq!((after.etag(), &after.body["people"]), (before, &json!(2)));
}

#[tokio::test]
async fn a_plan_that_there_is_not_is_named_with_those_that_there_are() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for unknown in ["gold", "Growth", "pläne"] {
        let problem = change(&org, &org.owner, unknown).await.names(422, "/plan");
        let fault = &problem["errors"][0];
        assert_eq!(fault["code"], "unknown_plan");
        assert!(fault["detail"].as_str().unwrap().contains("`free`, `growth`, `enterprise`"), "{fault}");
    }
    for plan in [json!(null), json!(7), json!(""), json!(["free"]), json!("x".repeat(41)), json!("a\u{0}b")] {
        org.owner.patch(&path(&org), json!({"plan": plan})).await.names(422, "/plan");
    }
    org.owner.patch(&path(&org), json!({"plan": "growth", "workflows": true})).await.names(422, "/workflows");
    // Before whether it has changed since.
    org.owner.patch_if(&path(&org), "\"999\"", json!({"plan": "gold"})).await.names(422, "/plan");
    assert_eq!(plan(&org).await, "free");
    // Which there are is data.
    world.arrange("insert into plans (key, name, position, workflows) values ('gold', 'Gold', 4, true)").await;
    let told = change(&org, &org.owner, "gold").await.is(200);
    assert_eq!((&told["plan_name"], &told["workflows"]), (&json!("Gold"), &json!(true)));
    assert!(may(&org, &org.owner, "workflow.manage").await);
}

#[tokio::test]
async fn of_two_changes_of_the_same_version_one_is_done() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let super_admin = world.member(&org, "super_admin").await;
    let tag = org.owner.get(&path(&org)).await.etag();
    let at = path(&org);
    let (first, second) = tokio::join!(
        org.owner.patch_if(&at, &tag, json!({"plan": "growth"})),
        super_admin.patch_if(&at, &tag, json!({"plan": "enterprise"})),
    );
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let done = if first.status == 200 { first } else { second };
    assert_eq!(plan(&org).await, done.body["plan"]);
    // Without a version both are, one after the other.
    let (first, second) = tokio::join!(change(&org, &org.owner, "free"), change(&org, &super_admin, "free"));
    assert_eq!(first.etag(), second.etag(), "the later changes nothing any more");
    assert_eq!((first.is(200), plan(&org).await), (second.is(200), "free".to_owned()));
}

/// The settings bear the same version, and do not wait for a change of rights.
#[tokio::test]
async fn a_change_of_settings_in_between_is_noticed() {
    let world = World::start().await;
    let org = world.organization("field").await;
    for (conditional, status) in [(true, 412), (false, 200)] {
        let tag = org.owner.get(&path(&org)).await.etag();
        let renaming = format!("update organizations set name = 'New', version = version + 1 where id = '{}'", org.id);
        let held = world.hold(&renaming).await;
        let (owner, at) = (org.owner.clone(), path(&org));
        let tag = if conditional { tag } else { "*".to_owned() };
        let changing = tokio::spawn(async move { owner.patch_if(&at, &tag, json!({"plan": "growth"})).await });
        world.until_waiting("transactionid", 1).await;
        held.let_go().await;
        assert_eq!(changing.await.unwrap().status, status);
        assert_eq!(plan(&org).await, if conditional { "free" } else { "growth" });
        assert_eq!(org.owner.get(&org.path).await.is(200)["name"], "New");
    }
}

#[tokio::test]
async fn tokens_and_roles_of_its_own_reach_a_subscription_by_what_they_have() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let reads = org.with_scopes(&org.owner, &["billing.view", "organization.view"]).await;
    assert_eq!(reads.get(&path(&org)).await.is(200)["plan"], "free");
    change(&org, &reads, "growth").await.lacks("billing.manage");
    let changes = org.with_scopes(&org.owner, &["billing.manage"]).await;
    changes.get(&path(&org)).await.lacks("billing.view");
    assert_eq!(change(&org, &changes, "growth").await.is(204), Value::from(""));
    // Nor is there more to be had by a scope than by the role.
    let admin = world.member(&org, "admin").await;
    let wide = org.with_scopes(&admin, &["organization.view", "billing.view", "billing.manage"]).await;
    wide.get(&path(&org)).await.lacks("billing.view");
    change(&org, &wide, "free").await.lacks("billing.manage");
    let (_, service) = super::service_token(&org, &org.owner, &["super_admin"], Some(&["billing.view"])).await;
    assert_eq!(service.get(&path(&org)).await.is(200)["services"], 1);
    change(&org, &service, "free").await.lacks("billing.manage");
    // A role of the organization's own gives either without the other.
    let reader = world.member_with(&org, "reader", &yes(["billing.view"])).await;
    reader.get(&path(&org)).await.is(200);
    change(&org, &reader, "free").await.lacks("billing.manage");
    let biller = world.member_with(&org, "biller", &yes(["billing.manage"])).await;
    biller.get(&path(&org)).await.lacks("billing.view");
    assert_eq!(plan(&org).await, "growth");
    assert_eq!(change(&org, &biller, "enterprise").await.is(204), Value::from(""));
    assert_eq!(plan(&org).await, "enterprise");
}

#[tokio::test]
async fn vk_79_the_plans_are_listed_for_whoever_has_signed_in() {
    let world = World::start().await;
    let plans = world.person("somebody").await.get("/v1/plans").await.is(200);
    let plan = |key: &str, name: &str, workflows: bool| json!({"key": key, "name": name, "workflows": workflows});
    let expected =
        [plan("free", "Free", false), plan("growth", "Growth", true), plan("enterprise", "Enterprise", true)];
    assert_eq!(plans, json!({"items": expected, "next_cursor": null}));
    world.nobody().get("/v1/plans").await.problem(401, "token_missing");
}
