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
    let body = json!({"email": "ada@example.org", "name": "Ada", "password": PASSWORD});
    nobody.post("/v1/auth/register", body).await.problem(429, "too_many_attempts");
    sign_in(&nobody, "grace@example.org", "not this one").await.problem(401, "credentials_invalid");
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
