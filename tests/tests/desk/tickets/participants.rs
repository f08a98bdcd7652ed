//! Who was added to a ticket.

use reqwest::Method;
use usher_tests::{Answer, Organization, Person, World, json};

use super::{at, same, ticket};

async fn add(by: &Person, org: &Organization, ticket: &str, who: &str) -> Answer {
    by.send(by.request(Method::PUT, &format!("{}/participants/{who}", at(org, ticket)))).await
}

async fn mails(world: &World) -> Vec<(String, String)> {
    sqlx::query_as("select recipient, subject from outgoing_mail order by id")
        .fetch_all(&mut world.owner_connection().await)
        .await
        .unwrap()
}

/// TK-58, TK-59, TK-60, TK-61, TK-62, TK-63.
#[tokio::test]
async fn tk_58_to_63_a_staff_participant_reads_and_answers_that_ticket_only() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (queue, elsewhere) = (world.queue(&org, "Q").await, world.queue(&org, "Elsewhere").await);
    let (writer, guest) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    world.allow(&org, &writer, &queue, &["contribute", "manage"]).await;
    let list = format!("{}/desk/tickets?include=total&q=printer", org.path);
    let id = ticket(&writer, &org, json!({"queue_id": queue})).await;
    let other = ticket(&writer, &org, json!({"queue_id": queue})).await;
    guest.get(&at(&org, &id)).await.problem(404, "not_found");
    add(&writer, &org, &id, &guest.id).await.is(204);
    // TK-58
    guest.get(&at(&org, &id)).await.is(200);
    guest.post(&format!("{}/replies", at(&org, &id)), json!({"body": "Hello"})).await.is(201);
    // TK-59
    guest.get(&at(&org, &other)).await.problem(404, "not_found");
    guest.patch(&at(&org, &id), json!({"status": "solved"})).await.problem(403, "forbidden");
    guest.delete(&at(&org, &id)).await.problem(403, "forbidden");
    // TK-62
    let found = guest.get(&list).await;
    assert_eq!(found.body["total"], 1);
    assert_eq!(found.ids(), std::slice::from_ref(&id));
    // TK-63
    writer.post(&format!("{}/move", at(&org, &id)), json!({"queue_id": elsewhere})).await.is(204);
    assert_eq!(guest.get(&at(&org, &id)).await.is(200)["queue_id"], json!(elsewhere));
    // TK-61
    world.allow(&org, &writer, &elsewhere, &["contribute"]).await;
    writer.delete(&format!("{}/participants/{}", at(&org, &id), guest.id)).await.is(204);
    guest.get(&at(&org, &id)).await.problem(404, "not_found");
    guest.post(&format!("{}/replies", at(&org, &id)), json!({"body": "Still?"})).await.problem(404, "not_found");
    assert_eq!(guest.get(&list).await.is(200)["total"], 0);
}

#[tokio::test]
async fn tk_60_who_is_no_staff_gains_nothing_as_a_participant_and_is_not_added() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let inbox = world.inbox(&org).await;
    let (writer, user) = (world.member(&org, "staff").await, world.member(&org, "user").await);
    world.allow(&org, &writer, &inbox, &["contribute"]).await;
    let id = ticket(&writer, &org, json!({})).await;
    let stranger = world.person("stranger").await;
    let problem = add(&writer, &org, &id, &user.id).await.names(422, "member");
    assert_eq!(problem["errors"][0]["code"], "cannot_view");
    // VK-43: whoever is no member here is not there, to be added or to be removed.
    for nobody in [&stranger.id, &inbox, &world.organization("queues").await.owner.id] {
        let path = format!("{}/participants/{nobody}", at(&org, &id));
        let added = same(add(&writer, &org, &id, nobody).await.problem(404, "not_found"));
        assert_eq!(added, same(writer.delete(&path).await.problem(404, "not_found")));
    }
    writer.delete(&format!("{}/participants/{}", at(&org, &id), user.id)).await.is(204);
    add(&writer, &org, &id, "me").await.names(400, "member");
    assert_eq!(writer.get(&format!("{}/participants?include=total", at(&org, &id))).await.is(200)["total"], 0);
    // However they came to be one.
    sqlx::query("insert into ticket_participants (org_id, ticket_id, member_id) values ($1::uuid, $2::uuid, $3::uuid)")
        .bind(&org.id)
        .bind(&id)
        .bind(&user.id)
        .execute(&mut world.owner_connection().await)
        .await
        .unwrap();
    user.get(&at(&org, &id)).await.problem(404, "not_found");
    user.post(&format!("{}/replies", at(&org, &id)), json!({"body": "x"})).await.problem(404, "not_found");
    assert_eq!(mails(&world).await, []);
}

#[tokio::test]
async fn tk_64_who_can_respond_adds_and_the_added_person_is_told() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let inbox = world.inbox(&org).await;
    let staff =
        [world.member(&org, "staff").await, world.member(&org, "staff").await, world.member(&org, "staff").await];
    let [writer, guest, friend] = &staff;
    world.allow(&org, writer, &inbox, &["contribute"]).await;
    let id = ticket(writer, &org, json!({})).await;
    // At once, and again: told once.
    let (one, two) = tokio::join!(add(writer, &org, &id, &guest.id), add(writer, &org, &id, &guest.id));
    one.is(204);
    two.is(204);
    add(writer, &org, &id, &guest.id).await.is(204);
    assert_eq!(mails(&world).await, [(guest.email.clone(), "[Test #1] You were added: Printer".to_owned())]);
    // A participant can respond, and so adds.
    add(guest, &org, &id, &friend.id).await.is(204);
    // Who adds themselves need not be told.
    add(writer, &org, &id, &writer.id).await.is(204);
    assert_eq!(mails(&world).await.len(), 2);
    let list = friend.get(&format!("{}/participants?limit=2&include=total", at(&org, &id))).await.is(200);
    assert_eq!((&list["total"], list["items"].as_array().unwrap().len()), (&json!(3), 2));
    assert_eq!(list["items"][1]["member_id"], json!(guest.id.clone().max(writer.id.clone())));
    let rest = format!("{}/participants?cursor={}", at(&org, &id), list["next_cursor"].as_str().unwrap());
    assert_eq!(friend.get(&rest).await.is(200)["items"].as_array().unwrap().len(), 1);
    // The document gives a participant no removing; a contributor may. Who was none stays none.
    let path = format!("{}/participants/{}", at(&org, &id), guest.id);
    guest.delete(&path).await.problem(403, "forbidden");
    writer.delete(&path).await.is(204);
    writer.delete(&path).await.is(204);
}

/// Adding and removing somebody by turns does not fill their letter box.
#[tokio::test]
async fn tk_64_who_is_added_again_within_an_hour_is_not_told_again() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let guest = world.member(&org, "admin").await;
    let (id, another) = (ticket(&org.owner, &org, json!({})).await, ticket(&org.owner, &org, json!({})).await);
    let path = format!("{}/participants/{}", at(&org, &id), guest.id);
    for _ in 0..3 {
        add(&org.owner, &org, &id, &guest.id).await.is(204);
        org.owner.delete(&path).await.is(204);
    }
    assert_eq!(mails(&world).await.len(), 1);
    // Of another ticket they are told, and of this one once the hour is over.
    add(&org.owner, &org, &another, &guest.id).await.is(204);
    assert_eq!(mails(&world).await.len(), 2);
    world.arrange("update recent_mail set created_at = created_at - interval '1 hour'").await;
    add(&org.owner, &org, &id, &guest.id).await.is(204);
    assert_eq!(mails(&world).await.len(), 3);
}

#[tokio::test]
async fn in_a_helpdesk_only_who_sees_a_ticket_anyway_takes_part() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (a, b) = (world.team(&org, "A").await, world.team(&org, "B").await);
    let (in_a, in_b) = (world.member(&org, "member").await, world.member(&org, "member").await);
    world.join_team(&org, &in_a, &a, "member").await;
    world.join_team(&org, &in_b, &b, "member").await;
    let id = ticket(&in_a, &org, json!({"team_id": a})).await;
    add(&in_a, &org, &id, &in_b.id).await.names(422, "member");
    add(&in_b, &org, &id, &in_b.id).await.problem(404, "not_found");
    add(&in_a, &org, &id, &org.owner.id).await.is(204);
    let filter = format!("{}/desk/tickets?participant={}", org.path, org.owner.id);
    assert_eq!(in_a.get(&filter).await.ids(), [id]);
    assert_eq!(in_b.get(&filter).await.ids(), Vec::<String>::new());
}
