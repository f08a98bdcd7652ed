//! Making, changing and deleting inspections.

use usher_tests::{World, json, sections};
use uuid::Uuid;

use super::{super::both, at, inspection, new};

#[tokio::test]
async fn an_inspection_made_with_an_id_is_made_once() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let path = format!("{}/inspections", field.path);
    let mut body = new(&field, &template);
    body["id"] = json!(Uuid::now_v7());
    let made = both(field.focused.post(&path, body.clone()), field.focused.post(&path, body.clone())).await;
    assert_eq!(made, [200, 201], "twice at once");
    assert_eq!(field.focused.post(&path, body.clone()).await.is(200)["id"], body["id"]);
    assert_eq!(field.focused.walk(&path).await.len(), 1);
    // It is nobody else's to make again.
    field.limited.post(&path, body.clone()).await.problem(409, "id_taken");
    // In another organization it is another thing.
    let other = world.field().await;
    let there =
        json!({"id": body["id"], "title": "There", "team_id": other.team, "template_id": other.template("T").await});
    other.focused.post(&format!("{}/inspections", other.path), there).await.is(201);
    for bad in [
        json!("x"),
        json!(Uuid::nil()),
        json!("9f0c1e9e-3f7e-4a65-9d5c-3f1f0a3a1c11"),
        json!("ffffffff-ffff-7fff-bfff-ffffffffffff"),
    ] {
        body["id"] = bad.clone();
        field.focused.post(&path, body.clone()).await.names(422, "/id");
    }
}

#[tokio::test]
async fn what_an_inspection_is_made_of_is_the_teams_and_seen() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let elsewhere = world.team(&field.organization, "Maintenance").await;
    let body = json!({"team_id": elsewhere, "name": "Boilers", "sections": sections()});
    let theirs = field.made(field.owner(), "inspection-templates", body).await;
    let site = json!({"team_id": elsewhere, "name": "Cellar"});
    let cellar = field.made(field.owner(), "sites", site).await;
    let other = world.field().await;
    let foreign = other.template("Theirs").await;
    let path = format!("{}/inspections", field.path);
    let with = |key: &str, value: &str| {
        let mut body = new(&field, &template);
        body[key] = json!(value);
        body
    };
    // Another team's: the owner, who sees it, is told so; who does not see it finds nothing.
    field.owner().post(&path, with("template_id", &theirs)).await.names(422, "/template_id");
    field.owner().post(&path, with("site_id", &cellar)).await.names(422, "/site_id");
    for (key, value) in [
        ("template_id", &theirs),
        ("site_id", &cellar),
        ("team_id", &elsewhere),
        ("template_id", &foreign),
        ("team_id", &other.team),
    ] {
        field.full.post(&path, with(key, value)).await.names(404, &format!("/{key}"));
    }
    for (key, value) in
        [("title", json!("")), ("title", json!("x".repeat(201))), ("due_on", json!("tomorrow")), ("other", json!(1))]
    {
        let mut body = new(&field, &template);
        body[key] = value;
        field.full.post(&path, body).await.names(422, &format!("/{key}"));
    }
    assert!(field.full.walk(&path).await.is_empty(), "nothing was made");
}

#[tokio::test]
async fn an_inspection_is_changed_as_it_was_read() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let (id, site) = (inspection(&field, &field.focused, &template).await, field.site(&field.focused, "Harbour").await);
    let path = at(&field, &id);
    let before = field.focused.get(&path).await;
    let etag = before.etag();
    let body = json!({"title": "New", "due_on": "2026-12-01", "site_id": site});
    let changed = field.focused.patch_if(&path, &etag, body.clone()).await;
    let now = changed.etag();
    let changed = changed.is(200);
    for key in ["title", "due_on", "site_id"] {
        assert_eq!(changed[key], body[key], "{key}");
    }
    field.focused.patch_if(&path, &etag, json!({"title": "Stale"})).await.problem(412, "stale");
    assert_eq!(field.focused.patch(&path, json!({})).await.etag(), now, "nothing changed");
    let cleared = field.focused.patch(&path, json!({"due_on": null, "site_id": null})).await.is(200);
    assert_eq!((&cleared["due_on"], &cleared["site_id"]), (&json!(null), &json!(null)));
    let elsewhere = world.team(&field.organization, "Maintenance").await;
    let cellar = field.made(field.owner(), "sites", json!({"team_id": elsewhere, "name": "Cellar"})).await;
    field.owner().patch(&path, json!({"site_id": cellar})).await.names(422, "/site_id");
    field.focused.patch(&path, json!({"site_id": cellar})).await.names(404, "/site_id");
    let request = field.focused.request(reqwest::Method::DELETE, &path).header("if-match", etag);
    field.focused.send(request).await.problem(412, "stale");
    field.focused.delete(&path).await.is(204);
    field.focused.get(&path).await.is(404);
}

/// The questions of an inspection go with it, unless a template or another inspection has them.
#[tokio::test]
async fn a_form_that_nothing_has_any_more_is_gone() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    let forms = async || world.look("select count(*)::text from inspection_forms").await.unwrap();
    assert_eq!(forms().await, "1");
    field.owner().delete(&format!("{}/inspection-templates/{template}", field.path)).await.is(204);
    assert_eq!(forms().await, "1", "the inspection has it");
    field.focused.delete(&at(&field, &id)).await.is(204);
    assert_eq!(forms().await, "0");
}

/// A team that is deleted leaves its inspections to the organization's administrators.
#[tokio::test]
async fn a_deleted_team_leaves_its_inspections() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    field.owner().delete(&format!("{}/teams/{}", field.organization.path, field.team)).await.is(204);
    assert_eq!(field.admin.get(&at(&field, &id)).await.is(200)["team_id"], json!(null));
    field.focused.get(&at(&field, &id)).await.is(404);
}
