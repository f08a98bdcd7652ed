//! What a request is refused with, in words for people: no parser's, each fault once, and with what was meant.

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use usher_tests::{Value, World, json};

/// Words of the libraries that read requests.
const JARGON: [&str; 18] = [
    "UUID parsing",
    "unknown variant",
    "premature end",
    "trailing input",
    "invalid digit",
    "provided string",
    "expected value",
    "EOF while",
    "at line",
    "invalid type",
    "invalid length",
    "1 characters",
    "1 items",
    "format `",
    "[\"",
    "found at",
    "input contains",
    "key must be",
];

fn assert_plain(problem: &Value) {
    let text = problem.to_string().replace("\\\"", "\"");
    for jargon in JARGON {
        assert!(!text.contains(jargon), "{jargon}: {problem:#}");
    }
    for error in problem["errors"].as_array().unwrap() {
        let detail = error["detail"].as_str().unwrap();
        assert!(detail.ends_with(['.', '?']), "{detail}");
        assert!(detail.starts_with(|c: char| c.is_uppercase() || c == '`'), "{detail}");
    }
}

#[tokio::test]
async fn a_parameter_that_cannot_be_read_says_what_is_expected() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for (path, parameter, words) in [
        ("/teams/x", "team", "an id (a UUID), such as"),
        ("/members/123", "member", "an id (a UUID), such as"),
        ("/invitations/x", "invitation", "an id (a UUID), such as"),
        ("/desk/tickets/x", "ticket", "neither an id nor a number"),
        ("/teams?limit=x", "limit", "a whole number from 1 to 100"),
        ("/teams?limit=-1", "limit", "a whole number from 1 to 100"),
        ("/teams?limit=99999999999999", "limit", "a whole number from 1 to 100"),
        ("/teams?limit=0", "limit", "1 to 100"),
        ("/teams?sort=size", "sort", "one of `name`, `-name`, `created_at`, `-created_at`"),
        ("/invitations?state=lost", "state", "one of `pending`, `accepted`"),
        ("/desk/tickets?team=x", "team", "an id (a UUID), such as"),
        ("/desk/tickets?unassigned=yes", "unassigned", "`true` or `false`"),
        ("/desk/tickets?updated_since=2026", "updated_since", "a time, such as `2026-02-28T09:00:00Z`"),
        ("/desk/tickets?updated_since=2026-13-01T00:00:00Z", "updated_since", "a time, such as"),
        ("/desk/tickets?requester=ada", "requester", "is not an e-mail address"),
        ("/desk/tickets?q=", "q", "needs at least 1 character."),
    ] {
        let problem = org.owner.get(&format!("{}{path}", org.path)).await.names(400, parameter);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{path}: {problem:#}");
        assert_plain(&problem);
    }
    let problem = org.owner.get("/v1/organizations/-/teams").await.names(400, "organization");
    assert!(problem["detail"].as_str().unwrap().contains("neither an id nor a slug"), "{problem:#}");
}

#[tokio::test]
async fn a_body_that_is_no_json_says_where_and_in_plain_words() {
    let world = World::start().await;
    let ada = world.person("ada").await;
    for (body, words) in [
        ("", "The body is empty"),
        (" \n", "The body is empty"),
        ("{\"name\": ", "it ends too early"),
        ("{\"name\":\n  nonsense}", "from line 2, column"),
        ("{} {}", "from line 1, column 4"),
    ] {
        let request = ada.request(Method::POST, "/v1/organizations").header("content-type", "application/json");
        let problem = ada.send(request.body(body)).await.is(400);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{body:?}: {problem:#}");
        assert_plain(&problem);
    }
}

#[tokio::test]
async fn a_field_has_one_fault_the_most_telling() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (organizations, teams) = ("/v1/organizations".to_owned(), format!("{}/teams", org.path));
    let tickets = format!("{}/desk/tickets", org.path);
    let invitations = format!("{}/invitations", org.path);
    let good = json!({"name": "Acme", "slug": "acme", "access_model": "helpdesk"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (path, body, place, code, words) in [
        (&organizations, with("name", json!("")), "/name", "too_short", "It needs at least 1 character."),
        (&organizations, with("name", json!(" ")), "/name", "blank", "It is blank."),
        (&organizations, with("name", json!(7)), "/name", "type", "It must be a string."),
        (&organizations, with("name", json!("a\u{0}")), "/name", "nul", "Contains the NUL character."),
        (&organizations, with("slug", json!("A")), "/slug", "too_short", "It needs at least 2 characters."),
        (&organizations, with("slug", json!("A b")), "/slug", "pattern", "It must be lower-case letters, digits"),
        (
            &organizations,
            with("access_model", json!("all")),
            "/access_model",
            "unknown_value",
            "It must be one of `helpdesk`, `queues`",
        ),
        (&invitations, json!({"email": "", "role": "member"}), "/email", "format", "It must be an e-mail address"),
        (&teams, json!({"name": "x", "website_ids": ["x"]}), "/website_ids/0", "format", "It must be an id (a UUID)"),
        (&tickets, json!({"subject": "x", "team_id": "x"}), "/team_id", "format", "It must be an id (a UUID)"),
        (&tickets, json!({"subject": "x\ny"}), "/subject", "invalid", "Contains a line break"),
    ] {
        let problem = org.owner.post(path, body).await.names(422, place);
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!((errors.len(), errors[0]["code"].as_str()), (1, Some(code)), "{place}: {problem:#}");
        assert!(errors[0]["detail"].as_str().unwrap().starts_with(words), "{problem:#}");
        assert_plain(&problem);
    }
}

#[tokio::test]
async fn what_is_not_known_says_what_is_and_what_was_perhaps_meant() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let tickets = format!("{}/desk/tickets", org.path);
    for (body, place, words) in [
        (json!({"subject": "x", "descripton": "y"}), "/descripton", "Did you mean `description`?"),
        (json!({"subject": "x", "teamId": "y"}), "/teamId", "Did you mean `team_id`?"),
        (json!({"subject": "x", "requester": {"mail": "y"}}), "/requester/mail", "Did you mean `email`?"),
        (json!({"subject": "x", "requester": {"phone": "y"}}), "/requester/phone", "There is: `name`, `email`."),
        (json!({"subject": "x", "colour": "y"}), "/colour", "`queue_id`"),
    ] {
        let problem = org.owner.post(&tickets, body).await.names(422, place);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{words}: {problem:#}");
        assert_eq!(words.contains("Did you"), problem.to_string().contains("Did you"), "{problem:#}");
    }
    for (query, parameter, words) in [
        ("statsu=open", "statsu", "Did you mean `status`?"),
        ("withoutTeam=true", "withoutTeam", "Did you mean `without_team`?"),
        ("colour=red", "colour", "There is: `status`, `priority`"),
    ] {
        let problem = org.owner.get(&format!("{tickets}?{query}")).await.names(400, parameter);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{words}: {problem:#}");
    }
    let problem = org.owner.get(&format!("{}?include=permissions", org.path)).await.names(400, "include");
    assert!(problem["detail"].as_str().unwrap().ends_with("here, and no other."), "{problem:#}");
    let long = org.owner.get(&format!("{tickets}?{}=1", "a".repeat(5000))).await.is(400);
    assert!(long.to_string().len() < 1500, "{long:#}");
}

#[tokio::test]
async fn an_operation_without_a_body_takes_none() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let ticket = org.owner.post(&format!("{}/desk/tickets", org.path), json!({"subject": "x"})).await.is(201);
    let clone = format!("{}/desk/tickets/{}/clone", org.path, ticket["number"]);
    for (method, path) in [
        (Method::POST, clone.as_str()),
        (Method::POST, "/v1/auth/logout"),
        (Method::GET, "/v1/me"),
        (Method::DELETE, &format!("{}?confirm={}", org.path, org.slug)),
        (Method::GET, "/health/live"),
    ] {
        for body in ["{\"subject\": \"y\"}", "{}", "x"] {
            let request = org.owner.request(method.clone(), path).header("content-type", "application/json");
            let problem = org.owner.send(request.body(body)).await.problem(400, "malformed_request");
            assert_eq!(problem["errors"][0]["code"], "unexpected_body", "{method} {path}");
        }
    }
    let request = org.owner.request(Method::POST, &clone).header("content-length", "0");
    org.owner.send(request).await.is(201);
    org.owner.post_empty(&clone).await.is(201);
    // One whose length is not known beforehand.
    let host = world.base().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let token = org.owner.token.as_deref().unwrap();
    let head = format!("POST {clone} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n");
    let rest = "transfer-encoding: chunked\r\nconnection: close\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    stream.write_all(format!("{head}{rest}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("unexpected_body"), "{answer}");
    world.nobody().post(&clone, json!({})).await.problem(401, "token_missing");
}
