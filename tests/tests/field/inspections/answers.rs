//! What is answered, piece by piece and by several people at once.

use usher_tests::{World, json};

use super::{super::both, answer, at, inspection};

#[tokio::test]
async fn a_sheet_says_what_is_asked_and_answered() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    answer(&field, &field.focused, &id, "pressure", json!(4.5)).await;
    let sheet = field.focused.get(&format!("{}/answers", at(&field, &id))).await.is(200);
    assert_eq!(sheet["sections"][0]["questions"][0]["key"], "exits");
    let answers = sheet["answers"].as_array().unwrap();
    let keys: Vec<&str> = answers.iter().map(|answer| answer["question"].as_str().unwrap()).collect();
    assert_eq!(keys, ["exits", "lights", "pressure", "note", "checked_on", "photos", "signature"]);
    assert_eq!((&answers[0]["value"], &answers[0]["version"]), (&json!(null), &json!(1)));
    assert_eq!((&answers[2]["value"], &answers[2]["version"]), (&json!(4.5), &json!(2)));
    assert_eq!(answers[2]["answered_by"], field.focused.id);
    assert_eq!(field.focused.get(&at(&field, &id)).await.is(200)["answered"], 1);
}

/// A template that changes changes no inspection that was made from it.
#[tokio::test]
async fn an_inspection_keeps_the_questions_that_it_was_made_with() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    let path = format!("{}/inspection-templates/{template}", field.path);
    let etag = field.owner().get(&path).await.etag();
    let question = json!({"key": "other", "label": "Something else?", "kind": "text"});
    let sections = json!([{"title": "New", "questions": [question]}]);
    field.owner().patch_if(&path, &etag, json!({"sections": sections})).await.is(200);
    answer(&field, &field.focused, &id, "exits", json!("Yes")).await;
    let other = format!("{}/answers/other", at(&field, &id));
    field.focused.put_if(&other, "\"1\"", json!({"value": "x"})).await.problem(404, "not_found");
    let newer = inspection(&field, &field.focused, &template).await;
    answer(&field, &field.focused, &newer, "other", json!("x")).await;
    let etag = field.owner().get(&path).await.etag();
    field.owner().send(field.owner().request(reqwest::Method::DELETE, &path).header("if-match", etag)).await.is(204);
    answer(&field, &field.focused, &id, "note", json!("It is still there")).await;
    assert_eq!(field.focused.get(&at(&field, &id)).await.is(200)["template_id"], json!(null));
}

#[tokio::test]
async fn two_people_on_one_inspection_lose_nothing() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, field.owner(), &template).await;
    let path = |question: &str| format!("{}/answers/{question}", at(&field, &id));
    let (exits, lights) = (path("exits"), path("lights"));
    // Different questions at once: both are kept.
    let answered = both(
        field.full.put_if(&exits, "\"1\"", json!({"value": "Yes"})),
        field.team_admin.put_if(&lights, "\"1\"", json!({"value": true})),
    );
    assert_eq!(answered.await, [200, 200]);
    // The same question at once: one is kept, and the other is told.
    let answered = both(
        field.full.put_if(&exits, "\"2\"", json!({"value": "No"})),
        field.team_admin.put_if(&exits, "\"2\"", json!({"value": "None there"})),
    );
    assert_eq!(answered.await, [200, 412]);
    let kept = field.full.get(&exits).await;
    assert_eq!(kept.etag(), "\"3\"");
    // What is saved already is not refused to who did not hear so.
    let value = kept.is(200)["value"].clone();
    field.focused.get(&exits).await.is(404);
    let again = field.full.put_if(&exits, "\"2\"", json!({"value": value})).await;
    assert_eq!((again.etag().as_str(), again.status), ("\"3\"", 200));
    field.full.put(&exits, json!({"value": value})).await.problem(428, "precondition_required");
    // Taken back, it is no answer any more.
    field.full.put_if(&exits, "\"3\"", json!({"value": null})).await.is(200);
    assert_eq!(field.full.get(&at(&field, &id)).await.is(200)["answered"], 1);
    field.full.post_empty(&format!("{}/submit", at(&field, &id))).await.names(422, "/answers/exits");
}

/// A device that did not hear that its answer was saved sends it again, be the inspection submitted meanwhile: it was not lost.
#[tokio::test]
async fn what_was_saved_before_the_inspection_was_submitted_may_be_sent_again() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    answer(&field, &field.focused, &id, "exits", json!("Yes")).await;
    field.full.post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
    let exits = format!("{}/answers/exits", at(&field, &id));
    let again = field.focused.put_if(&exits, "\"1\"", json!({"value": "Yes"})).await;
    assert_eq!(again.etag(), "\"2\"");
    again.is(200);
    let another = json!({"value": "No"});
    field.focused.put_if(&exits, "\"1\"", another.clone()).await.problem(412, "stale");
    field.focused.put_if(&exits, "\"2\"", another).await.problem(409, "inspection_submitted");
    field.focused.put_if(&exits, "\"2\"", json!({"value": "Perhaps"})).await.names(422, "/value");
}

#[tokio::test]
async fn an_answer_fits_its_question() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    let path = |question: &str| format!("{}/answers/{question}", at(&field, &id));
    for (question, value) in [
        ("exits", json!("Perhaps")),
        ("exits", json!(1)),
        ("lights", json!("yes")),
        ("pressure", json!(11)),
        ("pressure", json!("4")),
        ("note", json!("x".repeat(10_001))),
        ("checked_on", json!("2026-02-30")),
        ("photos", json!("none")),
        ("signature", json!({"name": "Ada"})),
    ] {
        let answer = field.focused.put_if(&path(question), "\"1\"", json!({"value": value})).await;
        answer.names(422, "/value");
    }
    for (body, place) in [
        (json!({}), "/value"),
        (json!({"value": "Yes", "note": "x".repeat(2001)}), "/note"),
        (json!({"value": "Yes", "other": 1}), "/other"),
    ] {
        field.focused.put_if(&path("exits"), "\"1\"", body).await.names(422, place);
    }
    field.focused.put_if(&path("nothing"), "\"1\"", json!({"value": "x"})).await.problem(404, "not_found");
    field.focused.get(&path("nothing")).await.problem(404, "not_found");
    // Nothing of it was kept.
    assert_eq!(field.focused.get(&at(&field, &id)).await.is(200)["state"], "draft");
    // A blank text is no answer.
    let blank = field.focused.put_if(&path("note"), "\"1\"", json!({"value": " \n"})).await.is(200);
    assert_eq!(blank["value"], json!(null));
    let seen = field.focused.get(&at(&field, &id)).await.is(200);
    assert_eq!((&seen["answered"], &seen["state"]), (&json!(0), &json!("in_progress")));
}
