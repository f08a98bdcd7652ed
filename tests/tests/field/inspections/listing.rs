//! Finding inspections: the list, its filters, counts, search and the export say what single reads say.

use std::collections::BTreeSet;

use usher_tests::{Value, World, json};

use super::{super::exported, assign, at, inspection, new, share};

/// VX-61: what a focused contributor does not see is in no list, count, search or export.
#[tokio::test]
async fn vx_61_what_is_hidden_is_absent_everywhere() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let (mine, given) =
        (inspection(&field, &field.focused, &template).await, inspection(&field, field.owner(), &template).await);
    inspection(&field, field.owner(), &template).await;
    assign(&field, &given, &field.focused).await;
    let path = format!("{}/inspections", field.path);
    for query in
        ["", "?q=doors", "?sort=updated_at", "?sort=-updated_at", "?sort=created_at", "?sort=due_on", "?state=draft"]
    {
        let ids: BTreeSet<String> = field.focused.get(&format!("{path}{query}")).await.ids().into_iter().collect();
        assert_eq!(ids, BTreeSet::from([mine.clone(), given.clone()]), "{query}");
        let join = if query.is_empty() { "?" } else { "&" };
        let counted = field.focused.get(&format!("{path}{query}{join}include=total")).await.is(200);
        assert_eq!(counted["total"], 2, "{query}");
    }
    for query in ["", "?q=doors", "?state=draft&sort=-updated_at"] {
        let file = field.focused.get(&format!("{path}/export{query}")).await;
        let rows: BTreeSet<String> = exported(file).into_iter().collect();
        assert_eq!(rows, BTreeSet::from([mine.clone(), given.clone()]), "{query}");
    }
}

/// VX-80: for every role and level a list shows what can be read, and counts it.
#[tokio::test]
async fn vx_80_a_list_shows_what_can_be_read_and_counts_it() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let mut all = Vec::new();
    for by in [field.owner(), &field.team_admin, &field.full, &field.limited, &field.focused] {
        for shared in [false, true] {
            let id = inspection(&field, by, &template).await;
            if shared {
                share(&field, &id).await;
            }
            all.push(id);
        }
    }
    assign(&field, &all[0], &field.focused).await;
    for (role, person) in field.everybody() {
        let mut readable = BTreeSet::new();
        for id in &all {
            match person.get(&at(&field, id)).await.status {
                200 => drop(readable.insert(id.clone())),
                status => assert_eq!(status, 404, "{role}"),
            }
        }
        let many = match role {
            "member" => 0,
            // The two that they made, and the one that is assigned to them.
            "focused" => 3,
            // One of each who made some.
            "viewer" => 5,
            _ => 10,
        };
        assert_eq!(readable.len(), many, "{role}");
        let path = format!("{}/inspections?include=total&limit=3", field.path);
        let total = person.get(&path).await.is(200)["total"].clone();
        assert_eq!(total, json!(readable.len()), "{role}");
        let listed: BTreeSet<String> =
            person.walk(&path).await.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(listed, readable, "{role}");
        let file = person.get(&format!("{}/inspections/export", field.path)).await;
        assert_eq!(exported(file).into_iter().collect::<BTreeSet<_>>(), readable, "{role}: exported as read");
    }
}

#[tokio::test]
async fn a_list_is_filtered_by_all_that_it_says() {
    let world = World::start().await;
    let field = world.field().await;
    let (doors, stairs) = (field.template("Doors").await, field.template("Stairs").await);
    let harbour = field.site(field.owner(), "Harbour").await;
    let mut body = new(&field, &doors);
    body["site_id"] = json!(harbour);
    body["due_on"] = json!("2026-10-01");
    body["title"] = json!("Gangway");
    body["shared"] = json!(true);
    let wanted = field.made(&field.full, "inspections", body).await;
    super::answer(&field, &field.full, &wanted, "note", json!("x")).await;
    assign(&field, &wanted, &field.focused).await;
    inspection(&field, field.owner(), &stairs).await;
    let path = format!("{}/inspections", field.path);
    for query in [
        format!("site={harbour}"),
        format!("template={doors}"),
        format!("assignee={}", field.focused.id),
        format!("created_by={}", field.full.id),
        "state=in_progress".to_owned(),
        "state=submitted,in_progress".to_owned(),
        "due_until=2026-10-01".to_owned(),
        "shared=true".to_owned(),
        "q=gangway".to_owned(),
    ] {
        assert_eq!(field.owner().get(&format!("{path}?{query}")).await.ids(), std::slice::from_ref(&wanted), "{query}");
    }
    assert_eq!(field.owner().get(&format!("{path}?due_until=2026-09-30")).await.ids(), [""; 0]);
    assert_eq!(field.owner().get(&format!("{path}?team={}", field.team)).await.ids().len(), 2);
    let never = uuid::Uuid::now_v7();
    for (query, status, place) in [
        (format!("site={never}"), 404, "site"),
        (format!("template={never}"), 404, "template"),
        (format!("team={never}"), 404, "team"),
        ("state=done".to_owned(), 400, "state"),
        ("state=draft,done".to_owned(), 400, "state"),
        ("state=draft,".to_owned(), 400, "state"),
        ("state=".to_owned(), 400, "state"),
        ("state=draft&state=submitted".to_owned(), 400, "state"),
        ("due_until=soon".to_owned(), 400, "due_until"),
        ("colour=red".to_owned(), 400, "colour"),
        ("sort=title".to_owned(), 400, "sort"),
    ] {
        field.owner().get(&format!("{path}?{query}")).await.names(status, place);
    }
}

/// What is overdue is asked for: what is open, by the day by which it is to be done.
#[tokio::test]
async fn what_is_overdue_is_asked_for() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let due = async |day: Value| {
        let mut body = new(&field, &template);
        body["due_on"] = day;
        field.made(&field.focused, "inspections", body).await
    };
    let (none, late) = (due(json!(null)).await, due(json!("2026-03-03")).await);
    let (done, later) = (due(json!("2026-03-01")).await, due(json!("2026-03-04")).await);
    let (again, same) = (due(json!("2026-03-02")).await, due(json!("2026-03-03")).await);
    let (also_none, started) = (due(json!(null)).await, due(json!("2026-02-01")).await);
    for id in [&done, &again, &started] {
        super::answer(&field, &field.focused, id, "exits", json!("Yes")).await;
    }
    for id in [&done, &again] {
        field.focused.post_empty(&format!("{}/submit", at(&field, id))).await.is(200);
    }
    field.full.post_empty(&format!("{}/reopen", at(&field, &again))).await.is(200);
    let all = [&started, &done, &again, &late, &same, &later, &none, &also_none];
    for id in all {
        share(&field, id).await;
    }
    let path = format!("{}/inspections", field.path);
    // Whichever the way in which they see them.
    for (role, person) in field.everybody().into_iter().filter(|(role, _)| *role != "member") {
        for limit in [1, 3, 100] {
            let listed = person.walk(&format!("{path}?sort=due_on&limit={limit}")).await;
            assert_eq!(listed.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), all, "{role} {limit}");
        }
        let open = "state=draft,in_progress,reopened&sort=due_on&due_until=2026-03-03&include=total&limit=2";
        let overdue = person.walk(&format!("{path}?{open}")).await;
        let ids: Vec<&str> = overdue.iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [&started, &again, &late, &same], "{role}");
        assert_eq!(person.get(&format!("{path}?{open}")).await.is(200)["total"], 4, "{role}");
    }
    let file = field.focused.get(&format!("{path}/export?sort=due_on&state=submitted,draft")).await;
    assert_eq!(exported(file), [&done, &late, &same, &later, &none, &also_none].map(String::as_str));
    // A cursor that is of another order, or none, is refused.
    let page = field.full.get(&format!("{path}?sort=due_on&limit=1")).await.is(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    field.full.get(&format!("{path}?sort=updated_at&cursor={cursor}")).await.names(400, "cursor");
    let told = field.full.get(&format!("{path}?state=done")).await.names(400, "state");
    assert!(told.to_string().contains("one of `draft`, `in_progress`"), "{told:#}");
}

/// A device asks for what changed since it last asked, and goes on from there.
#[tokio::test]
async fn a_device_syncs_by_what_has_changed_since() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let (first, second) =
        (inspection(&field, &field.full, &template).await, inspection(&field, &field.full, &template).await);
    let path = format!("{}/inspections?sort=updated_at", field.path);
    let changed = async |id: &str| {
        let changed = field.full.get(&at(&field, id)).await.is(200)["updated_at"].clone();
        format!("{path}&updated_since={}", changed.as_str().unwrap().replace('+', "%2B"))
    };
    let synced = changed(&second).await;
    super::answer(&field, &field.full, &first, "note", json!("Changed")).await;
    assert_eq!(field.full.get(&synced).await.ids(), [second.clone(), first.clone()], "what it saw last, and all since");
    assert_eq!(field.full.get(&changed(&first).await).await.ids(), [first.as_str()]);
    assert_eq!(field.full.get(&path).await.ids(), [second, first]);
}

/// A file names what its reader sees of what inspections refer to, and nothing else (law 8).
#[tokio::test]
async fn an_exported_inspection_names_what_its_reader_sees() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let site = field.site(field.owner(), "Harbour").await;
    let body = json!({"title": "x", "team_id": field.team, "template_id": template, "site_id": site});
    let id = field.made(field.owner(), "inspections", body).await;
    assign(&field, &id, &field.focused).await;
    share(&field, &id).await;
    for (role, named) in [
        ("owner", ["Inspectors", "Harbour", "Doors", "member", "owner"]),
        ("full", ["Inspectors", "Harbour", "Doors", "", ""]),
        ("focused", ["Inspectors", "Harbour", "Doors", "member", ""]),
        ("viewer", ["Inspectors", "", "", "", ""]),
    ] {
        let file = field.who(role).get(&format!("{}/inspections/export", field.path)).await.is(200);
        let rows: Vec<Vec<&str>> = file.as_str().unwrap().lines().map(|line| line.split(',').collect()).collect();
        let at = |name: &str| rows[0].iter().position(|column| *column == name).unwrap();
        let told = ["team", "site", "template", "assignees", "created_by_name"].map(|column| rows[1][at(column)]);
        assert_eq!(told, named, "{role}");
        for (column, id) in [("team_id", &field.team), ("site_id", &site), ("template_id", &template)] {
            assert_eq!(rows[1][at(column)], id, "{role}: ids are the inspection's own");
        }
    }
}
