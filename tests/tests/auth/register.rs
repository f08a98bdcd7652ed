//! Registering.

use usher_tests::{PASSWORD, World, json};

#[tokio::test]
async fn an_account_registers_and_is_signed_in() {
    let world = World::start().await;
    let body = json!({"email": " Ada@Example.ORG ", "name": " Ada ", "password": PASSWORD});
    let answer = world.nobody().post("/v1/auth/register", body).await;
    assert_eq!(
        (&answer.headers["location"], &answer.headers["cache-control"]),
        (&"/v1/me".parse().unwrap(), &"no-store".parse().unwrap())
    );
    let made = answer.is(201);
    assert!(!made.to_string().contains("argon2") && !made.to_string().contains(PASSWORD), "{made}");
    assert_eq!(made["tokens"]["token_type"], "Bearer");
    let ada = world.nobody().with_token(made["tokens"]["access_token"].as_str().unwrap());
    let me = ada.get("/v1/me").await.is(200);
    assert_eq!(me, made["account"]);
    assert_eq!((&me["email"], &me["name"]), (&json!("ada@example.org"), &json!("Ada")));
    assert_eq!(ada.get("/v1/organizations").await.is(200)["items"], json!([]));
    world.sign_in("ada@example.org").await;
}

#[tokio::test]
async fn an_address_has_one_account() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    for email in [ada.email.clone(), ada.email.to_uppercase()] {
        let body = json!({"email": email, "name": "Ada", "password": PASSWORD});
        world.nobody().post("/v1/auth/register", body).await.problem(409, "email_taken");
    }
    let nobody = world.nobody();
    let register =
        || nobody.post("/v1/auth/register", json!({"email": "new@example.org", "name": "N", "password": PASSWORD}));
    let (first, second) = tokio::join!(register(), register());
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named() {
    let world = World::start().await;
    let nobody = world.nobody();
    let good = json!({"email": "ada@example.org", "name": "Ada", "password": PASSWORD});
    let cases = [
        ("/email", json!("ada"), "/email"),
        ("/email", json!("ada@localhost"), "/email"),
        ("/email", json!("a@b@c.de"), "/email"),
        ("/email", json!("ada\u{0}@example.org"), "/email"),
        ("/email", json!(format!("{}@example.org", "a".repeat(250))), "/email"),
        ("/email", json!(null), "/email"),
        ("/name", json!("   "), "/name"),
        ("/name", json!("a".repeat(121)), "/name"),
        ("/name", json!(["Ada"]), "/name"),
        ("/password", json!("elevenchars"), "/password"),
        ("/password", json!("a".repeat(201)), "/password"),
        ("/password", json!(123_456_789_012_i64), "/password"),
        ("/admin", json!(true), "/admin"),
    ];
    for (at, value, named) in cases {
        let mut body = good.clone();
        body[&at[1..]] = value;
        nobody.post("/v1/auth/register", body).await.names(422, named);
    }
    for missing in ["email", "name", "password"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().shift_remove(missing);
        nobody.post("/v1/auth/register", body).await.names(422, &format!("/{missing}"));
    }
    let answer = nobody.post("/v1/auth/register", json!({"name": 1, "password": "short", "x": 1})).await;
    let errors = answer.is(422)["errors"].as_array().unwrap().len();
    assert_eq!(errors, 4, "all faults at once");
    nobody.post("/v1/auth/login", json!({"email": "ada@example.org", "password": PASSWORD})).await.is(401);
}

#[tokio::test]
async fn white_space_around_a_password_belongs_to_it() {
    let world = World::start().await;
    let nobody = world.nobody();
    let password = "  twelve and more  ";
    nobody
        .post("/v1/auth/register", json!({"email": "a@example.org", "name": "A", "password": password}))
        .await
        .is(201);
    nobody.post("/v1/auth/login", json!({"email": "a@example.org", "password": password})).await.is(200);
    nobody.post("/v1/auth/login", json!({"email": "a@example.org", "password": password.trim()})).await.is(401);
}
