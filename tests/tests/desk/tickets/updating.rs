//! Changing and deleting tickets.

use usher_tests::{World, json};

use super::{at, ticket};

#[tokio::test]
async fn a_ticket_is_changed_field_by_field() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let id = ticket(&org.owner, &org, json!({"requester": {"name": "Ada", "email": "ada@example.org"}})).await;
    let path = at(&org, &id);
    for (change, field, value) in [
        (json!({"subject": "Other"}), "subject", json!("Other")),
        (json!({"description": "Long"}), "description", json!("Long")),
        (json!({"status": "solved"}), "status", json!("solved")),
        (json!({"priority": "urgent"}), "priority", json!("urgent")),
        (json!({"requester": {"name": null}}), "requester", json!({"name": null, "email": "ada@example.org"})),
        (json!({"requester": null}), "requester", json!(null)),
    ] {
        assert_eq!(org.owner.patch(&path, change.clone()).await.is(200)[field], value, "{change}");
    }
    let answer = org.owner.patch(&path, json!({"subject": "Other"})).await;
    assert_eq!(answer.etag(), "\"7\"", "nothing changed");
    org.owner.patch(&path, json!({"status": "lost", "priority": "lost"})).await.names(422, "/priority");
    org.owner.patch(&path, json!({"team_id": id})).await.names(422, "/team_id");
    org.owner.patch_if(&path, "\"6\"", json!({"subject": "Late"})).await.problem(412, "stale");
    org.owner.patch_if(&path, "\"7\"", json!({"subject": "In time"})).await.is(200);
    org.owner.patch_if(&path, "seven", json!({"subject": "Odd"})).await.problem(400, "malformed_request");
}

#[tokio::test]
async fn of_two_changes_of_one_version_one_is_late() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = at(&org, &ticket(&org.owner, &org, json!({})).await);
    let change = |subject| {
        let (owner, path) = (org.owner.clone(), path.clone());
        tokio::spawn(async move { owner.patch_if(&path, "\"1\"", json!({"subject": subject})).await.status })
    };
    let (one, two) = (change("One"), change("Two"));
    let mut statuses = [one.await.unwrap(), two.await.unwrap()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn tk_22_a_deleted_ticket_is_gone_for_everyone() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let inbox = world.inbox(&org).await;
    let staff = world.member(&org, "staff").await;
    world.allow(&org, &staff, &inbox, &["contribute", "delete"]).await;
    let id = ticket(&staff, &org, json!({})).await;
    staff.delete(&at(&org, &id)).await.is(204);
    for person in [&staff, &org.owner] {
        person.get(&at(&org, &id)).await.problem(404, "not_found");
    }
    staff.delete(&at(&org, &id)).await.problem(404, "not_found");
    let left: i64 = sqlx::query_scalar("select count(*) from tickets")
        .fetch_one(&mut world.owner_connection().await)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn tk_25_who_manages_without_contributing_changes_what_they_do_not_see() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let inbox = world.inbox(&org).await;
    let (writer, blind) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    world.allow(&org, &writer, &inbox, &["contribute"]).await;
    world.allow(&org, &blind, &inbox, &["manage"]).await;
    let path = at(&org, &ticket(&writer, &org, json!({})).await);
    blind.get(&path).await.problem(404, "not_found");
    let answer = blind.patch(&path, json!({"status": "solved"})).await;
    assert!(answer.headers.get("etag").is_none());
    assert_eq!(answer.is(204), json!(""));
    assert_eq!(writer.get(&path).await.is(200)["status"], "solved");
}

/// Every act makes one new version, be what it sets there already or not: the version tells nothing of a ticket that is
/// hidden.
#[tokio::test]
async fn tk_25_the_version_of_a_hidden_ticket_tells_no_guess_from_what_is_so() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (inbox, other) = (world.inbox(&org).await, world.queue(&org, "Other").await);
    let (writer, blind) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    let (guest, assistant) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    for queue in [&inbox, &other] {
        world.allow(&org, &blind, queue, &["manage"]).await;
        world.allow(&org, &writer, queue, &["contribute"]).await;
    }
    world.allow(&org, &assistant, &inbox, &["contribute"]).await;
    let path = at(&org, &ticket(&writer, &org, json!({"queue_id": inbox})).await);
    let participant = format!("{path}/participants/{}", guest.id);
    writer.send(writer.request(reqwest::Method::PUT, &participant)).await.is(204);
    blind.patch_if(&path, "\"1\"", json!({"status": "open"})).await.is(204);
    blind.patch_if(&path, "\"1\"", json!({"status": "open"})).await.problem(412, "stale");
    for (version, (act, body)) in (3..).zip([
        ("", json!({"status": "solved", "priority": "high"})),
        ("", json!({"status": "solved"})),
        ("/assign", json!({"assignee_id": assistant.id})),
        ("/assign", json!({"assignee_id": assistant.id})),
        // The assistant does not see it there, and handles it no longer.
        ("/move", json!({"queue_id": other})),
        ("/move", json!({"queue_id": other})),
        ("/assign", json!({"assignee_id": guest.id})),
        // Neither does who is no participant any more.
        (&participant[path.len()..], json!(null)),
        (&participant[path.len()..], json!(null)),
    ]) {
        let place = format!("{path}{act}");
        let answer = match act {
            "" => blind.patch(&place, body.clone()).await,
            _ if body.is_null() => blind.delete(&place).await,
            _ => blind.post(&place, body.clone()).await,
        };
        answer.is(204);
        assert_eq!(writer.get(&path).await.etag(), format!("\"{version}\""), "{act} {body}");
    }
    assert_eq!(writer.get(&path).await.is(200)["assignee_id"], json!(null));
}

#[tokio::test]
async fn refusals_say_whether_the_ticket_is_seen() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (a, b) = (world.team(&org, "A").await, world.team(&org, "B").await);
    let member = world.member(&org, "member").await;
    world.join_team(&org, &member, &a, "admin").await;
    let (ours, theirs) =
        (ticket(&org.owner, &org, json!({"team_id": a})).await, ticket(&org.owner, &org, json!({"team_id": b})).await);
    member.delete(&at(&org, &ours)).await.problem(403, "forbidden");
    member.delete(&at(&org, &theirs)).await.problem(404, "not_found");
    // The permission comes before the body.
    member.patch(&at(&org, &theirs), json!({"nonsense": 1})).await.problem(404, "not_found");
    member.patch(&at(&org, &ours), json!({"nonsense": 1})).await.problem(422, "invalid");
    let stranger = world.organization("helpdesk").await.owner;
    for answer in [
        stranger.get(&at(&org, &ours)).await,
        stranger.patch(&at(&org, &ours), json!({"subject": "x"})).await,
        stranger.delete(&at(&org, &ours)).await,
    ] {
        answer.problem(404, "not_found");
    }
    world.nobody().get(&at(&org, &ours)).await.problem(401, "token_missing");
    org.owner.get(&at(&org, "not-a-key")).await.names(400, "ticket");
}
