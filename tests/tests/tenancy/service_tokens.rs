//! Service tokens: members that are no people, with roles given by the same rules.

use reqwest::Method;
use usher_tests::{PASSWORD, Value, World, json};

use super::{issued, service_token};

#[tokio::test]
async fn a_service_is_a_member_with_roles_that_acts_with_its_token_alone() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/service-tokens", org.path);
    let (id, service) = service_token(&org, &org.owner, &["admin"], None).await;
    let shown = org.owner.get(&format!("{path}/{id}")).await.is(200);
    assert_eq!((&shown["roles"], &shown["member_id"]), (&json!(["admin"]), &json!(service.id)));
    assert_eq!((&shown["name"], &shown["created_by"]), (&json!("Shop"), &json!(org.owner.id)));
    assert_eq!(shown.get("token"), None);
    let listed = org.owner.get(&format!("{path}?include=total")).await.is(200);
    assert_eq!((&listed["total"], &listed["items"]), (&json!(1), &json!([shown])));

    // What it does is its own, as it is any member's.
    let team = service.post(&format!("{}/teams", org.path), json!({"name": "Support"})).await.is(201);
    let body = json!({"subject": "From the shop", "team_id": team["id"]});
    let ticket = service.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
    assert_eq!(ticket["created_by"], service.id.as_str());
    let members = format!("{}/members", org.path);
    let member = org.owner.get(&format!("{members}/{}", service.id)).await.is(200);
    assert_eq!(
        (&member["kind"], &member["name"], &member["state"]),
        (&json!("service"), &json!("Shop"), &json!("active"))
    );
    for (kind, id) in [("service", &service.id), ("person", &org.owner.id)] {
        assert_eq!(org.owner.get(&format!("{members}?kind={kind}")).await.ids(), [id.as_str()]);
    }
    let file = org.owner.get(&format!("{members}/export?kind=service")).await.is(200);
    assert_eq!(file.as_str().unwrap().lines().count(), 2, "{file}");

    // Its roles are changed as those of anybody, and hold from its next request on.
    org.owner.patch(&format!("{members}/{}", service.id), json!({"roles": ["member"]})).await.is(200);
    service.post(&format!("{}/teams", org.path), json!({"name": "Sales"})).await.problem(403, "forbidden");
    service.get("/v1/me").await.problem(403, "token_of_organization");
    let personal = service.post(&format!("{}/personal-tokens", org.path), json!({"name": "Own"})).await;
    personal.problem(403, "forbidden");
}

#[tokio::test]
async fn a_service_never_signs_in_is_never_invited_and_gets_no_mail() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, service) = service_token(&org, &org.owner, &["member"], None).await;
    let member = org.owner.get(&format!("{}/members/{}", org.path, service.id)).await.is(200);
    let email = member["email"].as_str().unwrap();
    assert_eq!(email, format!("{}@service.invalid", service.id));
    for password in ["", "!", PASSWORD] {
        let answer = world.nobody().post("/v1/auth/login", json!({"email": email, "password": password})).await;
        assert!([401, 422].contains(&answer.status), "{}", answer.body);
    }
    let register = json!({"email": email, "name": "Me", "password": PASSWORD});
    world.nobody().post("/v1/auth/register", register).await.names(422, "/email");
    for org in [&org, &world.organization("helpdesk").await] {
        let invitation = json!({"email": email, "role": "member"});
        org.owner.post(&format!("{}/invitations", org.path), invitation).await.names(422, "/email");
    }
    let (team, tickets) = (world.team(&org, "Support").await, format!("{}/desk/tickets", org.path));
    let set = format!("{}/teams/{team}/members/{}", org.path, service.id);
    org.owner.put(&set, json!({"role": "member"})).await.is(201);
    let ticket = org.owner.post(&tickets, json!({"subject": "Hello", "team_id": team})).await.is(201);
    let participants = format!("{tickets}/{}/participants/{}", ticket["id"].as_str().unwrap(), service.id);
    let answer = org.owner.send(org.owner.request(Method::PUT, &participants)).await;
    assert!([200, 201, 204].contains(&answer.status), "{} {:#}", answer.request, answer.body);
    assert_eq!(world.look("select count(*) from outgoing_mail").await.as_deref(), Some("0"));
    assert_eq!(service.get(&tickets).await.ids().len(), 1);
    // Nor has one personal tokens.
    let (_, service) = service_token(&org, &org.owner, &["member"], Some(&["personal_token.manage"])).await;
    let own = json!({"name": "Own", "scopes": ["personal_token.manage"]});
    service.post(&format!("{}/personal-tokens", org.path), own).await.problem(409, "not_for_services");
}

#[tokio::test]
async fn nobody_gives_a_service_what_they_could_not_give_a_person() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/service-tokens", org.path);
    for role in ["admin", "member"] {
        let person = world.member(&org, role).await;
        let body = json!({"name": "Mine", "roles": ["member"]});
        let problem = person.post(&path, body).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "service_token.manage");
    }
    let make = async |roles: Value| org.owner.post(&path, json!({"name": "x", "roles": roles})).await;
    make(json!(["no_such"])).await.names(422, "/roles/0");
    make(json!([])).await.names(422, "/roles");
    make(json!(["member", "admin"])).await.names(422, "/roles");
    // In `field` an admin manages service tokens, and gives, renews and ends no more than a member of theirs.
    let org = world.organization("field").await;
    let path = format!("{}/service-tokens", org.path);
    let admin = world.member(&org, "admin").await;
    // Where there is one owner, who is never given the role, that is no service.
    let owner = json!({"name": "x", "roles": ["owner"]});
    org.owner.post(&path, owner).await.problem(403, "role_out_of_reach");
    let body = json!({"name": "High", "roles": ["super_admin"]});
    admin.post(&path, body.clone()).await.problem(403, "role_out_of_reach");
    let (high, _) = issued(&org.owner, org.owner.post(&path, body).await.is(201));
    admin.post(&format!("{path}/{high}/rotate"), json!({})).await.problem(403, "role_out_of_reach");
    admin.delete(&format!("{path}/{high}")).await.problem(403, "role_out_of_reach");
    let (low, _) = issued(&admin, admin.post(&path, json!({"name": "Low", "roles": ["member"]})).await.is(201));
    admin.post(&format!("{path}/{low}/rotate"), json!({})).await.is(200);
    // Who renews a secret has it from then on.
    let of = async || org.owner.get(&format!("{path}/{low}")).await.is(200)["created_by"].clone();
    assert_eq!(of().await, admin.id.as_str());
    org.owner.post(&format!("{path}/{low}/rotate"), json!({})).await.is(200);
    assert_eq!(of().await, org.owner.id.as_str());
    admin.delete(&format!("{path}/{low}")).await.is(204);
}

#[tokio::test]
async fn a_rotated_token_is_good_by_its_new_secret_alone() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (id, old) = service_token(&org, &org.owner, &["member"], None).await;
    let path = format!("{}/service-tokens/{id}", org.path);
    let etag = org.owner.get(&path).await.etag();
    let rotate = async |etag: &str| {
        let request = org.owner.request(Method::POST, &format!("{path}/rotate")).header("if-match", etag);
        org.owner.send(request.json(&json!({"expires_at": "2099-01-01T00:00:00Z"}))).await
    };
    let rotated = rotate(&etag).await.is(200);
    rotate(&etag).await.problem(412, "stale");
    let (same, new) = issued(&org.owner, rotated);
    assert_eq!((same, &new.id), (id.clone(), &old.id));
    old.get(&org.path).await.problem(401, "token_ended");
    new.get(&org.path).await.is(200);
    assert_eq!(org.owner.get(&path).await.is(200)["expires_at"], "2099-01-01T00:00:00Z");
    org.owner
        .post(&format!("{path}/rotate"), json!({"expires_at": "2001-01-01T00:00:00Z"}))
        .await
        .names(422, "/expires_at");
    // One that may renew its own does, and gets no more than it has.
    let scopes = Some(&["service_token.manage", "organization.view"][..]);
    let (id, service) = service_token(&org, &org.owner, &["admin"], scopes).await;
    let itself = format!("{}/service-tokens/{id}/rotate", org.path);
    service.post(&itself, json!({})).await.problem(403, "forbidden");
    let org = world.organization("field").await;
    let (id, service) = service_token(&org, &org.owner, &["admin"], scopes).await;
    let renewed = service.post(&format!("{}/service-tokens/{id}/rotate", org.path), json!({})).await.is(200);
    assert_eq!(renewed["created_by"], org.owner.id.as_str());
    let (_, renewed) = issued(&service, renewed);
    renewed.get(&org.path).await.is(200);
    service.get(&org.path).await.problem(401, "token_ended");
}

/// Another secret is no longer life.
#[tokio::test]
async fn a_rotated_token_ends_when_it_did_unless_the_body_says_otherwise() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/service-tokens", org.path);
    let [first, later] = ["2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"];
    let body = json!({"name": "Shop", "roles": ["member"], "expires_at": first});
    let (id, mut service) = issued(&org.owner, org.owner.post(&path, body).await.is(201));
    let path = format!("{path}/{id}");
    for (body, end) in [
        (json!({}), json!(first)),
        (json!({"expires_at": later}), json!(later)),
        (json!({}), json!(later)),
        (json!({"expires_at": null}), Value::Null),
        (json!({}), Value::Null),
    ] {
        service.get(&org.path).await.is(200);
        let rotated = org.owner.post(&format!("{path}/rotate"), body.clone()).await.is(200);
        assert_eq!((&rotated["expires_at"], &rotated["last_used_at"]), (&end, &Value::Null), "{body}");
        assert_eq!(org.owner.get(&path).await.is(200)["expires_at"], end, "{body}");
        (_, service) = issued(&org.owner, rotated);
    }
    // One that has run out ends in the past: another end has to be named.
    world.arrange("update api_tokens set expires_at = now() - interval '1 day'").await;
    let problem = org.owner.post(&format!("{path}/rotate"), json!({})).await.names(422, "/expires_at");
    let fault = &problem["errors"][0];
    assert_eq!(fault["code"], "in_the_past");
    assert!(fault["detail"].as_str().unwrap().contains("name an end for the new secret, or `null`"), "{fault}");
    let past = json!({"expires_at": "2001-01-01T00:00:00Z"});
    let problem = org.owner.post(&format!("{path}/rotate"), past).await.names(422, "/expires_at");
    assert_eq!(problem["errors"][0]["detail"], "A token ends in the future.");
    org.owner.post(&format!("{path}/rotate"), json!({"expires_at": later})).await.is(200);
}

#[tokio::test]
async fn with_its_token_a_service_ends_and_with_its_membership_the_token() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let tokens = format!("{}/service-tokens", org.path);
    let (id, service) = service_token(&org, &org.owner, &["admin"], None).await;
    let ticket = service.post(&format!("{}/desk/tickets", org.path), json!({"subject": "Mine"})).await.is(201);
    org.owner.delete(&format!("{tokens}/{id}")).await.is(204);
    service.get(&org.path).await.problem(401, "token_ended");
    org.owner.delete(&format!("{tokens}/{id}")).await.problem(404, "not_found");
    org.owner.get(&format!("{}/members/{}", org.path, service.id)).await.problem(404, "not_found");
    // What it did stays, with its name.
    let path = format!("{}/desk/tickets/{}", org.path, ticket["id"].as_str().unwrap());
    assert_eq!(org.owner.get(&path).await.is(200)["created_by"], service.id.as_str());

    let (id, service) = service_token(&org, &org.owner, &["member"], None).await;
    org.owner.delete(&format!("{}/members/{}", org.path, service.id)).await.is(204);
    service.get(&org.path).await.problem(401, "token_ended");
    org.owner.get(&format!("{tokens}/{id}")).await.problem(404, "not_found");
    let (_, service) = service_token(&org, &org.owner, &["member"], None).await;
    service.post_empty(&format!("{}/leave", org.path)).await.is(204);
    service.get(&org.path).await.problem(401, "token_ended");
    assert!(org.owner.get(&tokens).await.ids().is_empty());
}

#[tokio::test]
async fn a_service_of_an_organization_that_is_deleted_leaves_nothing() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, service) = service_token(&org, &org.owner, &["admin"], None).await;
    let (ended, _) = service_token(&org, &org.owner, &["member"], None).await;
    org.owner.delete(&format!("{}/service-tokens/{ended}", org.path)).await.is(204);
    org.owner.delete(&format!("{}?confirm={}", org.path, org.slug)).await.is(204);
    service.get(&org.path).await.problem(401, "token_ended");
    let services = "select count(*) from accounts where service_of is not null or email like '%@service.invalid'";
    assert_eq!(world.look(services).await.as_deref(), Some("0"));
    assert_eq!(world.look("select count(*) from api_tokens").await.as_deref(), Some("0"));
}

/// A role that somebody must hold is somebody's who is a person.
#[tokio::test]
async fn vk_65_a_service_is_not_the_last_who_holds_a_role() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (_, service) = service_token(&org, &org.owner, &["admin"], None).await;
    service.get(&org.path).await.is(200);
    org.owner.post_empty(&format!("{}/leave", org.path)).await.problem(409, "last_holder");
    let itself = format!("{}/members/{}", org.path, org.owner.id);
    org.owner.patch(&itself, json!({"roles": ["staff"]})).await.problem(409, "last_holder");
    world.member(&org, "admin").await;
    org.owner.patch(&itself, json!({"roles": ["staff"]})).await.is(200);
}

/// Nobody passes for a service.
#[tokio::test]
async fn nobody_registers_with_an_address_of_services() {
    let world = World::start().await;
    let body = json!({"email": "x@service.invalid", "name": "X", "password": "a long enough password"});
    world.nobody().post("/v1/auth/register", body).await.names(422, "/email");
}
