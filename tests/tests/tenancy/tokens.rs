//! Personal tokens: shown once, good in one organization, for as long and as far as the member who made them.

use reqwest::Method;
use usher_tests::{Answer, Person, Value, World, json};

use super::personal_token;

/// Every text and every byte of the database, table by table.
async fn dump(world: &World) -> String {
    let tables = world.look(
        "select string_agg(relname, ',') from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
    );
    let mut all = String::new();
    for table in tables.await.unwrap().split(',') {
        let rows = world.look(&format!("select string_agg(to_jsonb(t)::text, ' ') from {table} t")).await;
        all += &rows.unwrap_or_default();
        if table == "idempotency_keys" {
            let bodies = world.look("select string_agg(encode(body, 'escape'), ' ') from idempotency_keys").await;
            all += &bodies.unwrap_or_default();
        }
    }
    all
}

#[tokio::test]
async fn a_token_is_shown_once_and_stored_nowhere() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/personal-tokens", org.path);
    let body =
        json!({"name": "Script", "scopes": ["ticket.view", "organization.view"], "expires_at": "2099-01-01T00:00:00Z"});
    let ask = async || {
        let request = org.owner.request(Method::POST, &path).header("idempotency-key", "once");
        org.owner.send(request.json(&body)).await
    };
    let made = ask().await.is(201);
    let token = made["token"].as_str().unwrap();
    assert!(token.len() == 120 && token.starts_with("ush_"), "{token}");
    for field in ["name", "scopes", "expires_at"] {
        assert_eq!(made[field], body[field]);
    }
    // The same request again makes no second token, and is not told the first.
    let again = ask().await;
    assert!(again.headers["location"].to_str().unwrap().ends_with(made["id"].as_str().unwrap()));
    let again = again.is(201);
    assert_eq!((&again["id"], &again["token"]), (&made["id"], &Value::Null));

    let used = org.owner.with_token(token);
    assert_eq!(used.get(&org.path).await.is(200)["id"], org.id.as_str());
    let list = org.owner.get(&format!("{path}?include=total")).await.is(200);
    assert_eq!((&list["total"], list["items"].as_array().unwrap().len()), (&json!(1), 1));
    assert_eq!(list["items"][0]["id"], made["id"]);
    let secret = &token["ush_".len() + 66..token.len() - 6];
    for text in [list.to_string(), dump(&world).await] {
        assert!(text.contains("Script") && !text.contains("ush_") && !text.contains(secret), "{text}");
    }
    assert_eq!(world.look("select count(*) from idempotency_keys").await.as_deref(), Some("1"));
    // That it was used is noted, in its own time.
    let used = "select last_used_at is not null from api_tokens";
    while world.look(used).await.as_deref() != Some("true") {
        tokio::task::yield_now().await;
    }
    assert_ne!(org.owner.get(&path).await.is(200)["items"][0]["last_used_at"], Value::Null);
}

/// A 401 that says that it is the token.
#[track_caller]
pub(super) fn refused(answer: Answer, code: &str) {
    assert_eq!(answer.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
    answer.problem(401, code);
}

#[tokio::test]
async fn a_token_acts_in_its_one_organization_and_nowhere_else() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, bearer) = personal_token(&org, &org.owner, None).await;
    bearer.get(&org.path).await.is(200);
    bearer.get(&format!("/v1/organizations/{}", org.slug)).await.is(200);
    bearer.post(&format!("{}/teams", org.path), json!({"name": "Ours"})).await.is(201);
    // Another organization of the same person, as if they were in none.
    let body = json!({"name": "Other", "slug": format!("{}b", org.slug), "access_model": "helpdesk"});
    let other = org.owner.post("/v1/organizations", body).await.is(201);
    let theirs = world.organization("helpdesk").await;
    let (other, never) = (other["id"].as_str().unwrap().to_owned(), uuid::Uuid::now_v7().to_string());
    for name in [other.clone(), format!("{}b", org.slug), theirs.id, theirs.slug, never, "no-such".to_owned()] {
        let path = format!("/v1/organizations/{name}");
        bearer.get(&path).await.problem(404, "not_found");
        bearer.get(&format!("{path}/teams")).await.problem(404, "not_found");
        bearer.post(&format!("{path}/teams"), json!({"name": "Theirs"})).await.problem(404, "not_found");
        bearer.patch(&path, json!({"name": "Theirs"})).await.problem(404, "not_found");
    }
    for (method, path) in
        [(Method::GET, "/v1/me"), (Method::GET, "/v1/organizations"), (Method::POST, "/v1/auth/logout")]
    {
        bearer.send(bearer.request(method, path)).await.problem(403, "token_of_organization");
    }
    let body = json!({"name": "Mine", "slug": "mine", "access_model": "helpdesk"});
    bearer.post("/v1/organizations", body).await.problem(403, "token_of_organization");
}

#[tokio::test]
async fn vk_67_a_token_ends_with_the_membership_and_follows_what_becomes_of_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "admin").await;
    let (_, bearer) = personal_token(&org, &member, None).await;
    let (teams, itself) = (format!("{}/teams", org.path), format!("{}/members/{}", org.path, member.id));
    bearer.post(&teams, json!({"name": "One"})).await.is(201);
    // A role that is taken is taken from the next request on.
    org.owner.patch(&itself, json!({"roles": ["member"]})).await.is(200);
    bearer.post(&teams, json!({"name": "Two"})).await.problem(403, "forbidden");
    for state in ["blocked", "deactivated"] {
        world.arrange(&format!("update members set state = '{state}' where id = '{}'", member.id)).await;
        bearer.get(&org.path).await.problem(404, "not_found");
        bearer.get("/v1/me").await.problem(403, "token_of_organization");
    }
    world.arrange(&format!("update members set state = 'active' where id = '{}'", member.id)).await;
    bearer.get(&org.path).await.is(200);
    org.owner.delete(&itself).await.is(204);
    refused(bearer.get(&org.path).await, "token_ended");
    refused(bearer.post(&teams, json!({"name": "Three"})).await, "token_ended");
    assert_eq!(world.look("select count(*) from api_tokens").await.as_deref(), Some("0"));
    // Who comes back has no token that they had.
    world.join(&org, &member, "admin").await;
    refused(bearer.get(&org.path).await, "token_ended");
}

#[tokio::test]
async fn a_token_runs_out_and_is_ended_by_its_own_member_alone() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (member, admin) = (world.member(&org, "member").await, world.member(&org, "admin").await);
    let path = format!("{}/personal-tokens", org.path);
    let (first, bearer) = personal_token(&org, &member, None).await;
    world.arrange("update api_tokens set expires_at = now()").await;
    refused(bearer.get(&org.path).await, "token_ended");
    assert_eq!(member.get(&path).await.ids(), [first.as_str()], "one sees that it has run out");
    let (second, bearer) = personal_token(&org, &member, None).await;
    for other in [&admin, &org.owner] {
        assert!(other.get(&path).await.ids().is_empty());
        other.delete(&format!("{path}/{second}")).await.problem(404, "not_found");
    }
    bearer.get(&org.path).await.is(200);
    let stale = member.request(Method::DELETE, &format!("{path}/{second}")).header("if-match", "\"9\"");
    member.send(stale).await.problem(412, "stale");
    member.delete(&format!("{path}/{second}")).await.is(204);
    refused(bearer.get(&org.path).await, "token_ended");
    refused(bearer.post_empty(&format!("{}/leave", org.path)).await, "token_ended");
    member.delete(&format!("{path}/{second}")).await.problem(404, "not_found");
    assert_eq!(member.get(&path).await.ids(), [first]);
}

/// Whoever may make no tokens any more ends those that they have.
#[tokio::test]
async fn one_sees_and_ends_ones_own_tokens_whatever_has_become_of_ones_role() {
    let world = World::start().await;
    let org = world.organization("lab").await;
    let member = world.member(&org, "member").await;
    let path = format!("{}/personal-tokens", org.path);
    let (first, bearer) = personal_token(&org, &member, None).await;
    let (second, manager) = personal_token(&org, &member, Some(&["personal_token.manage"])).await;
    let role = json!({"roles": ["viewer"]});
    org.owner.patch(&format!("{}/members/{}", org.path, member.id), role).await.is(200);
    let problem = member.post(&path, json!({"name": "x"})).await.problem(403, "forbidden");
    assert_eq!(problem["permission"], "personal_token.manage");
    assert_eq!(member.get(&path).await.ids(), [&*second, &*first]);
    // A token needs the scope for it all the same.
    for answer in [bearer.get(&path).await, bearer.delete(&format!("{path}/{first}")).await] {
        assert_eq!(answer.problem(403, "forbidden")["permission"], "personal_token.manage");
    }
    manager.delete(&format!("{path}/{first}")).await.is(204);
    refused(bearer.get(&org.path).await, "token_ended");
    member.delete(&format!("{path}/{second}")).await.is(204);
    refused(manager.get(&path).await, "token_ended");
}

#[tokio::test]
async fn who_may_remove_a_member_sees_and_ends_their_tokens() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (member, admin) = (world.member(&org, "member").await, world.member(&org, "admin").await);
    let (first, _) = personal_token(&org, &member, None).await;
    let (second, bearer) = personal_token(&org, &member, None).await;
    let (owners, _) = personal_token(&org, &org.owner, None).await;
    let of = |person: &Person| format!("{}/members/{}/personal-tokens", org.path, person.id);
    let path = of(&member);
    let list = admin.get(&format!("{path}?include=total&limit=1")).await.is(200);
    assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(2), &json!(second)));
    assert!(!list.to_string().contains("ush_"));
    assert_eq!(admin.walk(&format!("{path}?limit=1")).await.len(), 2);
    // Not who may not remove them; nor one whom one may not remove; nor another's under their name.
    let other = world.member(&org, "member").await;
    for (person, target, token) in [(&other, &member, &second), (&admin, &org.owner, &owners)] {
        let (list, end) = (person.get(&of(target)).await, person.delete(&format!("{}/{token}", of(target))).await);
        for answer in [list, end] {
            assert!([403, 404].contains(&answer.status), "{} {:#}", answer.request, answer.body);
        }
    }
    admin.delete(&format!("{path}/{owners}")).await.problem(404, "not_found");
    let (service_token, service) = super::service_token(&org, &org.owner, &["member"], None).await;
    assert!(admin.get(&of(&service)).await.ids().is_empty());
    admin.delete(&format!("{}/{service_token}", of(&service))).await.problem(404, "not_found");
    let stale = admin.request(Method::DELETE, &format!("{path}/{second}")).header("if-match", "\"9\"");
    admin.send(stale).await.problem(412, "stale");
    bearer.get(&org.path).await.is(200);
    admin.delete(&format!("{path}/{second}")).await.is(204);
    refused(bearer.get(&org.path).await, "token_ended");
    assert_eq!(member.get(&format!("{}/personal-tokens", org.path)).await.ids(), [first]);
    service.get(&org.path).await.is(200);
}

/// Law 9: what is being done with a token is done before its end is answered, and nothing after it.
#[tokio::test]
async fn law_9_the_end_of_a_token_waits_for_what_is_being_done_with_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (id, bearer) = personal_token(&org, &org.owner, None).await;
    let held = world.hold("lock table tickets in access exclusive mode").await;
    let ticket = |subject: &str, bearer: &Person| {
        let (bearer, path, body) = (bearer.clone(), format!("{}/desk/tickets", org.path), json!({"subject": subject}));
        tokio::spawn(async move { bearer.post(&path, body).await })
    };
    let writing = ticket("In time", &bearer);
    world.until_waiting("relation", 1).await;
    let (owner, path) = (org.owner.clone(), format!("{}/personal-tokens/{id}", org.path));
    let ending = tokio::spawn(async move { owner.delete(&path).await });
    world.until_waiting("advisory", 1).await;
    let late = ticket("Too late", &bearer);
    world.until_waiting("advisory", 2).await;
    held.let_go().await;
    writing.await.unwrap().is(201);
    ending.await.unwrap().is(204);
    refused(late.await.unwrap(), "token_ended");
}

#[tokio::test]
async fn two_ends_at_once_end_a_token_once_and_two_tokens_end_each_other_in_no_circle() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let manage: Option<&[&str]> = Some(&["personal_token.manage"]);
    let path = |id: &str| format!("{}/personal-tokens/{id}", org.path);
    let (id, bearer) = personal_token(&org, &org.owner, manage).await;
    let itself = path(&id);
    let (first, second) = tokio::join!(bearer.delete(&itself), bearer.delete(&itself));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
    let (one, another) =
        (personal_token(&org, &org.owner, manage).await, personal_token(&org, &org.owner, manage).await);
    let (theirs, own) = (path(&another.0), path(&one.0));
    let (first, second) = tokio::join!(one.1.delete(&theirs), another.1.delete(&own));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
}
