//! Photos of inspections: whoever sees the inspection sees them, and nobody else does.

use reqwest::Method;
use usher_tests::{Person, World, json, png};

use super::photos::{add, inspection, text};

/// As the inspection: who does not see it finds no photo, who does not change it adds none (VX-57, VX-61, VX-66, VX-68).
#[tokio::test]
async fn vx_57_vx_61_vx_66_vx_68_a_photo_is_as_visible_as_its_inspection() {
    let world = World::start().await;
    let field = world.field().await;
    let stranger = world.organization("field").await.owner;
    for shared in [true, false] {
        let path = inspection(&field, &field.full, shared).await;
        let photo = text(&add(&field.full, &path, "", png("one")).await.is(201), "id");
        let viewer = if shared { (200, 403) } else { (404, 404) };
        for (name, person) in field.everybody().into_iter().chain([("stranger", &stranger)]) {
            let (sees, adds) = match name {
                "stranger" | "member" | "focused" => (404, 404),
                "viewer" => viewer,
                "limited" => (200, 403),
                _ => (200, 201),
            };
            for what in ["photos", &format!("photos/{photo}"), &format!("photos/{photo}/content")] {
                assert_eq!(person.get(&format!("{path}/{what}")).await.status, sees, "{name} {what} {shared}");
            }
            let added = add(person, &path, "", png(name)).await;
            assert_eq!(added.status, adds, "{name} {shared}: {:#}", added.body);
            let deletes = if adds == 201 { 204 } else { adds };
            let extra = text(&add(&field.full, &path, "", png(&format!("{name} to go"))).await.is(201), "id");
            assert_eq!(person.delete(&format!("{path}/photos/{extra}")).await.status, deletes, "{name} {shared}");
        }
    }
}

/// Makes sure that somebody finds nothing of a photo, nor of the inspection that it is of, and adds none to it.
async fn finds_nothing(by: &Person, inspection: &str, photo: &str) {
    for what in ["", "/photos", &format!("/photos/{photo}"), &format!("/photos/{photo}/content")] {
        by.get(&format!("{inspection}{what}")).await.problem(404, "not_found");
    }
    add(by, inspection, "", png("more")).await.problem(404, "not_found");
    by.delete(&format!("{inspection}/photos/{photo}")).await.problem(404, "not_found");
}

/// VX-64: the photos come with the assignment and go with it, at once, those too that the assignee took; and so do those
/// of the report.
#[tokio::test]
async fn vx_64_who_is_unassigned_has_no_photo_any_more() {
    let world = World::start().await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    let photo = text(&add(&field.full, &path, "", png("one")).await.is(201), "id");
    finds_nothing(&field.focused, &path, &photo).await;
    let assignee = format!("{path}/assignees/{}", field.focused.id);
    field.full.put_empty(&assignee).await.is(200);
    field.focused.get(&format!("{path}/photos/{photo}/content")).await.is(200);
    let taken = text(&add(&field.focused, &path, "", png("two")).await.is(201), "id");
    assert_eq!(field.focused.walk(&format!("{path}/photos")).await.len(), 2);

    field.full.delete(&assignee).await.is(200);
    for photo in [&photo, &taken] {
        finds_nothing(&field.focused, &path, photo).await;
        field.full.get(&format!("{path}/photos/{photo}/content")).await.is(200);
    }
    assert_eq!(field.full.walk(&format!("{path}/photos")).await.len(), 2, "nothing was added or deleted");

    field.full.put_empty(&assignee).await.is(200);
    let exits = format!("{path}/answers/exits");
    field.focused.put_if(&exits, "*", json!({"value": "Yes"})).await.is(200);
    field.focused.post_empty(&format!("{path}/submit")).await.is(200);
    let report = path.replace("/inspections/", "/reports/");
    let shown = [format!("{report}/photos/{photo}/content"), format!("{report}/page"), report];
    for (change, status) in [(Method::GET, 200), (Method::DELETE, 404), (Method::PUT, 200)] {
        if change != Method::GET {
            field.full.send(field.full.request(change, &assignee)).await.is(200);
        }
        for path in &shown {
            assert_eq!(field.focused.get(path).await.status, status, "{path}");
        }
    }
}

/// VX-64: whoever made the inspection keeps its photos when they are unassigned.
#[tokio::test]
async fn vx_64_who_made_the_inspection_keeps_its_photos_when_unassigned() {
    let world = World::start().await;
    let field = world.field().await;
    let path = inspection(&field, &field.focused, false).await;
    let photo = text(&add(&field.focused, &path, "", png("one")).await.is(201), "id");
    let assignee = format!("{path}/assignees/{}", field.focused.id);
    field.full.put_empty(&assignee).await.is(200);
    field.full.delete(&assignee).await.is(200);
    field.focused.get(&format!("{path}/photos/{photo}/content")).await.is(200);
    add(&field.focused, &path, "", png("two")).await.is(201);
}

/// What was taken is gone: at once for who is taken out of the team, or out of the organization.
#[tokio::test]
async fn who_is_removed_has_no_photo_any_more() {
    let world = World::start().await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    let photo = text(&add(&field.full, &path, "", png("one")).await.is(201), "id");
    let content = format!("{path}/photos/{photo}/content");
    field.limited.get(&content).await.is(200);
    let team = format!("{}/teams/{}/members/{}", field.organization.path, field.team, field.limited.id);
    field.owner().delete(&team).await.is(204);
    finds_nothing(&field.limited, &path, &photo).await;
    field.owner().delete(&format!("{}/members/{}", field.organization.path, field.full.id)).await.is(204);
    finds_nothing(&field.full, &path, &photo).await;
    field.owner().get(&content).await.is(200);
}

#[tokio::test]
async fn a_token_reaches_photos_as_far_as_its_scopes_go() {
    let world = World::start().await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    let photo = text(&add(&field.full, &path, "", png("one")).await.is(201), "id");
    for (scopes, sees, adds) in [
        (&["inspection.view"][..], 200, 403),
        (&["inspection.view", "inspection.update"], 200, 201),
        (&["site.view"], 403, 403),
    ] {
        let token = field.organization.with_scopes(&field.full, scopes).await;
        assert_eq!(token.get(&format!("{path}/photos/{photo}/content")).await.status, sees, "{scopes:?}");
        assert_eq!(add(&token, &path, "", png("two")).await.status, adds, "{scopes:?}");
    }
}
