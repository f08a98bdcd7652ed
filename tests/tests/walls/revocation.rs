//! Law 9: after a revocation has committed, nothing that it forbids commits.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use usher_tests::{Organization, Person, World, json};

/// How many writers hammer at once.
const WRITERS: usize = 6;

async fn messages(world: &World) -> i64 {
    sqlx::query_scalar("select count(*) from ticket_messages where kind = 'reply'")
        .fetch_one(&mut world.owner_connection().await)
        .await
        .unwrap()
}

/// Starts writers that answer a ticket as fast as they can until they are refused.
fn hammer(writer: &Person, path: &str, written: &Arc<AtomicUsize>) -> Vec<tokio::task::JoinHandle<()>> {
    let stopped = Arc::new(AtomicBool::new(false));
    let task = |_| {
        let (writer, path) = (writer.clone(), path.to_owned());
        let (written, stopped) = (Arc::clone(written), Arc::clone(&stopped));
        tokio::spawn(async move {
            while !stopped.load(Ordering::SeqCst) {
                let answer = writer.post(&path, json!({"body": "Still here."})).await;
                match answer.status {
                    201 => drop(written.fetch_add(1, Ordering::SeqCst)),
                    401 | 403 | 404 => stopped.store(true, Ordering::SeqCst),
                    _ => drop(answer.is(201)),
                }
            }
        })
    };
    (0..WRITERS).map(task).collect()
}

/// Lets the writers get going, revokes, and holds what was written at that moment against what was written in the end.
async fn revoked_for_good(world: &World, writer: &Person, path: &str, revoke: impl AsyncFnOnce()) {
    let written = Arc::new(AtomicUsize::new(0));
    let writers = hammer(writer, path, &written);
    while written.load(Ordering::SeqCst) < 3 * WRITERS {
        tokio::task::yield_now().await;
    }
    revoke().await;
    let at_revocation = messages(world).await;
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(messages(world).await, at_revocation, "something was written after the revocation had committed");
    assert!(at_revocation >= i64::try_from(3 * WRITERS).unwrap());
}

async fn ticket(org: &Organization, place: serde_json::Value) -> String {
    let mut body = json!({"subject": "Hammered"});
    body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
    format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap())
}

/// An organization of queues with an agent who may answer, and the path of a ticket's replies.
async fn queue_desk(world: &World) -> (Organization, Person, String, String) {
    let org = world.organization("queues").await;
    let staff = world.member(&org, "staff").await;
    let queues = org.owner.get(&format!("{}/desk/queues", org.path)).await.is(200);
    let queue = queues["items"][0]["id"].as_str().unwrap().to_owned();
    for person in [&org.owner, &staff] {
        let table = format!("{}/members/{}/queue-permissions", org.path, person.id);
        let etag = org.owner.get(&table).await.etag();
        let body = json!({"permissions": [{"queue_id": queue, "contribute": true}]});
        org.owner.put_if(&table, &etag, body).await.is(200);
    }
    let replies = format!("{}/replies", ticket(&org, json!({"queue_id": queue})).await);
    (org, staff, replies, queue)
}

#[tokio::test]
async fn law_9_after_a_queue_permission_is_taken_nothing_is_answered() {
    let world = World::start().await;
    let (org, staff, replies, _) = queue_desk(&world).await;
    let table = format!("{}/members/{}/queue-permissions", org.path, staff.id);
    let etag = org.owner.get(&table).await.etag();
    revoked_for_good(&world, &staff, &replies, async || {
        org.owner.put_if(&table, &etag, json!({"permissions": []})).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn law_9_after_a_member_is_removed_nothing_is_answered() {
    let world = World::start().await;
    let (org, staff, replies, _) = queue_desk(&world).await;
    revoked_for_good(&world, &staff, &replies, async || {
        org.owner.delete(&format!("{}/members/{}", org.path, staff.id)).await.is(204);
    })
    .await;
}

#[tokio::test]
async fn law_9_after_a_participant_is_removed_nothing_is_answered() {
    let world = World::start().await;
    let (org, _, replies, _) = queue_desk(&world).await;
    let helper = world.member(&org, "staff").await;
    let participant = replies.replace("/replies", &format!("/participants/{}", helper.id));
    let added = org.owner.put(&participant, json!({})).await.status;
    assert!((200..300).contains(&added), "{added}");
    revoked_for_good(&world, &helper, &replies, async || {
        org.owner.delete(&participant).await.is(204);
    })
    .await;
}

#[tokio::test]
async fn law_9_after_the_session_ends_nothing_is_answered() {
    let world = World::start().await;
    let (_, staff, replies, _) = queue_desk(&world).await;
    let second = world.sign_in(&staff.email).await;
    let sessions = second.get("/v1/auth/sessions").await.is(200);
    let first = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/v1/auth/sessions/{}", first["id"].as_str().unwrap());
    revoked_for_good(&world, &staff, &replies, async || {
        second.delete(&path).await.is(204);
    })
    .await;
    staff.get("/v1/me").await.problem(401, "session_ended");
    second.get("/v1/me").await.is(200);
}

#[tokio::test]
async fn law_9_after_a_team_member_is_taken_out_nothing_is_answered() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let agent = world.member(&org, "member").await;
    let team = org.owner.post(&format!("{}/teams", org.path), json!({"name": "Support"})).await.is(201);
    let team = team["id"].as_str().unwrap().to_owned();
    let seat = format!("{}/teams/{team}/members/{}", org.path, agent.id);
    let seated = org.owner.put(&seat, json!({"role": "member"})).await.status;
    assert!((200..300).contains(&seated), "{seated}");
    let replies = format!("{}/replies", ticket(&org, json!({"team_id": team})).await);
    revoked_for_good(&world, &agent, &replies, async || {
        org.owner.delete(&seat).await.is(204);
    })
    .await;
}
