//! Making one ticket of two, and two of one.

use usher_tests::{Value, World, json};

use super::{at, same, text, ticket};

#[tokio::test]
async fn tk_29_the_older_survives_with_what_was_said_on_both() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (a, b) = (world.queue(&org, "A").await, world.queue(&org, "B").await);
    let (person, guest) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    for queue in [&a, &b] {
        world.allow(&org, &person, queue, &["contribute", "manage"]).await;
    }
    let older = ticket(&person, &org, json!({"queue_id": a, "status": "on_hold"})).await;
    let younger = ticket(&person, &org, json!({"queue_id": b, "description": "Smoke"})).await;
    person.post(&format!("{}/replies", at(&org, &older)), json!({"body": "One"})).await.is(201);
    person.post(&format!("{}/replies", at(&org, &younger)), json!({"body": "Two"})).await.is(201);
    let participant = format!("{}/participants/{}", at(&org, &younger), guest.id);
    person.send(person.request(reqwest::Method::PUT, &participant)).await.is(204);
    guest.get(&at(&org, &older)).await.problem(404, "not_found");
    // Whichever is in the path.
    let survivor = person.post(&format!("{}/merge", at(&org, &older)), json!({"into": younger})).await.is(200);
    assert_eq!(
        (&survivor["id"], &survivor["status"], &survivor["merged"]),
        (&json!(older), &json!("open"), &json!(false))
    );
    let merged = person.get(&at(&org, &younger)).await.is(200);
    assert_eq!((&merged["status"], &merged["merged"]), (&json!("closed"), &json!(true)));
    let said = person.get(&format!("{}/messages", at(&org, &older))).await.is(200);
    let said: Vec<_> = said["items"].as_array().unwrap().iter().map(|m| text(&m["body"])).collect();
    assert_eq!(said[..3], ["Printer\n\nSmoke", "One", "Two"]);
    assert!(said.contains(&"Reopened.".to_owned()));
    assert_eq!(said.last().unwrap(), "Another ticket was merged into this one.");
    let left = person.get(&format!("{}/messages", at(&org, &younger))).await.is(200);
    assert_eq!(left["items"][0]["body"], "Merged into another ticket.");
    guest.get(&at(&org, &older)).await.is(200);
    // The pointer, from both ends.
    let links = person.get(&format!("{}/links", at(&org, &younger))).await.is(200);
    assert_eq!(
        (&links["items"][0]["relation"], &links["items"][0]["ticket"]["id"]),
        (&json!("merged_into"), &json!(older))
    );
    let links = person.get(&format!("{}/links", at(&org, &older))).await.is(200);
    assert_eq!((&links["items"][0]["relation"], &links["items"][0]["id"]), (&json!("merged_from"), &json!(null)));
    // Exactly two tickets, once.
    let (path, third) = (format!("{}/merge", at(&org, &younger)), ticket(&person, &org, json!({"queue_id": a})).await);
    person.post(&path, json!({"into": third})).await.problem(409, "ticket_merged");
    person.post(&path, json!({"into": younger})).await.problem(409, "same_ticket");
    person.post(&path, json!({"into": 2})).await.problem(409, "same_ticket");
}

#[tokio::test]
async fn tk_29_merge_and_link_want_manage_on_both_queues() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (a, b, c) = (world.queue(&org, "A").await, world.queue(&org, "B").await, world.queue(&org, "C").await);
    let (writer, person) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    for queue in [&a, &b, &c] {
        world.allow(&org, &writer, queue, &["contribute"]).await;
    }
    world.allow(&org, &person, &a, &["contribute", "manage"]).await;
    world.allow(&org, &person, &b, &["contribute"]).await;
    let ours = ticket(&writer, &org, json!({"queue_id": a})).await;
    let seen = ticket(&writer, &org, json!({"queue_id": b})).await;
    let hidden = ticket(&writer, &org, json!({"queue_id": c})).await;
    let elsewhere = world.organization("queues").await;
    let inbox = world.inbox(&elsewhere).await;
    let admin = elsewhere.owner.clone();
    world.allow(&elsewhere, &admin, &inbox, &["contribute"]).await;
    let theirs = ticket(&admin, &elsewhere, json!({})).await;
    for (path, pointer, body) in [
        ("merge", "/into", (|other| json!({"into": other})) as fn(Value) -> Value),
        ("links", "/ticket", |other| json!({"ticket": other, "kind": "related"})),
    ] {
        let ours_path = format!("{}/{path}", at(&org, &ours));
        person.post(&ours_path, body(json!(seen))).await.names(403, pointer);
        // TK-30: hidden, of another tenant, and not there at all are one and the same.
        let mut answers = Vec::new();
        for other in [json!(hidden), json!(3), json!(theirs), json!(999), json!("0198c0de-0000-7000-8000-000000000000")]
        {
            answers.push(same(person.post(&ours_path, body(other)).await.names(404, pointer)));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        // The other way round it is the ticket in the path that is refused, before the body.
        person.post(&format!("{}/{path}", at(&org, &hidden)), body(json!(ours))).await.problem(404, "not_found");
        person.post(&format!("{}/{path}", at(&org, &seen)), body(json!(ours))).await.problem(403, "forbidden");
        person.post(&format!("{}/{path}", at(&org, &seen)), json!({"nonsense": 1})).await.problem(403, "forbidden");
        person.post(&ours_path, json!({"nonsense": 1})).await.names(422, pointer);
        for other in [json!(null), json!("x"), json!(1.5), json!([])] {
            person.post(&ours_path, body(other)).await.problem(422, "invalid");
        }
    }
    // Managing both without seeing both: done where nothing comes to be seen, refused where something would.
    world.allow(&org, &person, &c, &["manage"]).await;
    let older_hidden = ticket(&writer, &org, json!({"queue_id": c})).await;
    let young = ticket(&writer, &org, json!({"queue_id": a})).await;
    let problem =
        person.post(&format!("{}/merge", at(&org, &ours)), json!({"into": hidden})).await.problem(403, "forbidden");
    assert_eq!(problem["permission"], "ticket.view");
    person.post(&format!("{}/merge", at(&org, &young)), json!({"into": older_hidden})).await.is(204);
    person.get(&at(&org, &older_hidden)).await.problem(404, "not_found");
}

/// Managing two queues opens neither: a participant of the younger ticket does not come to see the older by a merge of
/// somebody who cannot respond to that one, be it the caller (TK-25, TK-30).
#[tokio::test]
async fn tk_25_tk_30_a_merge_shows_a_hidden_survivor_to_nobody_not_to_who_merges_either() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (ours, closed) = (world.queue(&org, "Ours").await, world.queue(&org, "Closed").await);
    let (keeper, person) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    let guest = world.member(&org, "staff").await;
    world.allow(&org, &keeper, &closed, &["contribute"]).await;
    world.allow(&org, &person, &ours, &["contribute", "manage"]).await;
    world.allow(&org, &person, &closed, &["manage"]).await;
    let secret = ticket(&keeper, &org, json!({"queue_id": closed, "subject": "Secret"})).await;
    let bait = ticket(&person, &org, json!({"queue_id": ours})).await;
    for member in [&person, &guest] {
        let path = format!("{}/participants/{}", at(&org, &bait), member.id);
        person.send(person.request(reqwest::Method::PUT, &path)).await.is(204);
    }
    let answer = person.post(&format!("{}/merge", at(&org, &bait)), json!({"into": secret})).await;
    assert_eq!(answer.is(204), json!(""));
    for hidden_from in [&person, &guest] {
        hidden_from.get(&at(&org, &secret)).await.problem(404, "not_found");
        let list = hidden_from.get(&format!("{}/desk/tickets?q=secret&include=total", org.path)).await.is(200);
        assert_eq!(list["total"], 0);
        hidden_from.get(&at(&org, &bait)).await.is(200);
    }
    // What was said is where the keeper reads it.
    let said = keeper.get(&format!("{}/messages", at(&org, &secret))).await.is(200).to_string();
    assert!(said.contains("Printer"), "{said}");
}

#[tokio::test]
async fn tk_29_what_was_merged_before_is_merged_on_and_points_to_the_last_survivor() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let owner = &org.owner;
    let mut tickets = Vec::new();
    for subject in ["One", "Two", "Three"] {
        tickets.push(ticket(owner, &org, json!({"subject": subject})).await);
    }
    let [one, two, three] = tickets.as_slice() else { panic!() };
    let merge = async |ticket: &str, into: &str| {
        let path = format!("{}/merge", at(&org, ticket));
        owner.post(&path, json!({"into": into})).await
    };
    merge(three, two).await.is(200);
    merge(two, one).await.is(200);
    let said = owner.get(&format!("{}/messages", at(&org, one))).await.is(200);
    let said: Vec<_> = said["items"].as_array().unwrap().iter().map(|m| text(&m["body"])).collect();
    assert_eq!(said[..2], ["Two", "Three"], "in the order in which they were written");
    let links = owner.get(&format!("{}/links", at(&org, three))).await.is(200);
    assert_eq!(links["items"][0]["ticket"]["id"], json!(one));
    owner.delete(&at(&org, two)).await.is(204);
    assert_eq!(owner.get(&at(&org, three)).await.is(200)["merged"], json!(true));
    merge(three, one).await.problem(409, "ticket_merged");
    // With the survivor goes what was said; what was merged into it is no ticket to work on again.
    owner.delete(&at(&org, one)).await.is(204);
    assert_eq!(owner.get(&at(&org, three)).await.is(200)["merged"], json!(true));
    assert_eq!(owner.get(&format!("{}/links", at(&org, three))).await.is(200)["items"], json!([]));
    owner.post(&format!("{}/replies", at(&org, three)), json!({"body": "x"})).await.problem(409, "ticket_merged");
    owner.delete(&at(&org, three)).await.is(204);
}

#[tokio::test]
async fn a_merged_ticket_takes_no_change_and_can_be_deleted() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (owner, admin) = (&org.owner, world.member(&org, "admin").await);
    let team = world.team(&org, "A").await;
    let (one, two, other) = (
        ticket(owner, &org, json!({})).await,
        ticket(owner, &org, json!({})).await,
        ticket(owner, &org, json!({})).await,
    );
    let path = at(&org, &two);
    let participant = format!("{path}/participants/{}", admin.id);
    owner.send(owner.request(reqwest::Method::PUT, &participant)).await.is(204);
    let link = owner.post(&format!("{path}/links"), json!({"ticket": other, "kind": "blocks"})).await.is(201);
    owner.post(&format!("{path}/merge"), json!({"into": one})).await.is(200);
    let before = owner.get(&path).await;
    owner.patch(&path, json!({"status": "open"})).await.problem(409, "ticket_merged");
    for (act, body) in [
        ("replies", json!({"body": "x"})),
        ("notes", json!({"body": "x"})),
        ("assign", json!({"assignee_id": admin.id})),
        ("move", json!({"team_id": team})),
        ("merge", json!({"into": other})),
        ("links", json!({"ticket": other, "kind": "related"})),
    ] {
        owner.post(&format!("{path}/{act}"), body).await.problem(409, "ticket_merged");
    }
    owner.post_empty(&format!("{path}/clone")).await.problem(409, "ticket_merged");
    let body = json!({"ticket": two, "kind": "related"});
    owner.post(&format!("{}/links", at(&org, &other)), body).await.problem(409, "ticket_merged");
    owner.post(&format!("{}/merge", at(&org, &other)), json!({"into": two})).await.problem(409, "ticket_merged");
    let mine = format!("{path}/participants/{}", owner.id);
    owner.send(owner.request(reqwest::Method::PUT, &mine)).await.problem(409, "ticket_merged");
    assert_eq!(owner.get(&path).await.etag(), before.etag(), "nothing was done");
    // What takes something away from it works.
    owner.delete(&participant).await.is(204);
    owner.delete(&format!("{path}/links/{}", text(&link["id"]))).await.is(204);
    owner.delete(&path).await.is(204);
}

#[tokio::test]
async fn of_two_merges_of_one_pair_one_is_too_late() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (one, two) = (ticket(&org.owner, &org, json!({})).await, ticket(&org.owner, &org, json!({})).await);
    let merge = |path: &str, with: &str| {
        let (owner, path, with) = (org.owner.clone(), format!("{}/merge", at(&org, path)), with.to_owned());
        tokio::spawn(async move { owner.post(&path, json!({"into": with})).await })
    };
    let (first, second) = (merge(&one, &two), merge(&two, &one));
    let mut answers = [first.await.unwrap(), second.await.unwrap()];
    answers.sort_by_key(|answer| answer.status);
    let [done, late] = answers;
    done.is(200);
    // Not "contention": they waited in line.
    late.problem(409, "ticket_merged");
}

#[tokio::test]
async fn tk_19_a_clone_has_a_number_of_its_own_and_is_linked() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let team = world.team(&org, "A").await;
    let body = json!({"team_id": team, "description": "Smoke", "priority": "high", "status": "solved"});
    let source = ticket(&org.owner, &org, body).await;
    org.owner.post(&format!("{}/replies", at(&org, &source)), json!({"body": "One"})).await.is(201);
    let answer = org.owner.post_empty(&format!("{}/clone", at(&org, &source))).await;
    let location = text(&json!(answer.headers["location"].to_str().unwrap()));
    let copy = answer.is(201);
    assert_eq!(org.owner.get(&location).await.is(200), copy);
    assert_eq!(
        (&copy["number"], &copy["description"], &copy["priority"], &copy["status"], &copy["team_id"]),
        (&json!(2), &json!("Smoke"), &json!("high"), &json!("open"), &json!(team))
    );
    let messages = org.owner.get(&format!("{location}/messages")).await.is(200);
    assert_eq!(messages["items"].as_array().unwrap().len(), 1);
    assert_eq!(messages["items"][0]["kind"], "event");
    let links = org.owner.get(&format!("{location}/links")).await.is(200);
    assert_eq!(
        (&links["items"][0]["relation"], &links["items"][0]["ticket"]["number"]),
        (&json!("clone_of"), &json!(1))
    );
    let links = org.owner.get(&format!("{}/links", at(&org, &source))).await.is(200);
    assert_eq!(links["items"][0]["relation"], "cloned_as");
}
