//! Tokens that were not given: of another secret, of another shape, of another organization.

use std::num::NonZeroU32;

use reqwest::Method;
use usher_api::Settings;
use usher_tests::{Person, World, json};

use super::{personal_token, tokens::refused};

#[tokio::test]
async fn a_token_that_is_none_is_told_apart_with_and_without_the_database() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, bearer) = personal_token(&org, &org.owner, None).await;
    let text = bearer.token.clone().unwrap();
    let swapped: String = text.chars().map(|c| if c == 'x' { 'y' } else { 'x' }).collect();
    for (other, says) in [
        (text.replace("ush_", "ush_0"), "116 letters"),
        (text[..119].to_owned(), "116 letters"),
        ("ush_".to_owned(), "116 letters"),
        (format!("{}-{}", &text[..60], &text[61..]), "checksum"),
        (format!("{}{}", &text[..60], &swapped[60..]), "checksum"),
    ] {
        let answer = org.owner.with_token(&other).get(&org.path).await;
        assert!(answer.body["detail"].as_str().unwrap().contains(says), "{:#}", answer.body);
        refused(answer, "token_invalid");
    }
    // Of the right shape, and of another secret: another token's, with a checksum that fits.
    let (_, other) = personal_token(&org, &org.owner, None).await;
    let forged = forge(&text, other.token.as_deref().unwrap());
    refused(org.owner.with_token(&forged).get(&org.path).await, "token_ended");
    refused(org.owner.with_token(&forged).get("/v1/me").await, "token_ended");
    bearer.get(&org.path).await.is(200);
}

/// The identifiers of one token with the secret of another, and a checksum that fits.
fn forge(one: &str, other: &str) -> String {
    sealed(&format!("{}{}", &one[4..70], &other[70..114]))
}

/// The token that has these digits, with a checksum that fits.
fn sealed(body: &str) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut sum = !body.bytes().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    });
    let mut text = [b'0'; 6];
    for digit in text.iter_mut().rev() {
        *digit = digits[sum as usize % 62];
        sum /= 62;
    }
    format!("ush_{body}{}", std::str::from_utf8(&text).unwrap())
}

/// Whoever shows the identifiers of a token without its secret holds up nobody.
#[tokio::test]
async fn a_forged_token_locks_nothing() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (id, bearer) = personal_token(&org, &org.owner, None).await;
    let (_, other) = personal_token(&org, &org.owner, None).await;
    let forged = forge(bearer.token.as_deref().unwrap(), other.token.as_deref().unwrap());
    let locks = format!(
        "select pg_advisory_xact_lock(session_lock('{id}')), pg_advisory_xact_lock(member_lock('{0}', '{1}')),
            pg_advisory_xact_lock(hashtextextended('rights of {0}', 0))",
        org.id, org.owner.id
    );
    let held = world.hold(&locks).await;
    let forger = org.owner.with_token(&forged);
    refused(forger.post(&format!("{}/teams", org.path), json!({"name": "Mine"})).await, "token_ended");
    refused(forger.post_empty(&format!("{}/leave", org.path)).await, "token_ended");
    held.let_go().await;
}

/// What looks like a token is one only for the database to tell: so it is asked so often and no more.
#[tokio::test]
async fn who_shows_one_forged_token_after_another_is_no_longer_looked_up() {
    let trusted = vec!["127.0.0.0/8".parse().unwrap()];
    let settings = Settings {
        refused_tokens: const { NonZeroU32::new(3).unwrap() },
        proxies: usher_api::Proxies { trusted, forwarded: false },
        ..Settings::default()
    };
    let world = World::start_with(settings).await;
    let org = world.organization("helpdesk").await;
    let (_, used) = personal_token(&org, &org.owner, None).await;
    let (_, unused) = personal_token(&org, &org.owner, None).await;
    let forged = forge(used.token.as_deref().unwrap(), unused.token.as_deref().unwrap());
    let forger = org.owner.with_token(&forged);
    let from = async |address: &str, person: &Person, method: Method, path: &str| {
        person.send(person.request(method, path).header("x-forwarded-for", address)).await
    };
    let (near, far) = ("198.51.100.1", "198.51.100.2");
    // What needs no look is not counted, nor is what is good, whatever it is answered.
    let short = org.owner.with_token(&forged[..119]);
    for _ in 0..9 {
        from(near, &used, Method::GET, &org.path).await.is(200);
        from(near, &used, Method::GET, "/v1/me").await.problem(403, "token_of_organization");
        refused(from(near, &short, Method::GET, &org.path).await, "token_invalid");
    }
    let leave = format!("{}/leave", org.path);
    for (method, path) in [(Method::GET, &*org.path), (Method::POST, &leave), (Method::GET, "/v1/me")] {
        refused(from(near, &forger, method, path).await, "token_ended");
    }
    // One too many is told so at the next, by which it is not looked at.
    from(near, &forger, Method::GET, &format!("{}/teams", org.path)).await;
    for (method, path) in [(Method::GET, &*org.path), (Method::POST, &leave), (Method::GET, "/v1/me")] {
        let answer = from(near, &forger, method, path).await;
        let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=22).contains(&seconds), "{seconds}");
        answer.problem(429, "too_many_attempts");
    }
    // Their neighbours who are signed in, or came with a good token before, are not held up; nor is anybody elsewhere.
    from(near, &unused, Method::GET, &org.path).await.problem(429, "too_many_attempts");
    from(near, &used, Method::GET, &org.path).await.is(200);
    from(near, &org.owner, Method::GET, &org.path).await.is(200);
    from(far, &unused, Method::GET, &org.path).await.is(200);
    refused(from(far, &forger, Method::GET, &org.path).await, "token_ended");
}

/// Whose secret is good in one organization, and which says that it is another's, is good in neither.
#[tokio::test]
async fn a_token_that_names_another_organization_than_its_own_is_good_in_none() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let body = json!({"name": "Other", "slug": format!("{}b", org.slug), "access_model": "helpdesk"});
    let other = org.owner.post("/v1/organizations", body).await.is(201);
    let path = format!("{}/personal-tokens", other["id"].as_str().unwrap());
    let there = org.owner.post(&format!("/v1/organizations/{path}"), json!({"name": "x"})).await.is(201);
    let (_, bearer) = personal_token(&org, &org.owner, None).await;
    // 22 digits say the organization.
    let (own, theirs) = (bearer.token.clone().unwrap(), there["token"].as_str().unwrap());
    let renamed = org.owner.with_token(&sealed(&format!("{}{}", &theirs[4..26], &own[26..114])));
    for path in [org.path.clone(), format!("/v1/organizations/{}", org.slug), "/v1/me".to_owned()] {
        refused(renamed.get(&path).await, "token_ended");
    }
    refused(renamed.post(&format!("{}/teams", org.path), json!({"name": "Mine"})).await, "token_ended");
    refused(renamed.get(&format!("/v1/organizations/{}", other["slug"].as_str().unwrap())).await, "token_ended");
    bearer.get(&org.path).await.is(200);
}
