//! Field inspections.

mod branding;
mod bucket;
mod deleted;
mod files;
mod inspections;
mod list_is_read;
mod moving;
mod outage;
mod page_pictures;
mod photo_reach;
mod photos;
mod quota;
mod repeated;
mod report_photos;
mod report_sums;
mod report_versions;
mod reports;
mod sites;
mod sync;
mod templates;
mod together;
mod walk;

use usher_tests::{Answer, Person, Value};

/// Makes sure that somebody sees exactly these things of a collection, wherever they may look: one by one, in every order,
/// in the total, by the filter of a team, and by words that all of the names have.
async fn sees(person: &Person, collection: &str, all: &[&str], seen: &[&str], teams: &[&str], words: &str) {
    for id in all {
        let status = person.get(&format!("{collection}/{id}")).await.status;
        assert_eq!(status, if seen.contains(id) { 200 } else { 404 }, "{collection}/{id}");
    }
    let expected = sorted(seen.iter().map(|id| (*id).to_owned()));
    for query in ["", "sort=updated_at", "updated_since=2020-01-01T00:00:00Z", &format!("q={words}"), "limit=1"] {
        let found = person.walk(&format!("{collection}?{query}")).await;
        assert_eq!(sorted(found.iter().map(|it| it["id"].as_str().unwrap().to_owned())), expected, "{query}");
        let list = person.get(&format!("{collection}?include=total&{query}")).await.is(200);
        assert_eq!(list["total"], seen.len(), "{query}");
    }
    assert!(person.get(&format!("{collection}?updated_since=2099-01-01T00:00:00Z")).await.ids().is_empty());
    let mut of_teams = Vec::new();
    for team in teams {
        let answer = person.get(&format!("{collection}?team={team}&include=total")).await;
        if answer.status == 404 {
            answer.names(404, "team");
            continue;
        }
        let ids = ids(&answer.body);
        assert_eq!(answer.body["total"], ids.len());
        of_teams.extend(ids);
    }
    assert_eq!(sorted(of_teams.into_iter()), expected, "by team");
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids of an exported file, in its order.
fn exported(file: Answer) -> Vec<String> {
    assert!(!file.headers.contains_key("next-cursor"), "one file holds all");
    let file = file.is(200);
    let mut lines = file.as_str().unwrap().lines();
    assert!(lines.next().unwrap().starts_with("id,title,"));
    lines.map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.collect();
    ids.sort_unstable();
    ids
}

/// What somebody may do with a thing, as `include=permissions` says: the last parts of the permissions.
async fn permissions(person: &Person, thing: &str) -> Vec<String> {
    let thing = person.get(&format!("{thing}?include=permissions")).await.is(200);
    let all = thing["permissions"].as_array().unwrap().iter();
    all.map(|it| it.as_str().unwrap().split_once('.').unwrap().1.to_owned()).collect()
}

/// What two requests that are sent at once are answered, in no order.
async fn both(one: impl Future<Output = Answer>, other: impl Future<Output = Answer>) -> [u16; 2] {
    let (one, other) = tokio::join!(one, other);
    let mut both = [one.status, other.status];
    both.sort_unstable();
    both
}
