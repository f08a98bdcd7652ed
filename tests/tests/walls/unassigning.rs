//! Law 9 of one inspection (VX-64): whoever is taken off it while they answer is waited for, and what they have not written by
//! then they do not write. The inspection is what the two wait for; and the site, where it is the site that an inspection shows.

use tokio::task::JoinHandle;
use usher_tests::{Answer, Field, Person, World, json};

/// An inspection that is assigned to somebody who did not make it.
struct Scene {
    by: Person,
    owner: Person,
    answer: String,
    assignee: String,
}

impl Scene {
    async fn of(field: &Field, by: &Person, template: &str) -> Self {
        let new = json!({"title": "Doors", "team_id": field.team, "template_id": template});
        let id = field.made(field.owner(), "inspections", new).await;
        let path = format!("{}/inspections/{id}", field.path);
        let (answer, assignee) = (format!("{path}/answers/exits"), format!("{path}/assignees/{}", by.id));
        field.owner().put_empty(&assignee).await.is(200);
        by.put_if(&format!("{path}/answers/note"), "*", json!({"value": "At it."})).await.is(200);
        // Somebody else's, so that who answers now is to be looked up.
        field.owner().put_if(&answer, "*", json!({"value": "Yes"})).await.is(200);
        Self { by: by.clone(), owner: field.owner().clone(), answer, assignee }
    }

    fn answering(&self) -> JoinHandle<Answer> {
        let (by, path) = (self.by.clone(), self.answer.clone());
        tokio::spawn(async move { by.put_if(&path, "*", json!({"value": "No"})).await })
    }

    fn unassigning(&self) -> JoinHandle<Answer> {
        let (owner, path) = (self.owner.clone(), self.assignee.clone());
        tokio::spawn(async move { owner.delete(&path).await })
    }

    /// What stands there at the end, when they write no more.
    async fn ends(&self, value: &str, refusal: (u16, &str)) {
        let more = self.by.put_if(&self.answer, "*", json!({"value": "None there"})).await;
        more.problem(refusal.0, refusal.1);
        assert_eq!(self.owner.get(&self.answer).await.is(200)["value"], value);
    }
}

/// Whose access rests on the assignment, and what they are answered without it.
fn people(field: &Field) -> [(&Person, (u16, &'static str)); 2] {
    [(&field.focused, (404, "not_found")), (&field.limited, (403, "forbidden"))]
}

#[tokio::test]
async fn law_9_vx_64_who_is_unassigned_while_they_answer_is_waited_for() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    for (person, refusal) in people(&field) {
        let scene = Scene::of(&field, person, &template).await;
        // What an answer refers to when it is saved, and no assignment touches.
        let held = world.hold(&format!("select from accounts where id = '{}' for update", person.id)).await;
        let answering = scene.answering();
        world.until_waiting("transactionid", 1).await;
        let unassigning = scene.unassigning();
        world.until_waiting("transactionid", 2).await;
        held.let_go().await;
        answering.await.unwrap().is(200);
        unassigning.await.unwrap().is(200);
        scene.ends("No", refusal).await;
    }
}

/// The other order: who answers while they are being unassigned waits, and is refused.
#[tokio::test]
async fn law_9_vx_64_who_answers_while_they_are_unassigned_is_refused() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    for (person, refusal) in people(&field) {
        let scene = Scene::of(&field, person, &template).await;
        let assignment = format!("select from inspection_assignees where member_id = '{}' for update", person.id);
        let held = world.hold(&assignment).await;
        let unassigning = scene.unassigning();
        world.until_waiting("transactionid", 1).await;
        let answering = scene.answering();
        world.until_waiting("transactionid", 2).await;
        held.let_go().await;
        unassigning.await.unwrap().is(200);
        answering.await.unwrap().problem(refusal.0, refusal.1);
        scene.ends("Yes", refusal).await;
    }
}

/// A site that somebody sees because of an inspection there (VX-63) is what they rely on: whoever takes the inspection from the site
/// waits until what they have begun is done.
#[tokio::test]
async fn law_9_an_inspection_is_taken_from_a_site() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    for deletes in [false, true] {
        let site = field.site(field.owner(), "Harbour").await;
        let body = json!({"title": "x", "team_id": field.team, "template_id": template, "site_id": site});
        let given = field.made(field.owner(), "inspections", body.clone()).await;
        let path = format!("{}/inspections", field.path);
        field.owner().put_empty(&format!("{path}/{given}/assignees/{}", field.focused.id)).await.is(200);
        // Somebody else is about to use the same id: the writer waits, and has been allowed.
        let id = uuid::Uuid::now_v7();
        let mut held = world
            .hold(&format!(
                "insert into inspections (org_id, id, title, team_id, form_id)
                 select org_id, '{id}', title, team_id, form_id from inspections where id = '{given}'"
            ))
            .await;
        let (writer, mut theirs) = (field.focused.clone(), body);
        theirs["id"] = json!(id);
        let to = path.clone();
        let writing = tokio::spawn(async move { writer.post(&to, theirs).await });
        world.until_waiting("transactionid", 1).await;
        let (owner, given) = (field.owner().clone(), format!("{path}/{given}"));
        let revoking = tokio::spawn(async move {
            if deletes { owner.delete(&given).await } else { owner.patch(&given, json!({"site_id": null})).await }
        });
        world.until_waiting("transactionid", 2).await;
        held.and("rollback").await;
        writing.await.unwrap().is(201);
        revoking.await.unwrap().is(if deletes { 204 } else { 200 });
        // What they have made there meanwhile is theirs.
        field.focused.get(&format!("{}/sites/{site}", field.path)).await.is(200);
        field.focused.delete(&format!("{path}/{id}")).await.is(204);
        field.focused.get(&format!("{}/sites/{site}", field.path)).await.problem(404, "not_found");
    }
}
