//! What a team has goes to another when the team is deleted.

use usher_tests::{Field, Person, World, json};

use super::{
    inspections::{answer, assign, at, inspection, share},
    reports::{report, submitted},
};

/// The address of the team.
fn team(field: &Field) -> String {
    format!("{}/teams/{}", field.organization.path, field.team)
}

#[tokio::test]
async fn a_team_that_has_anything_is_deleted_only_if_another_gets_it() {
    let world = World::start().await;
    let field = world.field().await;
    let to = world.team(&field.organization, "Others").await;
    let there = world.team_member(&field.organization, &to, "contributor_limited").await;
    let template = field.template("Doors").await;
    let refused = || async { field.owner().delete(&team(&field)).await.problem(409, "team_has_inspections") };
    refused().await;
    field.owner().delete(&format!("{}/inspection-templates/{template}", field.path)).await.is(204);
    let site = field.site(&field.focused, "Harbour").await;
    refused().await;
    let template = field.template("Doors").await;
    let body = json!({"title": "x", "team_id": field.team, "template_id": template, "site_id": site});
    let id = field.made(&field.focused, "inspections", body).await;
    answer(&field, &field.focused, &id, "exits", json!("Yes")).await;
    field.focused.post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
    field.owner().delete(&format!("{}/inspection-templates/{template}", field.path)).await.is(204);
    assert!(refused().await["detail"].as_str().unwrap().contains("move_to"));
    let template = field.template("Doors").await;
    let stale = field.owner().request(reqwest::Method::DELETE, &format!("{}?move_to={to}", team(&field)));
    field.owner().send(stale.header("if-match", "\"9\"")).await.problem(412, "stale");
    let things = [("inspection-templates", &template), ("sites", &site), ("inspections", &id), ("reports", &id)];
    let path = |(of, id): (&str, &String)| format!("{}/{of}/{id}", field.path);
    let mut before = Vec::new();
    for thing in things {
        there.get(&path(thing)).await.problem(404, "not_found");
        let seen = field.owner().get(&path(thing)).await;
        before.push((seen.etag(), seen.is(200)["updated_at"].clone()));
    }
    field.owner().delete(&format!("{}?move_to={to}", team(&field))).await.is(204);
    field.owner().get(&team(&field)).await.problem(404, "not_found");
    for (thing, (etag, updated_at)) in things.into_iter().zip(before) {
        let seen = there.get(&path(thing)).await;
        assert_ne!(seen.etag(), etag, "{}", thing.0);
        let seen = seen.is(200);
        assert_eq!(seen["team_id"], json!(to), "{}", thing.0);
        if thing.0 != "reports" {
            assert!(seen["updated_at"].as_str() > updated_at.as_str(), "{}: devices are told", thing.0);
        }
        // Who was in the team that is gone, and is not in this one, has nothing of it: who made it neither.
        for person in [&field.team_admin, &field.full, &field.limited, &field.focused, &field.viewer] {
            person.get(&path(thing)).await.problem(404, "not_found");
        }
        field.admin.get(&path(thing)).await.is(200);
    }
    let answers = there.get(&format!("{}/answers", at(&field, &id))).await.is(200);
    assert!(answers.to_string().contains("Yes"));
    // They go on there.
    let body = json!({"title": "x", "team_id": to, "template_id": template, "site_id": site});
    field.made(&there, "inspections", body).await;
}

#[tokio::test]
async fn vx_64_with_a_team_go_the_assignments_that_its_roles_carried_and_the_other_does_not() {
    let world = World::start().await;
    let field = world.field().await;
    let to = world.team(&field.organization, "Others").await;
    world.join_team(&field.organization, &field.focused, &to, "contributor_focused").await;
    world.join_team(&field.organization, &field.full, &to, "viewer").await;
    let template = field.template("Doors").await;
    let ids = [inspection(&field, field.owner(), &template).await, inspection(&field, field.owner(), &template).await];
    for id in &ids {
        for person in [&field.limited, &field.focused, &field.full, &field.admin] {
            assign(&field, id, person).await;
        }
    }
    field.owner().delete(&format!("{}?move_to={to}", team(&field))).await.is(204);
    let mut stay = [field.focused.id.clone(), field.admin.id.clone()];
    stay.sort_unstable();
    for id in &ids {
        let mut now: Vec<String> =
            serde_json::from_value(field.owner().get(&at(&field, id)).await.is(200)["assignee_ids"].clone()).unwrap();
        now.sort_unstable();
        assert_eq!(now, stay);
        field.focused.get(&at(&field, id)).await.is(200);
        field.full.get(&at(&field, id)).await.problem(404, "not_found");
    }
}

/// VX-66, VX-67: what is shared with the team is shared with the one that it comes to, and nothing else: not the report of an
/// inspection that is shared, nor the inspection of a report.
#[tokio::test]
async fn vx_66_vx_67_viewers_of_the_other_team_see_what_is_shared() {
    let world = World::start().await;
    let field = world.field().await;
    let to = world.team(&field.organization, "Others").await;
    let viewer = world.team_member(&field.organization, &to, "viewer").await;
    let template = field.template("Doors").await;
    let (shared, not) =
        (inspection(&field, &field.full, &template).await, inspection(&field, &field.full, &template).await);
    let (told, kept) =
        (submitted(&field, &field.full, &template, "Yes").await, submitted(&field, &field.full, &template, "No").await);
    share(&field, &shared).await;
    share(&field, &kept).await;
    field.full.post(&format!("{}/share", report(&field, &told)), json!({"shared": true})).await.is(200);
    field.owner().delete(&format!("{}?move_to={to}", team(&field))).await.is(204);
    for id in [&shared, &kept] {
        viewer.get(&at(&field, id)).await.is(200);
    }
    for id in [&not, &told] {
        viewer.get(&at(&field, id)).await.problem(404, "not_found");
    }
    viewer.get(&report(&field, &told)).await.is(200);
    viewer.get(&report(&field, &kept)).await.problem(404, "not_found");
    assert_eq!(viewer.walk(&format!("{}/inspections", field.path)).await.len(), 2);
    assert_eq!(viewer.get(&format!("{}/reports", field.path)).await.ids(), [told]);
}

#[tokio::test]
async fn where_a_name_is_taken_nothing_is_moved() {
    let world = World::start().await;
    let field = world.field().await;
    let to = world.team(&field.organization, "Others").await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.full, &template).await;
    let theirs = field.template_in(&to, "Doors").await;
    let deleted = format!("{}?move_to={to}", team(&field));
    field.owner().delete(&deleted).await.problem(409, "inspection_template_name_taken");
    assert_eq!(field.full.get(&at(&field, &id)).await.is(200)["team_id"], json!(field.team));
    let theirs = format!("{}/inspection-templates/{theirs}", field.path);
    field.owner().patch_if(&theirs, "*", json!({"name": "Gates"})).await.is(200);
    field.owner().delete(&deleted).await.is(204);
}

#[tokio::test]
async fn where_there_are_tickets_too_both_are_moved() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let (from, to) = (world.team(&org, "From").await, world.team(&org, "To").await);
    let ticket = json!({"subject": "x", "description": "x", "team_id": from});
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), ticket).await.is(201);
    let things = world.field_things(&org, &from).await;
    let path = format!("{}/teams/{from}", org.path);
    org.owner.delete(&path).await.problem(409, "team_has_tickets");
    org.owner.delete(&format!("{path}?move_to={to}")).await.is(204);
    let ticket = format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap());
    assert_eq!(org.owner.get(&ticket).await.is(200)["team_id"], json!(to));
    for (kind, id) in things {
        let collection = match kind {
            "inspection_template" => "inspection-templates",
            "site" => "sites",
            "inspection" => "inspections",
            "report" => "reports",
            _ => continue,
        };
        let seen = org.owner.get(&format!("{}/field/{collection}/{id}", org.path)).await.is(200);
        assert_eq!(seen["team_id"], json!(to), "{kind}");
    }
}

/// Whoever makes something while the team goes waits for that, and finds no team, or no role in it.
#[tokio::test]
async fn nothing_is_made_in_a_team_that_is_going() {
    let world = World::start().await;
    let field = world.field().await;
    let to = world.team(&field.organization, "Others").await;
    let site = field.site(field.owner(), "Harbour").await;
    let held = world.hold(&format!("select from sites where id = '{site}' for update")).await;
    let (owner, path) = (field.owner().clone(), format!("{}?move_to={to}", team(&field)));
    let deleting = tokio::spawn(async move { owner.delete(&path).await });
    world.until_waiting("transactionid", 1).await;
    let make = |by: &Person| {
        let (by, path) = (by.clone(), format!("{}/sites", field.path));
        let body = json!({"team_id": field.team, "name": "At once"});
        tokio::spawn(async move { by.post(&path, body).await })
    };
    let by_admin = make(&field.admin);
    world.until_waiting("transactionid", 2).await;
    let by_full = make(&field.full);
    world.until_waiting("advisory", 1).await;
    held.let_go().await;
    deleting.await.unwrap().is(204);
    by_admin.await.unwrap().names(404, "/team_id");
    by_full.await.unwrap().lacks("site.create");
    let sites = field.owner().walk(&format!("{}/sites", field.path)).await;
    assert_eq!(sites.iter().map(|it| (&it["id"], &it["team_id"])).collect::<Vec<_>>(), [(&json!(site), &json!(to))]);
}
