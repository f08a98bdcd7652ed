//! Bodies that cannot be read, or say what cannot be.

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use usher_tests::{Answer, Person, World, json};

async fn send(person: &Person, path: &str, kind: Option<&str>, body: impl Into<reqwest::Body>) -> Answer {
    let request = person.request(Method::POST, path).body(body);
    person
        .send(match kind {
            Some(kind) => request.header("content-type", kind),
            None => request,
        })
        .await
}

const JSON: Option<&str> = Some("application/json");

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_and_makes_nothing() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let deep = "[".repeat(100_000);
    let bodies: [(&str, &[u8]); 8] = [
        ("empty", b""),
        ("not JSON", b"name=Acme"),
        ("cut off", br#"{"name": "Acme", "#),
        ("not UTF-8", b"{\"name\": \"\xff\xfe\"}"),
        ("two values", b"{} {}"),
        ("nested too deeply", deep.as_bytes()),
        ("a lone surrogate", br#"{"name": "\ud800"}"#),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
    ];
    for path in ["/v1/organizations", "/v1/auth/login", "/v1/invitations/accept"] {
        for (case, body) in bodies {
            let answer = send(&ada, path, JSON, body.to_vec()).await;
            assert_eq!(answer.status, 400, "{case} to {path}: {}", answer.body);
        }
        let large = format!("{{\"name\": \"{}\"}}", "a".repeat(300 * 1024));
        send(&ada, path, JSON, large).await.problem(413, "body_too_large");
        for kind in
            [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/"), Some("")]
        {
            send(&ada, path, kind, "{}").await.problem(415, "unsupported_media_type");
        }
        send(&ada, path, Some("application/json; charset=utf-8"), "{}").await.is(422);
    }
    assert_eq!(ada.get("/v1/organizations").await.is(200)["items"], json!([]));
}

#[tokio::test]
async fn a_body_that_says_what_cannot_be_is_refused_by_name() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let good = json!({"name": "Acme", "slug": "acme", "access_model": "helpdesk"});
    for (field, value, place) in [
        ("name", json!("a\u{0}b"), "/name"),
        ("name", json!(7), "/name"),
        ("name", json!({"a": 1}), "/name"),
        ("slug", json!("Not A Slug"), "/slug"),
        ("slug", json!("a"), "/slug"),
        ("access_model", json!("everything"), "/access_model"),
        ("plan", json!("enterprise"), "/plan"),
        ("a\u{0}b", json!(1), "/"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        ada.post("/v1/organizations", body).await.names(422, place);
    }
    for body in [json!([]), json!("text"), json!(null), json!(1), json!([good])] {
        ada.post("/v1/organizations", body).await.is(422);
    }
    assert_eq!(ada.get("/v1/organizations").await.is(200)["items"], json!([]));
}

#[tokio::test]
async fn a_request_that_breaks_off_makes_nothing_and_hurts_nobody() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let body = json!({"name": "Acme", "slug": "acme", "access_model": "helpdesk"}).to_string();
    let host = world.base().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /v1/organizations HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nauthorization: Bearer {}\r\n\
         content-length: {}\r\n\r\n{body}",
        ada.token.as_deref().unwrap(),
        body.len() + 10
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    // The server may answer or hang up; it must not take the half for the whole.
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(ada.get("/v1/organizations").await.is(200)["items"], json!([]));
}
