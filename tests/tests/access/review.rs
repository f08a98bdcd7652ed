//! Every assignment, to be reviewed.

use std::collections::BTreeSet;

use usher_tests::{Organization, Person, Value, World, json, yes};

fn path(org: &Organization, query: &str) -> String {
    format!("{}/access/review{query}", org.path)
}

/// What was last used when, by member, level and role.
async fn used(org: &Organization, person: &Person) -> Vec<(String, String, bool)> {
    let found = org.owner.walk(&path(org, &format!("?member={}", person.id))).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut used: Vec<_> =
        found.iter().map(|held| (text(&held["level"]), text(&held["role"]), !held["last_used_at"].is_null())).collect();
    used.sort();
    used
}

/// TK-67: who has what on which queue, since when and by whom, and what of it is not used; through the API, as it is made.
#[tokio::test]
async fn tk_67_a_review_tells_who_has_what_on_which_queue_since_when_by_whom_and_what_is_unused() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let staff = world.member(&org, "staff").await;
    let (first, second) = (world.create_queue(&org, "First").await, world.create_queue(&org, "Second").await);
    world.set_queue_permissions(&org, &staff, &[(&first, &["contribute", "delete"]), (&second, &["manage"])]).await;
    let of_first =
        org.owner.get(&path(&org, &format!("?queue={first}&member={}&include=total", staff.id))).await.is(200);
    assert_eq!(of_first["total"], 2, "{of_first:#}");
    let items = of_first["items"].as_array().unwrap();
    let roles: BTreeSet<&str> = items.iter().map(|held| held["role"].as_str().unwrap()).collect();
    assert_eq!(roles, BTreeSet::from(["contribute", "delete"]));
    let stored = "select to_char(granted_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') from role_assignments
        where queue_id = '{queue}' and role = 'delete' and member_id = '{member}'";
    let stored = world.look(&stored.replace("{queue}", &first).replace("{member}", &staff.id)).await.unwrap();
    let delete = items.iter().find(|held| held["role"] == "delete").unwrap();
    assert!(delete["granted_at"].as_str().unwrap().starts_with(&stored), "{delete} {stored}");
    for (field, value) in [
        ("member_id", json!(staff.id)),
        ("name", json!("staff")),
        ("email", json!(staff.email)),
        ("state", json!("active")),
        ("level", json!("queue")),
        ("scope_id", json!(first)),
        ("scope_name", json!("First")),
        ("granted_by", json!(org.owner.id)),
        ("granted_by_name", json!("owner")),
        ("last_used_at", Value::Null),
    ] {
        assert_eq!(delete[field], value, "{field} of {delete:#}");
    }

    // What allows something is used: a single thing that is read, one that is changed, one that a list shows.
    let tickets = format!("{}/desk/tickets", org.path);
    let ticket = staff.post(&tickets, json!({"subject": "x", "queue_id": first})).await.is(201);
    world.write_uses().await;
    let role = |name: &str, used| ("queue".to_owned(), name.to_owned(), used);
    let mut expected = vec![
        ("organization".to_owned(), "staff".to_owned(), true),
        role("contribute", true),
        role("delete", false),
        role("manage", false),
    ];
    expected.sort();
    assert_eq!(used(&org, &staff).await, expected);
    let unused = org.owner.walk(&path(&org, &format!("?member={}&unused_since=2020-01-01T00:00:00Z", staff.id))).await;
    assert_eq!(
        unused.iter().map(|held| held["role"].as_str().unwrap()).collect::<BTreeSet<_>>(),
        ["delete", "manage"].into()
    );
    staff.delete(&format!("{tickets}/{}", ticket["id"].as_str().unwrap())).await.is(204);
    world.write_uses().await;
    assert!(used(&org, &staff).await.contains(&role("delete", true)));
    // Used again, it is told again; and what was used long ago is unused since.
    world.arrange("update assignment_use set last_used_at = now() - interval '90 days'").await;
    staff.get(&tickets).await.is(200);
    world.write_uses().await;
    let since = "select to_char(now() - interval '30 days', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    let since = world.look(since).await.unwrap();
    let unused = org.owner.walk(&path(&org, &format!("?member={}&level=queue&unused_since={since}", staff.id))).await;
    assert_eq!(unused.len(), 3, "{unused:#?}");
}

#[tokio::test]
async fn what_a_list_shows_and_what_is_read_by_itself_counts_as_use_and_a_question_does_not() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let people =
        [world.member(&org, "member").await, world.member(&org, "member").await, world.member(&org, "member").await];
    let team = world.team(&org, "A").await;
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), json!({"subject": "x", "team_id": team})).await;
    let ticket = ticket.is(201)["id"].as_str().unwrap().to_owned();
    for person in &people {
        world.join_team(&org, person, &team, "member").await;
    }
    let [lists, reads, asks] = &people;
    lists.get(&format!("{}/desk/tickets", org.path)).await.is(200);
    reads.get(&format!("{}/desk/tickets/{ticket}", org.path)).await.is(200);
    let checks = json!({"checks": [{"permission": "ticket.view", "resource_id": ticket}]});
    assert_eq!(asks.post(&format!("{}/access/check", org.path), checks).await.is(200)["results"][0]["allowed"], true);
    // Who is refused has used nothing.
    asks.patch(&org.path, json!({"name": "x"})).await.problem(403, "forbidden");
    world.write_uses().await;
    for (person, expected) in [(lists, true), (reads, true), (asks, false)] {
        let used = used(&org, person).await;
        let of_team = used.iter().find(|(level, ..)| level == "team").unwrap();
        assert_eq!(of_team.2, expected, "{used:?}");
    }
    // What was used before a role became another was not the other.
    let path = format!("{}/teams/{team}/members/{}", org.path, reads.id);
    org.owner.put(&path, json!({"role": "admin"})).await.is(200);
    let found = used(&org, reads).await;
    assert!(found.contains(&("team".to_owned(), "admin".to_owned(), false)), "{found:?}");
    // With an assignment goes what is known of its use.
    reads.get(&format!("{}/desk/tickets/{ticket}", org.path)).await.is(200);
    org.owner.delete(&path).await.is(204);
    world.write_uses().await;
    let left = "select count(*) from assignment_use u where not exists
        (select 1 from role_assignments r where r.org_id = u.org_id and r.id = u.assignment_id)";
    assert_eq!(world.look(left).await.unwrap(), "0");
}

#[tokio::test]
async fn a_review_is_paged_filtered_and_ordered() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let mut people = vec![org.owner.clone()];
    for role in ["admin", "member", "member"] {
        people.push(world.member(&org, role).await);
    }
    let team = world.team(&org, "A").await;
    for person in &people[1..] {
        world.join_team(&org, person, &team, "member").await;
    }
    world.team(&other, "B").await;
    let stored = format!("select count(*) from role_assignments where org_id = '{}'", org.id);
    let stored: usize = world.look(&stored).await.unwrap().parse().unwrap();
    let all = org.owner.walk(&path(&org, "?limit=2")).await;
    let ids: BTreeSet<&str> = all.iter().map(|held| held["id"].as_str().unwrap()).collect();
    assert_eq!((all.len(), ids.len()), (stored, stored));
    for (query, expected) in [
        ("?role=member", 5),
        ("?role=member&level=team", 3),
        ("?level=organization", 4),
        ("?level=queue", 0),
        (&format!("?team={team}"), 3),
        (&format!("?member={}", people[1].id), 2),
        (&format!("?member={}&team={team}", org.owner.id), 0),
    ] {
        let found = org.owner.get(&path(&org, &format!("{query}&include=total"))).await.is(200);
        assert_eq!(
            (found["items"].as_array().unwrap().len(), &found["total"]),
            (expected, &json!(expected)),
            "{query}"
        );
    }
    // The order by use, with ties, page by page: the same either way round.
    for (days, person) in [(3, &people[1]), (2, &people[2]), (2, &people[3])] {
        let sql = "insert into assignment_use (org_id, assignment_id, last_used_at)
            select org_id, id, now() + interval '{days} days' from role_assignments where member_id = '{member}'";
        world.arrange(&sql.replace("{days}", &days.to_string()).replace("{member}", &person.id)).await;
    }
    let order =
        |found: &[Value]| -> Vec<String> { found.iter().map(|held| held["id"].as_str().unwrap().to_owned()).collect() };
    let rising = org.owner.walk(&path(&org, "?sort=last_used_at&limit=1")).await;
    assert_eq!(order(&rising), order(&org.owner.walk(&path(&org, "?sort=last_used_at&limit=100")).await));
    let at: Vec<&str> = rising.iter().map(|held| held["last_used_at"].as_str().unwrap_or_default()).collect();
    assert!(at.is_sorted() && at[0].is_empty() && !at.last().unwrap().is_empty(), "{at:?}");
    let mut falling = order(&org.owner.walk(&path(&org, "?sort=-last_used_at&limit=2")).await);
    falling.reverse();
    assert_eq!(falling, order(&rising));
}

#[tokio::test]
async fn a_review_is_exported_whole_and_no_cell_is_a_formula() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let team = world.team(&org, "=1+1, \"x\"").await;
    world.join_team(&org, &member, &team, "member").await;
    let answer = org.owner.get(&path(&org, "/export?role=member")).await;
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(header("content-disposition"), "attachment; filename=\"access-review.csv\"");
    let table = answer.is(200);
    let lines: Vec<&str> = table.as_str().unwrap().lines().collect();
    assert_eq!(lines[0], "name,email,state,role,level,scope,scope_id,granted_at,granted_by,last_used_at,member_id");
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[2].contains("team,\"'=1+1, \"\"x\"\"\","), "{table}");
    member.get(&path(&org, "/export")).await.problem(403, "forbidden");
    org.owner.get(&path(&org, "/export?cursor=x")).await.names(400, "cursor");
}

#[tokio::test]
async fn a_review_is_refused_and_told_place_by_place() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let member = world.member(&org, "member").await;
    let foreign = world.team(&other, "B").await;
    let problem = member.get(&path(&org, "")).await.problem(403, "forbidden");
    assert_eq!(problem["permission"], "access.review");
    other.owner.get(&path(&org, "")).await.problem(404, "not_found");
    for (query, status, place) in [
        ("?role=none", 400, "role"),
        ("?level=none", 400, "level"),
        ("?sort=name", 400, "sort"),
        ("?unused_since=yesterday", 400, "unused_since"),
        ("?unused_since=-10000-01-01T00:00:00Z", 400, "unused_since"),
        ("/export?unused_since=%2B12000-01-01T00:00:00Z", 400, "unused_since"),
        ("?limit=0", 400, "limit"),
        ("?cursor=x", 400, "cursor"),
        ("?more=1", 400, "more"),
        (&format!("?team={foreign}"), 404, "team"),
        (&format!("?member={}", other.owner.id), 404, "member"),
        (&format!("?queue={foreign}"), 404, "queue"),
    ] {
        org.owner.get(&path(&org, query)).await.names(status, place);
    }
}

#[tokio::test]
async fn uses_in_several_organizations_are_written_together_each_in_its_own() {
    let world = World::start().await;
    let organizations = [world.organization("helpdesk").await, world.organization("queues").await];
    for org in &organizations {
        org.owner.get(&org.path).await.is(200);
    }
    world.write_uses().await;
    for org in &organizations {
        let held = org.owner.get(&path(org, "")).await.is(200);
        assert!(!held["items"][0]["last_used_at"].is_null(), "{held:#}");
    }
    let used = world.look("select count(*) from assignment_use").await.unwrap();
    assert_eq!(used, "2");
}

/// What a preview tries, nobody has done: only who asks for it has used what lets them ask.
#[tokio::test]
async fn what_only_a_preview_tries_is_not_used() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (asks, other) = (world.member(&org, "member").await, world.member(&org, "member").await);
    let team = world.team(&org, "A").await;
    world.join_team(&org, &asks, &team, "admin").await;
    org.role("organization", "reviewer", &yes(["organization.view", "member.view", "access.review"])).await;
    let body = json!({"roles": ["reviewer"]});
    org.owner.patch(&format!("{}/members/{}", org.path, asks.id), body).await.is(200);
    let body = json!({"role": "member"});
    let change = json!({"set_team_member": {"team_id": team, "member_id": other.id, "body": body}});
    let told = asks.post(&format!("{}/access/preview", org.path), change).await.is(200);
    assert_eq!((told.get("refusal"), &told["members_concerned"]), (None, &json!(1)), "{told:#}");
    world.write_uses().await;
    let of = |level: &str, role: &str, used| (level.to_owned(), role.to_owned(), used);
    let reviewer = of("organization", "reviewer", true);
    assert_eq!(used(&org, &asks).await, [reviewer.clone(), of("team", "admin", false)]);
    // Done, it is.
    asks.put(&format!("{}/teams/{team}/members/{}", org.path, other.id), body).await.is(201);
    world.write_uses().await;
    assert_eq!(used(&org, &asks).await, [reviewer, of("team", "admin", true)]);
}
