//! Bodies that cannot be read, or say what cannot be.

use std::time::Duration;

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use usher_api::Settings;
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
        // The last but one is what a page of another origin may send without asking first.
        let unknown = [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; json",
            "application/",
        ];
        for kind in unknown.into_iter().map(Some).chain([None, Some("")]) {
            send(&ada, path, kind, "{}").await.problem(415, "unsupported_media_type");
        }
        for kind in ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"] {
            send(&ada, path, Some(kind), "{}").await.is(422);
        }
        // A small one could become a large one, so it is not unpacked at all.
        for encoding in ["gzip", "br", "deflate", "zstd"] {
            let request = ada.request(Method::POST, path).header("content-type", "application/json");
            let answer = ada.send(request.header("content-encoding", encoding).body("{}")).await;
            answer.problem(415, "unsupported_media_type");
        }
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

#[tokio::test]
async fn every_fault_is_named_at_its_place_and_in_plain_words() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let owner = &org.owner;
    let (tickets, teams) = (format!("{}/desk/tickets", org.path), format!("{}/teams", org.path));
    let ticket = owner.post(&tickets, json!({"subject": "x"})).await.is(201)["number"].to_string();
    let ticket = format!("{tickets}/{ticket}");
    // Several at once, formats and blank texts among them.
    let body = json!({"subject": " ", "team_id": "x", "requester": {"phone": "1", "email": "a..b@x.de", "name": ""}, "answers": 1});
    let problem = owner.post(&tickets, body).await.is(422);
    let named: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    for place in ["/subject", "/team_id", "/requester/phone", "/requester/email", "/requester/name", "/answers"] {
        assert!(named.contains(&place), "{place}: {problem:#}");
    }
    for (method, path, body, place) in [
        ("PATCH", "/v1/me", json!({"name": ""}), "/name"),
        ("PATCH", "/v1/me", json!({"name": null}), "/name"),
        ("PATCH", "/v1/me", json!({"a/b~c": 1}), "/a~1b~0c"),
        ("PATCH", &org.path, json!({"name": null}), "/name"),
        ("PATCH", &org.path, json!({"permissions_model": null}), "/permissions_model"),
        ("PATCH", &ticket, json!({"requester": {"email": 1}}), "/requester/email"),
        ("POST", &format!("{ticket}/merge"), json!({"into": "x"}), "/into"),
        ("POST", &format!("{ticket}/merge"), json!({"into": true}), "/into"),
        ("POST", &format!("{ticket}/assign"), json!({"assignee_id": 1}), "/assignee_id"),
        ("POST", &teams, json!({"name": "x", "website_ids": ["x"]}), "/website_ids/0"),
    ] {
        let problem = owner.send(owner.request(method.parse().unwrap(), path).json(&body)).await.names(422, place);
        let text = problem.to_string();
        for jargon in ["oneOf", "anyOf", "schema", "untagged", "variant", "keyword"] {
            assert!(!text.contains(jargon), "{method} {path}: {problem:#}");
        }
    }
    for (path, fields) in [
        (org.path.clone(), ["name", "permissions_model"].as_slice()),
        (format!("{}/desk/queues/{}", org.path, world.queue(&org, "Mine").await), &["name", "description"]),
        (
            format!("{}/desk/templates/{}", org.path, world.template(&org, "Mine").await),
            &["name", "description", "questions", "team_ids"],
        ),
        (
            format!("{teams}/{}", world.team(&org, "Mine").await),
            &["name", "description", "website_ids", "template_ids"],
        ),
    ] {
        for field in fields {
            // A queue of this model is seen by nobody.
            let answer = owner.patch_if(&path, "*", json!({*field: null})).await;
            assert!(answer.status == 422 || path.contains("queues"), "{path} {field}: {:#}", answer.body);
        }
    }
}

#[tokio::test]
async fn an_answer_to_a_small_body_is_small_and_a_field_stands_once() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    let fields: String = (0..20_000).map(|n| format!("\"a{n}\": 0,")).collect();
    let long = format!("{{\"{}\": 0}}", "a".repeat(200_000));
    let nested = format!("{{\"name\": [{}0]}}", "\"\\u0000\",".repeat(20_000));
    for body in [format!("{{{fields} \"a\": 0}}"), long, nested] {
        for person in [&ada, &world.nobody()] {
            let path = if person.token.is_some() { "/v1/organizations" } else { "/v1/auth/login" };
            let problem = send(person, path, JSON, body.clone()).await.is(422);
            assert!(problem.to_string().len() < 12_000, "{}", problem.to_string().len());
            assert!(problem["errors"].as_array().unwrap().len() <= 50);
        }
    }
    let twice = r#"{"name": "Acme", "slug": "acme", "access_model": "helpdesk", "name": "Other"}"#;
    let problem = send(&ada, "/v1/organizations", JSON, twice).await.problem(400, "malformed_request");
    assert_eq!(problem["errors"][0]["code"], "duplicate_field");
}

#[tokio::test]
async fn a_body_that_trickles_is_not_waited_for() {
    let settings = Settings { body_timeout: Duration::from_millis(200), ..Settings::default() };
    let world = World::start_with(settings).await;
    let host = world.base().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /v1/auth/login HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 408");
}
