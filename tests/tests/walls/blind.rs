//! There are permissions that go without the one to view (TK-25), and tokens with an act's scope alone: what is done with them
//! is answered without what they do not show.

use reqwest::Method;
use usher_tests::{Organization, Person, Value, World, json};

/// The owner, by a token that has only these scopes.
async fn with_scopes(org: &Organization, scopes: &[&str]) -> Person {
    let made = json!({"name": "x", "scopes": scopes});
    let made = org.owner.post(&format!("{}/personal-tokens", org.path), made).await.is(201);
    org.owner.with_token(made["token"].as_str().unwrap())
}

#[tokio::test]
async fn what_one_may_change_and_not_see_is_changed_and_not_shown() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let (team, queue) = (world.team(&org, "Team").await, world.queue(&org, "Queue").await);
    let person = world.member(&org, "user").await;
    let things = world.field_things(&org, &team).await;
    let thing = |name: &str| &things.iter().find(|(kind, _)| *kind == name).unwrap().1;
    let made = async |at: &str, body: Value| org.owner.post(&format!("{}{at}", org.path), body).await.is(201);
    let template = made(
        "/desk/templates",
        json!({"name": "Returns", "questions": [{"key": "a", "label": "?", "kind": "text"}], "team_ids": []}),
    )
    .await["id"]
        .clone();
    let grants = json!([{"permission": "ticket.view", "when": ["own"]}]);
    let role = json!({"level": "organization", "key": "helper", "title": "Helper", "grants": grants});
    let role = made("/roles", role).await["id"].clone();
    let id = |id: &Value| id.as_str().unwrap().to_owned();
    for (scope, view, at, body) in [
        ("organization.update", "organization.view", String::new(), json!({})),
        ("organization.update", "organization.view", "/branding".to_owned(), json!({"accent_color": "#123456"})),
        ("member.change_role", "member.view", format!("/members/{}", person.id), json!({"roles": ["user"]})),
        ("role.manage", "role.view", format!("/roles/{}", id(&role)), json!({"title": "Helper"})),
        ("team.update", "team.view", format!("/teams/{team}"), json!({})),
        ("queue.update", "queue.view", format!("/desk/queues/{queue}"), json!({"description": "Secret"})),
        ("template.update", "template.view", format!("/desk/templates/{}", id(&template)), json!({})),
        ("site.update", "site.view", format!("/field/sites/{}", thing("site")), json!({"description": "Secret"})),
        (
            "inspection_template.update",
            "inspection_template.view",
            format!("/field/inspection-templates/{}", thing("template")),
            json!({}),
        ),
    ] {
        let path = format!("{}{at}", org.path);
        // Whoever changes a role holds all that it gives.
        let held: &[&str] = match scope {
            "role.manage" => &["organization.view", "member.view", "ticket.view"],
            _ => &[],
        };
        let blind = with_scopes(&org, &[held, &[scope]].concat()).await;
        let done = blind.patch_if(&path, "*", body.clone()).await;
        assert_eq!(done.headers.get("etag"), None, "{scope}: nor which version it is");
        assert_eq!(done.is(204), Value::from(""), "{scope}");
        let sees = with_scopes(&org, &[held, &[scope, view]].concat()).await;
        sees.patch_if(&path, "*", body).await.is(200);
    }
}

#[tokio::test]
async fn a_table_of_queue_permissions_is_shown_to_who_may_read_it() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (person, queue) = (world.member(&org, "staff").await, world.queue(&org, "Queue").await);
    world.allow(&org, &person, &queue, &["contribute"]).await;
    let path = format!("{}/members/{}/queue-permissions", org.path, person.id);
    let table = json!({"permissions": [{"queue_id": queue, "contribute": true}]});
    let act = ["member.set_queue_permissions", "queue.view", "ticket.view", "ticket.reply"];
    let all: Vec<&str> = usher_policy::Permission::ALL.iter().map(|permission| permission.key()).collect();
    let blind: Vec<&str> =
        all.iter().copied().filter(|key| !["member.view", "member.view_queue_permissions"].contains(key)).collect();
    assert!(act.iter().all(|key| blind.contains(key)));
    let blind = with_scopes(&org, &blind).await;
    assert_eq!(blind.put_if(&path, "*", table.clone()).await.is(204), Value::from(""));
    let preset = blind.post(&format!("{path}/preset"), json!({"preset": "contribute"})).await;
    assert_eq!(preset.is(204), Value::from(""));
    with_scopes(&org, &all).await.put_if(&path, "*", table).await.is(200);
}

#[tokio::test]
async fn a_site_that_is_sent_again_is_shown_to_who_sees_it() {
    let world = World::start().await;
    let field = world.field().await;
    let sites = format!("{}/sites", field.path);
    let site = json!({"id": uuid::Uuid::now_v7(), "team_id": field.team, "name": "Harbour"});
    let blind = with_scopes(&field.organization, &["site.create"]).await;
    blind.post(&sites, site.clone()).await.is(201);
    let path = format!("{sites}/{}", site["id"].as_str().unwrap());
    field.owner().patch(&path, json!({"description": "Secret"})).await.is(200);
    assert_eq!(blind.post(&sites, site.clone()).await.is(204), Value::from(""));
    assert_eq!(field.owner().post(&sites, site).await.is(200)["description"], "Secret");
}

#[tokio::test]
async fn who_answers_and_submits_what_they_do_not_see_learns_nothing_of_it() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let new = json!({"title": "Doors", "team_id": field.team, "template_id": template});
    let id = field.made(field.owner(), "inspections", new).await;
    let path = format!("{}/inspections/{id}", field.path);
    let blind = with_scopes(&field.organization, &["inspection.update", "inspection.submit"]).await;

    let refused = blind.post_empty(&format!("{path}/submit")).await.problem(422, "invalid");
    assert_eq!(
        refused["errors"],
        json!([{"pointer": "", "code": "required", "detail": refused["errors"][0]["detail"]}])
    );
    assert!(!refused.to_string().contains("exits"), "{refused}");
    let refused = field.owner().post_empty(&format!("{path}/submit")).await.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/answers/exits");

    let answer = format!("{path}/answers/exits");
    field.owner().put_if(&answer, "\"1\"", json!({"value": "Yes"})).await.is(200);
    let refused = blind.put_if(&answer, "\"2\"", json!({"value": "Perhaps"})).await.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["detail"], "It does not fit the question.");
    let nope = format!("{path}/answers/nope");
    let refused = blind.put_if(&nope, "\"1\"", json!({"value": "Yes"})).await.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["detail"], "It does not fit the question.");
    field.owner().put_if(&nope, "\"1\"", json!({"value": "Yes"})).await.problem(404, "not_found");
    for guess in ["Yes", "No"] {
        blind.put_if(&answer, "\"99\"", json!({"value": guess})).await.problem(412, "stale");
    }
    field.owner().put_if(&answer, "\"99\"", json!({"value": "Yes"})).await.is(200);
    assert_eq!(blind.put_if(&answer, "\"2\"", json!({"value": "No"})).await.is(204), Value::from(""));
    assert_eq!(blind.post_empty(&format!("{path}/submit")).await.is(204), Value::from(""));
    assert_eq!(field.owner().get(&answer).await.is(200)["value"], "No");
}

/// What was answered while a thing was shared is not repeated when it is not any more.
#[tokio::test]
async fn what_was_answered_while_a_thing_was_shared_is_forgotten_with_the_sharing() {
    let world = World::start().await;
    let field = world.field().await;
    let grants = json!([{"permission": "inspection.view", "when": ["shared_with_team"]},
        {"permission": "inspection.submit", "when": ["yes"]}]);
    let role = json!({"level": "team", "key": "closer", "title": "Closer", "grants": grants});
    field.owner().post(&format!("{}/roles", field.organization.path), role).await.is(201);
    let closer = world.team_member(&field.organization, &field.team, "closer").await;
    let template = field.template("Doors").await;
    let new = json!({"title": "Secret", "team_id": field.team, "template_id": template, "shared": true});
    let id = field.made(field.owner(), "inspections", new).await;
    let path = format!("{}/inspections/{id}", field.path);
    field.owner().put_if(&format!("{path}/answers/exits"), "\"1\"", json!({"value": "Yes"})).await.is(200);
    let submit = async || {
        let request = closer.request(Method::POST, &format!("{path}/submit")).header("idempotency-key", "once");
        closer.send(request).await
    };
    assert_eq!(submit().await.is(200)["title"], "Secret");
    assert_eq!(submit().await.is(200)["title"], "Secret");
    field.owner().post(&format!("{path}/share"), json!({"shared": false})).await.is(200);
    closer.get(&path).await.problem(404, "not_found");
    submit().await.problem(409, "answer_forgotten");
}
