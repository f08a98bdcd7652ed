//! Reports: what submitted inspections found.

use std::collections::BTreeSet;

use usher_tests::{Field, Person, Value, World, json};

use super::{
    exported,
    inspections::{answer, assign, at, inspection, new, share},
};

/// The path of a report.
pub(super) fn report(field: &Field, id: &str) -> String {
    format!("{}/reports/{id}", field.path)
}

/// A submitted inspection of somebody's, with the answer to `exits`.
pub(super) async fn submitted(field: &Field, by: &Person, template: &str, exits: &str) -> String {
    let id = inspection(field, by, template).await;
    answer(field, by, &id, "exits", json!(exits)).await;
    by.post_empty(&format!("{}/submit", at(field, &id))).await.is(200);
    id
}

/// VX-67: a viewer reads the reports that are shared with the team, and no others; whoever sees the inspection's own,
/// assigned or all sees its report.
#[tokio::test]
async fn vx_67_who_reads_a_report() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let mine = submitted(&field, &field.focused, &template, "Yes").await;
    let given = submitted(&field, field.owner(), &template, "Yes").await;
    assign(&field, &given, &field.focused).await;
    let shared = submitted(&field, field.owner(), &template, "No").await;
    field.owner().post(&format!("{}/share", report(&field, &shared)), json!({"shared": true})).await.is(200);
    let all: BTreeSet<String> = [&mine, &given, &shared].into_iter().cloned().collect();
    for (role, person) in field.everybody() {
        let readable: BTreeSet<String> = match role {
            "member" => BTreeSet::new(),
            "viewer" => BTreeSet::from([shared.clone()]),
            "focused" => BTreeSet::from([mine.clone(), given.clone()]),
            _ => all.clone(),
        };
        for id in &all {
            let (status, page) = (person.get(&report(&field, id)).await.status, format!("{}/page", report(&field, id)));
            assert_eq!(status, if readable.contains(id) { 200 } else { 404 }, "{role}");
            assert_eq!(person.get(&page).await.status, status, "{role}: the page");
        }
        let path = format!("{}/reports", field.path);
        let listed: BTreeSet<String> = person.get(&path).await.ids().into_iter().collect();
        assert_eq!(listed, readable, "{role}: listed as read");
        let total = person.get(&format!("{path}?include=total&q=fire")).await.is(200)["total"].clone();
        assert_eq!(total, json!(readable.len()), "{role}: searched and counted as read");
        let file = person.get(&format!("{path}/export")).await;
        assert_eq!(exported(file).into_iter().collect::<BTreeSet<_>>(), readable, "{role}: exported as read");
        for by in ["team", "site", "template", "day", "week", "month", "quarter", "year"] {
            let sums = person.get(&format!("{path}/summary?by={by}")).await.is(200);
            let sums = sums["items"].as_array().unwrap().iter().map(|sum| sum["reports"].as_u64().unwrap());
            assert_eq!(sums.sum::<u64>(), readable.len() as u64, "{role}: summed up by {by} as read");
        }
    }
}

/// A shared inspection is one thing and a shared report another.
#[tokio::test]
async fn vx_66_vx_67_sharing_an_inspection_shares_no_report() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = submitted(&field, &field.focused, &template, "Yes").await;
    share(&field, &id).await;
    field.viewer.get(&report(&field, &id)).await.is(404);
    let path = format!("{}/share", report(&field, &id));
    field.limited.post(&path, json!({"shared": true})).await.problem(403, "forbidden");
    field.viewer.post(&path, json!({"shared": true})).await.is(404);
    field.focused.post(&path, json!({"shared": true})).await.is(200);
    field.viewer.get(&report(&field, &id)).await.is(200);
    field.viewer.post(&path, json!({"shared": false})).await.problem(403, "forbidden");
    field.focused.post(&path, json!({"shared": false})).await.is(200);
    field.viewer.get(&report(&field, &id)).await.is(404);
}

#[tokio::test]
async fn a_report_is_there_while_the_inspection_is_submitted() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.full, &template).await;
    let reopen = format!("{}/reopen", at(&field, &id));
    field.full.get(&report(&field, &id)).await.is(404);
    answer(&field, &field.full, &id, "exits", json!("Yes")).await;
    field.full.post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
    field.full.get(&report(&field, &id)).await.is(200);
    field.full.post_empty(&reopen).await.is(200);
    field.full.get(&report(&field, &id)).await.is(404);
    field.full.get(&format!("{}/page", report(&field, &id))).await.is(404);
    field.full.post(&format!("{}/share", report(&field, &id)), json!({"shared": true})).await.is(404);
}

#[tokio::test]
async fn a_report_says_what_was_asked_and_answered() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let site = json!({"team_id": field.team, "name": "Harbour 3", "address": "1 Quay Street"});
    let site = field.made(&field.full, "sites", site).await;
    let mut body = new(&field, &template);
    body["site_id"] = json!(site);
    body["title"] = json!("<b>Fire</b> & doors");
    let id = field.made(&field.full, "inspections", body).await;
    assign(&field, &id, &field.focused).await;
    answer(&field, &field.full, &id, "exits", json!("Yes")).await;
    answer(&field, &field.full, &id, "lights", json!(false)).await;
    let noted = json!({"value": 4.5, "note": "<script>alert(1)</script>"});
    field.full.put_if(&format!("{}/answers/pressure", at(&field, &id)), "\"1\"", noted).await.is(200);
    field.full.post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);

    let told = field.full.get(&report(&field, &id)).await.is(200);
    assert_eq!((&told["score"], &told["max_score"]), (&json!(10), &json!(15)));
    assert_eq!((&told["site"], &told["address"]), (&json!("Harbour 3"), &json!("1 Quay Street")));
    assert_eq!(told["template"], "Doors");
    assert_eq!(told["sections"][0]["answers"][0]["value"], "Yes");
    let points = |section: usize, answer: usize| {
        let answer = &told["sections"][section]["answers"][answer];
        (answer["score"].clone(), answer["max_score"].clone())
    };
    assert_eq!(points(0, 0), (json!(10), json!(10)));
    assert_eq!(points(0, 1), (json!(0), json!(5)), "what is not ticked gives none of its points");
    assert_eq!(points(1, 0), (json!(null), json!(null)));
    assert_eq!(told["sections"][1]["answers"][0]["unit"], "bar");
    assert_eq!(told["sections"][1]["answers"][1]["value"], json!(null));
    assert_eq!(told["assignees"], json!(["member"]));
    // Who carried it out is told whatever becomes of them.
    field.owner().delete(&format!("{}/members/{}", field.organization.path, field.focused.id)).await.is(204);
    assert_eq!(field.full.get(&report(&field, &id)).await.is(200)["assignees"], json!(["member"]));

    let page = field.full.get(&format!("{}/page", report(&field, &id))).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    let page = page.is(200);
    let page = page.as_str().unwrap();
    for words in [
        "&lt;b&gt;Fire&lt;/b&gt; &amp; doors",
        "Harbour 3, 1 Quay Street",
        "4.5 bar",
        "10 of 15 points",
        "<span class=\"points\">10 of 10</span>",
        "<span class=\"points lost\">0 of 5</span>",
        "67 %",
        "No answer",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("<script"), "{page}");

    // The list and its file give the names too: who reads a report may not see what bears them.
    field.owner().post(&format!("{}/share", report(&field, &id)), json!({"shared": true})).await.is(200);
    let listed = &field.viewer.get(&format!("{}/reports", field.path)).await.is(200)["items"][0];
    assert_eq!(
        (&listed["team"], &listed["site"], &listed["template"]),
        (&json!("Inspectors"), &json!("Harbour 3"), &json!("Doors"))
    );
    let file = field.viewer.get(&format!("{}/reports/export", field.path)).await.is(200);
    let lines: Vec<Vec<&str>> = file.as_str().unwrap().lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][2..8], ["team_id", "team", "site_id", "site", "template_id", "template"]);
    assert_eq!((lines[1][3], lines[1][5], lines[1][7]), ("Inspectors", "Harbour 3", "Doors"));
}

#[tokio::test]
async fn reports_are_summed_up_by_site_template_and_month() {
    let world = World::start().await;
    let field = world.field().await;
    let (doors, stairs) = (field.template("Doors").await, field.template("Stairs").await);
    submitted(&field, field.owner(), &doors, "Yes").await;
    submitted(&field, field.owner(), &doors, "Yes").await;
    submitted(&field, field.owner(), &doors, "No").await;
    submitted(&field, field.owner(), &stairs, "Yes").await;
    let path = format!("{}/reports/summary", field.path);
    let sums = field.owner().get(&format!("{path}?by=template")).await.is(200);
    let sum = |n: usize, key: &str| sums["items"][n][key].clone();
    assert_eq!((sum(0, "id"), sum(0, "name")), (json!(doors), json!("Doors")));
    assert_eq!((sum(0, "reports"), sum(0, "score"), sum(0, "max_score")), (json!(3), json!(20), json!(45)));
    assert_eq!(sum(0, "percent"), json!(44.4));
    assert_eq!((sum(1, "name"), sum(1, "reports")), (json!("Stairs"), json!(1)));
    let by_site = field.owner().get(&format!("{path}?by=site&template={stairs}")).await.is(200);
    assert_eq!((&by_site["items"][0]["name"], &by_site["items"][0]["reports"]), (&json!(null), &json!(1)));
    let none = field.owner().get(&format!("{path}?by=month&before=2020-01-01T00:00:00Z")).await.is(200);
    assert_eq!(none["items"], json!([]));
    assert_eq!(field.owner().get(&path).await.is(200)["items"][0]["reports"], 4, "by month, if nothing is said");
    field.owner().get(&format!("{path}?by=colour")).await.names(400, "by");
    field.owner().get(&format!("{path}?by=month&since=soon")).await.names(400, "since");
}

/// Periods are those of a clock on the wall: the same moment is of another day, week, month, quarter and year in another zone.
#[tokio::test]
async fn reports_are_summed_up_by_periods_of_any_time_zone() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    for at in ["2026-12-31 23:30Z", "2026-12-28 00:00Z", "2026-02-28 12:00Z", "2027-01-01 12:00Z"] {
        let id = submitted(&field, field.owner(), &template, "Yes").await;
        world.arrange(&format!("update inspections set submitted_at = '{at}' where id = '{id}'")).await;
    }
    let path = format!("{}/reports/summary", field.path);
    let summed = async |query: &str| -> Vec<(String, u64)> {
        let told = field.owner().get(&format!("{path}?{query}")).await.is(200);
        let sum = |sum: &Value| (sum["name"].as_str().unwrap().to_owned(), sum["reports"].as_u64().unwrap());
        told["items"].as_array().unwrap().iter().map(sum).collect()
    };
    for (query, expected) in [
        ("by=day", &[("2027-01-01", 1), ("2026-12-31", 1), ("2026-12-28", 1), ("2026-02-28", 1)][..]),
        ("by=day&time_zone=Europe/Berlin", &[("2027-01-01", 2), ("2026-12-28", 1), ("2026-02-28", 1)]),
        ("by=week", &[("2026-W53", 3), ("2026-W09", 1)]),
        ("by=week&time_zone=America/New_York", &[("2026-W53", 2), ("2026-W52", 1), ("2026-W09", 1)]),
        ("by=month", &[("2027-01", 1), ("2026-12", 2), ("2026-02", 1)]),
        ("by=month&time_zone=Asia/Tokyo", &[("2027-01", 2), ("2026-12", 1), ("2026-02", 1)]),
        ("by=quarter", &[("2027-Q1", 1), ("2026-Q4", 2), ("2026-Q1", 1)]),
        ("by=year", &[("2027", 1), ("2026", 3)]),
        ("by=year&time_zone=Europe/Berlin", &[("2027", 2), ("2026", 2)]),
        ("by=year&since=2026-12-01T00:00:00Z&before=2027-01-01T00:00:00Z", &[("2026", 2)]),
    ] {
        let expected: Vec<_> = expected.iter().map(|(name, reports)| ((*name).to_owned(), *reports)).collect();
        assert_eq!(summed(query).await, expected, "{query}");
    }
    for zone in ["Europe/Nowhere", "", "'; drop table inspections; --", "+01:00"] {
        let told = field.owner().get(&format!("{path}?time_zone={zone}")).await.names(400, "time_zone");
        assert!(told.to_string().contains("IANA"), "{told:#}");
    }
    // Of everything that is summed up the page tells one moment, by the same clock.
    let newest = field.owner().get(&format!("{}/reports?limit=1", field.path)).await.ids().remove(0);
    for (query, words) in [("", "1 January 2027, 12:00 UTC"), ("?time_zone=Asia/Tokyo", "1 January 2027, 21:00 JST")] {
        let page = field.owner().get(&format!("{}/page{query}", report(&field, &newest))).await.is(200);
        assert!(page.as_str().unwrap().contains(words), "{words}");
    }
    let page = format!("{}/page?time_zone=Nowhere", report(&field, &newest));
    field.owner().get(&page).await.names(400, "time_zone");
}

/// A sum says what its reports say: whoever reads them may not see what is called so, and so not what it is called by now.
#[tokio::test]
async fn vx_69_sums_are_called_as_the_reports_say() {
    let world = World::start().await;
    let field = world.field().await;
    let (doors, stairs) = (field.template("Doors").await, field.template("Stairs").await);
    let site = field.site(field.owner(), "Harbour").await;
    for template in [&doors, &doors, &stairs] {
        let body = json!({"title": "x", "team_id": field.team, "template_id": template, "site_id": site});
        let id = field.made(field.owner(), "inspections", body).await;
        answer(&field, field.owner(), &id, "exits", json!("Yes")).await;
        field.owner().post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
        field.owner().post(&format!("{}/share", report(&field, &id)), json!({"shared": true})).await.is(200);
    }
    field.owner().patch(&format!("{}/sites/{site}", field.path), json!({"name": "Sold to Smith"})).await.is(200);
    let team = format!("{}/teams/{}", field.organization.path, field.team);
    field.owner().patch(&team, json!({"name": "Renamed"})).await.is(200);
    for template in [&doors, &stairs] {
        let path = format!("{}/inspection-templates/{template}", field.path);
        field.owner().delete(&path).await.is(204);
    }
    for (by, expected) in [
        ("team", vec![(json!(field.team), json!("Inspectors"), json!(3))]),
        ("site", vec![(json!(site), json!("Harbour"), json!(3))]),
        // Two templates that were deleted are two still.
        ("template", vec![(json!(null), json!("Doors"), json!(2)), (json!(null), json!("Stairs"), json!(1))]),
    ] {
        for person in [&field.viewer, field.owner()] {
            let told = person.get(&format!("{}/reports/summary?by={by}", field.path)).await.is(200);
            let sums = told["items"].as_array().unwrap().iter();
            let sums: Vec<_> =
                sums.map(|sum| (sum["id"].clone(), sum["name"].clone(), sum["reports"].clone())).collect();
            assert_eq!(sums, expected, "{by}");
        }
    }
}

/// A report that is shared is that of what was submitted: who reopens and changes it, or submits it again, shares nothing.
#[tokio::test]
async fn vx_67_what_is_submitted_again_is_shared_again_by_whoever_may() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = submitted(&field, field.owner(), &template, "Yes").await;
    assign(&field, &id, &field.focused).await;
    let share = format!("{}/share", report(&field, &id));
    field.owner().post(&share, json!({"shared": true})).await.is(200);
    field.viewer.get(&report(&field, &id)).await.is(200);
    field.full.post_empty(&format!("{}/reopen", at(&field, &id))).await.is(200);
    field.viewer.get(&report(&field, &id)).await.is(404);
    field.focused.post(&share, json!({"shared": true})).await.is(404);
    field.focused.post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
    assert_eq!(field.owner().get(&report(&field, &id)).await.is(200)["shared"], false);
    field.viewer.get(&report(&field, &id)).await.is(404);
    field.focused.post(&share, json!({"shared": true})).await.problem(403, "forbidden");
    field.owner().post(&share, json!({"shared": true})).await.is(200);
    field.viewer.get(&report(&field, &id)).await.is(200);
}

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
