//! Finding tickets.

use std::collections::BTreeSet;

use usher_tests::{World, json};

use super::{at, same, ticket};

#[tokio::test]
async fn every_filter_finds_what_fits() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/tickets", org.path);
    let a = world.team(&org, "A").await;
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
        ("priority=high".into(), vec![&full]),
        (format!("team={a}"), vec![&full]),
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
async fn vk_43_a_filter_that_names_what_is_hidden_is_answered_as_if_it_were_not_there() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let theirs = [
        ("team", world.team(&other, "A").await),
        ("queue", world.queue(&other, "Q").await),
        ("template", world.template(&other, "T").await),
        ("website", world.website(&other, "W").await),
        ("assignee", other.owner.id.clone()),
        ("participant", other.owner.id.clone()),
        // There, and to be seen by nobody in this access model.
        ("queue", world.queue(&org, "Q").await),
    ];
    for path in ["tickets", "tickets/export"] {
        for (filter, id) in &theirs {
            let path = format!("{}/desk/{path}?{filter}=", org.path);
            let answer = same(org.owner.get(&format!("{path}{id}")).await.names(404, filter));
            let nowhere = org.owner.get(&format!("{path}0198c0de-0000-7000-8000-000000000000")).await;
            assert_eq!(answer, same(nowhere.names(404, filter)));
        }
    }
    // Within the organization: a template that is open to no team of theirs.
    let member = world.member(&org, "member").await;
    let form = world.template(&org, "Hidden").await;
    member.get(&format!("{}/desk/tickets?template={form}", org.path)).await.names(404, "template");
    org.owner.get(&format!("{}/desk/tickets?template={form}", org.path)).await.is(200);
}

#[tokio::test]
async fn a_file_that_is_full_says_where_the_next_goes_on() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    world
        .arrange(&format!(
            "insert into tickets (org_id, id, number, subject, status, priority)
                 select '{id}', gen_random_uuid(), n, 'x', 'open', 'normal' from generate_series(1, 10001) n;
             with people as (
                insert into accounts (id, email, name, password_hash)
                select gen_random_uuid(), n || '@{slug}.example', 'Member', '' from generate_series(1, 10000) n returning id
             ) insert into members (org_id, id) select '{id}', id from people",
            id = org.id,
            slug = org.slug
        ))
        .await;
    let body = json!({"email": "soon@example.org", "role": "member"});
    org.owner.post(&format!("{}/invitations", org.path), body).await.is(201);
    for (path, rest) in [("desk/tickets/export?sort=created_at", 1), ("members/export?", 2)] {
        let path = format!("{}/{path}", org.path);
        let first = org.owner.get(&path).await;
        let cursor = first.headers["next-cursor"].to_str().unwrap().to_owned();
        let first = first.is(200).as_str().unwrap().to_owned();
        assert_eq!(first.lines().count(), 10_001, "{path}");
        let last = org.owner.get(&format!("{path}&cursor={cursor}")).await;
        assert!(!last.headers.contains_key("next-cursor"));
        let last = last.is(200).as_str().unwrap().to_owned();
        assert_eq!(last.lines().count(), 1 + rest, "{path}: {last}");
        assert_eq!(first.lines().next(), last.lines().next());
        assert!(last.lines().skip(1).all(|line| !first.contains(line)));
    }
    let path = format!("{}/desk/tickets/export?cursor=x", org.path);
    org.owner.get(&path).await.names(400, "cursor");
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

/// VK-28, VK-29, VK-30, VK-31, VK-32, VK-33, VK-34, VK-35, VK-36.
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
        let routed = place.get("team_id").is_some();
        tickets.push((fact, ticket(&org.owner, &org, place).await, sees_a, sees_b, routed));
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
        let (mut seen, mut unrouted) = (BTreeSet::new(), BTreeSet::new());
        for (about, id, sees_a, sees_b, routed) in &tickets {
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
                unrouted.extend((!routed).then(|| id.clone()));
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
        // VK-36: without a team, of those they see; whether a person handles them is another question.
        for (query, expected) in [
            ("without_team=true", unrouted.clone()),
            ("without_team=false", seen.difference(&unrouted).cloned().collect()),
            ("unassigned=true", seen.clone()),
        ] {
            let list = person.get(&format!("{path}?{query}&include=total")).await;
            assert_eq!(list.body["total"], json!(expected.len()), "VK-36 {fact} {query}");
            assert_eq!(list.ids().into_iter().collect::<BTreeSet<_>>(), expected, "VK-36 {fact} {query}");
        }
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

/// What is done at a place is no act on what is there already.
#[tokio::test]
async fn no_ticket_says_that_tickets_may_be_created() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let id = ticket(&org.owner, &org, json!({})).await;
    let one = org.owner.get(&format!("{}?include=permissions", at(&org, &id))).await.is(200);
    let permissions = one["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("ticket.clone")) && !permissions.contains(&json!("ticket.create")), "{one:#}");
}

#[tokio::test]
async fn a_status_or_priority_that_there_is_not_is_named_and_one_that_no_ticket_has_finds_none() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    ticket(&org.owner, &org, json!({})).await;
    let list = format!("{}/desk/tickets", org.path);
    for path in [list.clone(), format!("{list}/export")] {
        for key in ["status", "priority"] {
            let missing = org.owner.get(&format!("{path}?{key}=lost")).await.names(404, key);
            assert_eq!(missing["errors"][0]["code"], "not_found");
        }
        org.owner.get(&format!("{path}?status=open&priority=lost")).await.names(404, "priority");
    }
    assert_eq!(org.owner.get(&format!("{list}?status=closed")).await.is(200)["items"], json!([]));
    assert_eq!(org.owner.get(&format!("{list}?status=open&include=total")).await.is(200)["total"], 1);
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

/// What the documentation of the list promises: an index leads to each filter's tickets in the order wanted, so that a page
/// costs what it holds.
#[tokio::test]
async fn every_order_that_is_promised_to_cost_a_page_is_read_from_an_index() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let id = &org.id;
    let owner = &org.owner.id;
    let (team, queue) = (world.team(&org, "A").await, world.queue(&org, "Q").await);
    let (form, website) = (world.template(&org, "T").await, world.website(&org, "W").await);
    world
        .arrange(&format!(
            "insert into tickets (org_id, id, number, subject, status, priority, team_id, queue_id, template_id, website_id,
                assignee_id, requester_email, created_by, updated_at)
             select '{id}', gen_random_uuid(), n, 'x', (array['open', 'pending'])[1 + n % 2], (array['normal', 'high'])[1 + n % 2],
                case n % 2 when 0 then '{team}'::uuid end, case n % 2 when 0 then '{queue}'::uuid end,
                case n % 2 when 0 then '{form}'::uuid end, case n % 2 when 0 then '{website}'::uuid end,
                case n % 2 when 0 then '{owner}'::uuid end, case n % 2 when 0 then 'a@example.org' end,
                case n % 2 when 0 then '{owner}'::uuid end, now() - n * interval '1 second'
             from generate_series(1, 6000) n"
        ))
        .await;
    let mut connection = world.owner_connection().await;
    sqlx::query("vacuum analyze tickets").execute(&mut connection).await.unwrap();
    for (filter, by_change) in [
        ("true".to_owned(), true),
        (format!("team_id = '{team}'"), true),
        (format!("queue_id = '{queue}'"), true),
        ("status = 'pending'".to_owned(), true),
        (format!("assignee_id = '{owner}'"), true),
        ("assignee_id is null".to_owned(), false),
        ("team_id is null".to_owned(), false),
        ("priority = 'high'".to_owned(), false),
        (format!("template_id = '{form}'"), false),
        (format!("website_id = '{website}'"), false),
        ("requester_email = 'a@example.org'".to_owned(), false),
        (format!("created_by = '{owner}'"), false),
    ] {
        for order in ["id", "updated_at, id"].into_iter().take(if by_change { 2 } else { 1 }) {
            let sql = format!(
                "set role usher_app; set app.org_id = '{id}'; set enable_seqscan = off; set enable_bitmapscan = off;
                 set enable_sort = off; set enable_incremental_sort = off; explain select id from tickets
                 where org_id = '{id}' and {filter} order by {order} limit 21"
            );
            let plan =
                sqlx::Executor::fetch_all(&mut connection, sqlx::raw_sql(sqlx::AssertSqlSafe(sql))).await.unwrap();
            let plan: Vec<String> = plan.iter().map(|row| sqlx::Row::get(row, 0)).collect();
            // Nothing is sorted, and nothing read that is passed over.
            let bad = plan.iter().any(|line| line.contains("Sort") || line.trim_start().starts_with("Filter: "));
            assert!(!bad, "{filter} by {order}: {plan:#?}");
        }
    }
}
