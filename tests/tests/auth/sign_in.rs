//! Signing in, and how often one may try.

use std::num::NonZeroU32;

use usher_api::Settings;
use usher_tests::{PASSWORD, Person, World, json};

async fn sign_in(person: &Person, email: &str, password: &str) -> usher_tests::Answer {
    person.post("/v1/auth/login", json!({"email": email, "password": password})).await
}

async fn world_with_attempts(attempts: u32) -> World {
    let settings = Settings { sign_in_attempts: NonZeroU32::new(attempts).unwrap(), ..Settings::default() };
    World::start_with(settings).await
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_are_answered_alike() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let mut wrong = sign_in(&world.nobody(), &ada.email, "not this one").await.problem(401, "credentials_invalid");
    let mut unknown =
        sign_in(&world.nobody(), "nobody@example.org", PASSWORD).await.problem(401, "credentials_invalid");
    for problem in [&mut wrong, &mut unknown] {
        problem.as_object_mut().unwrap().shift_remove("request_id");
    }
    assert_eq!(wrong, unknown);
    sign_in(&world.nobody(), &ada.email.to_uppercase(), PASSWORD).await.is(200);
}

/// The account is given to somebody else between the check of its old password and the session.
#[tokio::test]
async fn a_password_that_was_changed_as_it_was_checked_begins_no_session() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let change = format!("update accounts set password_hash = 'another' where id = '{}'", ada.id);
    let held = world.hold(&change).await;
    let (nobody, email) = (world.nobody(), ada.email.clone());
    let signing_in = tokio::spawn(async move { sign_in(&nobody, &email, PASSWORD).await });
    world.until_waiting("transactionid", 1).await;
    held.let_go().await;
    signing_in.await.unwrap().problem(401, "credentials_invalid");
    let sessions = format!("select count(*) from sessions where account_id = '{}'", ada.id);
    assert_eq!(world.look(&sessions).await.as_deref(), Some("1"), "but for the one before");
}

#[tokio::test]
async fn attempts_are_limited_for_an_account_and_the_right_password_is_one_too() {
    let world = world_with_attempts(3).await;
    let nobody = world.nobody();
    for _ in 0..3 {
        sign_in(&nobody, "ada@example.org", "not this one").await.problem(401, "credentials_invalid");
    }
    for email in ["ada@example.org", "ADA@example.org"] {
        let answer = sign_in(&nobody, email, PASSWORD).await;
        let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        answer.problem(429, "too_many_attempts");
    }
    sign_in(&nobody, "grace@example.org", "not this one").await.problem(401, "credentials_invalid");
}

/// Whoever guesses from one place, or registers an address that has an account, does not keep its owner out at another.
#[tokio::test]
async fn attempts_from_one_address_keep_nobody_out_at_another() {
    let trusted = vec!["127.0.0.0/8".parse().unwrap()];
    let settings = Settings {
        sign_in_attempts: const { NonZeroU32::new(3).unwrap() },
        proxies: usher_api::Proxies { trusted, forwarded: false },
        ..Settings::default()
    };
    let world = World::start_with(settings).await;
    let (ada, nobody) = (world.person("ada").await, world.nobody());
    let from = async |address: &str, path: &str, body: usher_tests::Value| {
        let request = nobody.request(reqwest::Method::POST, path).json(&body);
        nobody.send(request.header("x-forwarded-for", address)).await
    };
    let wrong = json!({"email": ada.email, "password": "not this one"});
    let right = json!({"email": ada.email, "password": PASSWORD});
    let taken = json!({"email": ada.email, "name": "Ada", "password": PASSWORD});
    for _ in 0..3 {
        from("198.51.100.1", "/v1/auth/login", wrong.clone()).await.problem(401, "credentials_invalid");
        from("198.51.100.2", "/v1/auth/register", taken.clone()).await.problem(409, "email_taken");
    }
    from("198.51.100.1", "/v1/auth/login", right.clone()).await.problem(429, "too_many_attempts");
    from("198.51.100.2", "/v1/auth/login", right.clone()).await.is(200);
    from("198.51.100.3", "/v1/auth/login", right).await.is(200);
    // From everywhere at once it is limited all the same.
    let mut limited = false;
    for n in 0..200 {
        limited = from(&format!("203.0.113.{n}"), "/v1/auth/login", wrong.clone()).await.status == 429;
        if limited {
            break;
        }
    }
    assert!(limited);
}

#[tokio::test]
async fn attempts_are_limited_for_an_address_too() {
    let world = world_with_attempts(1).await;
    let nobody = world.nobody();
    for n in 0..10 {
        sign_in(&nobody, &format!("p{n}@example.org"), "not this one").await.problem(401, "credentials_invalid");
    }
    sign_in(&nobody, "another@example.org", "not this one").await.problem(429, "too_many_attempts");
}
