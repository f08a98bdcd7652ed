//! How an inspection goes on: assigned, shared, submitted, reopened.

use usher_tests::{World, json};

use super::{answer, assign, at, inspection, share};

/// VX-64: an assignee has access at once, and loses it at once.
#[tokio::test]
async fn vx_64_assigning_gives_access_at_once_and_unassigning_takes_it() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, field.owner(), &template).await;
    let path = at(&field, &id);
    field.focused.get(&path).await.is(404);
    let assignees = format!("{path}/assignees/{}", field.focused.id);
    let assigned = field.team_admin.put_empty(&assignees).await;
    let etag = assigned.etag();
    assert_eq!(assigned.is(200)["assignee_ids"], json!([field.focused.id]));
    field.focused.patch(&path, json!({"title": "Mine now"})).await.is(200);
    let again = field.team_admin.put_empty(&assignees).await;
    assert_ne!(again.etag(), etag, "somebody changed the title");
    let third = field.team_admin.put_empty(&assignees).await;
    assert_eq!(again.etag(), third.etag(), "to assign again changes nothing");
    assert_eq!(field.team_admin.delete(&assignees).await.is(200)["assignee_ids"], json!([]));
    field.focused.get(&path).await.is(404);
    field.focused.patch(&path, json!({"title": "Mine?"})).await.is(404);
    field.team_admin.delete(&assignees).await.is(200);
}

/// VX-64: unassigned, whoever made the inspection keeps it.
#[tokio::test]
async fn vx_64_who_made_it_keeps_it_when_unassigned() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    assign(&field, &id, &field.focused).await;
    field.owner().delete(&format!("{}/assignees/{}", at(&field, &id), field.focused.id)).await.is(200);
    field.focused.patch(&at(&field, &id), json!({"title": "Still mine"})).await.is(200);
}

#[tokio::test]
async fn who_is_assigned_is_somebody_who_can_carry_it_out_and_whom_one_may_know() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, field.owner(), &template).await;
    let assignee = |id_of: &str| format!("{}/assignees/{id_of}", at(&field, &id));
    let names = |answer: usher_tests::Answer| answer.names(422, "member");
    // The owner sees everybody; a viewer could not fill it in, nor could who is in no team.
    names(field.owner().put_empty(&assignee(&field.viewer.id)).await);
    names(field.owner().put_empty(&assignee(&field.member.id)).await);
    // A team's admin sees who is in the team, and nobody else.
    field.team_admin.put_empty(&assignee(&field.member.id)).await.is(404);
    field.team_admin.put_empty(&assignee(&field.admin.id)).await.is(404);
    names(field.team_admin.put_empty(&assignee(&field.viewer.id)).await);
    // Nobody of another organization, nobody at all, and nobody who was removed.
    let other = world.field().await;
    field.owner().put_empty(&assignee(&other.focused.id)).await.is(404);
    field.owner().put_empty(&assignee(&uuid::Uuid::now_v7().to_string())).await.is(404);
    field.owner().put_empty(&assignee("nobody")).await.is(400);
    field.owner().delete(&format!("{}/members/{}", field.organization.path, field.full.id)).await.is(204);
    field.owner().put_empty(&assignee(&field.full.id)).await.is(404);
    // Who does not see the inspection learns nothing of it; who sees it and may not assign is told so.
    field.focused.put_empty(&assignee(&field.focused.id)).await.is(404);
    field.limited.put_empty(&assignee(&field.limited.id)).await.problem(403, "forbidden");
    share(&field, &id).await;
    field.viewer.put_empty(&assignee(&field.focused.id)).await.problem(403, "forbidden");
}

/// VX-66, VX-70: what is shared is seen by the team's viewers, from then on and no longer than it is shared.
#[tokio::test]
async fn vx_66_vx_70_sharing_acts_on_the_next_request() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    let path = at(&field, &id);
    field.viewer.get(&path).await.is(404);
    for (shared, status, listed) in [(true, 200, 1), (false, 404, 0)] {
        let answer = field.focused.post(&format!("{path}/share"), json!({"shared": shared})).await.is(200);
        assert_eq!(answer["shared"], shared);
        field.viewer.get(&path).await.is(status);
        assert_eq!(field.viewer.walk(&format!("{}/inspections", field.path)).await.len(), listed);
    }
    // Not one's own: a limited contributor sees it and may not share it.
    field.limited.post(&format!("{path}/share"), json!({"shared": true})).await.problem(403, "forbidden");
    field.focused.post(&format!("{path}/share"), json!({"shared": "yes"})).await.names(422, "/shared");
    field.focused.post(&format!("{path}/share"), json!({})).await.names(422, "/shared");
}

/// From draft over in progress and submitted to reopened, and what each state takes.
#[tokio::test]
async fn an_inspection_goes_from_draft_to_submitted_and_is_reopened() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.full, &template).await;
    let path = at(&field, &id);
    let state = async || field.full.get(&path).await.is(200)["state"].clone();
    assert_eq!(state().await, "draft");
    field.full.post_empty(&format!("{path}/reopen")).await.problem(409, "inspection_not_submitted");
    field.full.post_empty(&format!("{path}/submit")).await.names(422, "/answers/exits");
    answer(&field, &field.full, &id, "note", json!("Nothing")).await;
    assert_eq!(state().await, "in_progress");
    answer(&field, &field.full, &id, "exits", json!("Yes")).await;
    let submitted = field.full.post_empty(&format!("{path}/submit")).await.is(200);
    assert_eq!(submitted["state"], "submitted");
    assert!(submitted["submitted_at"].is_string());
    for refused in [
        field.full.post_empty(&format!("{path}/submit")).await,
        field.full.patch(&path, json!({"title": "Else"})).await,
        field.full.put_if(&format!("{path}/answers/exits"), "\"2\"", json!({"value": "No"})).await,
    ] {
        refused.problem(409, "inspection_submitted");
    }
    assert_eq!(field.full.post_empty(&format!("{path}/reopen")).await.is(200)["state"], "reopened");
    field.full.put_if(&format!("{path}/answers/exits"), "\"2\"", json!({"value": "No"})).await.is(200);
    assert_eq!(state().await, "reopened");
    assert_eq!(field.full.post_empty(&format!("{path}/submit")).await.is(200)["state"], "submitted");
}

/// The way of one inspection through a day, from hand to hand. What each role may and may not at each step is walked elsewhere.
#[tokio::test]
async fn seven_roles_walk_one_inspection() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let site = field.site(&field.team_admin, "Harbour 3").await;
    // The team's admin makes it, and gives it to the focused contributor.
    let new = json!({"title": "Fire doors", "team_id": field.team, "template_id": template, "site_id": site});
    let id = field.made(&field.team_admin, "inspections", new).await;
    let path = at(&field, &id);
    for (hidden, person) in [("focused", &field.focused), ("viewer", &field.viewer), ("member", &field.member)] {
        assert_eq!(person.get(&path).await.status, 404, "{hidden} before it is assigned or shared");
    }
    field.limited.put_empty(&format!("{path}/assignees/{}", field.focused.id)).await.problem(403, "forbidden");
    field.team_admin.put_empty(&format!("{path}/assignees/{}", field.focused.id)).await.is(200);
    // The focused contributor fills it in; the limited one looks on; the full one corrects.
    answer(&field, &field.focused, &id, "lights", json!(true)).await;
    field.limited.get(&format!("{path}/answers")).await.is(200);
    let lights = format!("{path}/answers/lights");
    field.limited.put_if(&lights, "\"2\"", json!({"value": false})).await.problem(403, "forbidden");
    field.full.put_if(&lights, "\"2\"", json!({"value": false})).await.is(200);
    field.focused.put_if(&lights, "\"2\"", json!({"value": true, "note": "Again"})).await.problem(412, "stale");
    answer(&field, &field.focused, &id, "exits", json!("Yes")).await;
    field.focused.post(&format!("{path}/share"), json!({"shared": true})).await.problem(403, "forbidden");
    field.focused.post_empty(&format!("{path}/submit")).await.is(200);
    field.focused.post_empty(&format!("{path}/reopen")).await.problem(403, "forbidden");
    // The full contributor opens it again and shares it; the viewer reads and writes nothing; the admin deletes.
    field.full.post_empty(&format!("{path}/reopen")).await.is(200);
    field.full.post_empty(&format!("{path}/submit")).await.is(200);
    field.full.post(&format!("{path}/share"), json!({"shared": true})).await.is(200);
    field.viewer.get(&path).await.is(200);
    field.viewer.post_empty(&format!("{path}/reopen")).await.problem(403, "forbidden");
    field.viewer.delete(&path).await.problem(403, "forbidden");
    field.focused.delete(&path).await.problem(403, "forbidden");
    field.member.delete(&path).await.is(404);
    field.admin.delete(&path).await.problem(409, "inspection_submitted");
    field.admin.post_empty(&format!("{path}/reopen")).await.is(200);
    field.admin.delete(&path).await.is(204);
    for (role, person) in field.everybody() {
        assert_eq!(person.get(&path).await.status, 404, "{role}");
    }
}

#[tokio::test]
async fn nothing_is_sealed_or_opened_that_has_changed_meanwhile() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, template) = (&field.full, field.template("Doors").await);
    let path = at(&field, &inspection(&field, by, &template).await);
    let act = async |act: &str, etag: &str| {
        let request = by.request(reqwest::Method::POST, &format!("{path}/{act}")).header("if-match", etag);
        by.send(request).await
    };
    let read = by.get(&path).await.etag();
    by.put_if(&format!("{path}/answers/exits"), "\"1\"", json!({"value": "Yes"})).await.is(200);
    act("submit", &read).await.problem(412, "stale");
    let submitted = act("submit", &by.get(&path).await.etag()).await;
    assert_eq!(submitted.body["state"], "submitted");
    act("reopen", &read).await.problem(412, "stale");
    assert_eq!(act("reopen", &submitted.etag()).await.is(200)["state"], "reopened");
}
