//! Sessions: renewed, listed, ended.

use std::num::NonZeroU16;

use usher_api::Settings;
use usher_store::{Database, Store};
use usher_tests::{Answer, Person, World, json};

async fn refresh(world: &World, token: &str) -> Answer {
    world.nobody().post("/v1/auth/refresh", json!({"refresh_token": token})).await
}

fn refresh_token(person: &Person) -> &str {
    person.refresh_token.as_deref().unwrap()
}

async fn sessions(person: &Person) -> Vec<(String, bool)> {
    let list = person.get("/v1/auth/sessions").await.is(200);
    let items = list["items"].as_array().unwrap().clone();
    items.iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item["current"].as_bool().unwrap())).collect()
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_family() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let other = world.sign_in(&ada.email).await;
    let next = refresh(&world, refresh_token(&ada)).await.is(200);
    let renewed = ada.with_token(next["access_token"].as_str().unwrap());
    assert_ne!(next["refresh_token"].as_str().unwrap(), refresh_token(&ada));
    assert_eq!(sessions(&renewed).await.len(), 2, "the session goes on, and no other begins");
    renewed.get("/v1/me").await.is(200);
    ada.get("/v1/me").await.is(200);

    refresh(&world, refresh_token(&ada)).await.problem(401, "refresh_token_reused");
    for person in [&ada, &renewed] {
        person.get("/v1/me").await.problem(401, "session_ended");
        person.get("/v1/organizations").await.problem(401, "session_ended");
    }
    let newest = next["refresh_token"].as_str().unwrap();
    refresh(&world, newest).await.problem(401, "refresh_token_invalid");
    refresh(&world, refresh_token(&ada)).await.problem(401, "refresh_token_invalid");
    other.get("/v1/me").await.is(200);
    refresh(&world, refresh_token(&other)).await.is(200);
}

#[tokio::test]
async fn of_two_who_use_a_refresh_token_at_once_one_gets_tokens_that_are_dead() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let (first, second) = tokio::join!(refresh(&world, refresh_token(&ada)), refresh(&world, refresh_token(&ada)));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let tokens = if first.status == 200 { first } else { second };
    let thief = ada.with_token(tokens.body["access_token"].as_str().unwrap());
    thief.get("/v1/me").await.problem(401, "session_ended");
}

#[tokio::test]
async fn what_is_no_refresh_token_renews_nothing() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    for token in ["ushr_", "nonsense", ada.token.as_deref().unwrap().get(..200).unwrap()] {
        refresh(&world, token).await.problem(401, "refresh_token_invalid");
    }
    refresh(&world, "").await.names(422, "/refresh_token");
    sqlx::query("update sessions set expires_at = now()").execute(&mut world.owner_connection().await).await.unwrap();
    refresh(&world, refresh_token(&ada)).await.problem(401, "refresh_token_invalid");
    ada.get("/v1/me").await.problem(401, "session_ended");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_no_other() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let other = world.sign_in(&ada.email).await;
    ada.post_empty("/v1/auth/logout").await.is(204);
    ada.get("/v1/me").await.problem(401, "session_ended");
    ada.post_empty("/v1/auth/logout").await.problem(401, "session_ended");
    refresh(&world, refresh_token(&ada)).await.problem(401, "refresh_token_invalid");
    other.get("/v1/me").await.is(200);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_own_account_only() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let ada = org.owner.clone();
    let other = world.sign_in(&ada.email).await;
    let mine = sessions(&ada).await;
    let [(newer, false), (older, true)] = mine.as_slice() else { panic!("the newest first: {mine:?}") };
    let stranger = world.person("mallory").await;
    assert_eq!(sessions(&stranger).await.len(), 1);
    stranger.delete(&format!("/v1/auth/sessions/{newer}")).await.problem(404, "not_found");
    other.get(&org.path).await.is(200);

    ada.delete(&format!("/v1/auth/sessions/{newer}")).await.is(204);
    other.get("/v1/me").await.problem(401, "session_ended");
    other.get(&org.path).await.problem(401, "session_ended");
    other.patch(&org.path, json!({"name": "Taken"})).await.problem(401, "session_ended");
    ada.delete(&format!("/v1/auth/sessions/{newer}")).await.problem(404, "not_found");
    ada.delete("/v1/auth/sessions/nonsense").await.names(400, "session");
    assert_eq!(sessions(&ada).await, [(older.clone(), true)]);
    ada.delete(&format!("/v1/auth/sessions/{older}")).await.is(204);
    ada.get("/v1/auth/sessions").await.problem(401, "session_ended");
}

#[tokio::test]
async fn sessions_and_organizations_come_in_pages() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    for _ in 0..4 {
        world.sign_in(&ada.email).await;
    }
    for name in ["b", "a", "c", "a"] {
        let body =
            json!({"name": name, "slug": format!("o{}", uuid::Uuid::now_v7().simple()), "access_model": "queues"});
        ada.post("/v1/organizations", body).await.is(201);
    }
    for (path, many) in [("/v1/auth/sessions", 5), ("/v1/organizations", 4)] {
        let all = ada.get(&format!("{path}?include=total")).await.is(200);
        let items = all["items"].as_array().unwrap();
        assert_eq!((items.len(), &all["total"], &all["next_cursor"]), (many, &json!(many), &json!(null)), "{path}");
        for limit in [1, 2, 100] {
            assert_eq!(&ada.walk(&format!("{path}?limit={limit}")).await, items, "{path} by {limit}");
        }
        ada.get(&format!("{path}?limit=0")).await.names(400, "limit");
        ada.get(&format!("{path}?cursor=x")).await.names(400, "cursor");
    }
    let names = ada.get("/v1/organizations").await.is(200);
    let names: Vec<&str> = names["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "a", "b", "c"]);
}

#[tokio::test]
async fn no_session_outlives_its_time_however_often_it_is_renewed() {
    let settings = Settings { session_days: NonZeroU16::new(7).unwrap(), ..Settings::default() };
    let world = World::start_with(settings).await;
    let ada = world.person("ada").await;
    let left = "select round(extract(epoch from expires_at - now()) / 86400) from sessions";
    assert_eq!(world.look(left).await.as_deref(), Some("7"), "no longer than that from the start");
    world.arrange("update sessions set created_at = now() - interval '5 days'").await;
    let next = refresh(&world, refresh_token(&ada)).await.is(200);
    assert_eq!(world.look(left).await.as_deref(), Some("2"), "not from the renewal on");
    world.arrange("update sessions set created_at = now() - interval '8 days'").await;
    let next = next["refresh_token"].as_str().unwrap();
    refresh(&world, next).await.problem(401, "refresh_token_invalid");
    // By default it is the renewal that counts at first, and the sign-in in the end.
    let world = World::start().await;
    let ada = world.person("ada").await;
    assert_eq!(world.look(left).await.as_deref(), Some("30"));
    world.arrange("update sessions set created_at = now() - interval '80 days'").await;
    refresh(&world, refresh_token(&ada)).await.is(200);
    assert_eq!(world.look(left).await.as_deref(), Some("10"));
}

/// More than are swept at once, and one that has to stay.
#[tokio::test]
async fn what_ended_a_month_ago_is_swept_away_to_the_last() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let fill = "insert into sessions (id, account_id, expires_at, ended_at)
        select gen_random_uuid(), '{}', now(), now() - interval '31 days' from generate_series(1, 2001);
        insert into refresh_tokens (token_hash, session_id, used_at)
        select sha256(n::text::bytea), s.id, now() - interval '31 days'
        from generate_series(1, 1001) n, sessions s where s.ended_at is null";
    world.arrange(&fill.replace("{}", &ada.id)).await;
    let store = Store::open(&Database::new(&world.database_url(), None).unwrap(), 1).await.unwrap();
    store.sweep().await.unwrap();
    for table in ["sessions", "refresh_tokens"] {
        assert_eq!(world.look(&format!("select count(*) from {table}")).await.as_deref(), Some("1"), "{table}");
    }
    refresh(&world, refresh_token(&ada)).await.is(200);
}
