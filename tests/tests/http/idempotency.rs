//! Requests that are sent twice with one idempotency key.

use reqwest::Method;
use sqlx::AssertSqlSafe;
use usher_store::{Database, Store};
use usher_tests::{Answer, Person, Value, World, json};

async fn post(person: &Person, path: &str, key: &str, body: &Value) -> Answer {
    person.send(person.request(Method::POST, path).header("idempotency-key", key).json(body)).await
}

fn organization(slug: &str) -> Value {
    json!({"name": "Acme", "slug": slug, "access_model": "helpdesk"})
}

fn same(first: &Answer, second: &Answer) {
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    for name in ["etag", "location", "content-type", "cache-control"] {
        assert_eq!(first.headers.get(name), second.headers.get(name), "{name}");
    }
}

#[tokio::test]
async fn the_same_request_gets_the_first_answer_again() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let first = post(&ada, "/v1/organizations", "k", &organization("acme")).await;
    assert_eq!(first.status, 201);
    assert!(first.headers.contains_key("etag") && first.headers.contains_key("location"));
    same(&first, &post(&ada, "/v1/organizations", "k", &organization("acme")).await);
    assert_eq!(ada.get("/v1/organizations").await.ids().len(), 1);

    let path = format!("/v1/organizations/{}/invitations", first.body["id"].as_str().unwrap());
    let body = json!({"email": "grace@example.org", "role": "member"});
    let first = post(&ada, &path, "i", &body).await;
    assert_eq!(first.status, 201);
    same(&first, &post(&ada, &path, "i", &body).await);
    assert_eq!(world.mail_to("grace@example.org").await.len(), 1);
    post(&ada, &path, "j", &body).await.problem(409, "invitation_pending");
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_account() {
    let world = World::start().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    let made = post(&ada, "/v1/organizations", "k", &organization("acme")).await.is(201);
    post(&ada, "/v1/organizations", "k", &organization("other")).await.names(422, "Idempotency-Key");
    let path = format!("/v1/organizations/{}/invitations", made["id"].as_str().unwrap());
    post(&ada, &path, "k", &organization("acme")).await.names(422, "Idempotency-Key");
    post(&grace, "/v1/organizations", "k", &organization("other")).await.is(201);
    for key in ["", &"x".repeat(256)] {
        post(&ada, "/v1/organizations", key, &organization("third")).await.names(400, "Idempotency-Key");
    }
    assert_eq!(ada.get("/v1/organizations").await.ids().len(), 1);
}

#[tokio::test]
async fn a_request_that_failed_is_not_remembered() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    post(&ada, "/v1/organizations", "k", &organization("No Slug")).await.names(422, "/slug");
    let made = post(&ada, "/v1/organizations", "k", &organization("acme")).await.is(201);
    let other = world.person("grace").await;
    post(&other, "/v1/organizations", "k", &organization("acme")).await.problem(409, "slug_taken");
    post(&other, "/v1/organizations", "k", &organization("acme-2")).await.is(201);
    assert_eq!(ada.get("/v1/organizations").await.ids(), [made["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn of_two_at_once_one_is_done() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let body = organization("acme");
    let ask = || post(&ada, "/v1/organizations", "k", &body);
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    let (done, refused): (Vec<_>, Vec<_>) = [a, b, c, d].into_iter().partition(|answer| answer.status == 201);
    for answer in &done {
        same(&done[0], answer);
    }
    for answer in refused {
        answer.problem(409, "request_in_flight");
    }
    assert!(!done.is_empty());
    assert_eq!(ada.get("/v1/organizations").await.ids().len(), 1);
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    post(&ada, "/v1/organizations", "k", &organization("acme")).await.is(201);
    let mut owner = world.owner_connection().await;
    let store = Store::open(&Database::new(&world.database_url(), None).unwrap(), 1).await.unwrap();
    for (age, kept) in [("23 hours", 1), ("2 hours", 0)] {
        let sql = format!("update idempotency_keys set created_at = created_at - interval '{age}'");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut owner).await.unwrap();
        if kept == 0 {
            // Even before it is swept away.
            post(&ada, "/v1/organizations", "k", &organization("acme")).await.problem(409, "slug_taken");
        } else {
            post(&ada, "/v1/organizations", "k", &organization("acme")).await.is(201);
        }
        store.sweep().await.unwrap();
        let count: i64 =
            sqlx::query_scalar("select count(*) from idempotency_keys").fetch_one(&mut owner).await.unwrap();
        assert_eq!(count, kept, "{age}");
    }
    ada.get("/v1/me").await.is(200);
}

#[tokio::test]
async fn an_answer_is_given_again_only_to_who_may_still_ask() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    let path = format!("{}/invitations", org.path);
    let body = json!({"email": "grace@example.org", "role": "member"});
    post(&admin, &path, "k", &body).await.is(201);
    let mut owner = world.owner_connection().await;
    let id: uuid::Uuid = admin.id.parse().unwrap();
    sqlx::query("delete from members where id = $1").bind(id).execute(&mut owner).await.unwrap();
    post(&admin, &path, "k", &body).await.problem(404, "not_found");
    // Who is demoted is told nothing of what they did, and does not do it again either.
    let demoted = world.member(&org, "admin").await;
    let body = json!({"email": "alan@example.org", "role": "member"});
    let invited = post(&demoted, &path, "k", &body).await.is(201);
    let invitation = format!("{path}/{}", invited["id"].as_str().unwrap());
    org.owner.patch(&format!("{}/members/{}", org.path, demoted.id), json!({"roles": ["member"]})).await.is(200);
    demoted.get(&invitation).await.problem(403, "forbidden");
    let repeated = post(&demoted, &path, "k", &body).await.problem(409, "answer_forgotten");
    assert!(!repeated.to_string().contains("alan"), "{repeated}");
    post(&demoted, &path, "another", &body).await.problem(403, "forbidden");
    let kept = format!("select count(*) from idempotency_keys where account_id = '{}' and body <> ''", demoted.id);
    assert_eq!(world.look(&kept).await.as_deref(), Some("0"));
    // What they could not invite to any more was taken back with it.
    org.owner.delete(&invitation).await.problem(409, "invitation_revoked");
    org.owner.patch(&format!("{}/members/{}", org.path, demoted.id), json!({"roles": ["admin"]})).await.is(200);
    post(&demoted, &path, "k", &body).await.problem(409, "answer_forgotten");
    // What a deleted organization's creation was answered with is gone with it.
    let made = post(&admin, "/v1/organizations", "o", &organization("acme")).await.is(201);
    admin.delete("/v1/organizations/acme?confirm=acme").await.is(204);
    let anew = post(&admin, "/v1/organizations", "o", &organization("acme")).await.is(201);
    assert_ne!(made["id"], anew["id"]);
}

/// And what is shared no longer is forgotten to those who saw it by that alone.
#[tokio::test]
async fn who_sees_a_thing_as_before_is_answered_as_before() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let path = format!("{}/inspections", field.path);
    let shared = json!({"title": "x", "team_id": field.team, "template_id": template, "shared": true});
    let id = field.made(field.owner(), "inspections", shared).await;
    let body = json!({"title": "Mine", "team_id": field.team, "template_id": template});
    let made = post(&field.full, &path, "k", &body).await.is(201);
    field.owner().post(&format!("{path}/{id}/share"), json!({"shared": false})).await.is(200);
    assert_eq!(post(&field.full, &path, "k", &body).await.is(201), made);
    assert_eq!(field.owner().get(&path).await.ids().len(), 2);
}
