//! Inspections.

mod answers;
mod assigning;
mod creating;
mod listing;
mod reach;
mod releasing;
mod stages;

use usher_tests::{Field, Person, Value, json};

/// The path of an inspection.
pub(super) fn at(field: &Field, inspection: &str) -> String {
    format!("{}/inspections/{inspection}", field.path)
}

/// A new inspection of the team's, made by somebody from a template. Returns its id.
pub(super) async fn inspection(field: &Field, by: &Person, template: &str) -> String {
    field.made(by, "inspections", new(field, template)).await
}

/// What a new inspection of the team's is made of.
pub(super) fn new(field: &Field, template: &str) -> Value {
    json!({"title": "Fire doors", "team_id": field.team, "template_id": template})
}

/// Answers a question for the first time.
pub(super) async fn answer(field: &Field, by: &Person, inspection: &str, question: &str, value: Value) {
    let path = format!("{}/answers/{question}", at(field, inspection));
    by.put_if(&path, "\"1\"", json!({"value": value})).await.is(200);
}

/// Assigns an inspection, as the owner.
pub(super) async fn assign(field: &Field, inspection: &str, to: &Person) {
    let path = format!("{}/assignees/{}", at(field, inspection), to.id);
    let assigned = field.owner().put_empty(&path).await;
    assigned.is(200);
}

/// Shares an inspection with the team, as the owner.
pub(super) async fn share(field: &Field, inspection: &str) {
    field.owner().post(&format!("{}/share", at(field, inspection)), json!({"shared": true})).await.is(200);
}
