//! What the database does to requests: it restarts, it is slow, it has no connection left; and what they see of it.

use std::sync::atomic::Ordering;

use reqwest::{Method, StatusCode};
use usher_tests::{Person, World, json};

use crate::way::Way;

/// Ends every connection of the application, as a server does that shuts down in order.
const HANG_UP: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and application_name = 'usher'";

#[tokio::test]
async fn an_orderly_restart_of_the_database_is_not_seen() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for _ in 0..3 {
        // Several connections, so that several are dead.
        let ask = || org.owner.get(&org.path);
        for answer in <[_; 4]>::from(tokio::join!(ask(), ask(), ask(), ask())) {
            answer.is(200);
        }
        world.look(HANG_UP).await;
        org.owner.get(&org.path).await.is(200);
        org.owner.get("/v1/me").await.is(200);
        world.sign_in(&org.owner.email).await;
    }
}

/// A problem of status 503, which says when to try again.
async fn unavailable(person: &Person, method: Method, path: &str) -> String {
    let reads = method == Method::GET;
    let request = person.request(method, path);
    let request = if reads { request } else { request.json(&json!({"name": "Renamed"})) };
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(seconds > 0);
    let body: serde_json::Value = answer.json().await.unwrap();
    body["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn while_the_database_is_away_requests_are_told_to_come_again() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let mut way = Way::to(&world).await;
    let owner = org.owner.at(&way.serve(&world).await);
    let all_unavailable = async || {
        for (method, path) in
            [(Method::GET, "/v1/me"), (Method::PATCH, "/v1/me"), (Method::GET, &org.path), (Method::PATCH, &org.path)]
        {
            assert_eq!(unavailable(&owner, method, path).await, "unavailable");
        }
    };
    owner.get(&org.path).await.is(200);
    way.cut().await;
    all_unavailable().await;
    way.starting_up().await;
    all_unavailable().await;
    way.mended().await;
    owner.get(&org.path).await.is(200);
}

#[tokio::test]
async fn a_server_is_ready_while_its_database_answers() {
    let world = World::start().await;
    let mut way = Way::to(&world).await;
    let nobody = world.nobody().at(&way.serve(&world).await);
    nobody.get("/health/ready").await.is(200);
    way.cut().await;
    nobody.get("/health/ready").await.problem(503, "database_unreachable");
    nobody.get("/health/live").await.is(200);
    way.starting_up().await;
    nobody.get("/health/ready").await.problem(503, "database_unreachable");
    way.mended().await;
    nobody.get("/health/ready").await.is(200);
}

/// Nobody knows then whether it was done: that is said, and an idempotency key finds out.
#[tokio::test]
async fn what_is_cut_off_as_it_is_committed_is_told_as_unknown() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let way = Way::to(&world).await;
    let owner = org.owner.at(&way.serve(&world).await);
    // Whatever is noted beside a request has been.
    owner.get(&org.path).await.is(200);
    let teams = format!("{}/teams", org.path);
    let make = || owner.request(Method::POST, &teams).header("idempotency-key", "k").json(&json!({"name": "New"}));
    way.at_commit.store(true, Ordering::SeqCst);
    owner.send(make()).await.problem(503, "outcome_unknown");
    owner.patch(&org.path, json!({"name": "New"})).await.problem(503, "outcome_unknown");
    way.at_commit.store(false, Ordering::SeqCst);
    let made = owner.send(make()).await.is(201);
    assert_eq!(owner.send(make()).await.is(201), made);
    assert_eq!(org.owner.get(&teams).await.ids(), [made["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn what_takes_too_long_is_answered_503_and_not_as_a_conflict() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let held = world.hold("lock table teams in access exclusive mode").await;
    let (owner, path) = (org.owner.clone(), format!("{}/teams", org.path));
    let asking = tokio::spawn(async move { unavailable(&owner, Method::GET, &path).await });
    world.until_waiting("relation", 1).await;
    let cancel = "select count(pg_cancel_backend(pid)) from pg_stat_activity
        where datname = current_database() and application_name = 'usher' and wait_event_type = 'Lock'";
    assert_eq!(world.look(cancel).await.as_deref(), Some("1"));
    assert_eq!(asking.await.unwrap(), "timeout");
    held.let_go().await;
    org.owner.get(&format!("{}/teams", org.path)).await.is(200);
}

/// The facts, the rows and their count are of one moment: what is committed between is not half seen.
#[tokio::test]
async fn a_list_shows_one_moment() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    let mut held = world.hold("lock table teams in access exclusive mode").await;
    let path = format!("{}/teams?include=total", org.path);
    let asking = tokio::spawn({
        let admin = admin.clone();
        async move { admin.get(&path).await }
    });
    // The caller's facts have been read, the rows have not.
    world.until_waiting("relation", 1).await;
    held.and(&format!("insert into teams (org_id, id, name) values ('{}', gen_random_uuid(), 'Later')", org.id)).await;
    held.let_go().await;
    let list = asking.await.unwrap().is(200);
    assert_eq!((&list["items"], &list["total"]), (&json!([]), &json!(0)));
}
