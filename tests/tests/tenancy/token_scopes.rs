//! Scopes narrow and never widen.

use reqwest::Method;
use usher_policy::{Level, Model, ModelKey, Permission};
use usher_tests::{Organization, Person, Value, World, json};

use super::personal_token;

/// What somebody may, by the scope that gives it.
async fn permissions(org: &Organization, person: &Person) -> Vec<(String, Value)> {
    let mine = person.get(&format!("{}/me/permissions", org.path)).await.is(200);
    let scopes = mine["scopes"].as_array().unwrap().iter();
    let of = |scope: &Value| {
        let id = scope["id"].as_str().unwrap().to_owned();
        scope["permissions"].as_array().unwrap().iter().map(|it| (id.clone(), it.clone())).collect::<Vec<_>>()
    };
    scopes.flat_map(of).collect()
}

#[tokio::test]
async fn a_token_may_what_the_member_may_and_its_scopes_have_whatever_the_permission() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let member = world.member(&org, "member").await;
    let team = world.team(&org, "Support").await;
    world.join_team(&org, &member, &team, "admin").await;
    let key = |entry: &(String, Value)| entry.1["permission"].as_str().unwrap().to_owned();
    for person in [&org.owner, &member] {
        let all = permissions(&org, person).await;
        for third in 0..3 {
            let scopes = Permission::ALL.iter().enumerate().filter(|(index, _)| index % 3 == third);
            let mut scopes: Vec<&str> = scopes.map(|(_, permission)| permission.key()).collect();
            if !scopes.contains(&"organization.view") {
                scopes.push("organization.view");
            }
            let (_, bearer) = personal_token(&org, person, Some(&scopes)).await;
            let narrowed: Vec<_> = all.iter().filter(|entry| scopes.contains(&&*key(entry))).cloned().collect();
            assert_eq!(permissions(&org, &bearer).await, narrowed);
            assert!(!narrowed.is_empty() && narrowed.len() < all.len());
        }
        // Without scopes of its own: everything but to manage tokens.
        let (_, bearer) = personal_token(&org, person, None).await;
        let rest = all.iter().filter(|it| !["personal_token.manage", "service_token.manage"].contains(&&*key(it)));
        assert_eq!(permissions(&org, &bearer).await, rest.cloned().collect::<Vec<_>>());
    }
}

/// What an organization role of a helpdesk gives.
fn given_by(role: &str) -> Vec<&'static str> {
    let model = Model::built_in(ModelKey::Helpdesk);
    let role = model.role(Level::Organization, role).unwrap();
    let given = Permission::ALL.iter().filter(|permission| !model.cell(role, **permission).is_empty());
    given.map(|permission| permission.key()).collect()
}

/// What an operation names is among the scopes, or the answer says that it is not: whatever it is asked about.
#[tokio::test]
async fn every_operation_is_refused_to_a_token_whose_scopes_lack_its_permission() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, bearer) = personal_token(&org, &org.owner, Some(&["workflow.manage"])).await;
    let (_, other) = personal_token(&org, &org.owner, None).await;
    let mut asked = 0;
    for operation in crate::walls::operations::operations() {
        let answer =
            operation.ask(&bearer, |name| if name == "organization" { &*org.id } else { &*org.owner.id }.to_owned());
        match operation.permission.as_str() {
            "none" => continue,
            "signed_in" => drop(answer.await.problem(403, "token_of_organization")),
            permission => {
                let permission = if permission == "member" { "personal_token.manage" } else { permission };
                let problem = answer.await.problem(403, "forbidden");
                assert_eq!(problem["permission"], permission, "{}", operation.id);
                assert!(problem["detail"].as_str().unwrap().contains("scopes"), "{problem:#}");
            }
        }
        asked += 1;
    }
    assert!(asked > 60, "{asked}");
    org.owner.get(&org.path).await.is(200);
    // The answer tells of nothing but the token: things that are not there are refused alike.
    let never = uuid::Uuid::now_v7();
    for (path, permission) in [("teams", "team.view"), ("desk/tickets", "ticket.view"), ("members", "member.view")] {
        let problem = bearer.get(&format!("{}/{path}/{never}", org.path)).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], permission);
        other.get(&format!("{}/{path}/{never}", org.path)).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn explain_and_check_say_that_it_is_the_scopes() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, bearer) = personal_token(&org, &org.owner, Some(&["organization.view"])).await;
    let question = json!({"permission": "organization.update"});
    let explained = bearer.post(&format!("{}/access/explain", org.path), json!({"question": question})).await.is(200);
    assert_eq!((&explained["allowed"], &explained["denial"]), (&json!(false), &json!("token_scope")));
    let summary = explained["summary"].as_str().unwrap();
    assert!(summary.contains("the token's scopes do not include `organization.update`"), "{summary}");
    // It says which scope would allow it, and a token that has it may.
    let text = "You would be allowed with a token that has the scope `organization.update`.";
    assert_eq!(explained["would_allow"], json!([{"token_scope": "organization.update", "text": text}]));
    let patch = json!({"name": "Another"});
    bearer.patch(&org.path, patch.clone()).await.problem(403, "forbidden");
    let scopes = Some(&["organization.view", "organization.update"][..]);
    let (_, wider) = personal_token(&org, &org.owner, scopes).await;
    let told = wider.post(&format!("{}/access/explain", org.path), json!({"question": question})).await.is(200);
    assert_eq!((&told["allowed"], &told["would_allow"]), (&json!(true), &json!([])));
    wider.patch(&org.path, patch).await.is(200);
    let check = bearer.post(&format!("{}/access/check", org.path), json!({"checks": [question]})).await.is(200);
    assert_eq!(check["results"][0]["allowed"], false);
    // Where the scope alone would not help, it is not offered.
    let member = world.member(&org, "member").await;
    let (_, narrow) = personal_token(&org, &member, Some(&["organization.view"])).await;
    let told = narrow.post(&format!("{}/access/explain", org.path), json!({"question": question})).await.is(200);
    assert_eq!((&told["denial"], &told["would_allow"]), (&json!("token_scope"), &json!([])));
    // Of another member it is not the asking token's scopes that count, but what they may.
    let (_, reviewer) = personal_token(&org, &org.owner, Some(&["organization.view", "access.review"])).await;
    let admin = world.member(&org, "admin").await;
    let body = json!({"member_id": admin.id, "question": {"permission": "team.create"}});
    let explained = reviewer.post(&format!("{}/access/explain", org.path), body).await.is(200);
    assert_eq!(explained["allowed"], true, "{explained:#}");
}

#[tokio::test]
async fn a_token_makes_and_ends_tokens_only_where_its_scopes_say_so_and_none_that_are_wider() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let personal = format!("{}/personal-tokens", org.path);
    let (id, plain) = personal_token(&org, &org.owner, None).await;
    for answer in [
        plain.post(&personal, json!({"name": "x"})).await,
        plain.get(&personal).await,
        plain.delete(&format!("{personal}/{id}")).await,
        plain.post(&format!("{}/service-tokens", org.path), json!({"name": "x", "roles": ["member"]})).await,
    ] {
        let problem = answer.problem(403, "forbidden");
        assert!(problem["permission"].as_str().unwrap().ends_with("_token.manage"), "{problem:#}");
    }
    let mut scopes = given_by("member");
    scopes.extend(["service_token.manage", "service_token.view"]);
    let (_, maker) = personal_token(&org, &org.owner, Some(&scopes)).await;
    let wide = json!({"name": "x", "scopes": ["ticket.view", "organization.delete", "billing.view"]});
    for (path, roles) in [(personal.clone(), None), (format!("{}/service-tokens", org.path), Some(json!(["member"])))] {
        let with_roles = |mut body: Value| {
            roles.iter().for_each(|roles| body["roles"] = roles.clone());
            body
        };
        let answer = maker.post(&path, with_roles(wide.clone())).await.problem(403, "scope_out_of_reach");
        let named: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|it| it["pointer"].clone()).collect();
        assert_eq!(named, ["/scopes/1", "/scopes/2"]);
        let unscoped = maker.post(&path, with_roles(json!({"name": "x"}))).await;
        unscoped.problem(403, "scope_out_of_reach");
        let narrow = json!({"name": "x", "scopes": ["ticket.view"]});
        maker.post(&path, with_roles(narrow)).await.is(201);
    }
    // Nor does it get at one that is wider by renewing its secret.
    let (wide, _) = super::service_token(&org, &org.owner, &["member"], None).await;
    let rotate = format!("{}/service-tokens/{wide}/rotate", org.path);
    maker.post(&rotate, json!({})).await.problem(403, "scope_out_of_reach");
    org.owner.post(&rotate, json!({})).await.is(200);
}

/// A token narrows in time too: what it makes or renews ends no later than it does.
#[tokio::test]
async fn a_token_that_ends_makes_and_renews_none_that_outlives_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (personal, services) = (format!("{}/personal-tokens", org.path), format!("{}/service-tokens", org.path));
    let mut scopes = given_by("member");
    scopes.push("service_token.manage");
    let body = json!({"name": "Maker", "scopes": scopes, "expires_at": "2099-06-01T12:00:00Z"});
    let (_, maker) = super::issued(&org.owner, org.owner.post(&personal, body).await.is(201));
    let (_, endless) = personal_token(&org, &org.owner, Some(&scopes)).await;
    let (service, _) = super::service_token(&org, &org.owner, &["member"], Some(&["ticket.view"])).await;
    let rotate = format!("{services}/{service}/rotate");
    let made = json!({"name": "x", "scopes": ["ticket.view"]});
    let mut of_service = made.clone();
    of_service["roles"] = json!(["member"]);
    for (path, body, status) in [(personal, made, 201), (services, of_service, 201), (rotate, json!({}), 200)] {
        for (end, good) in [
            (None, false),
            (Some(Value::Null), false),
            (Some(json!("2099-06-01T12:00:01Z")), false),
            (Some(json!("2099-06-01T13:59:00+02:00")), true),
            (Some(json!("2099-06-01T12:00:00Z")), true),
        ] {
            let mut body = body.clone();
            if let Some(end) = end {
                body["expires_at"] = end;
            }
            endless.post(&path, body.clone()).await.is(status);
            let answer = maker.post(&path, body).await;
            if good {
                answer.is(status);
            } else {
                let problem = answer.names(422, "/expires_at");
                let fault = &problem["errors"][0];
                assert_eq!(fault["code"], "end_out_of_reach");
                assert!(fault["detail"].as_str().unwrap().contains("2099-06-01T12:00:00Z"), "{fault}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_body_says_of_a_token_is_held_to_what_there_is() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/personal-tokens", org.path);
    for (body, place) in [
        (json!({}), "/name"),
        (json!({"name": ""}), "/name"),
        (json!({"name": "x", "scopes": []}), "/scopes"),
        (json!({"name": "x", "scopes": ["ticket.view", "ticket.eat"]}), "/scopes/1"),
        (json!({"name": "x", "scopes": ["ticket.view", "ticket.view"]}), "/scopes/1"),
        (json!({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}), "/expires_at"),
        (json!({"name": "x", "expires_at": "tomorrow"}), "/expires_at"),
        (json!({"name": "x", "expires_at": "+20001-01-01T00:00:00Z"}), "/expires_at"),
        (json!({"name": "x", "roles": ["owner"]}), "/roles"),
    ] {
        org.owner.post(&path, body).await.names(422, place);
    }
    for _ in 0..50 {
        org.owner.post(&path, json!({"name": "x"})).await.is(201);
    }
    org.owner.post(&path, json!({"name": "x"})).await.problem(409, "too_many_tokens");
    assert_eq!(org.owner.walk(&format!("{path}?limit=7")).await.len(), 50);
}

/// What somebody was answered is not given again to a token of theirs under the same key.
#[tokio::test]
async fn a_token_is_not_told_what_was_answered_to_its_member() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, bearer) = personal_token(&org, &org.owner, Some(&["organization.view"])).await;
    let (_, other) = personal_token(&org, &org.owner, None).await;
    let make = async |person: &Person| {
        let request = person.request(Method::POST, &format!("{}/teams", org.path)).header("idempotency-key", "same");
        person.send(request.json(&json!({"name": "Ours"}))).await
    };
    let made = make(&org.owner).await.is(201);
    make(&bearer).await.problem(403, "forbidden");
    make(&other).await.problem(409, "team_name_taken");
    assert_eq!(make(&org.owner).await.is(201), made);
}

/// A scope that there is no more, in a row that was stored when there was, gives nothing.
#[tokio::test]
async fn a_scope_that_is_none_any_more_is_ignored() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (_, bearer) = personal_token(&org, &org.owner, Some(&["organization.view"])).await;
    world.arrange("update api_tokens set scopes = '{ticket.eat,organization.view}'").await;
    assert_eq!(permissions(&org, &bearer).await.len(), 1);
    world.arrange("update api_tokens set scopes = '{}'").await;
    bearer.get(&org.path).await.problem(403, "forbidden");
}

/// Who could give with a token what its scopes lack would be past them by somebody else's hand.
#[tokio::test]
async fn no_role_is_given_through_a_token_whose_scopes_lack_what_it_gives() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (member, team) = (world.member(&org, "member").await, world.team(&org, "Support").await);
    let handing = [
        "organization.view",
        "invitation.create",
        "member.view",
        "member.change_role",
        "team.view",
        "team.manage_members",
    ];
    let (_, narrow) = personal_token(&org, &org.owner, Some(&handing)).await;
    let (_, unscoped) = personal_token(&org, &org.owner, None).await;
    let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.key()).collect();
    let (_, wide) = personal_token(&org, &org.owner, Some(&all)).await;
    let invitations = format!("{}/invitations", org.path);
    let as_member = format!("{}/members/{}", org.path, member.id);
    let in_team = format!("{}/teams/{team}/members/{}", org.path, member.id);
    for bearer in [&narrow, &unscoped] {
        let invitation = json!({"email": "mallory@example.org", "role": "admin"});
        bearer.post(&invitations, invitation).await.problem(403, "role_out_of_reach");
        let etag = org.owner.get(&as_member).await.etag();
        bearer.patch_if(&as_member, &etag, json!({"roles": ["admin"]})).await.problem(403, "role_out_of_reach");
    }
    narrow.put(&in_team, json!({"role": "admin"})).await.problem(403, "role_out_of_reach");
    wide.put(&in_team, json!({"role": "admin"})).await.is(201);
    wide.post(&invitations, json!({"email": "grace@example.org", "role": "admin"})).await.is(201);
    let etag = org.owner.get(&as_member).await.etag();
    wide.patch_if(&as_member, &etag, json!({"roles": ["admin"]})).await.is(200);
}
