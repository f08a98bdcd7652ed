//! Devices that sync: what they ask for with `updated_since`, while others write.

use usher_tests::{Field, Person, Value, World, json};

use super::inspections::inspection;

/// When a thing changed last, as its own single read says.
async fn changed(by: &Person, path: &str) -> chrono::DateTime<chrono::Utc> {
    by.get(path).await.is(200)["updated_at"].as_str().unwrap().parse().unwrap()
}

/// What a device that has seen all up to a mark finds, if it asks so much earlier.
async fn found(by: &Person, collection: &str, mark: chrono::DateTime<chrono::Utc>, seconds: i64) -> Vec<String> {
    let since = (mark - chrono::TimeDelta::seconds(seconds)).to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let found = by.walk(&format!("{collection}?sort=updated_at&limit=1&updated_since={since}")).await;
    found.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// The writer of `path` began first and waits for the row, which a transaction of the owner's holds; another writes `other`
/// meanwhile, and a device sees that. Then the first is saved, with a time before the device's mark.
async fn one_is_saved_late(world: &World, field: &Field, table: &str, [late, soon]: [&str; 2], change: Value) {
    let collection = format!("{}/{table}", field.path);
    let (path, other) = (format!("{collection}/{late}"), format!("{collection}/{soon}"));
    let held = world.hold(&format!("select from {table} where id = '{late}' for update")).await;
    let (writer, asked, body) = (field.full.clone(), path.clone(), change.clone());
    let writing = tokio::spawn(async move { writer.patch(&asked, body).await });
    world.until_waiting("transactionid", 1).await;
    field.team_admin.patch(&other, change).await.is(200);
    let mark = changed(&field.limited, &other).await;
    assert_eq!(found(&field.limited, &collection, mark, 0).await, [soon], "the device has seen this much");
    held.let_go().await;
    writing.await.unwrap().is(200);

    assert!(changed(&field.limited, &path).await < mark, "it bears the time at which it began");
    assert_eq!(found(&field.limited, &collection, mark, 0).await, [soon], "without the margin it is missed");
    assert_eq!(found(&field.limited, &collection, mark, 60).await, [late, soon], "with it, it is found, in order");
}

#[tokio::test]
async fn what_began_before_a_devices_mark_and_was_saved_after_it_is_found_with_a_minutes_margin() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let [late, soon] =
        [inspection(&field, &field.full, &template).await, inspection(&field, &field.full, &template).await];
    // What they were made at is long past, so that only what is written here is new.
    let past = "updated_at = updated_at - interval '1 day'";
    world.arrange(&format!("update inspections set {past}")).await;
    let title = json!({"title": "Changed"});
    one_is_saved_late(&world, &field, "inspections", [&late, &soon], title).await;
    let [late, soon] = [field.site(&field.full, "Harbour").await, field.site(&field.full, "Quay").await];
    world.arrange(&format!("update sites set {past}")).await;
    one_is_saved_late(&world, &field, "sites", [&late, &soon], json!({"description": "Changed"})).await;
}
