//! Queues: who makes them, what that gives to whom, how they go.

use usher_tests::{Organization, Person, Value, World, json};
use uuid::Uuid;

use super::feed;

/// The names of what a person holds on a queue, as an administrator reads it.
async fn held(org: &Organization, person: &Person, queue: &str) -> Vec<String> {
    let holders = org.owner.get(&format!("{}/desk/queues/{queue}/permissions?limit=100", org.path)).await.is(200);
    let holders = holders["items"].as_array().unwrap().clone();
    let grants = holders.iter().find(|holder| holder["member_id"] == person.id).map(|holder| holder["grants"].clone());
    let grants = grants.unwrap_or(json!([]));
    grants.as_array().unwrap().iter().map(|grant| grant["permission"].as_str().unwrap().to_owned()).collect()
}

async fn setting(org: &Organization, permissions_model: &str) {
    org.owner.patch(&org.path, json!({"permissions_model": permissions_model})).await.is(200);
}

const ALL: [&str; 3] = ["contribute", "delete", "manage"];
const NOTHING: [&str; 0] = [];

/// Whoever read a member's table before a queue was deleted does not write over what it has become.
#[tokio::test]
async fn tk_68_a_deleted_queue_makes_the_tables_that_named_it_others() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let staff = world.member(&org, "staff").await;
    let queue = world.create_queue(&org, "Orders").await;
    let table = format!("{}/members/{}/queue-permissions", org.path, staff.id);
    let before = org.owner.get(&table).await.etag();
    org.owner.delete(&format!("{}/desk/queues/{queue}", org.path)).await.is(204);
    org.owner.put_if(&table, &before, json!({"permissions": []})).await.problem(412, "stale");
}

/// As many as the table of a member's queue permissions can name.
#[tokio::test]
async fn an_organization_has_at_most_a_thousand_queues() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let path = format!("{}/desk/queues", org.path);
    let fill =
        "insert into queues (org_id, id, name) select '{}', gen_random_uuid(), 'Q' || n from generate_series(1, 998) n";
    world.arrange(&fill.replace("{}", &org.id)).await;
    org.owner.post(&path, json!({"name": "The last"})).await.is(201);
    org.owner.post(&path, json!({"name": "One too many"})).await.problem(409, "too_many_queues");
}

#[tokio::test]
async fn tk_34_a_built_in_queue_named_inbox_exists_and_stays() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let path = format!("{}/desk/queues", org.path);
    let list = org.owner.get(&format!("{path}?include=total,permissions")).await.is(200);
    assert_eq!(list["total"], 1);
    let inbox = &list["items"][0];
    assert_eq!((&inbox["name"], &inbox["built_in"]), (&json!("Inbox"), &json!(true)));
    assert_eq!(inbox["permissions"], json!(["queue.view", "queue.update", "queue.delete", "queue.view_permissions"]));
    let place = format!("{path}/{}", inbox["id"].as_str().unwrap());
    org.owner.delete(&place).await.problem(409, "queue_built_in");
    org.owner.patch(&place, json!({"name": "Outbox"})).await.problem(409, "queue_built_in");
    let described = org.owner.patch(&place, json!({"name": "Inbox", "description": "All of it."})).await.is(200);
    assert_eq!(described["description"], "All of it.");
}

/// TK-44, TK-45.
#[tokio::test]
async fn tk_44_tk_45_a_new_organization_is_permissive_and_a_new_queue_gives_all_three_to_all_staff() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    assert_eq!(org.owner.get(&org.path).await.is(200)["permissions_model"], "permissive");
    let (staff, admin) = (world.member(&org, "staff").await, world.member(&org, "admin").await);
    let queue = world.create_queue(&org, "Returns").await;
    for person in [&staff, &admin, &org.owner] {
        assert_eq!(held(&org, person, &queue).await, ALL);
    }
}

#[tokio::test]
async fn tk_50_permissive_gives_no_duty_and_nothing_to_users() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (staff, user) = (world.member(&org, "staff").await, world.member(&org, "user").await);
    let queue = world.create_queue(&org, "Returns").await;
    assert_eq!(held(&org, &user, &queue).await, NOTHING);
    assert_eq!(held(&org, &staff, &queue).await, ALL, "neither duty is among them");
}

/// TK-43, TK-46.
#[tokio::test]
async fn tk_43_tk_46_restrictive_gives_nobody_anything() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let staff = world.member(&org, "staff").await;
    setting(&org, "restrictive").await;
    let queue = world.create_queue(&org, "Returns").await;
    let holders = org.owner.get(&format!("{}/desk/queues/{queue}/permissions", org.path)).await.is(200);
    assert_eq!(holders["items"], json!([]));
    assert_eq!(held(&org, &staff, &queue).await, NOTHING);
    let wrong = json!({"permissions_model": "open"});
    org.owner.patch(&org.path, wrong).await.names(422, "/permissions_model");
}

/// TK-47, TK-48.
#[tokio::test]
async fn tk_47_tk_48_a_change_of_the_setting_touches_no_queue_that_exists() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let staff = world.member(&org, "staff").await;
    let open = world.create_queue(&org, "Open").await;
    setting(&org, "restrictive").await;
    assert_eq!(held(&org, &staff, &open).await, ALL);
    let closed = world.create_queue(&org, "Closed").await;
    setting(&org, "permissive").await;
    assert_eq!(held(&org, &staff, &closed).await, NOTHING);
    assert_eq!(held(&org, &staff, &world.create_queue(&org, "Open again").await).await, ALL);
}

#[tokio::test]
async fn tk_49_staff_who_come_later_get_nothing_on_older_queues() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let queue = world.create_queue(&org, "Returns").await;
    let late = world.member(&org, "staff").await;
    assert_eq!(held(&org, &late, &queue).await, NOTHING);
    let user = world.member(&org, "user").await;
    org.owner.patch(&format!("{}/members/{}", org.path, user.id), json!({"roles": ["staff"]})).await.is(200);
    assert_eq!(held(&org, &user, &queue).await, NOTHING);
}

#[tokio::test]
async fn tk_51_only_an_admin_makes_changes_and_deletes_queues_and_sets_the_setting() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (staff, user) = (world.member(&org, "staff").await, world.member(&org, "user").await);
    let admin = world.member(&org, "admin").await;
    let path = format!("{}/desk/queues", org.path);
    let queue = world.create_queue(&org, "Returns").await;
    let place = format!("{path}/{queue}");
    for person in [&staff, &user] {
        let problem = person.post(&path, json!({"name": "Mine"})).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "queue.create");
        let setting = json!({"permissions_model": "restrictive"});
        person.patch(&org.path, setting).await.problem(403, "forbidden");
    }
    staff.patch(&place, json!({"name": "Mine"})).await.problem(403, "forbidden");
    staff.delete(&place).await.problem(403, "forbidden");
    staff.get(&format!("{place}/permissions")).await.problem(403, "forbidden");
    user.patch(&place, json!({"name": "Mine"})).await.problem(404, "not_found");
    user.delete(&place).await.problem(404, "not_found");
    user.get(&place).await.problem(404, "not_found");
    assert!(user.get(&path).await.ids().is_empty());
    assert_eq!(staff.get(&path).await.ids().len(), 2);

    admin.post(&path, json!({"name": "Returns"})).await.problem(409, "queue_name_taken");
    admin.post(&path, json!({"name": ""})).await.names(422, "/name");
    admin.post(&path, json!({"name": "x", "color": "red"})).await.names(422, "/color");
    let renamed = admin.patch_if(&place, "\"1\"", json!({"name": "Goods back"})).await;
    assert_eq!(renamed.etag(), "\"2\"");
    assert_eq!(renamed.is(200)["name"], "Goods back");
    admin.patch_if(&place, "\"1\"", json!({"name": "Late"})).await.problem(412, "stale");
    let stale = admin.request(reqwest::Method::DELETE, &place).header("if-match", "\"1\"");
    admin.send(stale).await.problem(412, "stale");
    admin.delete(&place).await.is(204);
    admin.get(&place).await.problem(404, "not_found");
}

#[tokio::test]
async fn queues_are_listed_by_name_page_by_page() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    for name in ["Beta", "Alpha", "Zeta"] {
        world.create_queue(&org, name).await;
    }
    let path = format!("{}/desk/queues?limit=3", org.path);
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|queue| queue["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = org.owner.get(&path).await.is(200);
    assert_eq!(names(&first), ["Alpha", "Beta", "Inbox"]);
    let second = org.owner.get(&format!("{path}&cursor={}", first["next_cursor"].as_str().unwrap())).await.is(200);
    assert_eq!((names(&second), &second["next_cursor"]), (vec!["Zeta".to_owned()], &Value::Null));
    org.owner.get(&format!("{path}&cursor=x")).await.names(400, "cursor");
    org.owner.get(&format!("{path}&limit=101")).await.names(400, "limit");
}

#[tokio::test]
async fn tk_68_a_queue_that_goes_takes_its_permissions_along_and_goes_only_when_empty() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let staff = world.member(&org, "staff").await;
    let queue = world.create_queue(&org, "Returns").await;
    let place = format!("{}/desk/queues/{queue}", org.path);
    let mut connection = world.owner_connection().await;
    let (org_id, queue_id) = (org.id.parse::<Uuid>().unwrap(), queue.parse::<Uuid>().unwrap());
    sqlx::query(
        "insert into tickets (org_id, id, number, subject, status, priority, queue_id)
         values ($1, gen_random_uuid(), 1, 'Broken', 'open', 'normal', $2)",
    )
    .bind(org_id)
    .bind(queue_id)
    .execute(&mut connection)
    .await
    .unwrap();
    org.owner.delete(&place).await.problem(409, "queue_not_empty");
    assert_eq!(held(&org, &staff, &queue).await, ALL, "a refused deletion takes nothing");

    sqlx::query("delete from tickets where org_id = $1").bind(org_id).execute(&mut connection).await.unwrap();
    org.owner.delete(&place).await.is(204);
    let left: i64 = sqlx::query_scalar("select count(*) from role_assignments where org_id = $1 and queue_id = $2")
        .bind(org_id)
        .bind(queue_id)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 0);
    let table = staff.get(&format!("{}/members/{}/queue-permissions", org.path, staff.id)).await.is(200);
    assert_eq!(table["permissions"].as_array().unwrap().len(), 1, "only the Inbox is left");
}

#[tokio::test]
async fn tk_67_who_holds_what_on_a_queue_since_when_and_by_whom_page_by_page() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let admin = world.member(&org, "admin").await;
    let staff = world.member(&org, "staff").await;
    let queue = world.create_queue(&org, "Returns").await;
    feed(&world, &org, &queue).await;
    let before: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select now()").fetch_one(&mut world.owner_connection().await).await.unwrap();
    let table = format!("{}/members/{}/queue-permissions", org.path, staff.id);
    let etag = admin.get(&table).await.etag();
    let row = json!({"queue_id": queue, "contribute": true, "administer_inbox": true});
    admin.put_if(&table, &etag, json!({"permissions": [row]})).await.is(200);

    let path = format!("{}/desk/queues/{queue}/permissions?limit=2&include=total", org.path);
    let first = org.owner.get(&path).await.is(200);
    assert_eq!((&first["total"], first["items"].as_array().unwrap().len()), (&json!(3), 2));
    let second = org.owner.get(&format!("{path}&cursor={}", first["next_cursor"].as_str().unwrap())).await.is(200);
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
    let holder = &second["items"][0];
    assert_eq!((&holder["member_id"], &holder["name"]), (&json!(staff.id), &json!("staff")), "the youngest member");
    let grants: Vec<_> =
        holder["grants"].as_array().unwrap().iter().map(|g| (&g["permission"], &g["granted_by"])).collect();
    assert_eq!(
        grants,
        [
            (&json!("administer_inbox"), &json!(admin.id)),
            (&json!("contribute"), &json!(org.owner.id)), // with the queue, and kept
        ]
    );
    let since = |grant: &Value| grant["granted_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!(since(&holder["grants"][0]) > before && since(&holder["grants"][1]) < before);
    org.owner.get(&format!("{path}&include=colour")).await.names(400, "include");
}

#[tokio::test]
async fn vk_43_queues_of_another_organization_do_not_exist() {
    let world = World::start().await;
    let (org, other) = (world.organization("queues").await, world.organization("queues").await);
    let queue = world.create_queue(&org, "Returns").await;
    for place in [format!("{}/desk/queues/{queue}", other.path), format!("{}/desk/queues/{queue}", org.path)] {
        other.owner.get(&place).await.problem(404, "not_found");
        other.owner.get(&format!("{place}/permissions")).await.problem(404, "not_found");
        other.owner.patch(&place, json!({"name": "Mine"})).await.problem(404, "not_found");
        other.owner.delete(&place).await.problem(404, "not_found");
    }
    world.nobody().get(&format!("{}/desk/queues", org.path)).await.problem(401, "token_missing");
    org.owner.get(&format!("{}/desk/queues/inbox", org.path)).await.names(400, "queue");
}

#[tokio::test]
async fn a_helpdesk_organization_does_not_reach_queues() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/queues", org.path);
    assert!(org.owner.get(&path).await.ids().is_empty());
    org.owner.post(&path, json!({"name": "x"})).await.problem(403, "forbidden");
    let table = format!("{}/members/{}/queue-permissions", org.path, org.owner.id);
    org.owner.get(&table).await.problem(403, "forbidden");
    org.owner.put_if(&table, "\"1\"", json!({"permissions": []})).await.problem(403, "forbidden");
}
