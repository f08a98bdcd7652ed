//! How tickets are related.

use usher_tests::{World, json};

use super::{at, same, text, ticket};

#[tokio::test]
async fn tk_20_a_link_is_seen_from_both_ends_and_taken_away() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (one, two) = (ticket(&org.owner, &org, json!({})).await, ticket(&org.owner, &org, json!({})).await);
    let links = |ticket: &str| format!("{}/links", at(&org, ticket));
    for (kind, there, back) in [
        ("blocks", "blocks", "blocked_by"),
        ("duplicates", "duplicates", "duplicated_by"),
        ("related", "related", "related"),
    ] {
        let made = org.owner.post(&links(&one), json!({"ticket": 2, "kind": kind})).await.is(201);
        assert_eq!((&made["relation"], &made["ticket"]["id"]), (&json!(there), &json!(two)));
        org.owner.post(&links(&one), json!({"ticket": two, "kind": kind})).await.problem(409, "already_linked");
        let seen = org.owner.get(&links(&two)).await.is(200);
        assert_eq!((&seen["items"][0]["relation"], &seen["items"][0]["ticket"]["id"]), (&json!(back), &json!(one)));
        // From the other end.
        let path = format!("{}/{}", links(&two), text(&made["id"]));
        org.owner.delete(&path).await.is(204);
        org.owner.delete(&path).await.problem(404, "not_found");
        assert_eq!(org.owner.get(&links(&one)).await.is(200)["items"], json!([]));
    }
    // A relation without a direction is one, whichever end it was made from.
    org.owner.post(&links(&two), json!({"ticket": 1, "kind": "related"})).await.is(201);
    org.owner.post(&links(&one), json!({"ticket": 2, "kind": "related"})).await.problem(409, "already_linked");
    org.owner.post(&links(&one), json!({"ticket": 1, "kind": "related"})).await.problem(409, "same_ticket");
    org.owner.post(&links(&one), json!({"ticket": 2, "kind": "clone"})).await.names(422, "/kind");
}

#[tokio::test]
async fn tk_30_links_tell_nothing_of_a_ticket_that_is_hidden() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (a, b) = (world.queue(&org, "A").await, world.queue(&org, "B").await);
    let (writer, person) = (world.member(&org, "staff").await, world.member(&org, "staff").await);
    for queue in [&a, &b] {
        world.allow(&org, &writer, queue, &["contribute", "manage"]).await;
    }
    world.allow(&org, &person, &a, &["contribute", "manage"]).await;
    let ours = ticket(&writer, &org, json!({"queue_id": a})).await;
    let hidden = ticket(&writer, &org, json!({"queue_id": b, "subject": "Secret"})).await;
    let body = json!({"ticket": hidden, "kind": "blocks"});
    let link = text(&writer.post(&format!("{}/links", at(&org, &ours)), body.clone()).await.is(201)["id"]);
    assert_eq!(person.get(&format!("{}/links", at(&org, &ours))).await.is(200)["items"], json!([]));
    // A link to what is hidden cannot be told from none.
    let nowhere = format!("{}/links/0198c0de-0000-7000-8000-000000000000", at(&org, &ours));
    let hidden_link = same(person.delete(&format!("{}/links/{link}", at(&org, &ours))).await.problem(404, "not_found"));
    assert_eq!(hidden_link, same(person.delete(&nowhere).await.problem(404, "not_found")));
    // What happened to both does not say with whom.
    let history = person.get(&format!("{}/messages", at(&org, &ours))).await.is(200).to_string();
    assert!(history.contains("Linked with another ticket.") && !history.contains("Secret") && !history.contains("#2"));
    // Managing the hidden one is enough to link, and shows nothing of it.
    world.allow(&org, &person, &b, &["manage"]).await;
    let body = json!({"ticket": hidden, "kind": "duplicates"});
    assert_eq!(person.post(&format!("{}/links", at(&org, &ours)), body).await.is(204), json!(""));
    assert_eq!(person.get(&format!("{}/links", at(&org, &ours))).await.is(200)["items"], json!([]));
    person.delete(&format!("{}/links/{link}", at(&org, &ours))).await.is(204);
    // A deleted ticket takes its links along.
    world.allow(&org, &writer, &b, &["delete"]).await;
    writer.delete(&at(&org, &hidden)).await.is(204);
    assert_eq!(writer.get(&format!("{}/links", at(&org, &ours))).await.is(200)["items"], json!([]));
}

#[tokio::test]
async fn links_come_in_pages_of_those_that_may_be_seen() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (a, b) = (world.team(&org, "A").await, world.team(&org, "B").await);
    let member = world.member(&org, "member").await;
    world.join_team(&org, &member, &a, "member").await;
    let hub = ticket(&org.owner, &org, json!({"team_id": a})).await;
    let path = format!("{}/links", at(&org, &hub));
    let mut expected = Vec::new();
    for n in 0..4 {
        let team = if n == 1 { &b } else { &a };
        let other = ticket(&org.owner, &org, json!({"team_id": team})).await;
        for kind in ["blocks", "related"] {
            org.owner.post(&path, json!({"ticket": other, "kind": kind})).await.is(201);
            expected.extend((n != 1).then(|| (other.clone(), kind.to_owned())));
        }
    }
    let younger = ticket(&org.owner, &org, json!({"team_id": a})).await;
    org.owner.post(&format!("{}/merge", at(&org, &younger)), json!({"into": hub})).await.is(200);
    expected.push((younger, "merged_from".to_owned()));
    let shown: Vec<_> = member
        .walk(&format!("{path}?limit=2"))
        .await
        .iter()
        .map(|link| (text(&link["ticket"]["id"]), text(&link["relation"])))
        .collect();
    assert_eq!(shown, expected);
    let page = member.get(&format!("{path}?limit=3&include=total")).await.is(200);
    assert_eq!((&page["total"], page["items"].as_array().unwrap().len()), (&json!(7), 3));
    assert_eq!(org.owner.get(&format!("{path}?include=total")).await.is(200)["total"], 9);
    for query in ["limit=0", "limit=101", "cursor=x", "include=permissions", "sort=kind"] {
        member.get(&format!("{path}?{query}")).await.problem(400, "malformed_request");
    }
}
