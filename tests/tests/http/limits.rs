//! How many requests there may be, of one session and to one organization.

use std::num::NonZeroU32;

use usher_api::Settings;
use usher_tests::{World, json};

async fn world(session: Option<u32>, organization: Option<u32>) -> World {
    let number = |number: Option<u32>| number.and_then(NonZeroU32::new);
    let (requests_of_session, requests_to_organization) = (number(session), number(organization));
    World::start_with(Settings { requests_of_session, requests_to_organization, ..Settings::default() }).await
}

#[tokio::test]
async fn a_session_has_its_share_and_is_told_what_is_left() {
    let world = world(Some(5), None).await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    let answer = ada.get("/v1/me").await;
    assert_eq!(answer.headers["ratelimit-policy"], "\"session\";q=5;w=60");
    // The sign-in of the test itself has asked once.
    assert_eq!(answer.headers["ratelimit"], "\"session\";r=3;t=24");
    // What is refused counts too.
    for _ in 0..3 {
        ada.get("/v1/me?no=1").await.is(400);
    }
    let answer = ada.get("/v1/me").await;
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=13).contains(&seconds), "{seconds}");
    assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"session\";r=0;"));
    answer.problem(429, "rate_limited");
    grace.get("/v1/me").await.is(200);
    // Another session of the same person is another one.
    world.sign_in(&ada.email).await.get("/v1/me").await.is(200);
}

#[tokio::test]
async fn an_organization_has_its_share_which_only_its_members_use() {
    let world = world(None, Some(4)).await;
    let org = world.organization("helpdesk").await;
    let (member, stranger) = (world.member(&org, "member").await, world.person("stranger").await);
    for _ in 0..6 {
        stranger.get(&org.path).await.problem(404, "not_found");
    }
    // By its id and by its slug it is the same one.
    org.owner.get(&org.path).await.is(200);
    member.get(&format!("/v1/organizations/{}", org.slug)).await.is(200);
    org.owner.post(&format!("{}/teams", org.path), json!({"name": "First"})).await.is(201);
    let answer = member.get(&org.path).await;
    assert_eq!(answer.headers["ratelimit-policy"], "\"organization\";q=4;w=60");
    answer.is(200);
    org.owner.post(&format!("{}/teams", org.path), json!({"name": "Second"})).await.problem(429, "rate_limited");
    assert_eq!(world.look("select count(*) from teams").await.as_deref(), Some("1"));
    member.get("/v1/me").await.is(200);
}

#[tokio::test]
async fn nothing_is_limited_or_told_where_no_limit_is_set() {
    let world = world(None, None).await;
    let answer = world.person("ada").await.get("/v1/me").await;
    assert!(!answer.headers.contains_key("ratelimit") && !answer.headers.contains_key("ratelimit-policy"));
}

#[tokio::test]
async fn attempts_to_sign_in_are_counted_for_whom_a_trusted_proxy_asks() {
    let loopback = "127.0.0.0/8".parse().unwrap();
    for trusted in [true, false] {
        let proxies =
            usher_api::Proxies { trusted: trusted.then_some(loopback).into_iter().collect(), forwarded: false };
        let sign_in_attempts = const { NonZeroU32::new(1).unwrap() };
        let world = World::start_with(Settings { sign_in_attempts, proxies, ..Settings::default() }).await;
        let nobody = world.nobody();
        let mut last = 0;
        for n in 0..11 {
            let body = json!({"email": format!("p{n}@example.org"), "password": "not this one"});
            let request = nobody.request(reqwest::Method::POST, "/v1/auth/login").json(&body);
            last = nobody.send(request.header("x-forwarded-for", format!("198.51.100.{n}"))).await.status;
        }
        assert_eq!(last, if trusted { 401 } else { 429 });
    }
}
