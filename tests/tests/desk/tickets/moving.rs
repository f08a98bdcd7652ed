//! Who handles a ticket, and where it stands.

use sqlx::Connection;
use usher_tests::{Person, World, json};

use super::{at, ticket};

#[tokio::test]
async fn vk_33_a_ticket_that_moves_changes_hands_at_once() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (a, b) = (world.team(&org, "A").await, world.team(&org, "B").await);
    let (in_a, in_b) = (world.member(&org, "member").await, world.member(&org, "member").await);
    world.join_team(&org, &in_a, &a, "member").await;
    world.join_team(&org, &in_b, &b, "member").await;
    let id = ticket(&org.owner, &org, json!({"team_id": a})).await;
    let path = at(&org, &id);
    in_a.post(&format!("{path}/assign"), json!({"assignee_id": in_a.id})).await.is(200);
    // Whoever moves it out of their sight is not shown it any more.
    let answer = in_a.post(&format!("{path}/move"), json!({"team_id": b})).await;
    assert_eq!(answer.is(204), json!(""));
    in_a.get(&path).await.problem(404, "not_found");
    let moved = in_b.get(&path).await.is(200);
    assert_eq!((&moved["team_id"], &moved["assignee_id"]), (&json!(b), &json!(null)));
    let history = in_b.get(&format!("{path}/messages")).await.is(200);
    let events: Vec<_> = history["items"].as_array().unwrap().iter().map(|m| m["body"].as_str().unwrap()).collect();
    let expected = [
        "Assigned to member.",
        "Moved to another team.",
        "Nobody handles it any more: who did cannot see it any more.",
    ];
    assert_eq!(events, expected);
    // To no team at all: without a template that is for owner and administrators (VK-32).
    in_b.post(&format!("{path}/move"), json!({"team_id": null})).await.is(204);
    in_b.get(&path).await.problem(404, "not_found");
    assert_eq!(org.owner.get(&path).await.is(200)["team_id"], json!(null));
}

#[tokio::test]
async fn tk_28_manage_on_the_source_is_enough_to_move_a_ticket_out() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (from, to) = (world.queue(&org, "From").await, world.queue(&org, "To").await);
    let (mover, keeper) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    world.allow(&org, &mover, &from, &["contribute", "manage"]).await;
    world.allow(&org, &keeper, &to, &["contribute"]).await;
    let path = at(&org, &ticket(&mover, &org, json!({"queue_id": from})).await);
    keeper.get(&path).await.problem(404, "not_found");
    mover.post(&format!("{path}/move"), json!({"queue_id": to})).await.is(204);
    mover.get(&path).await.problem(404, "not_found");
    assert_eq!(keeper.get(&path).await.is(200)["queue_id"], json!(to));
    mover.post(&format!("{path}/move"), json!({"queue_id": from})).await.problem(404, "not_found");
    keeper.post(&format!("{path}/move"), json!({"queue_id": from})).await.problem(403, "forbidden");
}

/// Who manages a queue without contributing to it reads none of its tickets, and so not by taking one to where they do. The
/// permission on the source is enough for every other move.
/// TK-25, TK-28.
#[tokio::test]
async fn tk_25_tk_28_a_move_gives_nobody_who_does_it_the_sight_of_a_ticket() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (closed, blind, open) =
        (world.queue(&org, "Closed").await, world.queue(&org, "Blind").await, world.queue(&org, "Open").await);
    let (keeper, person) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    world.allow(&org, &keeper, &closed, &["contribute"]).await;
    world.allow(&org, &person, &closed, &["manage"]).await;
    world.allow(&org, &person, &blind, &["manage"]).await;
    world.allow(&org, &person, &open, &["contribute"]).await;
    let secret = ticket(&keeper, &org, json!({"queue_id": closed, "subject": "Secret"})).await;
    let refused = async |id: &str| {
        let path = format!("{}/move", at(&org, id));
        let problem = person.post(&path, json!({"queue_id": open})).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "ticket.view");
        person.get(&at(&org, id)).await.problem(404, "not_found");
    };
    refused(&secret).await;
    let kept = keeper.get(&at(&org, &secret)).await;
    assert_eq!((kept.etag(), &kept.is(200)["queue_id"]), ("\"1\"".to_owned(), &json!(closed)));
    // A copy is as hidden as what it was made of.
    let answer = person.post_empty(&format!("{}/clone", at(&org, &secret))).await;
    assert_eq!(answer.is(204), json!(""));
    person.get(&at(&org, "2")).await.problem(404, "not_found");
    refused("2").await;
    // From one place where it is hidden to another, as before; whoever sees it takes it where they like.
    person.post(&format!("{}/move", at(&org, &secret)), json!({"queue_id": blind})).await.is(204);
    refused(&secret).await;
    world.allow(&org, &person, &blind, &["contribute"]).await;
    let moved = person.post(&format!("{}/move", at(&org, &secret)), json!({"queue_id": open})).await.is(200);
    assert_eq!(moved["queue_id"], json!(open));
}

#[tokio::test]
async fn vk_43_a_ticket_moves_only_to_what_is_there() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let other = world.organization("helpdesk").await;
    let (theirs, queue) = (world.team(&other, "T").await, world.queue(&org, "Q").await);
    let path = format!("{}/move", at(&org, &ticket(&org.owner, &org, json!({})).await));
    org.owner.post(&path, json!({"team_id": theirs})).await.names(404, "/team_id");
    org.owner.post(&path, json!({"queue_id": queue})).await.names(404, "/queue_id");
    for (body, place) in [
        (json!({"team_id": 1}), "/team_id"),
        (json!({"queue_id": null}), "/queue_id"),
        (json!({"team": theirs}), "/team"),
    ] {
        org.owner.post(&path, body).await.names(422, place);
    }
    other.owner.post(&path, json!({"team_id": theirs})).await.problem(404, "not_found");
    assert_eq!(org.owner.post(&path, json!({})).await.is(200)["team_id"], json!(null));
}

#[tokio::test]
async fn a_ticket_is_assigned_to_who_may_view_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (a, b) = (world.team(&org, "A").await, world.team(&org, "B").await);
    let (in_a, in_b) = (world.member(&org, "member").await, world.member(&org, "member").await);
    world.join_team(&org, &in_a, &a, "member").await;
    world.join_team(&org, &in_b, &b, "member").await;
    let blocked = world.member(&org, "admin").await;
    sqlx::query("update members set state = 'blocked' where id = $1::uuid")
        .bind(&blocked.id)
        .execute(&mut world.owner_connection().await)
        .await
        .unwrap();
    let stranger = world.person("stranger").await;
    let path = format!("{}/assign", at(&org, &ticket(&org.owner, &org, json!({"team_id": a})).await));
    for nobody in [&stranger.id, &a] {
        in_a.post(&path, json!({"assignee_id": nobody})).await.names(404, "/assignee_id");
    }
    for nobody in [&in_b.id, &blocked.id] {
        let problem = in_a.post(&path, json!({"assignee_id": nobody})).await.names(422, "/assignee_id");
        assert_eq!(problem["errors"][0]["code"], "cannot_view");
    }
    for body in [json!({}), json!({"assignee_id": "x"}), json!({"assignee_id": 1})] {
        in_a.post(&path, body).await.names(422, "/assignee_id");
    }
    in_b.post(&path, json!({"assignee_id": in_a.id})).await.problem(404, "not_found");
    assert_eq!(in_a.post(&path, json!({"assignee_id": in_a.id})).await.is(200)["assignee_id"], json!(in_a.id));
    let again = in_a.post(&path, json!({"assignee_id": in_a.id})).await;
    assert_eq!(again.etag(), "\"2\"", "nothing changed");
    let mine = in_a.get(&format!("{}/desk/tickets?assignee={}", org.path, in_a.id)).await.ids();
    assert_eq!(mine.len(), 1);
    assert_eq!(in_a.post(&path, json!({"assignee_id": null})).await.is(200)["assignee_id"], json!(null));
}

#[tokio::test]
async fn vk_66_a_removed_member_reaches_no_ticket_not_even_those_they_handled() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    let path = at(&org, &ticket(&admin, &org, json!({})).await);
    admin.post(&format!("{path}/assign"), json!({"assignee_id": admin.id})).await.is(200);
    sqlx::query("delete from members where id = $1::uuid")
        .bind(&admin.id)
        .execute(&mut world.owner_connection().await)
        .await
        .unwrap();
    for answer in [
        admin.get(&path).await,
        admin.get(&format!("{}/desk/tickets", org.path)).await,
        admin.patch(&path, json!({"status": "solved"})).await,
        admin.post(&format!("{path}/replies"), json!({"body": "x"})).await,
    ] {
        answer.problem(404, "not_found");
    }
    assert_eq!(org.owner.get(&path).await.is(200)["assignee_id"], json!(null));
}

/// The assignee leaves the team while they are being assigned: whichever commits first is what the other sees.
#[tokio::test]
async fn an_assignment_waits_for_a_change_of_the_assignees_rights() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "A").await;
    let member = world.member(&org, "member").await;
    world.join_team(&org, &member, &team, "member").await;
    let path = format!("{}/assign", at(&org, &ticket(&org.owner, &org, json!({"team_id": team})).await));
    let mut connection = world.owner_connection().await;
    let mut change = connection.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(member_lock($1::uuid, $2::uuid))")
        .bind(&org.id)
        .bind(&member.id)
        .execute(&mut *change)
        .await
        .unwrap();
    let (owner, body) = (org.owner.clone(), json!({"assignee_id": member.id}));
    let assigning = tokio::spawn(async move { owner.post(&path, body).await });
    let mut onlooker = world.owner_connection().await;
    let waits = "select exists (select 1 from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and not l.granted)";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut onlooker).await.unwrap() {
        tokio::task::yield_now().await;
    }
    sqlx::query("delete from role_assignments where member_id = $1::uuid and team_id is not null")
        .bind(&member.id)
        .execute(&mut *change)
        .await
        .unwrap();
    change.commit().await.unwrap();
    assigning.await.unwrap().names(422, "/assignee_id");
}

/// Who is in a team one sees is known there, even to who does not see the list of members.
#[tokio::test]
async fn teammates_hand_tickets_to_each_other_where_nobody_lists_the_members() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let team = world.team(&org, "A").await;
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(world.member(&org, "member").await);
    }
    for person in &people[..2] {
        world.join_team(&org, person, &team, "member").await;
    }
    let [one, other, outside] = [&people[0], &people[1], &people[2]];
    let list = format!("{}/members/{}", org.path, other.id);
    one.get(&list).await.problem(404, "not_found");
    let ticket = json!({"subject": "x", "team_id": team});
    let ticket = one.post(&format!("{}/desk/tickets", org.path), ticket).await.is(201);
    let ticket = format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap());
    let to = |person: &Person| json!({"assignee_id": person.id});
    let assigned = one.post(&format!("{ticket}/assign"), to(other)).await.is(200);
    assert_eq!(assigned["assignee_id"], json!(other.id));
    one.put_empty(&format!("{ticket}/participants/{}", other.id)).await.is(204);
    // Who is not in the team is unknown, and nobody of another organization is known.
    let foreign = world.organization("suite").await.owner;
    for person in [outside, &foreign] {
        one.post(&format!("{ticket}/assign"), to(person)).await.names(404, "/assignee_id");
        one.put_empty(&format!("{ticket}/participants/{}", person.id)).await.problem(404, "not_found");
    }
}
