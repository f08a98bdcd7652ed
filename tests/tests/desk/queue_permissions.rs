//! What a person may do on each queue.

use usher_tests::{Organization, Person, Value, World, json};
use uuid::Uuid;

use super::feed;

fn table_of(org: &Organization, person: &Person) -> String {
    format!("{}/members/{}/queue-permissions", org.path, person.id)
}

/// The row of a queue in a table.
fn row<'a>(table: &'a Value, queue: &str) -> &'a Value {
    table["permissions"].as_array().unwrap().iter().find(|row| row["queue_id"] == queue).unwrap()
}

/// What is on in a row.
fn on(row: &Value) -> Vec<&'static str> {
    let names = ["contribute", "manage", "delete", "administer_inbox", "notify_inbox_errors"];
    names.into_iter().filter(|name| row[*name] == true).collect()
}

/// A restrictive organization with two queues and a member of staff, so that whatever is on was set by the test.
async fn desk(world: &World) -> (Organization, Person, String, String) {
    let org = world.organization("queues").await;
    org.owner.patch(&org.path, json!({"permissions_model": "restrictive"})).await.is(200);
    let staff = world.member(&org, "staff").await;
    let (a, b) = (world.create_queue(&org, "A").await, world.create_queue(&org, "B").await);
    (org, staff, a, b)
}

/// TK-1, TK-24, TK-25.
#[tokio::test]
async fn tk_1_tk_24_tk_25_all_eight_combinations_are_stored_as_given_and_warned_of() {
    let world = World::start().await;
    let (org, staff, a, b) = desk(&world).await;
    let path = table_of(&org, &staff);
    for bits in 0..8 {
        let (contribute, manage, delete) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
        let etag = org.owner.get(&path).await.etag();
        let wanted = json!({"queue_id": a, "contribute": contribute, "manage": manage, "delete": delete});
        let answer = org.owner.put_if(&path, &etag, json!({"permissions": [wanted]})).await;
        let read = org.owner.get(&path).await;
        assert_eq!(answer.etag(), read.etag());
        let (answer, read) = (answer.is(200), read.is(200));
        assert_eq!(answer, read);
        let row = row(&read, &a);
        assert_eq!(
            (&row["contribute"], &row["manage"], &row["delete"]),
            (&json!(contribute), &json!(manage), &json!(delete))
        );
        let warned = row["warning"].as_str().is_some_and(|warning| warning.contains("cannot see"));
        assert_eq!(warned, !contribute && (manage || delete), "{row}");
        assert!(on(self::row(&read, &b)).is_empty(), "what is on for one queue is on for no other");
    }
}

#[tokio::test]
async fn tk_2_only_an_admin_sets_them_and_everybody_may_read_their_own() {
    let world = World::start().await;
    let (org, staff, a, _) = desk(&world).await;
    let (admin, user) = (world.member(&org, "admin").await, world.member(&org, "user").await);
    let body = json!({"permissions": [{"queue_id": a, "contribute": true}]});
    for person in [&staff, &user] {
        let own = table_of(&org, person);
        let etag = person.get(&own).await.etag();
        let problem = person.put_if(&own, &etag, body.clone()).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "member.set_queue_permissions");
        let preset = json!({"preset": "full"});
        person.post(&format!("{own}/preset"), preset.clone()).await.problem(403, "forbidden");
        // Who may not do it is not told how to say it.
        person.put_if(&own, &etag, json!({"permissions": 3})).await.problem(403, "forbidden");
    }
    staff.get(&table_of(&org, &user)).await.problem(403, "forbidden");
    staff.put_if(&table_of(&org, &admin), "\"1\"", body.clone()).await.problem(403, "forbidden");
    user.get(&table_of(&org, &staff)).await.problem(404, "not_found");
    user.put_if(&table_of(&org, &staff), "\"1\"", body.clone()).await.problem(404, "not_found");

    let etag = admin.get(&table_of(&org, &staff)).await.etag();
    admin.put_if(&table_of(&org, &staff), &etag, body.clone()).await.is(200);
    assert_eq!(on(row(&staff.get(&table_of(&org, &staff)).await.is(200), &a)), ["contribute"]);
    world.nobody().get(&table_of(&org, &staff)).await.problem(401, "token_missing");
}

#[tokio::test]
async fn a_user_sees_of_their_table_only_the_queues_that_they_may_see() {
    let world = World::start().await;
    let (org, _, a, b) = desk(&world).await;
    let user = world.member(&org, "user").await;
    assert_eq!(user.get(&table_of(&org, &user)).await.is(200)["permissions"], json!([]));
    world.set_queue_permissions(&org, &user, &[(&a, &["contribute"])]).await;
    let table = user.get(&table_of(&org, &user)).await.is(200);
    assert_eq!((table["permissions"].as_array().unwrap().len(), on(row(&table, &a))), (1, vec!["contribute"]));
    user.get(&format!("{}/desk/queues/{b}", org.path)).await.problem(404, "not_found");
}

#[tokio::test]
async fn tk_57_a_table_is_saved_whole_and_works_on_the_next_request() {
    let world = World::start().await;
    let (org, _, a, b) = desk(&world).await;
    let user = world.member(&org, "user").await;
    let path = table_of(&org, &user);
    let (see_a, see_b) = (format!("{}/desk/queues/{a}", org.path), format!("{}/desk/queues/{b}", org.path));
    world.set_queue_permissions(&org, &user, &[(&a, &["contribute", "manage"]), (&b, &["delete"])]).await;
    user.get(&see_a).await.is(200);
    user.get(&see_b).await.is(200);
    // The whole table: a queue that is not named is off.
    world.set_queue_permissions(&org, &user, &[(&b, &["contribute"])]).await;
    user.get(&see_a).await.problem(404, "not_found");
    user.get(&see_b).await.is(200);
    let table = org.owner.get(&path).await;
    let (etag, table) = (table.etag(), table.is(200));
    assert_eq!((on(row(&table, &a)), on(row(&table, &b))), (vec![], vec!["contribute"]));

    // All or nothing: one row that cannot be, and none is saved.
    let good = json!({"queue_id": a, "contribute": true});
    let unknown = json!({"queue_id": Uuid::now_v7(), "contribute": true});
    let body = json!({"permissions": [good, {"queue_id": b}, unknown]});
    org.owner.put_if(&path, &etag, body).await.names(404, "/permissions/2/queue_id");
    let unchanged = org.owner.get(&path).await;
    assert_eq!((unchanged.etag(), unchanged.is(200)), (etag, table));
}

#[tokio::test]
async fn tk_65_any_queue_that_exists_may_be_named_and_no_other() {
    let world = World::start().await;
    let (org, staff, a, _) = desk(&world).await;
    let other = world.organization("queues").await;
    let foreign = world.create_queue(&other, "Foreign").await;
    let path = table_of(&org, &staff);
    let etag = org.owner.get(&path).await.etag();
    let put = |body: Value| org.owner.put_if(&path, &etag, body);
    let on = |queue: &str| json!({"queue_id": queue, "contribute": true});
    put(json!({"permissions": [on(&a), on(&foreign)]})).await.names(404, "/permissions/1/queue_id");
    put(json!({"permissions": [on(&a), on(&a)]})).await.names(422, "/permissions/1/queue_id");
    put(json!({"permissions": [on("inbox")]})).await.names(422, "/permissions/0/queue_id");
    put(json!({"permissions": [{"contribute": true}]})).await.names(422, "/permissions/0/queue_id");
    put(json!({"permissions": [{"queue_id": a, "contribute": "yes"}]})).await.names(422, "/permissions/0/contribute");
    put(json!({"permissions": [{"queue_id": a, "see": true}]})).await.names(422, "/permissions/0/see");
    put(json!({})).await.names(422, "/permissions");
    let inbox = world.inbox(&org).await;
    put(json!({"permissions": [on(&a), on(&inbox)]})).await.is(200);

    let theirs = format!("{}/members/{}/queue-permissions", other.path, staff.id);
    other.owner.get(&theirs).await.problem(404, "not_found");
    other.owner.put_if(&theirs, "\"1\"", json!({"permissions": []})).await.problem(404, "not_found");
    other.owner.put_if(&path, "\"1\"", json!({"permissions": []})).await.problem(404, "not_found");
    let nobody = format!("{}/members/{}/queue-permissions", org.path, Uuid::now_v7());
    org.owner.put_if(&nobody, "\"1\"", json!({"permissions": []})).await.problem(404, "not_found");
    org.owner.post(&format!("{theirs}/preset"), json!({"preset": "full"})).await.problem(404, "not_found");
}

/// TK-31, TK-32, TK-33.
#[tokio::test]
async fn tk_31_tk_32_tk_33_duties_are_given_only_where_a_mailbox_feeds_the_queue_and_give_nothing_else() {
    let world = World::start().await;
    let (org, _, a, b) = desk(&world).await;
    let user = world.member(&org, "user").await;
    feed(&world, &org, &b).await;
    let path = table_of(&org, &user);
    let etag = org.owner.get(&path).await.etag();
    for duty in ["administer_inbox", "notify_inbox_errors"] {
        let mut wanted = json!({"queue_id": a});
        wanted[duty] = json!(true);
        let place = format!("/permissions/1/{duty}");
        let body = json!({"permissions": [{"queue_id": b}, wanted]});
        let problem = org.owner.put_if(&path, &etag, body).await.names(422, &place);
        assert_eq!(problem["errors"][0]["code"], "not_a_mailbox_target");
    }
    world.set_queue_permissions(&org, &user, &[(&b, &["administer_inbox", "notify_inbox_errors"])]).await;
    let table = org.owner.get(&path).await.is(200);
    assert_eq!(on(row(&table, &b)), ["administer_inbox", "notify_inbox_errors"]);
    assert_eq!((&row(&table, &b)["mailbox_target"], &row(&table, &a)["mailbox_target"]), (&json!(true), &json!(false)));
    user.get(&format!("{}/desk/queues/{b}", org.path)).await.problem(404, "not_found");
}

#[tokio::test]
async fn tk_41_several_may_hold_a_duty_and_one_may_hold_it_on_several_queues() {
    let world = World::start().await;
    let (org, staff, a, b) = desk(&world).await;
    feed(&world, &org, &a).await;
    feed(&world, &org, &b).await;
    for person in [&staff, &org.owner] {
        let duty: &[&str] = &["administer_inbox"];
        world.set_queue_permissions(&org, person, &[(&a, duty), (&b, duty)]).await;
    }
    let holders = org.owner.get(&format!("{}/desk/queues/{b}/permissions", org.path)).await.is(200);
    assert_eq!(holders["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn tk_42_a_duty_lies_dormant_when_no_mailbox_feeds_the_queue_any_more_and_may_be_kept() {
    let world = World::start().await;
    let (org, staff, a, _) = desk(&world).await;
    feed(&world, &org, &a).await;
    world.set_queue_permissions(&org, &staff, &[(&a, &["administer_inbox"])]).await;
    sqlx::query("delete from mailboxes").execute(&mut world.owner_connection().await).await.unwrap();
    let path = table_of(&org, &staff);
    let table = org.owner.get(&path).await.is(200);
    assert_eq!((on(row(&table, &a)), &row(&table, &a)["duties_dormant"]), (vec!["administer_inbox"], &json!(true)));

    world.set_queue_permissions(&org, &staff, &[(&a, &["contribute", "administer_inbox"])]).await;
    assert_eq!(on(row(&org.owner.get(&path).await.is(200), &a)), ["contribute", "administer_inbox"]);
    let etag = org.owner.get(&path).await.etag();
    let other_duty = json!({"permissions": [{"queue_id": a, "administer_inbox": true, "notify_inbox_errors": true}]});
    org.owner.put_if(&path, &etag, other_duty).await.names(422, "/permissions/0/notify_inbox_errors");
    world.set_queue_permissions(&org, &staff, &[(&a, &["contribute"])]).await;
    let etag = org.owner.get(&path).await.etag();
    let again = json!({"permissions": [{"queue_id": a, "administer_inbox": true}]});
    org.owner.put_if(&path, &etag, again).await.names(422, "/permissions/0/administer_inbox");
}

/// TK-52, TK-53, TK-54, TK-55, TK-56.
#[tokio::test]
async fn tk_52_tk_53_tk_54_tk_55_tk_56_presets_overwrite_all_queues_leave_duties_and_can_be_refined() {
    let world = World::start().await;
    let (org, staff, a, b) = desk(&world).await;
    let inbox = world.inbox(&org).await;
    feed(&world, &org, &b).await;
    world.set_queue_permissions(&org, &staff, &[(&a, &["manage", "delete"]), (&b, &["notify_inbox_errors"])]).await;
    let path = format!("{}/preset", table_of(&org, &staff));
    for (fact, preset, three) in [
        ("TK-53", "contribute", &["contribute"][..]),
        ("TK-52", "full", &["contribute", "manage", "delete"]),
        ("TK-54", "none", &[]),
        ("TK-52", "full", &["contribute", "manage", "delete"]),
        ("TK-53", "contribute", &["contribute"]),
    ] {
        let table = org.owner.post(&path, json!({"preset": preset})).await.is(200);
        assert_eq!((on(row(&table, &a)), on(row(&table, &inbox))), (three.to_vec(), three.to_vec()), "{fact}");
        assert_eq!(on(row(&table, &b)), [three, &["notify_inbox_errors"]].concat(), "TK-55 after {fact}");
        assert_eq!(org.owner.get(&table_of(&org, &staff)).await.is(200), table);
    }
    world.set_queue_permissions(&org, &staff, &[(&a, &["contribute", "manage"]), (&b, &["contribute"])]).await;
    let table = org.owner.get(&table_of(&org, &staff)).await.is(200);
    assert_eq!(
        (on(row(&table, &a)), on(row(&table, &b)), on(row(&table, &inbox))),
        (vec!["contribute", "manage"], vec!["contribute"], vec![]),
        "TK-56"
    );
    org.owner.post(&path, json!({"preset": "most"})).await.names(422, "/preset");
    let stale = org.owner.request(reqwest::Method::POST, &path).header("if-match", "\"1\"");
    org.owner.send(stale.json(&json!({"preset": "full"}))).await.problem(412, "stale");
}

#[tokio::test]
async fn tk_54_none_leaves_no_queue_in_sight_of_a_reading_account() {
    let world = World::start().await;
    let (org, _, a, _) = desk(&world).await;
    let user = world.member(&org, "user").await;
    let preset = format!("{}/preset", table_of(&org, &user));
    org.owner.post(&preset, json!({"preset": "full"})).await.is(200);
    assert_eq!(user.get(&format!("{}/desk/queues", org.path)).await.ids().len(), 3);
    org.owner.post(&preset, json!({"preset": "none"})).await.is(200);
    assert!(user.get(&format!("{}/desk/queues", org.path)).await.ids().is_empty());
    user.get(&format!("{}/desk/queues/{a}", org.path)).await.problem(404, "not_found");
}

#[tokio::test]
async fn nobodys_change_of_a_table_is_lost() {
    let world = World::start().await;
    let (org, staff, a, b) = desk(&world).await;
    let path = table_of(&org, &staff);
    let etag = org.owner.get(&path).await.etag();
    let body = |queue: &str| json!({"permissions": [{"queue_id": queue, "contribute": true}]});
    org.owner.put(&path, body(&a)).await.problem(428, "precondition_required");
    org.owner.put_if(&path, "1", body(&a)).await.names(400, "If-Match");
    // A weak tag matches nothing.
    org.owner.put_if(&path, "W/\"1\"", body(&a)).await.problem(412, "stale");
    let (one, two) = tokio::join!(org.owner.put_if(&path, &etag, body(&a)), org.owner.put_if(&path, &etag, body(&b)));
    let mut both = [one.status, two.status];
    both.sort_unstable();
    assert_eq!(both, [200, 412]);
    let table = org.owner.get(&path).await.is(200);
    assert_eq!(on(row(&table, &a)).len() + on(row(&table, &b)).len(), 1);

    // A queue that comes with permissions is a change of the table too: who read it before would take them away unseen.
    org.owner.patch(&org.path, json!({"permissions_model": "permissive"})).await.is(200);
    let etag = org.owner.get(&path).await.etag();
    world.create_queue(&org, "New").await;
    org.owner.put_if(&path, &etag, body(&a)).await.problem(412, "stale");
}

#[tokio::test]
async fn what_does_not_change_keeps_who_gave_it_and_when() {
    let world = World::start().await;
    let (org, staff, a, _) = desk(&world).await;
    let admin = world.member(&org, "admin").await;
    world.set_queue_permissions(&org, &staff, &[(&a, &["contribute"])]).await;
    let path = format!("{}/desk/queues/{a}/permissions", org.path);
    let before = admin.get(&path).await.is(200)["items"][0]["grants"][0].clone();
    let etag = admin.get(&table_of(&org, &staff)).await.etag();
    let wanted = json!({"permissions": [{"queue_id": a, "contribute": true, "manage": true}]});
    admin.put_if(&table_of(&org, &staff), &etag, wanted).await.is(200);
    let after = admin.get(&path).await.is(200)["items"][0]["grants"].clone();
    assert_eq!((&after[0], &before["granted_by"]), (&before, &json!(org.owner.id)));
    assert_eq!((&after[1]["permission"], &after[1]["granted_by"]), (&json!("manage"), &json!(admin.id)));
}

/// The pattern of a role (junior agent, senior agent) is a preset for whoever is new, which is then refined.
#[tokio::test]
async fn tk_66_a_new_person_gets_the_nearest_preset_and_then_what_differs() {
    let world = World::start().await;
    let (org, senior, a, b) = desk(&world).await;
    let junior = world.member(&org, "staff").await;
    let tickets = format!("{}/desk/tickets", org.path);
    for (person, preset, each) in
        [(&junior, "contribute", vec!["contribute"]), (&senior, "full", vec!["contribute", "manage", "delete"])]
    {
        let path = table_of(&org, person);
        let answer = org.owner.post(&format!("{path}/preset"), json!({"preset": preset})).await;
        let (etag, table) = (answer.etag(), answer.is(200));
        let rows = table["permissions"].as_array().unwrap();
        assert_eq!(rows.len(), 3, "both queues and the inbox");
        assert!(rows.iter().all(|row| on(row) == each), "{table}");
        // Refined: one queue more and one less, in one request on what the preset made.
        let refined = json!([{"queue_id": a, "contribute": true, "manage": true}, {"queue_id": b, "delete": true}]);
        let table = org.owner.put_if(&path, &etag, json!({"permissions": refined})).await.is(200);
        assert_eq!((on(row(&table, &a)), on(row(&table, &b))), (vec!["contribute", "manage"], vec!["delete"]));
        // At work at once, with the same token.
        let ticket = person.post(&tickets, json!({"subject": "x", "queue_id": a})).await.is(201)["number"].clone();
        person.patch(&format!("{tickets}/{ticket}"), json!({"status": "solved"})).await.is(200);
        person.delete(&format!("{tickets}/{ticket}")).await.problem(403, "forbidden");
        person.post(&tickets, json!({"subject": "x", "queue_id": b})).await.problem(403, "forbidden");
    }
}
