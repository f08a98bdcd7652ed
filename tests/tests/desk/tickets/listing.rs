//! Finding tickets.

use std::collections::BTreeSet;

use usher_tests::{World, json};

use super::{at, ticket};

#[tokio::test]
async fn every_filter_finds_what_fits_and_what_is_hidden_fits_none() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/tickets", org.path);
    let other = world.organization("helpdesk").await;
    let (a, theirs) = (world.team(&org, "A").await, world.team(&other, "A").await);
    let (website, form) = (world.website(&org, "W").await, world.template(&org, "T").await);
    let body = json!({
        "subject": "Printer on fire", "description": "smoke", "priority": "high", "status": "pending", "team_id": a,
        "website_id": website, "template_id": form, "answers": {"topic": "a"}, "requester": {"email": "ada@example.org"}
    });
    let full = org.owner.post(&path, body).await.is(201)["id"].as_str().unwrap().to_owned();
    let bare = ticket(&org.owner, &org, json!({"subject": "Login"})).await;
    let owner = &org.owner.id;
    for (query, found) in [
        (String::new(), vec![&bare, &full]),
        ("status=pending".into(), vec![&full]),
        ("status=nonsense".into(), vec![]),
        ("priority=high".into(), vec![&full]),
        (format!("team={a}"), vec![&full]),
        (format!("team={theirs}"), vec![]),
        ("team=0198c0de-0000-7000-8000-000000000000".into(), vec![]),
        (format!("website={website}"), vec![&full]),
        (format!("template={form}"), vec![&full]),
        ("without_team=true".into(), vec![&bare]),
        ("without_team=false".into(), vec![&full]),
        ("unassigned=true".into(), vec![&bare, &full]),
        ("unassigned=false".into(), vec![]),
        (format!("assignee={owner}"), vec![]),
        (format!("created_by={owner}"), vec![&bare, &full]),
        (format!("participant={owner}"), vec![]),
        ("requester=ADA@example.org".into(), vec![&full]),
        ("q=fire".into(), vec![&full]),
        ("q=smoke%20printer".into(), vec![&full]),
        ("q=%22on%20fire%22%20or%20login".into(), vec![&bare, &full]),
        ("q=-fire".into(), vec![&bare]),
        ("q=:*%26%7C!(".into(), vec![]),
        ("updated_since=2020-01-01T00:00:00Z".into(), vec![&bare, &full]),
        ("updated_since=2999-01-01T00:00:00Z".into(), vec![]),
        ("sort=created_at".into(), vec![&full, &bare]),
        ("sort=updated_at".into(), vec![&full, &bare]),
        ("sort=-updated_at&status=open".into(), vec![&bare]),
    ] {
        let list = org.owner.get(&format!("{path}?{query}&include=total")).await;
        assert_eq!(list.body["total"], json!(found.len()), "{query}");
        assert_eq!(list.ids().iter().collect::<Vec<_>>(), found, "{query}");
        let file = org.owner.get(&format!("{path}/export?{query}")).await.is(200);
        let rows: Vec<String> = file.as_str().unwrap().lines().skip(1).map(|row| row[2..38].to_owned()).collect();
        assert_eq!(rows.iter().collect::<Vec<_>>(), found, "the file with {query}");
    }
    for query in [
        "colour=red",
        "status=open&status=open",
        "team=1",
        "sort=subject",
        "limit=0",
        "limit=101",
        "cursor=x",
        "include=everything",
        "q=",
        "updated_since=yesterday",
        "updated_since=%2B262142-01-01T00:00:00Z",
        "q=%00",
        "requester=nobody",
    ] {
        org.owner.get(&format!("{path}?{query}")).await.problem(400, "malformed_request");
    }
}

/// Words are words whatever stands between them, and what no search engine would understand finds nothing.
#[tokio::test]
async fn a_search_is_for_words_and_takes_whatever_is_typed() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/tickets", org.path);
    let text = "The file ~/manual/toner.pdf of https://example.com/a_b?paper=jam <b>ends</b> early.";
    let found = ticket(&org.owner, &org, json!({"description": text})).await;
    for word in ["toner", "manual", "toner.pdf", "example.com", "paper%3Djam", "jam", "ends", "%22a_b%22"] {
        assert_eq!(org.owner.get(&format!("{path}?q={word}")).await.ids(), [found.as_str()], "{word}");
    }
    assert!(org.owner.get(&format!("{path}?q=early%20-jam")).await.ids().is_empty());
    for odd in
        ["-".repeat(33), "- ".repeat(33) + "a", "-(".repeat(40), "-a ".repeat(40), "\"".repeat(33), "or ".repeat(40)]
    {
        let odd = odd.trim().replace(' ', "%20").replace('"', "%22");
        org.owner.get(&format!("{path}?q={odd}")).await.is(200);
        org.owner.get(&format!("{path}/export?q={odd}")).await.is(200);
    }
}

#[tokio::test]
async fn pages_hold_every_ticket_once_in_every_order() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/tickets", org.path);
    let member = world.member(&org, "member").await;
    for name in ["A", "B", "C"] {
        let team = world.team(&org, name).await;
        world.join_team(&org, &member, &team, "member").await;
        for _ in 0..3 {
            ticket(&org.owner, &org, json!({"team_id": team})).await;
        }
    }
    org.owner.patch(&at(&org, "4"), json!({"priority": "high"})).await.is(200);
    for sort in ["created_at", "-created_at", "updated_at", "-updated_at"] {
        let whole = member.get(&format!("{path}?sort={sort}")).await.ids();
        assert_eq!(whole.len(), 9);
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = member.get(&format!("{path}?sort={sort}&limit=2{cursor}")).await;
            let next = page.body["next_cursor"].clone();
            pages.extend(page.ids());
            let Some(next) = next.as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(pages, whole, "{sort}");
        let elsewhere = if sort == "created_at" { "updated_at" } else { "created_at" };
        member.get(&format!("{path}?sort={elsewhere}{cursor}")).await.problem(400, "malformed_request");
    }
    // A cursor that somebody made up.
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let forged = URL_SAFE_NO_PAD.encode("updated_at\n0198c0de-0000-7000-8000-000000000000\nyesterday or so");
    member.get(&format!("{path}?sort=updated_at&cursor={forged}")).await.names(400, "cursor");
}

#[tokio::test]
async fn an_exported_file_holds_no_formula() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    ticket(&org.owner, &org, json!({"subject": "=1+1", "requester": {"name": "@SUM(A1), \"x\""}})).await;
    let file = org.owner.get(&format!("{}/desk/tickets/export", org.path)).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let text = file.is(200);
    let row = text.as_str().unwrap().lines().nth(1).unwrap().to_owned();
    assert!(row.contains(",'=1+1,") && row.contains(",\"'@SUM(A1), \"\"x\"\"\","), "{row}");
}

#[tokio::test]
async fn vk_28_to_36_a_member_sees_the_tickets_of_their_teams_and_of_templates_open_to_them() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/tickets", org.path);
    let (a, b) = (world.team(&org, "A").await, world.team(&org, "B").await);
    let (shown, hidden) = (world.template(&org, "Shown").await, world.template(&org, "Hidden").await);
    world.show_template(&org, &shown, &a).await;
    world.show_template(&org, &hidden, &b).await;
    let answers = json!({"topic": "a"});
    let mut tickets = Vec::new();
    // What stands where, and who of the members of A and B sees it.
    for (fact, place, sees_a, sees_b) in [
        ("VK-27", json!({"team_id": a}), true, false),
        ("VK-28", json!({"team_id": b}), false, true),
        ("VK-29", json!({"template_id": shown, "answers": answers}), true, false),
        ("VK-30", json!({"template_id": hidden, "answers": answers}), false, true),
        ("VK-31", json!({"team_id": b, "template_id": shown, "answers": answers}), false, true),
        ("VK-32", json!({}), false, false),
    ] {
        tickets.push((fact, ticket(&org.owner, &org, place).await, sees_a, sees_b));
    }
    let in_a = world.member(&org, "member").await;
    world.join_team(&org, &in_a, &a, "member").await;
    let leads_a = world.member(&org, "member").await;
    world.join_team(&org, &leads_a, &a, "admin").await;
    let in_b = world.member(&org, "member").await;
    world.join_team(&org, &in_b, &b, "member").await;
    let in_none = world.member(&org, "member").await;
    let admin = world.member(&org, "admin").await;
    for (fact, person, which) in [
        ("VK-25", &org.owner, "all"),
        ("VK-26", &admin, "all"),
        ("VK-27", &in_a, "a"),
        ("VK-34", &leads_a, "a"),
        ("VK-28", &in_b, "b"),
        ("VK-32", &in_none, "none"),
    ] {
        let mut seen = BTreeSet::new();
        for (about, id, sees_a, sees_b) in &tickets {
            let expected = match which {
                "all" => true,
                "a" => *sees_a,
                "b" => *sees_b,
                _ => false,
            };
            let answer = person.get(&at(&org, id)).await;
            assert_eq!(answer.status, if expected { 200 } else { 404 }, "{fact}, ticket of {about}");
            if expected {
                seen.insert(id.clone());
            }
        }
        // VK-35: list, search, count and export say the same.
        let list = person.get(&format!("{path}?include=total")).await;
        assert_eq!(list.body["total"], json!(seen.len()), "{fact}");
        assert_eq!(list.ids().into_iter().collect::<BTreeSet<_>>(), seen, "{fact}");
        let found = person.get(&format!("{path}?q=printer")).await.ids();
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), seen, "{fact}");
        let file = person.get(&format!("{path}/export")).await.is(200);
        assert_eq!(file.as_str().unwrap().lines().count(), seen.len() + 1, "{fact}");
        // VK-36: without a team, among those they see.
        let routed: BTreeSet<_> = person.get(&format!("{path}?without_team=true")).await.ids().into_iter().collect();
        assert!(routed.is_subset(&seen), "{fact}");
    }
}

#[tokio::test]
async fn what_the_caller_may_do_comes_with_the_ticket() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let inbox = world.inbox(&org).await;
    let staff = world.member(&org, "staff").await;
    world.allow(&org, &staff, &inbox, &["contribute"]).await;
    let id = ticket(&staff, &org, json!({})).await;
    let expected = json!([
        "ticket.view",
        "ticket.view_notes",
        "ticket.create",
        "ticket.reply",
        "ticket.note",
        "ticket.add_participant",
        "ticket.remove_participant"
    ]);
    let one = staff.get(&format!("{}?include=permissions", at(&org, &id))).await.is(200);
    assert_eq!(one["permissions"], expected);
    let list = staff.get(&format!("{}/desk/tickets?include=permissions", org.path)).await.is(200);
    assert_eq!(list["items"][0]["permissions"], expected);
}

/// Row-level security keeps an index from operators that might leak; then a search would read everything.
#[tokio::test]
async fn a_search_uses_its_index_behind_row_level_security() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let mut connection = world.owner_connection().await;
    sqlx::query(
        "insert into tickets (org_id, id, number, subject, status, priority)
         select $1::uuid, gen_random_uuid(), n, case n when 7 then 'rare' else 'printer' end, 'open', 'normal'
         from generate_series(1, 4000) n",
    )
    .bind(&org.id)
    .execute(&mut connection)
    .await
    .unwrap();
    // Outside a transaction: what was inserted just now is in no index proper before.
    sqlx::query("vacuum analyze tickets").execute(&mut connection).await.unwrap();
    let id = &org.id;
    let sql = format!(
        "set role usher_app; set app.org_id = '{id}'; explain select id from tickets
         where org_id = '{id}' and search @@ websearch_to_tsquery('simple', 'rare') order by id desc limit 21"
    );
    let plan = sqlx::Executor::fetch_all(&mut connection, sqlx::raw_sql(sqlx::AssertSqlSafe(sql))).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| sqlx::Row::get(row, 0)).collect();
    assert!(plan.iter().any(|line| line.contains("tickets_search")), "{plan:#?}");
}
