//! What a report keeps of when it was submitted, and what of it changes: for devices that sync, and for who keeps entity tags.

use std::collections::BTreeSet;

use usher_tests::{Person, World, json};

use super::{
    inspections::{answer, assign, at},
    reports::{report, submitted},
};

/// A report stands for itself: what is renamed later is in it as it was called, until it is submitted again.
#[tokio::test]
async fn a_report_says_the_names_of_when_it_was_submitted() {
    let world = World::start().await;
    let field = world.field().await;
    let by = field.owner();
    let template = field.template("Doors").await;
    let site = field.site(by, "Harbour").await;
    let site = format!("{}/sites/{site}", field.path);
    by.patch(&site, json!({"address": "3 Quay Street"})).await.is(200);
    let body =
        json!({"title": "x", "team_id": field.team, "template_id": template, "site_id": site.rsplit('/').next()});
    let id = field.made(by, "inspections", body).await;
    answer(&field, by, &id, "exits", json!("Yes")).await;
    let submit = format!("{}/submit", at(&field, &id));
    by.post_empty(&submit).await.is(200);
    let path = report(&field, &id);
    let before = by.get(&path).await;
    let (etag, before) = (before.etag(), before.is(200));
    assert_eq!(
        (&before["site"], &before["address"], &before["template"]),
        (&json!("Harbour"), &json!("3 Quay Street"), &json!("Doors"))
    );
    let row = by.get(&format!("{}/reports", field.path)).await.is(200)["items"][0].clone();
    by.patch(&site, json!({"name": "Depot", "address": "9 Rail Lane"})).await.is(200);
    let templates = format!("{}/inspection-templates/{template}", field.path);
    by.patch_if(&templates, &by.get(&templates).await.etag(), json!({"name": "Gates"})).await.is(200);
    by.patch(&format!("{}/teams/{}", field.organization.path, field.team), json!({"name": "Renamed"})).await.is(200);
    by.patch("/v1/me", json!({"name": "Renamed"})).await.is(200);
    let after = by.get(&path).await;
    assert_eq!((after.etag(), after.is(200)), (etag, before.clone()));
    assert_eq!(by.get(&format!("{}/reports", field.path)).await.is(200)["items"][0], row);
    by.post_empty(&format!("{}/reopen", at(&field, &id))).await.is(200);
    by.post_empty(&submit).await.is(200);
    let again = by.get(&path).await.is(200);
    for (name, now) in [
        ("site", "Depot"),
        ("address", "9 Rail Lane"),
        ("template", "Gates"),
        ("team", "Renamed"),
        ("submitted_by_name", "Renamed"),
    ] {
        assert_eq!(again[name], now);
        assert_ne!(before[name], now);
    }
}

/// Whoever reads a report and not the inspection is told of no act on that, be it by an entity tag or a time; and of each on the
/// report.
#[tokio::test]
async fn law_8_a_report_tells_of_no_act_on_its_inspection() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = submitted(&field, field.owner(), &template, "Yes").await;
    let share = format!("{}/share", report(&field, &id));
    field.owner().post(&share, json!({"shared": true})).await.is(200);
    let told = async || {
        let whole = field.viewer.get(&report(&field, &id)).await;
        let row = field.viewer.get(&format!("{}/reports", field.path)).await.is(200)["items"][0].clone();
        (whole.etag(), whole.is(200), row)
    };
    let before = told().await;
    let assignee = format!("{}/assignees/{}", at(&field, &id), field.focused.id);
    field.owner().put_empty(&assignee).await.is(200);
    field.owner().delete(&assignee).await.is(200);
    for shared in [true, false] {
        field.owner().post(&format!("{}/share", at(&field, &id)), json!({"shared": shared})).await.is(200);
    }
    assert_eq!(told().await, before);
    for shared in [false, true] {
        field.owner().post(&share, json!({"shared": shared})).await.is(200);
    }
    let after = told().await;
    assert!(after.0 != before.0 && after.2["updated_at"].as_str() > before.2["updated_at"].as_str(), "{after:?}");
}

/// What stands on a report changes with its organization's name and branding, and so does its entity tag.
#[tokio::test]
async fn a_reports_entity_tag_changes_with_all_that_it_shows() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = submitted(&field, field.owner(), &template, "Yes").await;
    let tag = async || field.owner().get(&report(&field, &id)).await.etag();
    let mut tags = vec![tag().await];
    let org = &field.organization.path;
    field.owner().patch(&format!("{org}/branding"), json!({"primary_color": "#0f766e"})).await.is(200);
    tags.push(tag().await);
    let (logo, image) = (format!("{org}/branding/logo"), usher_tests::png("logo"));
    field.owner().send_image(reqwest::Method::PUT, &logo, image).await.is(200);
    tags.push(tag().await);
    field.owner().patch(org, json!({"name": "Renamed"})).await.is(200);
    tags.push(tag().await);
    field.owner().post(&format!("{}/share", report(&field, &id)), json!({"shared": true})).await.is(200);
    tags.push(tag().await);
    let different: BTreeSet<&String> = tags.iter().collect();
    assert_eq!(different.len(), tags.len(), "{tags:?}");
}

/// A device of a viewer finds what was shared with the team long after it was submitted.
#[tokio::test]
async fn vx_67_a_device_syncs_reports_by_what_has_changed_since() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = submitted(&field, field.owner(), &template, "Yes").await;
        assign(&field, &id, &field.focused).await;
        ids.push(id);
    }
    world.arrange("update inspections set submitted_at = '2026-01-01', report_updated_at = '2026-01-01'").await;
    let path = format!("{}/reports?sort=updated_at&updated_since=2026-01-02T00:00:00Z&limit=1", field.path);
    let found = async |person: &Person| -> Vec<String> {
        person.walk(&path).await.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let readers = [field.owner(), &field.full, &field.focused, &field.viewer];
    for person in readers {
        assert_eq!(found(person).await, [""; 0]);
    }
    for id in [&ids[2], &ids[0]] {
        field.owner().post(&format!("{}/share", report(&field, id)), json!({"shared": true})).await.is(200);
    }
    for person in readers {
        assert_eq!(found(person).await, [ids[2].clone(), ids[0].clone()]);
        let total = person.get(&format!("{path}&include=total")).await.is(200)["total"].clone();
        assert_eq!(total, 2);
    }
    field.member.get(&path).await.is(200);
    field.owner().get(&format!("{}/reports?updated_since=soon", field.path)).await.names(400, "updated_since");
    let page = field.owner().get(&path).await.is(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    field.owner().get(&format!("{}/reports?cursor={cursor}", field.path)).await.names(400, "cursor");
}
