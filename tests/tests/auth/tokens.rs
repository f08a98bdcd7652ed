//! Access tokens: what they hold, who can check them, and what is none.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use reqwest::{Method, header::HeaderValue};
use sqlx::Row;
use usher_tests::{Person, Value, World, json};
use uuid::Uuid;

const ISSUER: &str = "http://127.0.0.1:8080";

/// What a forger has who has read the database: the key and its name.
async fn signing_key(world: &World) -> (String, Vec<u8>) {
    let row = sqlx::query("select id, secret from signing_keys")
        .fetch_one(&mut world.owner_connection().await)
        .await
        .unwrap();
    (row.get::<Uuid, _>("id").to_string(), row.get("secret"))
}

fn ed25519(secret: &[u8]) -> EncodingKey {
    let der = [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20], secret].concat();
    EncodingKey::from_ed_der(&der)
}

fn header(kid: &str, algorithm: Algorithm) -> Header {
    Header { typ: Some("at+jwt".to_owned()), kid: Some(kid.to_owned()), ..Header::new(algorithm) }
}

fn claims(person: &Person) -> Value {
    let payload = person.token.as_deref().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn anybody_can_check_a_token_with_the_published_keys_and_it_carries_no_role() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let answer = world.nobody().get("/.well-known/jwks.json").await;
    assert!(answer.headers["cache-control"].to_str().unwrap().contains("max-age"));
    let keys = answer.is(200);
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
    assert!(key.get("d").is_none(), "no secret is published");

    let token = org.owner.token.as_deref().unwrap();
    let head = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(
        (head.alg, head.typ.as_deref(), head.kid.as_deref()),
        (Algorithm::EdDSA, Some("at+jwt"), key["kid"].as_str())
    );
    let public = DecodingKey::from_ed_components(key["x"].as_str().unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[ISSUER]);
    validation.set_issuer(&[ISSUER]);
    let claims = jsonwebtoken::decode::<Value>(token, &public, &validation).unwrap().claims;
    let mut names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "client_id", "exp", "iat", "iss", "jti", "sid", "sub"]);
    assert_eq!(claims["sub"], org.owner.id);
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 600);
}

#[tokio::test]
async fn a_token_is_good_only_as_it_was_signed() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let other = world.person("grace").await;
    let (kid, secret) = signing_key(&world).await;
    let (key, good) = (ed25519(&secret), claims(&ada));
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().shift_remove(name);
        claims
    };
    let signed = |claims: &Value| jsonwebtoken::encode(&header(&kid, Algorithm::EdDSA), claims, &key).unwrap();
    ada.with_token(&signed(&with("jti", json!(Uuid::now_v7())))).get("/v1/me").await.is(200);

    let now = jsonwebtoken::get_current_timestamp();
    let cases = [
        ("expired", signed(&with("exp", json!(now - 1))), "token_expired"),
        ("another audience", signed(&with("aud", json!("https://elsewhere.example"))), "token_invalid"),
        ("another issuer", signed(&with("iss", json!("https://elsewhere.example"))), "token_invalid"),
        ("no expiry", signed(&without("exp")), "token_invalid"),
        ("no audience", signed(&without("aud")), "token_invalid"),
        ("no issuer", signed(&without("iss")), "token_invalid"),
        ("no session", signed(&without("sid")), "token_invalid"),
        ("another account's session", signed(&with("sub", json!(other.id))), "session_ended"),
        ("no session of anybody", signed(&with("sid", json!(Uuid::now_v7()))), "session_ended"),
    ];
    for (case, token, code) in cases {
        let answer = ada.with_token(&token).get("/v1/me").await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (401, Some(code)), "{case}: {}", answer.body);
        assert_eq!(answer.headers["www-authenticate"], "Bearer error=\"invalid_token\"", "{case}");
    }
}

#[tokio::test]
async fn a_forged_token_is_none() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let (kid, secret) = signing_key(&world).await;
    let good = claims(&ada);
    let jwks = world.nobody().get("/.well-known/jwks.json").await.is(200);
    let public = jwks["keys"][0]["x"].as_str().unwrap().to_owned();
    let raw = URL_SAFE_NO_PAD.decode(&public).unwrap();
    let hmac = |secret: &[u8]| {
        let key = EncodingKey::from_secret(secret);
        jsonwebtoken::encode(&header(&kid, Algorithm::HS256), &good, &key).unwrap()
    };
    let none = |name: &str| format!("{}.{}.", part(&json!({"alg": name, "typ": "at+jwt", "kid": kid})), part(&good));
    let signed = |header: &Header, key: &EncodingKey| jsonwebtoken::encode(header, &good, key).unwrap();
    let real = ed25519(&secret);
    let token = ada.token.clone().unwrap();
    let (start, signature) = token.rsplit_once('.').unwrap();
    let another = world.person("grace").await.token.unwrap();
    let cases = [
        ("another key under our key's name", signed(&header(&kid, Algorithm::EdDSA), &ed25519(&[7; 32]))),
        ("a key that we do not know", signed(&header(&Uuid::now_v7().to_string(), Algorithm::EdDSA), &real)),
        ("no key's name", signed(&Header { kid: None, ..header(&kid, Algorithm::EdDSA) }, &real)),
        ("of another type", signed(&Header { typ: Some("JWT".to_owned()), ..header(&kid, Algorithm::EdDSA) }, &real)),
        ("alg none", none("none")),
        ("alg None", none("None")),
        ("HS256 with the public key", hmac(&raw)),
        ("HS256 with the public key as text", hmac(public.as_bytes())),
        ("no signature", format!("{start}.")),
        ("cut off", token[..token.len() - 4].to_owned()),
        ("another's signature", format!("{start}.{}", another.rsplit_once('.').unwrap().1)),
        (
            "other claims under the signature",
            format!("{}.{}.{signature}", start.split('.').next().unwrap(), part(&json!({"sub": ada.id}))),
        ),
    ];
    for (case, forged) in cases {
        let answer = ada.with_token(&forged).get("/v1/me").await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (401, Some("token_invalid")),
            "{case}: {}",
            answer.body
        );
    }
    ada.get("/v1/me").await.is(200);
}

#[tokio::test]
async fn two_tokens_in_one_request_are_none() {
    let world = World::start().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    let request =
        ada.request(Method::GET, "/v1/me").header("authorization", format!("Bearer {}", grace.token.unwrap()));
    ada.send(request).await.problem(401, "token_invalid");
}

#[tokio::test]
async fn garbage_for_authorization_is_401() {
    let world = World::start().await;
    let nobody = world.nobody();
    nobody.get("/v1/me").await.problem(401, "token_missing");
    let token = world.person("ada").await.token.unwrap();
    let cases: [&[u8]; 9] = [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer a.b.c",
        b"Basic YTpi",
        b"Bearer \xff\xfe",
        b"bearer..",
        b"Bearer null",
        b"Token x",
    ];
    for garbage in cases {
        let request =
            nobody.request(Method::GET, "/v1/me").header("authorization", HeaderValue::from_bytes(garbage).unwrap());
        nobody.send(request).await.problem(401, "token_invalid");
    }
    // The scheme's case does not matter (RFC 9110), the rest does.
    for (value, status) in [(format!("bearer {token}"), 200), (format!("Basic {token}"), 401), (token.clone(), 401)] {
        let request = nobody.request(Method::GET, "/v1/me").header("authorization", value);
        nobody.send(request).await.is(status);
    }
}
