//! Invitations as they reach who was invited: by mail, to be used once.

use usher_tests::{Value, World, json, yes};

use super::invitations::{accept, invite, register, roles_of};

/// VK-45, VK-46.
#[tokio::test]
async fn vk_45_the_mail_brings_the_token_and_vk_46_who_has_no_account_registers_and_joins() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    invite(&org.owner, &org, "Grace@Example.org", "admin").await.is(201);
    let mails = world.mail_to("grace@example.org").await;
    let [mail] = mails.as_slice() else { panic!("one mail, not {mails:?}") };
    for part in
        ["Subject: owner invites you to Test", "owner invites you to join Test as Administrator.", "curl http://"]
    {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    assert_eq!(world.mail_to("grace@example.org").await.len(), 1, "a mail that was delivered is not delivered again");

    let token = world.invitation_token("grace@example.org").await;
    let offer = world.nobody().post("/v1/invitations/inspect", json!({"token": token})).await.is(200);
    assert_eq!(
        (&offer["organization"], &offer["role"], &offer["role_title"], &offer["email"], &offer["has_account"]),
        (&json!("Test"), &json!("admin"), &json!("Administrator"), &json!("grace@example.org"), &json!(false))
    );
    let answer = register(&world, &token).await;
    assert_eq!(answer.headers["location"], "/v1/me");
    let made = answer.is(201);
    assert_eq!(made["account"]["email"], "grace@example.org");
    let grace = world.nobody().with_token(made["tokens"]["access_token"].as_str().unwrap());
    assert_eq!(roles_of(&grace).await, [(org.id.clone(), json!(["admin"]))]);
    grace.get(&org.path).await.is(200);
    world.sign_in("grace@example.org").await;
    register(&world, &token).await.problem(410, "invitation_accepted");
}

#[tokio::test]
async fn vk_45_an_operators_own_page_is_linked_in_the_mail() {
    let settings = usher_api::Settings {
        invitation_link: Some("https://desk.example.org/join?t={token}".to_owned()),
        ..usher_api::Settings::default()
    };
    let world = World::start_with(settings).await;
    let org = world.organization("helpdesk").await;
    invite(&org.owner, &org, "grace@example.org", "member").await.is(201);
    let token = world.invitation_token("grace@example.org").await;
    let mail = world.mail_to("grace@example.org").await.pop().unwrap();
    assert!(mail.contains(&format!("\nhttps://desk.example.org/join?t={token}\n")) && !mail.contains("curl"), "{mail}");
}

/// VK-47, VK-51.
#[tokio::test]
async fn vk_47_an_account_joins_without_registering_and_vk_51_has_exactly_the_role_of_the_invitation() {
    let world = World::start().await;
    for (model, roles) in [("helpdesk", ["owner", "admin", "member"]), ("queues", ["admin", "staff", "user"])] {
        let org = world.organization(model).await;
        for role in roles {
            let person = world.person("grace").await;
            invite(&org.owner, &org, &person.email, role).await.is(201);
            person.get(&org.path).await.problem(404, "not_found");
            let token = world.invitation_token(&person.email).await;
            let offer = world.nobody().post("/v1/invitations/inspect", json!({"token": token})).await.is(200);
            assert_eq!(offer["has_account"], true);
            let answer = accept(&person, &token).await;
            assert_eq!(answer.headers["location"].to_str().unwrap(), org.path);
            let joined = answer.is(201);
            assert_eq!((&joined["id"], &joined["roles"]), (&json!(org.id), &json!([role])));
            assert_eq!(roles_of(&person).await, [(org.id.clone(), json!([role]))]);
        }
    }
}

/// Who registers an address does not prove that it is theirs. Who was invited by mail has.
#[tokio::test]
async fn vk_46_an_address_that_somebody_else_registered_is_given_to_who_was_invited() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let squatter = world.person("mallory").await;
    invite(&org.owner, &org, &squatter.email, "member").await.is(201);
    let token = world.invitation_token(&squatter.email).await;
    let body = json!({"token": token, "name": "Grace", "password": "another good password"});
    let made = world.nobody().post("/v1/invitations/register", body).await.is(201);
    let account = (&made["account"]["id"], &made["account"]["name"], &made["account"]["email"]);
    assert_eq!(account, (&json!(squatter.id), &json!("Grace"), &json!(squatter.email)));
    let grace = world.nobody().with_token(made["tokens"]["access_token"].as_str().unwrap());
    assert_eq!(roles_of(&grace).await, [(org.id.clone(), json!(["member"]))]);

    squatter.get("/v1/me").await.problem(401, "session_ended");
    squatter.get(&org.path).await.problem(401, "session_ended");
    let refresh = json!({"refresh_token": squatter.refresh_token.as_deref().unwrap()});
    world.nobody().post("/v1/auth/refresh", refresh).await.problem(401, "refresh_token_invalid");
    for (password, status) in [(usher_tests::PASSWORD, 401), ("another good password", 200)] {
        let login = json!({"email": squatter.email, "password": password});
        world.nobody().post("/v1/auth/login", login).await.is(status);
    }
    register(&world, &token).await.problem(410, "invitation_accepted");
}

/// Nor does whoever registered the address act with a token that they have kept, wherever they are a member.
#[tokio::test]
async fn the_personal_tokens_of_an_account_that_is_taken_over_end_in_every_organization() {
    let world = World::start().await;
    let (one, another, org) = (
        world.organization("helpdesk").await,
        world.organization("queues").await,
        world.organization("helpdesk").await,
    );
    let squatter = world.member(&one, "member").await;
    world.join(&another, &squatter, "staff").await;
    let mut kept = Vec::new();
    for place in [&one, &one, &another] {
        kept.push((place, super::personal_token(place, &squatter, None).await.1));
    }
    let (_, others) = super::personal_token(&one, &one.owner, None).await;
    invite(&org.owner, &org, &squatter.email, "member").await.is(201);
    let token = world.invitation_token(&squatter.email).await;
    for (place, bearer) in &kept {
        bearer.get(&place.path).await.is(200);
    }
    let body = json!({"token": token, "name": "Grace", "password": "another good password"});
    let made = world.nobody().post("/v1/invitations/register", body).await.is(201);
    for (place, bearer) in &kept {
        bearer.get(&place.path).await.problem(401, "token_ended");
        bearer.post_empty(&format!("{}/leave", place.path)).await.problem(401, "token_ended");
    }
    others.get(&one.path).await.is(200);
    let grace = squatter.with_token(made["tokens"]["access_token"].as_str().unwrap());
    for place in [&one, &another, &org] {
        assert!(grace.get(&format!("{}/personal-tokens", place.path)).await.ids().is_empty());
    }
}

/// Law 9: what is being done with such a token is done before the account is given away, and nothing after it.
#[tokio::test]
async fn law_9_an_account_is_taken_over_after_what_is_being_done_with_its_tokens() {
    let world = World::start().await;
    let (one, org) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let squatter = world.member(&one, "admin").await;
    let (_, bearer) = super::personal_token(&one, &squatter, None).await;
    invite(&org.owner, &org, &squatter.email, "member").await.is(201);
    let token = world.invitation_token(&squatter.email).await;
    let held = world.hold("lock table teams in access exclusive mode").await;
    let team = |name: &str| {
        let (bearer, path, body) = (bearer.clone(), format!("{}/teams", one.path), json!({"name": name}));
        tokio::spawn(async move { bearer.post(&path, body).await })
    };
    let writing = team("In time");
    world.until_waiting("relation", 1).await;
    let (nobody, body) =
        (world.nobody(), json!({"token": token, "name": "Grace", "password": "another good password"}));
    let taking = tokio::spawn(async move { nobody.post("/v1/invitations/register", body).await });
    world.until_waiting("advisory", 1).await;
    let late = team("Too late");
    world.until_waiting("advisory", 2).await;
    held.let_go().await;
    writing.await.unwrap().is(201);
    taking.await.unwrap().is(201);
    late.await.unwrap().problem(401, "token_ended");
}

/// Somebody is invited again while they accept an older invitation.
#[tokio::test]
async fn vk_53_who_becomes_a_member_meanwhile_is_not_invited() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let person = world.person("grace").await;
    invite(&org.owner, &org, &person.email, "member").await.is(201);
    let accepted = format!("update invitations set state = 'accepted' where email = '{}'", person.email);
    let mut held = world.hold(&accepted).await;
    let (inviting, to, email) = (org.owner.clone(), org.clone(), person.email.clone());
    let inviting = tokio::spawn(async move { invite(&inviting, &to, &email, "admin").await });
    world.until_waiting("transactionid", 1).await;
    held.and(&format!("insert into members (org_id, id) values ('{}', '{}')", org.id, person.id)).await;
    held.let_go().await;
    inviting.await.unwrap().problem(409, "already_member");
}

#[tokio::test]
async fn vk_49_a_revoked_invitation_is_of_no_use() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let person = world.person("grace").await;
    let made = invite(&org.owner, &org, &person.email, "member").await.is(201);
    let one = format!("{}/invitations/{}", org.path, made["id"].as_str().unwrap());
    let token = world.invitation_token(&person.email).await;
    org.owner.delete(&one).await.is(204);
    world.nobody().post("/v1/invitations/inspect", json!({"token": token})).await.problem(410, "invitation_revoked");
    accept(&person, &token).await.problem(410, "invitation_revoked");
    register(&world, &token).await.problem(410, "invitation_revoked");
    org.owner.delete(&one).await.problem(409, "invitation_revoked");
    assert!(roles_of(&person).await.is_empty());
    // A new one can be sent, and the old token is no token of it.
    invite(&org.owner, &org, &person.email, "member").await.is(201);
    accept(&person, &token).await.problem(410, "invitation_revoked");
}

#[tokio::test]
async fn vk_50_an_accepted_invitation_is_neither_revoked_nor_used_again() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let person = world.person("grace").await;
    let made = invite(&org.owner, &org, &person.email, "member").await.is(201);
    let one = format!("{}/invitations/{}", org.path, made["id"].as_str().unwrap());
    let token = world.invitation_token(&person.email).await;
    accept(&person, &token).await.is(201);
    accept(&person, &token).await.problem(410, "invitation_accepted");
    world.nobody().post("/v1/invitations/inspect", json!({"token": token})).await.problem(410, "invitation_accepted");
    org.owner.delete(&one).await.problem(409, "invitation_accepted");
    assert_eq!(org.owner.get(&one).await.is(200)["state"], "accepted");
}

#[tokio::test]
async fn vk_50_of_two_who_use_an_invitation_at_once_one_joins() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let person = world.person("grace").await;
    invite(&org.owner, &org, &person.email, "member").await.is(201);
    let token = world.invitation_token(&person.email).await;
    let (first, second) = tokio::join!(accept(&person, &token), accept(&person, &token));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 410]);

    invite(&org.owner, &org, "new@example.org", "member").await.is(201);
    let token = world.invitation_token("new@example.org").await;
    let (first, second) = tokio::join!(register(&world, &token), register(&world, &token));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 410]);
}

/// An invitation is as good as the word of whoever invited: what takes from them that they could invite so takes it back.
#[tokio::test]
async fn law_7_nobody_comes_in_on_the_word_of_who_could_not_invite_them_any_more() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let invited = world.person("invited").await;
    for (how, spent) in [("removed", true), ("left", true), ("demoted", true), ("renamed", false), ("narrower", false)]
    {
        let inviter = world.member(&org, "admin").await;
        let role = if how == "narrower" { "member" } else { "admin" };
        let by = if how == "narrower" { world.member(&org, "super_admin").await } else { inviter };
        let made = invite(&by, &org, &invited.email, role).await.is(201);
        let token = world.invitation_token(&invited.email).await;
        let member = format!("{}/members/{}", org.path, by.id);
        match how {
            "removed" => org.owner.delete(&member).await.is(204),
            "left" => by.post_empty(&format!("{}/leave", org.path)).await.is(204),
            "demoted" => org.owner.patch(&member, json!({"roles": ["member"]})).await.is(200),
            "narrower" => org.owner.patch(&member, json!({"roles": ["admin"]})).await.is(200),
            _ => by.patch("/v1/me", json!({"name": "Renamed"})).await.is(200),
        };
        let one = format!("{}/invitations/{}", org.path, made["id"].as_str().unwrap());
        if spent {
            accept(&invited, &token).await.problem(410, "invitation_revoked");
            assert_eq!(org.owner.get(&one).await.is(200)["state"], "revoked", "{how}");
            assert!(roles_of(&invited).await.is_empty(), "{how}");
        } else {
            accept(&invited, &token).await.is(201);
            org.owner.delete(&format!("{}/members/{}", org.path, invited.id)).await.is(204);
        }
    }
}

/// A role of the organization's own that comes to give less takes back what its holders invited to, and not what they may still.
#[tokio::test]
async fn law_7_invitations_end_with_what_a_role_of_the_organizations_own_gave() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let grants = yes(["organization.view", "invitation.create", "invitation.view", "inspection.view"]);
    let role = org.role("organization", "host", &grants).await;
    let host = world.member(&org, "host").await;
    org.role("organization", "guest", &yes(["organization.view"])).await;
    for email in ["one@example.org", "two@example.org"] {
        let of = if email.starts_with("one") { "host" } else { "guest" };
        invite(&host, &org, email, of).await.is(201);
    }
    let path = format!("{}/roles/{role}", org.path);
    let give = async |permissions: &[&str]| {
        let grants: Vec<_> = permissions.iter().map(|permission| json!({"permission": permission})).collect();
        let etag = org.owner.get(&path).await.etag();
        org.owner.patch_if(&path, &etag, json!({"grants": grants})).await.is(200);
    };
    let states = async || {
        let all = org.owner.get(&format!("{}/invitations", org.path)).await.is(200);
        let state =
            |one: &Value| (one["email"].as_str().unwrap().to_owned(), one["state"].as_str().unwrap().to_owned());
        let mut states: Vec<_> = all["items"].as_array().unwrap().iter().map(state).collect();
        states.sort();
        states
    };
    let told = |one: &str, two: &str| {
        vec![("one@example.org".to_owned(), one.to_owned()), ("two@example.org".to_owned(), two.to_owned())]
    };
    // What the role gives now, its holders may still give.
    give(&["organization.view", "invitation.create", "invitation.view"]).await;
    assert_eq!(states().await, told("pending", "pending"));
    give(&["organization.view"]).await;
    assert_eq!(states().await, told("revoked", "revoked"));
}
