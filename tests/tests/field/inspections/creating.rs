//! Making, changing and deleting inspections.

use usher_tests::{Field, Value, World, json, yes};
use uuid::Uuid;

use super::{super::both, answer, at, inspection, new};

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
    let theirs = field.template_in(&elsewhere, "Boilers").await;
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

/// What was submitted has a report: who may delete what is theirs does not take that back, unless they may reopen it.
#[tokio::test]
async fn a_submitted_inspection_is_not_deleted() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    for by in [&field.focused, &field.limited, &field.full, &field.team_admin, field.owner()] {
        let id = inspection(&field, by, &template).await;
        let path = at(&field, &id);
        answer(&field, by, &id, "exits", json!("Yes")).await;
        by.post_empty(&format!("{path}/submit")).await.is(200);
        let stale = by.request(reqwest::Method::DELETE, &path).header("if-match", "\"1\"");
        by.send(stale).await.problem(412, "stale");
        by.delete(&path).await.problem(409, "inspection_submitted");
        field.owner().get(&format!("{}/reports/{id}", field.path)).await.is(200);
        field.full.post_empty(&format!("{path}/reopen")).await.is(200);
        by.delete(&path).await.is(204);
        field.owner().get(&path).await.problem(404, "not_found");
    }
}

/// To make a thing that is shared is to make it and to share it.
#[tokio::test]
async fn vx_66_what_is_shared_from_the_beginning_is_so_by_whoever_may_share_it() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let path = format!("{}/inspections", field.path);
    let shared = || {
        let mut body = new(&field, &template);
        body["shared"] = json!(true);
        body
    };
    // Whoever makes one may share it, and both ways come to the same.
    for by in [&field.focused, &field.limited, &field.full, &field.team_admin, &field.admin] {
        let at_once = field.made(by, "inspections", shared()).await;
        let id = inspection(&field, by, &template).await;
        by.post(&format!("{}/share", at(&field, &id)), json!({"shared": true})).await.is(200);
        for id in [at_once, id] {
            assert_eq!(field.viewer.get(&at(&field, &id)).await.is(200)["shared"], true);
        }
    }
    let seen = field.viewer.walk(&path).await.len();
    // A token that may create and not share, and one that may both.
    let token = async |scopes: &[&str]| field.organization.with_scopes(&field.focused, scopes).await;
    let creates = token(&["inspection.create"]).await;
    creates.post(&path, shared()).await.lacks("inspection.share");
    creates.post(&path, new(&field, &template)).await.is(204);
    assert_eq!(field.viewer.walk(&path).await.len(), seen);
    // Nobody shows others what they do not see, as they act.
    let blind = token(&["inspection.create", "inspection.share"]).await;
    blind.post(&path, shared()).await.lacks("inspection.view");
    let shares = token(&["inspection.create", "inspection.share", "inspection.view"]).await;
    shares.post(&path, shared()).await.is(201);
    assert_eq!(field.viewer.walk(&path).await.len(), seen + 1);
    // A role of the organization's own that may create and not share.
    let grants = yes(["team.view", "inspection.create", "inspection_template.view"]);
    field.organization.role("team", "maker", &grants).await;
    let maker = world.team_member(&field.organization, &field.team, "maker").await;
    maker.post(&path, shared()).await.lacks("inspection.share");
    maker.post(&path, new(&field, &template)).await.is(204);
}

/// A device that is not sure that its request arrived is told that it did, whatever has become of what it names.
#[tokio::test]
async fn an_inspection_made_with_an_id_is_known_again_when_its_places_are_gone() {
    let world = World::start().await;
    let field = world.field().await;
    let path = format!("{}/inspections", field.path);
    let template = field.template("Doors").await;
    let site = field.site(&field.focused, "Harbour").await;
    let mut body = new(&field, &template);
    body["id"] = json!(Uuid::now_v7());
    body["site_id"] = json!(site);
    field.focused.post(&path, body.clone()).await.is(201);
    let mut never = body.clone();
    never["id"] = json!(Uuid::now_v7());
    let again = async |known: u16, place: &str| {
        let answer = field.focused.post(&path, body.clone()).await;
        assert_eq!(answer.is(known)["id"], body["id"]);
        assert_eq!(field.focused.walk(&path).await.len(), 1);
        // What was not made before is not made of what is gone; nor is anything told of another's.
        field.focused.post(&path, never.clone()).await.names(404, place);
        field.limited.post(&path, body.clone()).await.names(404, place);
    };
    field.owner().delete(&format!("{}/inspection-templates/{template}", field.path)).await.is(204);
    again(200, "/template_id").await;
    field.focused.patch(&at(&field, body["id"].as_str().unwrap()), json!({"site_id": null})).await.is(200);
    field.owner().delete(&format!("{}/sites/{site}", field.path)).await.is(204);
    again(200, "/template_id").await;
    // Who sees it no longer is not told that it is there.
    let other = world.team(&field.organization, "Others").await;
    let team = format!("{}/teams/{}?move_to={other}", field.organization.path, field.team);
    field.owner().delete(&team).await.is(204);
    field.focused.post(&path, body.clone()).await.problem(403, "forbidden");
    world.join_team(&field.organization, &field.focused, &other, "contributor_focused").await;
    again_in(&field, &path, &body).await;
    world.join_team(&field.organization, &field.limited, &other, "contributor_limited").await;
    field.limited.post(&path, body.clone()).await.names(404, "/team_id");
    // Deleted, it does not come back; and nothing is told of it to anybody else.
    field.focused.delete(&at(&field, body["id"].as_str().unwrap())).await.is(204);
    field.focused.post(&path, body.clone()).await.problem(410, "deleted");
    field.limited.post(&path, body.clone()).await.names(404, "/team_id");
}

async fn again_in(field: &Field, path: &str, body: &Value) {
    let answer = field.focused.post(path, body.clone()).await.is(200);
    assert_eq!(answer["id"], body["id"]);
    let mut never = body.clone();
    never["id"] = json!(Uuid::now_v7());
    field.focused.post(path, never).await.names(404, "/team_id");
}

/// How far an inspection is: so many of so many questions.
#[tokio::test]
async fn an_inspection_says_how_many_questions_it_has_and_how_many_are_answered() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.full, &template).await;
    answer(&field, &field.full, &id, "exits", json!("Yes")).await;
    // It keeps the questions that it has.
    let one = json!([{"title": "Part", "questions": [{"key": "a", "label": "?", "kind": "text"}]}]);
    let of_template = format!("{}/inspection-templates/{template}", field.path);
    field.owner().patch_if(&of_template, "*", json!({"sections": one})).await.is(200);
    let other = inspection(&field, &field.full, &template).await;
    let count = |of: &Value| (of["answered"].as_i64().unwrap(), of["questions"].as_i64().unwrap());
    assert_eq!(count(&field.full.get(&at(&field, &id)).await.is(200)), (1, 7));
    assert_eq!(count(&field.full.get(&at(&field, &other)).await.is(200)), (0, 1));
    let list = field.full.walk(&format!("{}/inspections?sort=created_at", field.path)).await;
    assert_eq!(list.iter().map(count).collect::<Vec<_>>(), [(1, 7), (0, 1)]);
}
