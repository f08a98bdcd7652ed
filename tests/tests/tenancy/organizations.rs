//! Organizations: created with example content, listed with roles, switched, changed.

use sqlx::{AssertSqlSafe, PgConnection};
use usher_tests::{Person, Value, World, json};
use uuid::Uuid;

async fn count(connection: &mut PgConnection, table: &str, organization: &str) -> i64 {
    let sql = format!("select count(*) from {table} where org_id = $1");
    let id: Uuid = organization.parse().unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_one(connection).await.unwrap()
}

async fn mine(person: &Person) -> Vec<Value> {
    person.get("/v1/organizations").await.is(200)["items"].as_array().unwrap().clone()
}

fn body(slug: &str, model: &str) -> Value {
    json!({"name": "Acme", "slug": slug, "access_model": model})
}

/// Lists by id go from the oldest on, so every id says when it was made.
#[tokio::test]
async fn what_an_organization_begins_with_has_ids_that_grow() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    for table in ["statuses", "priorities", "websites", "queues", "templates", "faqs", "articles"] {
        let versions = format!("select string_agg(distinct substr(id::text, 15, 1), '') from {table}");
        assert_eq!(world.look(&versions).await.as_deref(), Some("7"), "{table} of {}", org.id);
    }
    let grown = "select array_agg(key order by id) = array_agg(key order by position) from statuses";
    assert_eq!(world.look(grown).await.as_deref(), Some("true"));
}

/// VK-2, VK-3.
#[tokio::test]
async fn vk_2_the_owner_changes_settings_vk_3_admin_and_member_do_not() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let body = json!({"name": "Renamed"});
    assert_eq!(org.owner.patch(&org.path, body.clone()).await.is(200)["name"], "Renamed");
    for role in ["admin", "member"] {
        let person = world.member(&org, role).await;
        let problem = person.patch(&org.path, body.clone()).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "organization.update");
        // Who may not is not told what is wrong with what they say.
        person.patch(&org.path, json!({"name": 7})).await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn settings_change_as_a_merge_patch_under_an_entity_tag() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let read = org.owner.get(&org.path).await;
    let tag = read.etag();
    let before = read.is(200);
    assert_eq!(before["permissions_model"], "permissive");
    let changed = org.owner.patch_if(&org.path, &tag, json!({"permissions_model": "restrictive"})).await;
    assert_ne!(changed.etag(), tag);
    let changed = changed.is(200);
    assert_eq!((&changed["permissions_model"], &changed["name"]), (&json!("restrictive"), &before["name"]));
    assert_eq!(org.owner.get(&org.path).await.is(200), changed);
    org.owner.patch_if(&org.path, &tag, json!({"name": "Late"})).await.problem(412, "stale");
    org.owner.patch_if(&org.path, "*", json!({"name": "Any"})).await.is(200);
    org.owner.patch_if(&org.path, "nonsense", json!({"name": "None"})).await.names(400, "If-Match");
    for (patch, place) in [
        (json!({"name": ""}), "/name"),
        (json!({"permissions_model": "open"}), "/permissions_model"),
        (json!({"slug": "other"}), "/slug"),
        (json!({"access_model": "helpdesk"}), "/access_model"),
        (json!({"plan": "enterprise"}), "/plan"),
    ] {
        org.owner.patch(&org.path, patch).await.names(422, place);
    }
    let by_slug = format!("/v1/organizations/{}", org.slug);
    assert_eq!(org.owner.get(&by_slug).await.is(200)["name"], "Any");
}

#[tokio::test]
async fn vk_42_the_creator_holds_the_highest_role_of_the_model() {
    let world = World::start().await;
    for (model, role) in [("helpdesk", "owner"), ("queues", "admin")] {
        let org = world.organization(model).await;
        let list = mine(&org.owner).await;
        assert_eq!(list.len(), 1);
        assert_eq!(
            (&list[0]["id"], &list[0]["roles"], &list[0]["access_model"]),
            (&json!(org.id), &json!([role]), &json!(model))
        );
        org.owner.patch(&org.path, json!({"name": "Mine"})).await.is(200);
    }
}

/// VK-40, VK-41.
#[tokio::test]
async fn vk_40_a_new_organization_has_one_example_each_and_vk_41_what_a_desk_begins_with() {
    let world = World::start().await;
    let mut owner = world.owner_connection().await;
    for model in ["helpdesk", "queues"] {
        let org = world.organization(model).await;
        for (table, expected) in [
            ("templates", 1),
            ("faqs", 1),
            ("articles", 1),
            ("websites", 1),
            ("statuses", 5),
            ("priorities", 4),
            ("tickets", 0),
            ("teams", 0),
            ("members", 1),
            ("role_assignments", 1),
        ] {
            assert_eq!(count(&mut owner, table, &org.id).await, expected, "{table} of {model}");
        }
        for table in ["statuses", "priorities"] {
            let sql = format!("select count(*) from {table} where org_id = $1 and is_default");
            let id: Uuid = org.id.parse().unwrap();
            let defaults: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_one(&mut owner).await.unwrap();
            assert_eq!(defaults, 1, "{table}");
        }
        assert_eq!(org.owner.get(&org.path).await.is(200)["plan"], "free");
    }
}

#[tokio::test]
async fn a_slug_is_taken_once() {
    let world = World::start().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    ada.post("/v1/organizations", body("acme", "helpdesk")).await.is(201);
    grace.post("/v1/organizations", body("acme", "queues")).await.problem(409, "slug_taken");
    assert!(mine(&grace).await.is_empty(), "nothing is left of what was refused");
    let (first, second) = tokio::join!(
        ada.post("/v1/organizations", body("twice", "helpdesk")),
        grace.post("/v1/organizations", body("twice", "helpdesk"))
    );
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    world.nobody().post("/v1/organizations", body("other", "helpdesk")).await.problem(401, "token_missing");
}

/// VK-70, VK-71, VK-72, VK-81.
#[tokio::test]
async fn vk_70_one_account_has_another_role_in_each_organization_vk_71_worth_nothing_elsewhere_vk_72_listed_vk_81_and_makes_more()
 {
    let world = World::start().await;
    let (first, second) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let ada = world.member(&first, "admin").await;
    world.join(&second, &ada, "member").await;
    // VK-81: who is in others may create another.
    let third = ada.post("/v1/organizations", body("third", "queues")).await.is(201);
    // VK-70, VK-72.
    let mut roles: Vec<(String, Value)> =
        mine(&ada).await.iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item["roles"].clone())).collect();
    roles.sort_by_key(|(id, _)| id.clone());
    let mut expected = vec![
        (first.id.clone(), json!(["admin"])),
        (second.id.clone(), json!(["member"])),
        (third["id"].as_str().unwrap().to_owned(), json!(["admin"])),
    ];
    expected.sort_by_key(|(id, _)| id.clone());
    assert_eq!(roles, expected);
    // VK-71: an administrator of the first is a plain member of the second, with the same token.
    let invitation = json!({"email": "x@example.org", "role": "member"});
    ada.post(&format!("{}/invitations", first.path), invitation.clone()).await.is(201);
    ada.post(&format!("{}/invitations", second.path), invitation.clone()).await.problem(403, "forbidden");
    first.owner.post(&format!("{}/invitations", second.path), invitation).await.problem(404, "not_found");
    assert_eq!(ada.get(&format!("{}/invitations", first.path)).await.ids().len(), 1);
    assert!(second.owner.get(&format!("{}/invitations", second.path)).await.ids().is_empty());
    assert_eq!(mine(&first.owner).await.len(), 1);
}

#[tokio::test]
async fn vk_37_one_switches_to_ones_own_organizations_only() {
    let world = World::start().await;
    let (first, second) = (world.organization("helpdesk").await, world.organization("queues").await);
    let ada = world.member(&first, "member").await;
    world.join(&second, &ada, "staff").await;
    let others = world.organization("helpdesk").await;
    let to = |organization: &str| json!({"organization": organization});
    let path = "/v1/me/active-organization";
    for (name, id) in [(&first.id, &first.id), (&second.slug, &second.id)] {
        assert_eq!(ada.put(path, to(name)).await.is(200)["active_organization_id"], json!(id));
        assert_eq!(ada.get("/v1/me").await.is(200)["active_organization_id"], json!(id));
        let active: Vec<Value> =
            mine(&ada).await.iter().filter(|o| o["active"] == true).map(|o| o["id"].clone()).collect();
        assert_eq!(active, [json!(id)]);
    }
    for name in [others.id.as_str(), &others.slug, "no-such-one", "Not A Slug", &Uuid::now_v7().to_string()] {
        ada.put(path, to(name)).await.names(404, "/organization");
    }
    let mut owner = world.owner_connection().await;
    let sql = "update members set state = 'blocked' where org_id = $1 and id = $2";
    let ids: [Uuid; 2] = [first.id.parse().unwrap(), ada.id.parse().unwrap()];
    sqlx::query(sql).bind(ids[0]).bind(ids[1]).execute(&mut owner).await.unwrap();
    ada.put(path, to(&first.id)).await.names(404, "/organization");
    assert_eq!(ada.get("/v1/me").await.is(200)["active_organization_id"], json!(second.id));
}
