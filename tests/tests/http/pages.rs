//! What the server shows beside the API, and what it says with every answer.

use reqwest::Method;
use usher_api::{DemoPerson, Settings};
use usher_tests::{Answer, Value, World, json};

async fn get(world: &World, path: &str, headers: &[(&str, &str)], method: Method) -> Answer {
    let nobody = world.nobody();
    let request = nobody.request(method, path);
    nobody.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn the_documentation_is_served_whole_and_may_be_framed_by_nobody() {
    let world = World::start().await;
    for (path, kind) in [
        ("/docs/", "text/html"),
        ("/docs/index.html", "text/html"),
        ("/docs/usher.js", "text/javascript"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
    ] {
        let answer = get(&world, path, &[], Method::GET).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with(kind), "{path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers.contains_key("x-request-id"));
    }
    get(&world, "/docs/no-such-page", &[], Method::GET).await.problem(404, "not_found");
    let home = get(&world, "/", &[], Method::GET).await;
    assert!(home.body.as_str().unwrap().contains("swagger-ui"), "the first page leads to the documentation");
}

#[tokio::test]
async fn the_contract_is_served_as_it_is_and_not_twice() {
    let world = World::start().await;
    let answer = get(&world, "/openapi.json", &[], Method::GET).await;
    let etag = answer.etag();
    assert_eq!(answer.is(200), usher_api::document());
    let same = get(&world, "/openapi.json", &[("if-none-match", &etag)], Method::GET).await;
    assert_eq!((same.status, same.body), (304, json!("")));
    get(&world, "/openapi.json", &[("if-none-match", "\"x\"")], Method::GET).await.is(200);
}

#[tokio::test]
async fn nobody_is_offered_to_sign_in_as_unless_the_operator_says_so() {
    let world = World::start().await;
    assert_eq!(get(&world, "/docs/people.json", &[], Method::GET).await.is(200), json!([]));
    let text = |text: &str| text.to_owned();
    let person = DemoPerson { label: text("Ada"), about: text("x"), email: text("a@x.de"), password: text("p") };
    let world = World::start_with(Settings { demo_people: vec![person], ..Settings::default() }).await;
    assert_eq!(get(&world, "/docs/people.json", &[], Method::GET).await.is(200)[0]["email"], "a@x.de");
}

#[tokio::test]
async fn only_origins_that_the_operator_named_may_call_from_a_browser() {
    let ours = "https://app.example.org";
    let world = World::start_with(Settings { cors_origins: vec![ours.to_owned()], ..Settings::default() }).await;
    let ask = |origin, header| {
        [("origin", origin), ("access-control-request-method", "PATCH"), ("access-control-request-headers", header)]
    };
    let answer = get(&world, "/v1/me", &ask(ours, "if-match,idempotency-key,authorization"), Method::OPTIONS).await;
    assert_eq!(answer.headers["access-control-allow-origin"], ours);
    assert_eq!(answer.status, 200);
    for question in [ask("https://evil.example", "if-match"), ask(ours, "x-secret")] {
        get(&world, "/v1/me", &question, Method::OPTIONS).await.problem(400, "cors_refused");
    }
    let answer = get(&world, "/health/live", &[("origin", ours)], Method::GET).await;
    let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap().to_lowercase();
    for name in ["etag", "location", "retry-after", "ratelimit", "allow", "content-disposition", "www-authenticate"] {
        assert!(exposed.contains(name), "{name}: {exposed}");
    }
    let answer = get(&world, "/health/live", &[("origin", "https://evil.example")], Method::GET).await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn head_is_answered_wherever_get_is_and_has_no_body() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for path in ["/health/live", "/health/ready", "/openapi.json", "/docs/", "/v1/me", &org.path] {
        let got = org.owner.get(path).await;
        let head = org.owner.send(org.owner.request(Method::HEAD, path)).await;
        assert_eq!((head.status, &head.body), (200, &Value::from("")), "{path}");
        for name in ["content-type", "etag"] {
            assert_eq!(got.headers.get(name), head.headers.get(name), "{path} {name}");
        }
    }
    let gone = org.owner.send(org.owner.request(Method::HEAD, "/v1/nothing")).await;
    assert_eq!((gone.status, gone.body), (404, json!("")));
    let login = org.owner.send(org.owner.request(Method::HEAD, "/v1/auth/login")).await;
    assert_eq!(login.status, 405);
}

#[tokio::test]
async fn every_answer_bears_the_name_of_its_request() {
    let world = World::start().await;
    let given = get(&world, "/health/live", &[("x-request-id", "abc-1")], Method::GET).await;
    assert_eq!(given.headers["x-request-id"], "abc-1");
    for bad in ["a b", "<script>", &"x".repeat(65)] {
        let answer = get(&world, "/v1/me", &[("x-request-id", bad)], Method::GET).await;
        assert_ne!(answer.headers["x-request-id"], bad);
        assert_eq!(answer.body["request_id"], answer.headers["x-request-id"].to_str().unwrap());
    }
}
