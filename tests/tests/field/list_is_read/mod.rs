//! Law 4 over inspections and their reports: of ten thousand random inspections a list shows each role exactly those that
//! it may read, and counts them.
//!
//! What is expected is said here by the letter of the requirements, over the rows, and not by the engine.

use std::collections::BTreeSet;

use sqlx::Row;
use usher_tests::{Field, Person, World, json};

const INSPECTIONS: usize = 10_000;

/// Ten thousand inspections in the team and in another, made by, assigned to and shared with whom chance says.
async fn fill(world: &World, field: &Field, other_team: &str) {
    let people: Vec<String> = field.everybody().iter().map(|(_, person)| format!("'{}'", person.id)).collect();
    let people = people.join(",");
    let (org, team) = (&field.organization.id, &field.team);
    let statements = format!(
        "select setseed(0.42);
         insert into inspection_forms (org_id, id, sections) values ('{org}', '{org}', '[]');
         insert into inspections (org_id, id, title, team_id, form_id, state, shared, report_shared, score, max_score,
            submitted_at, created_by, updated_at)
         select '{org}', (lpad(to_hex(1790000000000 + n), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid, 'No ' || n,
            (array['{team}', '{other_team}'])[1 + floor(random() * 2)]::uuid, '{org}',
            (array['draft', 'in_progress', 'submitted', 'reopened'])[1 + floor(random() * 4)], random() < 0.3, random() < 0.3,
            1, 2, now(), (array[{people}])[1 + floor(random() * 9)]::uuid, now() - n % 1000 * interval '1 minute'
         from generate_series(1, {INSPECTIONS}) n;
         insert into inspection_assignees (org_id, inspection_id, member_id)
         select '{org}', i.id, (array[{people}])[1 + floor(random() * 9)]::uuid from inspections i
         where i.org_id = '{org}' and random() < 0.3 on conflict do nothing;
         analyze inspections; analyze inspection_assignees;"
    );
    world.arrange(&statements).await;
}

/// The ids that somebody may read by the letter of VX-25, VX-32, VX-41, VX-49, VX-52, VX-54, VX-59 to 61, VX-66 and VX-67.
async fn expected(world: &World, field: &Field, role: &str, person: &Person, of: &str) -> BTreeSet<String> {
    let (id, team, org) = (&person.id, &field.team, &field.organization.id);
    let theirs = format!(
        "(created_by = '{id}' or exists (select 1 from inspection_assignees a
            where a.org_id = i.org_id and a.inspection_id = i.id and a.member_id = '{id}'))"
    );
    let shared = if of == "reports" { "report_shared" } else { "shared" };
    let may = match role {
        "owner" | "super_admin" | "admin" => "true".to_owned(),
        "team_admin" | "full" | "limited" => format!("team_id = '{team}'"),
        "focused" => format!("team_id = '{team}' and {theirs}"),
        "viewer" => format!("team_id = '{team}' and {shared}"),
        _ => "false".to_owned(),
    };
    let there = if of == "reports" { "state = 'submitted'" } else { "true" };
    let sql = format!("select id::text from inspections i where org_id = '{org}' and {there} and {may}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut world.owner_connection().await).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Which of all inspections somebody may read, asked a hundred at a time.
async fn readable(field: &Field, person: &Person, permission: &str, all: &[String]) -> BTreeSet<String> {
    let mut readable = BTreeSet::new();
    for ids in all.chunks(100) {
        let checks: Vec<_> = ids.iter().map(|id| json!({"permission": permission, "resource_id": id})).collect();
        let path = format!("{}/access/check", field.organization.path);
        let told = person.post(&path, json!({"checks": checks})).await.is(200);
        let results = told["results"].as_array().unwrap().iter().map(|result| result["allowed"] == true);
        readable.extend(ids.iter().zip(results).filter(|(_, allowed)| *allowed).map(|(id, _)| id.clone()));
    }
    readable
}

async fn list_is_read(of: &str, permission: &str, orders: &[&str]) {
    let world = World::start().await;
    let field = world.field().await;
    let other_team = world.team(&field.organization, "Maintenance").await;
    fill(&world, &field, &other_team).await;
    let all: Vec<String> = expected(&world, &field, "owner", field.owner(), "inspections").await.into_iter().collect();
    assert_eq!(all.len(), INSPECTIONS);
    for (n, (role, person)) in field.everybody().into_iter().enumerate() {
        let expected = expected(&world, &field, role, person, of).await;
        assert_eq!(readable(&field, person, permission, &all).await, expected, "{role}: single reads");
        let path = format!("{}/{of}?limit=100&include=total&sort={}", field.path, orders[n % orders.len()]);
        let listed = person.walk(&path).await;
        let ids: BTreeSet<String> = listed.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!((listed.len(), &ids), (expected.len(), &expected), "{role}: listed, each once");
        assert_eq!(person.get(&path).await.is(200)["total"], json!(expected.len()), "{role}: counted");
        // Some by themselves, through the door.
        for id in all.iter().step_by(397) {
            let status = person.get(&format!("{}/{of}/{id}", field.path)).await.status;
            assert_eq!(status == 200, expected.contains(id), "{role}: {status}");
        }
    }
}

#[tokio::test]
async fn vx_80_ten_thousand_inspections_are_listed_as_they_are_read() {
    let orders = ["created_at", "-created_at", "updated_at", "-updated_at"];
    list_is_read("inspections", "inspection.view", &orders).await;
}

#[tokio::test]
async fn vx_80_their_reports_are_listed_as_they_are_read() {
    list_is_read("reports", "report.view", &["submitted_at", "-submitted_at"]).await;
}
