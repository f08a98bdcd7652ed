//! Whoever can no longer carry an inspection out is no longer its assignee.

use usher_tests::{Field, Person, Value, World, json};

use super::{assign, at, inspection};

/// Who an inspection is assigned to, and its entity tag.
async fn assignees(field: &Field, id: &str) -> (Vec<String>, String) {
    let seen = field.owner().get(&at(field, id)).await;
    let etag = seen.etag();
    let ids = seen.is(200)["assignee_ids"].as_array().unwrap().clone();
    (ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect(), etag)
}

/// Two inspections, each assigned to these two.
async fn assigned(field: &Field, people: [&Person; 2]) -> [String; 2] {
    let template = field.template("Doors").await;
    let ids = [inspection(field, field.owner(), &template).await, inspection(field, field.owner(), &template).await];
    for id in &ids {
        for person in people {
            assign(field, id, person).await;
        }
    }
    ids
}

fn in_team(field: &Field, person: &Person) -> String {
    format!("{}/teams/{}/members/{}", field.organization.path, field.team, person.id)
}

#[tokio::test]
async fn vx_64_who_loses_the_role_that_it_takes_is_assigned_no_longer() {
    let world = World::start().await;
    let field = world.field().await;
    let ids = assigned(&field, [&field.limited, &field.focused]).await;
    let (_, before) = assignees(&field, &ids[0]).await;
    // With another role that gives it too they stay.
    field.owner().put(&in_team(&field, &field.limited), json!({"role": "contributor_full"})).await.is(200);
    assert_eq!(assignees(&field, &ids[0]).await.1, before);
    field.owner().put(&in_team(&field, &field.limited), json!({"role": "viewer"})).await.is(200);
    for id in &ids {
        let (now, etag) = assignees(&field, id).await;
        assert_eq!(now, [field.focused.id.as_str()]);
        assert_ne!(etag, before, "who read it before has read something else");
    }
    // It does not come back with the role.
    field.owner().put(&in_team(&field, &field.limited), json!({"role": "contributor_focused"})).await.is(200);
    assert_eq!(assignees(&field, &ids[0]).await.0, [field.focused.id.as_str()]);
    field.limited.get(&at(&field, &ids[0])).await.is(404);
    field.owner().delete(&in_team(&field, &field.focused)).await.is(204);
    assert_eq!(assignees(&field, &ids[1]).await.0, [""; 0]);
}

/// Who carried out what was submitted stays known, and has nothing by it without the role; opened again, it waits for somebody
/// who could go on.
#[tokio::test]
async fn vx_64_what_was_submitted_keeps_its_assignees_until_it_is_opened_again() {
    let world = World::start().await;
    let field = world.field().await;
    let [id, _] = assigned(&field, [&field.limited, &field.focused]).await;
    super::answer(&field, &field.focused, &id, "exits", json!("Yes")).await;
    field.focused.post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
    let report = format!("{}/reports/{id}", field.path);
    field.focused.get(&report).await.is(200);
    field.owner().put(&in_team(&field, &field.focused), json!({"role": "viewer"})).await.is(200);
    for path in [&at(&field, &id), &report] {
        field.focused.get(path).await.problem(404, "not_found");
    }
    let mut both = [field.limited.id.clone(), field.focused.id.clone()];
    both.sort_unstable();
    assert_eq!(assignees(&field, &id).await.0, both);
    field.owner().post_empty(&format!("{}/reopen", at(&field, &id))).await.is(200);
    assert_eq!(assignees(&field, &id).await.0, [field.limited.id.as_str()]);
    field.owner().put(&in_team(&field, &field.focused), json!({"role": "contributor_focused"})).await.is(200);
    field.focused.get(&at(&field, &id)).await.problem(404, "not_found");
}

#[tokio::test]
async fn who_departs_is_assigned_no_longer_and_who_read_it_before_is_told() {
    let world = World::start().await;
    let field = world.field().await;
    let ids = assigned(&field, [&field.limited, &field.focused]).await;
    let (_, before) = assignees(&field, &ids[0]).await;
    field.owner().delete(&format!("{}/members/{}", field.organization.path, field.limited.id)).await.is(204);
    let (now, etag) = assignees(&field, &ids[0]).await;
    assert_eq!(now, [field.focused.id.as_str()]);
    assert_ne!(etag, before);
    field.focused.post_empty(&format!("{}/leave", field.organization.path)).await.is(204);
    assert_eq!(assignees(&field, &ids[1]).await.0, [""; 0]);
}

/// What a device holds and its user no longer sees it finds with one question for a hundred: deleted or withdrawn, to them
/// that is the same.
#[tokio::test]
async fn a_device_finds_what_is_gone() {
    let world = World::start().await;
    let field = world.field().await;
    let ids = assigned(&field, [&field.limited, &field.focused]).await;
    let template = field.template("Windows").await;
    let kept = inspection(&field, &field.focused, &template).await;
    field.owner().delete(&at(&field, &ids[0])).await.is(204);
    let from = format!("{}/assignees/{}", at(&field, &ids[1]), field.focused.id);
    field.owner().delete(&from).await.is(200);
    let held = [&ids[0], &ids[1], &kept];
    let checks = held.map(|id| json!({"permission": "inspection.view", "resource_id": id}));
    let path = format!("{}/access/check", field.organization.path);
    let told = field.focused.post(&path, json!({"checks": checks})).await.is(200);
    let outcomes: Vec<&Value> = told["results"].as_array().unwrap().iter().map(|result| &result["outcome"]).collect();
    assert_eq!(outcomes, ["not_found", "not_found", "allowed"]);
}

/// What somebody was answered as the assignee is not told again under its key once they are none.
#[tokio::test]
async fn vx_64_what_an_assignee_was_answered_is_forgotten_with_the_assignment() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, field.owner(), &template).await;
    assign(&field, &id, &field.focused).await;
    super::answer(&field, &field.focused, &id, "exits", json!("Yes")).await;
    let submit = async || {
        let path = format!("{}/submit", at(&field, &id));
        let request = field.focused.request(reqwest::Method::POST, &path).header("idempotency-key", "once");
        field.focused.send(request).await
    };
    submit().await.is(200);
    submit().await.is(200);
    field.owner().delete(&format!("{}/assignees/{}", at(&field, &id), field.focused.id)).await.is(200);
    submit().await.problem(409, "answer_forgotten");
}
