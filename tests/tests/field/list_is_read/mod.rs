//! Law 4 over inspections and their reports: of ten thousand random inspections a list shows each role exactly those that
//! it may read, in every order and through every filter, and counts, exports and sums up the same.

mod scene;

use std::collections::BTreeSet;

use scene::{INSPECTIONS, Reader, Scene};
use usher_tests::{Value, json};

use super::{exported, ids, sorted};

/// One of the two lists.
struct List {
    of: &'static str,
    permission: &'static str,
    /// Which of [`Reader::orders`] are its own.
    orders: usize,
    /// What one may ask for of what one's own team has, and what that is true of.
    filters: Vec<(String, String)>,
}

impl List {
    async fn inspections(scene: &Scene) -> Self {
        let (full, focused) = (&scene.field.full.id, &scene.field.focused.id);
        let assigned = format!(
            "exists (select 1 from inspection_assignees f
                where f.org_id = i.org_id and f.inspection_id = i.id and f.member_id = '{focused}')"
        );
        let since = scene.updated_at(INSPECTIONS / 2).await;
        let filters = vec![
            (format!("updated_since={since}"), format!("updated_at >= '{since}'")),
            ("q=fire%20doors".to_owned(), "title like 'Fire doors%'".to_owned()),
            ("state=reopened,draft".to_owned(), "state in ('draft', 'reopened')".to_owned()),
            ("state=submitted&shared=true".to_owned(), "state = 'submitted' and shared".to_owned()),
            (format!("created_by={full}"), format!("created_by = '{full}'")),
            (format!("assignee={focused}"), assigned),
            ("due_until=2026-03-01&q=doors".to_owned(), "due_on <= '2026-03-01' and title like '%oors%'".to_owned()),
        ];
        Self {
            of: "inspections",
            permission: "inspection.view",
            orders: 0,
            filters: [filters, of_places(scene)].concat(),
        }
    }

    async fn reports(scene: &Scene) -> Self {
        // Two times at which some were submitted: the first counts, the second does not.
        let [since, before] = [scene.submitted_at(700).await, scene.submitted_at(1900).await];
        let between = format!("submitted_at >= '{since}' and submitted_at < '{before}'");
        let filters = vec![
            ("q=pipes".to_owned(), "title like 'Water pipes%'".to_owned()),
            (format!("since={since}&before={before}"), between),
        ];
        Self { of: "reports", permission: "report.view", orders: 1, filters: [filters, of_places(scene)].concat() }
    }

    /// The rest is asked of the list as somebody sees it.
    async fn holds(&self, scene: &Scene, reader: &Reader, all: &[String]) {
        let (name, of) = (reader.name, self.of);
        let path = format!("{}/{of}", scene.field.path);
        let expected: BTreeSet<String> = scene.expected(reader, of, "true", "id").await.into_iter().collect();
        let asked: Vec<String> = all.iter().step_by(reader.step()).cloned().collect();
        let allowed: Vec<String> = asked.iter().filter(|id| expected.contains(*id)).cloned().collect();
        same(&self.readable(scene, reader, &asked).await, &allowed, &format!("{name}: single reads"));
        // Some by themselves, through the door.
        for id in all.iter().step_by(397) {
            let status = reader.person.get(&format!("{path}/{id}")).await.status;
            assert_eq!(status, if expected.contains(id) { 200 } else { 404 }, "{name}");
        }
        for order in reader.orders[self.orders] {
            let expected = scene.expected(reader, of, "true", order).await;
            let listed = reader.person.walk(&format!("{path}?limit=100&sort={order}")).await;
            let listed: Vec<&str> = listed.iter().map(|one| one["id"].as_str().unwrap()).collect();
            same(&listed, &expected, &format!("{name}: listed by {order}, each once"));
        }
        let everything = (String::new(), "true".to_owned());
        for (n, (query, wanted)) in [&everything].into_iter().chain(&self.filters).enumerate() {
            let order = reader.orders[self.orders][n % reader.orders[self.orders].len()];
            let expected = scene.expected(reader, of, wanted, order).await;
            let list = reader.person.get(&format!("{path}?limit=10&{query}&include=total&sort={order}")).await;
            let place = query.split('=').next().unwrap();
            if ["team", "site", "template"].contains(&place) && !reader.sees(place, &scene.field.team) {
                list.names(404, place);
                reader.person.get(&format!("{path}/export?{query}")).await.names(404, place);
                continue;
            }
            let list = list.is(200);
            assert_eq!(list["total"], json!(expected.len()), "{name}: {query} counted");
            let page = ids(&list);
            same(&page, &expected[..expected.len().min(10)], &format!("{name}: {query} listed by {order}"));
            let file = reader.person.get(&format!("{path}/export?{query}&sort={order}")).await;
            same(&exported(file), &expected, &format!("{name}: {query} exported by {order}"));
        }
    }

    /// Which of all inspections somebody may read, asked a hundred at a time.
    async fn readable(&self, scene: &Scene, reader: &Reader, all: &[String]) -> Vec<String> {
        let mut readable = Vec::new();
        for ids in all.chunks(100) {
            let checks: Vec<_> =
                ids.iter().map(|id| json!({"permission": self.permission, "resource_id": id})).collect();
            let path = format!("{}/access/check", scene.field.organization.path);
            let told = reader.person.post(&path, json!({"checks": checks})).await.is(200);
            let results = told["results"].as_array().unwrap().iter().map(|result| result["allowed"] == true);
            readable.extend(ids.iter().zip(results).filter(|(_, allowed)| *allowed).map(|(id, _)| id.clone()));
        }
        readable
    }
}

/// Filters by a place, which only somebody who sees it may name.
fn of_places(scene: &Scene) -> Vec<(String, String)> {
    let place = |name: &str, id: &str| (format!("{name}={id}"), format!("{name}_id = '{id}'"));
    vec![place("team", &scene.field.team), place("site", &scene.site), place("template", &scene.template)]
}

/// That two lists are one, without telling all of ten thousand where they are not.
#[track_caller]
fn same<T: AsRef<str>>(found: &[T], expected: &[String], what: &str) {
    let first = found.iter().zip(expected).position(|(one, other)| one.as_ref() != other);
    assert_eq!((found.len(), first), (expected.len(), None), "{what}: so many, and where they differ first");
}

async fn list_is_read(scene: &Scene, list: &List) {
    let all = scene.expected(&scene.readers[0], "inspections", "true", "id").await;
    assert_eq!(all.len(), INSPECTIONS);
    for reader in &scene.readers {
        list.holds(scene, reader, &all).await;
    }
}

#[tokio::test]
async fn vx_80_ten_thousand_inspections_are_listed_as_they_are_read() {
    let scene = Scene::build().await;
    list_is_read(&scene, &List::inspections(&scene).await).await;
}

#[tokio::test]
async fn vx_63_vx_80_their_sites_are_listed_as_they_are_read() {
    let scene = Scene::build().await;
    let path = format!("{}/sites", scene.field.path);
    let all = scene.sites(&scene.readers[0]).await;
    for reader in &scene.readers {
        let (name, expected) = (reader.name, scene.sites(reader).await);
        // There are some that a focused contributor does not see, and some that they do for either reason.
        for (of, seen) in [("owner", 7), ("full", 5), ("focused", 3), ("viewer", 0), ("member", 0)] {
            assert!(of != name || expected.len() == seen, "{name}: {} by the rules", expected.len());
        }
        let listed = reader.person.walk(&format!("{path}?limit=2")).await;
        let listed = sorted(listed.iter().map(|site| site["id"].as_str().unwrap().to_owned()));
        assert_eq!(listed, expected, "{name}: listed, each once");
        assert_eq!(
            reader.person.get(&format!("{path}?include=total")).await.is(200)["total"],
            expected.len(),
            "{name}"
        );
        for id in &all {
            let status = reader.person.get(&format!("{path}/{id}")).await.status;
            assert_eq!(status, if expected.contains(id) { 200 } else { 404 }, "{name}");
        }
    }
}

#[tokio::test]
async fn vx_80_their_reports_are_listed_as_they_are_read() {
    let scene = Scene::build().await;
    list_is_read(&scene, &List::reports(&scene).await).await;
    // VX-61, VX-67: and summed up.
    for reader in &scene.readers {
        for by in ["team", "site", "template", "month", "day"] {
            let path = format!("{}/reports/summary?by={by}", scene.field.path);
            let told = reader.person.get(&path).await.is(200);
            let sum = |it: &Value| {
                let key = if ["month", "day"].contains(&by) { &it["name"] } else { &it["id"] };
                format!("{} {} {} {}", key.as_str().unwrap_or("-"), it["reports"], it["score"], it["max_score"])
            };
            let mut sums: Vec<String> = told["items"].as_array().unwrap().iter().map(sum).collect();
            sums.sort_unstable();
            let mut expected = scene.sums(reader, by).await;
            expected.sort_unstable();
            assert_eq!(sums, expected, "{}: by {by}", reader.name);
        }
    }
}
