//! What was deleted does not come back by a device that sends again what it made.

use reqwest::Method;
use usher_tests::{Field, Person, Value, World, json, png};
use uuid::Uuid;

use super::inspections::{at, new};

/// Makes something, which answers 201 the first time. Returns its address.
async fn made(by: &Person, path: &str, body: Value) -> String {
    let id = by.post(path, body).await.is(201)["id"].as_str().unwrap().to_owned();
    format!("{path}/{id}")
}

/// A new inspection and a new site with ids that their maker gave: where each is made, and the request.
async fn things(field: &Field) -> [(String, Value); 2] {
    let template = field.template("Doors").await;
    let mut inspection = new(field, &template);
    inspection["id"] = json!(Uuid::now_v7());
    let site = json!({"team_id": field.team, "name": "Harbour", "id": Uuid::now_v7()});
    [(format!("{}/inspections", field.path), inspection), (format!("{}/sites", field.path), site)]
}

#[tokio::test]
async fn what_was_deleted_is_not_made_again_by_sending_it_again() {
    let world = World::start().await;
    let field = world.field().await;
    let (maker, manager, stranger) = (&field.focused, &field.team_admin, &field.full);
    for (path, body) in things(&field).await {
        let thing = made(maker, &path, body.clone()).await;
        maker.post(&path, body.clone()).await.is(200);
        manager.delete(&thing).await.is(204);
        maker.post(&path, body.clone()).await.problem(410, "deleted");
        maker.get(&thing).await.problem(404, "not_found");
        // Nobody else is told that it was deleted: to them the id is another's, as it was.
        stranger.post(&path, body.clone()).await.problem(409, "id_taken");
        let mut anew = body.clone();
        anew["id"] = json!(Uuid::now_v7());
        maker.post(&path, anew).await.is(201);
        // In another organization it is an id like any other.
        let other = world.field().await;
        let mut theirs = body;
        theirs["team_id"] = json!(other.team);
        if path.ends_with("inspections") {
            theirs["template_id"] = json!(other.template("Doors").await);
        }
        other.owner().post(&path.replace(&field.path, &other.path), theirs).await.is(201);
    }
}

#[tokio::test]
async fn a_deleted_photo_is_not_added_again_by_sending_it_again() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let inspection = at(&field, &field.made(&field.focused, "inspections", new(&field, &template)).await);
    let (photos, id) = (format!("{inspection}/photos"), Uuid::now_v7());
    let add = async |by: &Person| by.send_image(Method::POST, &format!("{photos}?id={id}"), png("one")).await;
    add(&field.focused).await.is(201);
    field.focused.delete(&format!("{photos}/{id}")).await.is(204);
    add(&field.focused).await.problem(410, "deleted");
    add(&field.full).await.problem(409, "id_taken");
    assert_eq!(world.look("select count(*) from inspection_photos").await.unwrap(), "0");
    // Nor with the inspection that it was of.
    let kept = Uuid::now_v7();
    field.focused.send_image(Method::POST, &format!("{photos}?id={kept}"), png("two")).await.is(201);
    field.focused.delete(&inspection).await.is(204);
    let other = at(&field, &field.made(&field.focused, "inspections", new(&field, &template)).await);
    let again = format!("{other}/photos?id={kept}");
    field.focused.send_image(Method::POST, &again, png("two")).await.problem(410, "deleted");
}

/// Whoever sends it again while it is being deleted waits, and is told the same.
#[tokio::test]
async fn what_is_being_deleted_is_not_made_again_meanwhile() {
    let world = World::start().await;
    let field = world.field().await;
    for (path, body) in things(&field).await {
        let thing = made(&field.focused, &path, body.clone()).await;
        let (table, id) = (path.rsplit('/').next().unwrap(), thing.rsplit('/').next().unwrap());
        // Gone from before their request looks for it, and not yet for good when it is made anew.
        let held = world.hold(&format!("delete from {table} where id = '{id}'")).await;
        let send = |by: &Person| {
            let (by, path, body) = (by.clone(), path.clone(), body.clone());
            tokio::spawn(async move { by.post(&path, body).await })
        };
        let (again, another) = (send(&field.focused), send(&field.full));
        world.until_waiting("transactionid", 2).await;
        held.let_go().await;
        let again = again.await.unwrap();
        assert!([409, 410].contains(&again.status), "{:#}", again.body);
        another.await.unwrap().problem(409, "id_taken");
        assert_eq!(world.look(&format!("select count(*) from {table} where id = '{id}'")).await.unwrap(), "0");
    }
}

/// Ids of what was deleted are kept for 90 days, and no longer.
#[tokio::test]
async fn ids_of_what_was_deleted_are_forgotten_in_the_end() {
    let world = World::start().await;
    let field = world.field().await;
    let [(path, body), _] = things(&field).await;
    let thing = made(&field.focused, &path, body.clone()).await;
    field.focused.delete(&thing).await.is(204);
    world.arrange("update deleted_ids set deleted_at = now() - interval '91 days'").await;
    let template = &body["template_id"];
    let other = json!({"title": "x", "team_id": field.team, "template_id": template});
    field.focused.delete(&made(&field.focused, &path, other).await).await.is(204);
    assert_eq!(world.look("select count(*) from deleted_ids").await.unwrap(), "1");
    field.focused.post(&path, body).await.is(201);
}
