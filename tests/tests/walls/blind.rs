//! There are permissions that go without the one to view (TK-25), and tokens with an act's scope alone: what is done with them
//! is answered without what they do not show.

use reqwest::Method;
use usher_tests::{Value, World, json};

#[tokio::test]
async fn what_one_may_change_and_not_see_is_changed_and_not_shown() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let (team, queue) = (world.team(&org, "Team").await, world.queue(&org, "Queue").await);
    let person = world.member(&org, "user").await;
    let things = world.field_things(&org, &team).await;
    let template = world.create_template(&org, "Returns", &[]).await;
    let role = org.role("organization", "helper", &[("ticket.view", "own")]).await;
    let member = format!("/members/{}", person.id);
    org.owner.patch(&format!("{}{member}", org.path), json!({"roles": ["user", "member"]})).await.is(200);
    for (scope, view, at, body) in [
        ("organization.update", "organization.view", String::new(), json!({"name": "Secret"})),
        ("organization.update", "organization.view", "/branding".to_owned(), json!({"accent_color": "#123456"})),
        ("billing.manage", "billing.view", "/subscription".to_owned(), json!({"plan": "growth"})),
        ("member.change_role", "member.view", member, json!({"roles": ["user"]})),
        ("role.manage", "role.view", format!("/roles/{role}"), json!({"title": "Secret"})),
        ("team.update", "team.view", format!("/teams/{team}"), json!({"description": "Secret"})),
        ("queue.update", "queue.view", format!("/desk/queues/{queue}"), json!({"description": "Secret"})),
        ("template.update", "template.view", format!("/desk/templates/{template}"), json!({"description": "Secret"})),
        ("site.update", "site.view", format!("/field/sites/{}", things["site"]), json!({"description": "Secret"})),
        (
            "inspection_template.update",
            "inspection_template.view",
            format!("/field/inspection-templates/{}", things["inspection_template"]),
            json!({"description": "Secret"}),
        ),
    ] {
        let path = format!("{}{at}", org.path);
        let (field, value) = body.as_object().unwrap().iter().next().unwrap();
        let shown = async || org.owner.get(&path).await.is(200)[field].clone();
        assert_ne!(shown().await, *value, "{scope}");
        // Whoever changes a role holds all that it gives.
        let held: &[&str] = match scope {
            "role.manage" => &["organization.view", "member.view", "ticket.view"],
            _ => &[],
        };
        let blind = org.with_scopes(&org.owner, &[held, &[scope]].concat()).await;
        let done = blind.patch_if(&path, "*", body.clone()).await;
        assert_eq!(done.headers.get("etag"), None, "{scope}: nor which version it is");
        assert_eq!(done.is(204), Value::from(""), "{scope}");
        assert_eq!(shown().await, *value, "{scope}");
        let sees = org.with_scopes(&org.owner, &[held, &[scope, view]].concat()).await;
        sees.patch_if(&path, "*", body).await.is(200);
    }
}

#[tokio::test]
async fn a_table_of_queue_permissions_is_shown_to_who_may_read_it() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (person, queue) = (world.member(&org, "staff").await, world.queue(&org, "Queue").await);
    let path = format!("{}/members/{}/queue-permissions", org.path, person.id);
    let all: Vec<&str> = usher_policy::Permission::ALL.iter().map(|permission| permission.key()).collect();
    let blind: Vec<&str> =
        all.iter().copied().filter(|key| !["member.view", "member.view_queue_permissions"].contains(key)).collect();
    let (blind, sees) = (org.with_scopes(&org.owner, &blind).await, org.with_scopes(&org.owner, &all).await);
    let on = |table: &Value| {
        let row = table["permissions"].as_array().unwrap().iter().find(|row| row["queue_id"] == queue.as_str());
        ["contribute", "manage", "delete"].map(|name| row.unwrap()[name] == true)
    };
    assert_eq!(on(&sees.get(&path).await.is(200)), [false; 3]);
    let table = json!({"permissions": [{"queue_id": queue, "manage": true}]});
    assert_eq!(blind.put_if(&path, "*", table.clone()).await.is(204), Value::from(""));
    assert_eq!(on(&sees.get(&path).await.is(200)), [false, true, false]);
    let preset = blind.post(&format!("{path}/preset"), json!({"preset": "contribute"})).await;
    assert_eq!(preset.is(204), Value::from(""));
    assert_eq!(on(&sees.get(&path).await.is(200)), [true, false, false]);
    assert_eq!(on(&sees.put_if(&path, "*", table).await.is(200)), [false, true, false]);
}

#[tokio::test]
async fn a_site_that_is_sent_again_is_shown_to_who_sees_it() {
    let world = World::start().await;
    let field = world.field().await;
    let sites = format!("{}/sites", field.path);
    let site = json!({"id": uuid::Uuid::now_v7(), "team_id": field.team, "name": "Harbour"});
    let blind = field.organization.with_scopes(field.owner(), &["site.create"]).await;
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
    let blind = field.organization.with_scopes(field.owner(), &["inspection.update", "inspection.submit"]).await;

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
    for (question, guess) in [(&answer, "Yes"), (&answer, "No"), (&nope, "Yes")] {
        for guess in [json!(guess), json!(null)] {
            blind.put_if(question, "\"99\"", json!({"value": guess})).await.problem(412, "stale");
        }
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
    let grants = [("inspection.view", "shared_with_team"), ("inspection.submit", "yes")];
    field.organization.role("team", "closer", &grants).await;
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
