//! Addresses, methods and query parameters that there are not.

use reqwest::Method;
use usher_tests::World;

#[tokio::test]
async fn an_address_that_there_is_not_is_404_and_a_method_that_it_does_not_know_405() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for path in ["/v1", "/v1/nothing", "/v2/me", "/v1/me/", "/v1//me", "/v1/organizations/a/b/c/d/e"] {
        org.owner.get(path).await.problem(404, "not_found");
        world.nobody().post_empty(path).await.problem(404, "not_found");
    }
    let organization = format!("/v1/organizations/{}", org.slug);
    for (method, path, allowed) in [
        (Method::DELETE, "/v1/me", "GET, HEAD, PATCH"),
        (Method::POST, organization.as_str(), "GET, HEAD, PATCH, DELETE"),
        (Method::PUT, "/v1/organizations", "GET, HEAD, POST"),
        (Method::GET, "/v1/auth/login", "POST"),
        (Method::POST, "/health/live", "GET, HEAD"),
        (Method::POST, "/docs/permissions", "GET, HEAD"),
        (Method::DELETE, "/docs/usher.js", "GET, HEAD"),
        (Method::POST, "/openapi.json", "GET, HEAD"),
        (Method::TRACE, "/v1/me", "GET, HEAD, PATCH"),
        (Method::OPTIONS, "/v1/me", "GET, HEAD, PATCH"),
        (Method::from_bytes(b"BREW").unwrap(), "/v1/me", "GET, HEAD, PATCH"),
    ] {
        let answer = org.owner.send(org.owner.request(method, path)).await;
        let told = answer.headers.get("allow").map(|allow| allow.to_str().unwrap().to_owned());
        answer.problem(405, "method_not_allowed");
        assert_eq!(told.as_deref(), Some(allowed), "{path}");
    }
}

#[tokio::test]
async fn a_query_parameter_that_there_is_not_is_400() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for (query, named) in [
        ("colour=red", "colour"),
        ("limit=2&limit=3", "limit"),
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("state=%00", "state"),
    ] {
        org.owner.get(&format!("{}/invitations?{query}", org.path)).await.names(400, named);
    }
    org.owner.delete(&format!("{}?confirmed=yes", org.path)).await.names(400, "confirmed");
    for path in
        ["/v1/organizations/%00", "/v1/organizations/%ff%fe", "/v1/organizations/a%2fb", "/v1/organizations/A B"]
    {
        let answer = org.owner.get(path).await;
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
}
