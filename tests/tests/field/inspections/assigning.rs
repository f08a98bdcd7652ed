//! Nobody opens to others, or to themselves, what they do not have themselves (law 7): by assigning and by sharing.

use usher_tests::{Person, Value, World, json, yes};

use super::{answer, at, inspection};

#[tokio::test]
async fn law_7_nobody_assigns_an_inspection_that_they_could_not_fill_in_themselves() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, field.owner(), &template).await;
    let assignee = |person: &Person| format!("{}/assignees/{}", at(&field, &id), person.id);
    let org = &field.organization;
    let base = yes(["organization.view", "member.view", "inspection.assign"]);
    let blind = world.member_with(org, "blind", &base).await;
    let reader = world.member_with(org, "reader", &[&base[..], &yes(["inspection.view"])].concat()).await;
    let narrow = org.with_scopes(&org.owner, &["inspection.assign", "member.view", "team.view"]).await;
    for (by, permission) in [(&blind, "inspection.view"), (&reader, "inspection.update"), (&narrow, "inspection.view")]
    {
        by.put_empty(&assignee(&field.focused)).await.lacks(permission);
        field.focused.get(&at(&field, &id)).await.problem(404, "not_found");
    }
    // Nor do they take it on themselves, though their level lets its assignee fill it in.
    world.join_team(org, &reader, &field.team, "contributor_limited").await;
    reader.put_empty(&assignee(&reader)).await.lacks("inspection.update");
    reader.patch(&at(&field, &id), json!({"title": "Mine"})).await.lacks("inspection.update");
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
    let all = yes(["organization.view", "member.view", "inspection.assign", "inspection.view", "inspection.update"]);
    let with = |grant| [&all[..], &[grant]].concat();
    let org = &field.organization;
    let of_site = world.member_with(org, "of-site", &with(("site.view", "holds_theirs"))).await;
    let of_report = world.member_with(org, "of-report", &with(("report.view", "assigned"))).await;
    let of_neither = world.member_with(org, "of-neither", &all).await;
    let path = |id: &str, person: &Person| format!("{}/assignees/{}", at(&field, id), person.id);
    of_site.put_empty(&path(&at_site, &of_site)).await.lacks("site.view");
    of_site.get(&format!("{}/sites/{site}", field.path)).await.problem(404, "not_found");
    of_site.put_empty(&path(&plain, &of_site)).await.is(200);
    of_report.put_empty(&path(&plain, &of_report)).await.lacks("report.view");
    field.owner().post_empty(&format!("{}/submit", at(&field, &plain))).await.is(200);
    of_report.put_empty(&path(&plain, &of_report)).await.lacks("report.view");
    of_report.get(&format!("{}/reports/{plain}", field.path)).await.problem(404, "not_found");
    // What opens neither to them they take on.
    of_neither.put_empty(&path(&at_site, &of_neither)).await.is(200);
}

/// An inspection that comes to a site shows the site to who made it or is assigned to it (VX-63).
#[tokio::test]
async fn law_7_nobody_brings_an_inspection_to_a_site_that_they_do_not_see() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let site = field.site(field.owner(), "Secret").await;
    let of_site = format!("{}/sites/{site}", field.path);
    let narrow = field.organization.with_scopes(field.owner(), &["inspection.update"]).await;
    let body = json!({"site_id": site});
    let own = inspection(&field, &field.focused, &template).await;
    let given = inspection(&field, field.owner(), &template).await;
    super::assign(&field, &given, &field.focused).await;
    for id in [&own, &given] {
        narrow.patch(&at(&field, id), body.clone()).await.lacks("site.view");
        field.focused.get(&of_site).await.problem(404, "not_found");
    }
    // Where it shows the site to nobody else they do, and who sees it does.
    let nobodys = inspection(&field, field.owner(), &template).await;
    narrow.patch(&at(&field, &nobodys), body.clone()).await.is(204);
    field.focused.get(&of_site).await.problem(404, "not_found");
    field.owner().patch(&at(&field, &given), body).await.is(200);
    field.focused.get(&of_site).await.is(200);
    // What shows it already may be said again.
    narrow.patch(&at(&field, &given), json!({"site_id": site, "title": "x"})).await.is(204);
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
    let grants = yes(["organization.view", "inspection.share", "report.share"]);
    let by_role = world.member_with(&field.organization, "sharer", &grants).await;
    let by_token = field.organization.with_scopes(field.owner(), &["inspection.share", "report.share"]).await;
    for by in [&by_role, &by_token] {
        for (path, permission) in [(&at(&field, &id), "inspection.view"), (&report, "report.view")] {
            by.post(&format!("{path}/share"), json!({"shared": true})).await.lacks(permission);
            field.viewer.get(path).await.problem(404, "not_found");
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
