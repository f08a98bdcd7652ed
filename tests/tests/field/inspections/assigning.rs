//! Nobody opens to others, or to themselves, what they do not have themselves (law 7): by assigning and by sharing.

use usher_tests::{Field, Person, Value, World, json};

use super::{answer, at, inspection};

/// Somebody in the team with a role of the organization's own, beside the built-in role that they have there.
async fn somebody(world: &World, field: &Field, key: &str, grants: &[(&str, &str)]) -> Person {
    let grants: Vec<Value> = grants.iter().map(|(key, when)| json!({"permission": key, "when": [when]})).collect();
    let role = json!({"level": "organization", "key": key, "title": key, "grants": grants});
    field.owner().post(&format!("{}/roles", field.organization.path), role).await.is(201);
    world.member(&field.organization, key).await
}

async fn with_scopes(field: &Field, person: &Person, scopes: &[&str]) -> Person {
    let made = json!({"name": "x", "scopes": scopes});
    let made = person.post(&format!("{}/personal-tokens", field.organization.path), made).await.is(201);
    person.with_token(made["token"].as_str().unwrap())
}

#[tokio::test]
async fn law_7_nobody_assigns_an_inspection_that_they_could_not_fill_in_themselves() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, field.owner(), &template).await;
    let assignee = |person: &Person| format!("{}/assignees/{}", at(&field, &id), person.id);
    let base = [("organization.view", "yes"), ("member.view", "yes"), ("inspection.assign", "yes")];
    let blind = somebody(&world, &field, "blind", &base).await;
    let reader = somebody(&world, &field, "reader", &[&base[..], &[("inspection.view", "yes")]].concat()).await;
    let narrow = with_scopes(&field, field.owner(), &["inspection.assign", "member.view", "team.view"]).await;
    for (who, by) in [("blind", &blind), ("reader", &reader), ("narrow", &narrow)] {
        let refused = by.put_empty(&assignee(&field.focused)).await.problem(403, "forbidden");
        assert!(refused["detail"].as_str().unwrap().contains("inspection."), "{who}: {refused}");
        field.focused.get(&at(&field, &id)).await.problem(404, "not_found");
    }
    // Nor do they take it on themselves, though their level lets its assignee fill it in.
    world.join_team(&field.organization, &reader, &field.team, "contributor_limited").await;
    reader.put_empty(&assignee(&reader)).await.problem(403, "forbidden");
    reader.patch(&at(&field, &id), json!({"title": "Mine"})).await.problem(403, "forbidden");
    // Who has it all assigns it; who is assigned already is again, by whoever may assign at all.
    field.owner().put_empty(&assignee(&field.focused)).await.is(200);
    assert_eq!(blind.put_empty(&assignee(&field.focused)).await.is(204), Value::from(""));
    blind.delete(&assignee(&field.focused)).await.is(204);
    field.focused.get(&at(&field, &id)).await.problem(404, "not_found");
}

#[tokio::test]
async fn law_7_assigning_opens_no_report_and_no_site_that_one_does_not_see() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let site = field.site(field.owner(), "Secret").await;
    let at_site = json!({"title": "x", "team_id": field.team, "template_id": template, "site_id": site});
    let at_site = field.made(field.owner(), "inspections", at_site).await;
    let plain = inspection(&field, field.owner(), &template).await;
    answer(&field, field.owner(), &plain, "exits", json!("Yes")).await;
    let all = [
        ("organization.view", "yes"),
        ("member.view", "yes"),
        ("inspection.assign", "yes"),
        ("inspection.view", "yes"),
        ("inspection.update", "yes"),
    ];
    let of_site = somebody(&world, &field, "of-site", &[&all[..], &[("site.view", "holds_theirs")]].concat()).await;
    let of_report = somebody(&world, &field, "of-report", &[&all[..], &[("report.view", "assigned")]].concat()).await;
    let of_neither = somebody(&world, &field, "of-neither", &all).await;
    let path = |id: &str, person: &Person| format!("{}/assignees/{}", at(&field, id), person.id);
    of_site.put_empty(&path(&at_site, &of_site)).await.problem(403, "forbidden");
    of_site.get(&format!("{}/sites/{site}", field.path)).await.problem(404, "not_found");
    of_site.put_empty(&path(&plain, &of_site)).await.is(200);
    of_report.put_empty(&path(&plain, &of_report)).await.problem(403, "forbidden");
    field.owner().post_empty(&format!("{}/submit", at(&field, &plain))).await.is(200);
    of_report.put_empty(&path(&plain, &of_report)).await.problem(403, "forbidden");
    of_report.get(&format!("{}/reports/{plain}", field.path)).await.problem(404, "not_found");
    // What opens neither to them they take on.
    of_neither.put_empty(&path(&at_site, &of_neither)).await.is(200);
}

#[tokio::test]
async fn law_7_nobody_shares_what_they_do_not_see() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, field.owner(), &template).await;
    answer(&field, field.owner(), &id, "exits", json!("Yes")).await;
    field.owner().post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
    let report = format!("{}/reports/{id}", field.path);
    let grants = [("organization.view", "yes"), ("inspection.share", "yes"), ("report.share", "yes")];
    let by_role = somebody(&world, &field, "sharer", &grants).await;
    let by_token = with_scopes(&field, field.owner(), &["inspection.share", "report.share"]).await;
    for by in [&by_role, &by_token] {
        for path in [at(&field, &id), report.clone()] {
            by.post(&format!("{path}/share"), json!({"shared": true})).await.problem(403, "forbidden");
            field.viewer.get(&path).await.problem(404, "not_found");
        }
    }
    // To take it back shows nothing to anybody.
    field.owner().post(&format!("{report}/share"), json!({"shared": true})).await.is(200);
    field.viewer.get(&report).await.is(200);
    by_role.post(&format!("{report}/share"), json!({"shared": false})).await.is(204);
    field.viewer.get(&report).await.problem(404, "not_found");
}

/// Nobody makes others' answers be forgotten by taking from them what they do not have.
#[tokio::test]
async fn who_was_not_assigned_loses_nothing_by_being_unassigned() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.focused, &template).await;
    let owner = field.owner();
    let create = async || {
        let body = json!({"team_id": field.team, "name": "Harbour"});
        let request = owner.request(reqwest::Method::POST, &format!("{}/sites", field.path));
        owner.send(request.header("idempotency-key", "once").json(&body)).await
    };
    let site = create().await.is(201);
    field.focused.delete(&format!("{}/assignees/{}", at(&field, &id), owner.id)).await.is(200);
    assert_eq!(create().await.is(201), site);
}
