//! Reports: what submitted inspections found.

use std::collections::BTreeSet;

use usher_tests::{Field, Person, World, json};

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
