//! Invitations: who invites whom with which role, who may accept, and until when.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use usher_tests::{Answer, Organization, Person, Value, World, json};

pub(super) async fn invite(person: &Person, org: &Organization, email: &str, role: &str) -> Answer {
    person.post(&format!("{}/invitations", org.path), json!({"email": email, "role": role})).await
}

pub(super) async fn accept(person: &Person, token: &str) -> Answer {
    person.post("/v1/invitations/accept", json!({"token": token})).await
}

pub(super) async fn register(world: &World, token: &str) -> Answer {
    let body = json!({"token": token, "name": "Grace", "password": "correct horse battery"});
    world.nobody().post("/v1/invitations/register", body).await
}

/// The organizations of a person with their roles.
pub(super) async fn roles_of(person: &Person) -> Vec<(String, Value)> {
    let mine = person.get("/v1/organizations").await.is(200);
    let items = mine["items"].as_array().unwrap().clone();
    items.iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item["roles"].clone())).collect()
}

/// VK-1, VK-44.
#[tokio::test]
async fn vk_1_an_invitation_has_a_role_of_the_model_and_vk_44_an_address() {
    let world = World::start().await;
    for (model, roles) in [("helpdesk", "`owner`, `admin`, `member`"), ("queues", "`admin`, `staff`, `user`")] {
        let org = world.organization(model).await;
        for role in ["Owner", "superuser", "agent"] {
            let problem = invite(&org.owner, &org, "new@example.org", role).await.names(422, "/role");
            assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(roles), "{problem}");
        }
        for email in ["", "grace", "grace@", "@example.org", "grace@example", "a b@example.org", "<g@example.org>"] {
            invite(&org.owner, &org, email, "admin").await.names(422, "/email");
        }
        let path = format!("{}/invitations", org.path);
        org.owner.post(&path, json!({"role": "admin"})).await.names(422, "/email");
        org.owner.post(&path, json!({"email": "g@example.org"})).await.names(422, "/role");
        org.owner.post(&path, json!({"email": 7, "role": null})).await.names(422, "/role");
        assert_eq!(org.owner.get(&format!("{path}?include=total")).await.is(200)["total"], 0);
    }
}

/// VK-6, VK-7, VK-8.
#[tokio::test]
async fn vk_6_owner_and_admin_invite_vk_7_and_list_vk_8_and_revoke_and_a_member_does_none_of_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/invitations", org.path);
    let admin = world.member(&org, "admin").await;
    for (person, email) in [(&org.owner, "one@example.org"), (&admin, "two@example.org")] {
        let answer = invite(person, &org, email, "member").await;
        assert_eq!(
            answer.headers["location"].to_str().unwrap(),
            format!("{path}/{}", answer.body["id"].as_str().unwrap())
        );
        let made = answer.is(201);
        assert_eq!(
            (&made["email"], &made["role"], &made["state"], &made["invited_by"]),
            (&json!(email), &json!("member"), &json!("pending"), &json!(person.id))
        );
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        assert_eq!(person.get(&one).await.is(200), made);
        assert!(
            person.get(&format!("{path}?state=pending")).await.ids().contains(&made["id"].as_str().unwrap().to_owned())
        );
        person.delete(&one).await.is(204);
        assert_eq!(person.get(&one).await.is(200)["state"], "revoked");
    }
    let member = world.member(&org, "member").await;
    let made = invite(&org.owner, &org, "three@example.org", "member").await.is(201);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    // Refused before the body is looked at: who may not invite is not told how to.
    for role in ["member", "nonsense"] {
        let problem = invite(&member, &org, "four@example.org", role).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "invitation.create");
    }
    assert_eq!(member.get(&path).await.problem(403, "forbidden")["permission"], "invitation.view");
    assert_eq!(member.get(&one).await.problem(403, "forbidden")["permission"], "invitation.view");
    assert_eq!(member.delete(&one).await.problem(403, "forbidden")["permission"], "invitation.revoke");
    assert_eq!(org.owner.get(&one).await.is(200)["state"], "pending");
}

#[tokio::test]
async fn vk_52_an_invitation_gives_no_role_that_its_sender_cannot_give() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    invite(&admin, &org, "grace@example.org", "owner").await.problem(403, "role_out_of_reach");
    assert!(world.mail_to("grace@example.org").await.is_empty());
    invite(&admin, &org, "grace@example.org", "admin").await.is(201);
    invite(&org.owner, &org, "ada@example.org", "owner").await.is(201);
}

/// Whoever administers the organization reaches billing by no role that they give away.
#[tokio::test]
async fn vx_12_vx_13_vx_40_an_invitation_carries_no_role_above_its_senders() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let (super_admin, admin) = (world.member(&org, "super_admin").await, world.member(&org, "admin").await);
    let member = world.member(&org, "member").await;
    invite(&admin, &org, "grace@example.org", "super_admin").await.problem(403, "role_out_of_reach");
    let refused = invite(&member, &org, "grace@example.org", "member").await.problem(403, "forbidden");
    assert_eq!(refused["permission"], "invitation.create");
    assert!(world.mail_to("grace@example.org").await.is_empty());
    for (by, role) in [(&admin, "admin"), (&super_admin, "super_admin"), (&org.owner, "super_admin")] {
        invite(by, &org, &format!("{role}-{}@example.org", by.id), role).await.is(201);
    }
}

#[tokio::test]
async fn vk_53_a_member_is_not_invited_and_nobody_twice_and_only_the_address_accepts() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    invite(&org.owner, &org, &member.email.to_uppercase(), "admin").await.problem(409, "already_member");

    let person = world.person("grace").await;
    invite(&org.owner, &org, &person.email, "member").await.is(201);
    invite(&org.owner, &org, &person.email.to_uppercase(), "admin").await.problem(409, "invitation_pending");
    assert_eq!(world.mail_to(&person.email).await.len(), 1);
    let elsewhere = world.organization("helpdesk").await;
    invite(&elsewhere.owner, &elsewhere, &person.email, "member").await.is(201);

    let token = world.invitation_token(&person.email).await;
    let other = world.person("mallory").await;
    accept(&other, &token).await.problem(403, "invitation_for_another");
    world.nobody().post("/v1/invitations/accept", json!({"token": token})).await.problem(401, "token_missing");
    assert!(roles_of(&other).await.is_empty());
    accept(&person, &token).await.is(201);
}

#[tokio::test]
async fn vk_53_two_invitations_of_an_address_at_once_make_one() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let invite = || invite(&org.owner, &org, "grace@example.org", "member");
    let (first, second) = tokio::join!(invite(), invite());
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(world.mail_to("grace@example.org").await.len(), 1);
}

#[tokio::test]
async fn vk_53_an_invitation_expires_after_seven_days_and_does_not_stand_in_the_way_of_a_new_one() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let person = world.person("grace").await;
    let made = invite(&org.owner, &org, &person.email, "member").await.is(201);
    let days = |key: &str| made[key].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!((days("expires_at") - days("created_at")).num_seconds(), 7 * 24 * 3600);
    let token = world.invitation_token(&person.email).await;
    let sql = "update invitations set expires_at = now() where email = $1";
    sqlx::query(sql).bind(&person.email).execute(&mut world.owner_connection().await).await.unwrap();
    accept(&person, &token).await.problem(410, "invitation_expired");
    let path = format!("{}/invitations", org.path);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(org.owner.get(&one).await.is(200)["state"], "expired");
    org.owner.delete(&one).await.problem(409, "invitation_expired");
    let anew = invite(&org.owner, &org, &person.email, "member").await.is(201);
    assert_eq!(org.owner.get(&format!("{path}?state=expired")).await.ids(), [made["id"].as_str().unwrap()]);
    assert_eq!(org.owner.get(&format!("{path}?state=pending")).await.ids(), [anew["id"].as_str().unwrap()]);
    accept(&person, &token).await.problem(410, "invitation_expired");
}

#[tokio::test]
async fn vk_43_an_invitation_of_another_organization_does_not_exist() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let made = invite(&org.owner, &org, "grace@example.org", "member").await.is(201);
    let id = made["id"].as_str().unwrap();
    for path in [format!("{}/invitations/{id}", org.path), format!("{}/invitations/{id}", other.path)] {
        other.owner.get(&path).await.problem(404, "not_found");
        other.owner.delete(&path).await.problem(404, "not_found");
    }
    other.owner.get(&format!("{}/invitations", org.path)).await.problem(404, "not_found");
    invite(&other.owner, &org, "x@example.org", "member").await.problem(404, "not_found");
    // A token whose organization was exchanged is none.
    let token = world.invitation_token("grace@example.org").await;
    let mut bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix("ushi_").unwrap()).unwrap();
    bytes[..16].copy_from_slice(other.id.parse::<uuid::Uuid>().unwrap().as_bytes());
    let forged = format!("ushi_{}", URL_SAFE_NO_PAD.encode(bytes));
    for token in [forged.as_str(), "ushi_", "ushi_AAAA", "nonsense", &token.replace("ushi_", "ushr_")] {
        world.nobody().post("/v1/invitations/inspect", json!({"token": token})).await.problem(404, "not_found");
        accept(&org.owner, token).await.problem(404, "not_found");
        register(&world, token).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn vk_61_a_role_that_was_taken_no_longer_invites_with_the_same_session() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    invite(&admin, &org, "one@example.org", "member").await.is(201);
    let sql = "update role_assignments set role = $2 where member_id = $1";
    let set = |role: &'static str| {
        let id: uuid::Uuid = admin.id.parse().unwrap();
        let world = &world;
        async move {
            let mut owner = world.owner_connection().await;
            sqlx::query(sql).bind(id).bind(role).execute(&mut owner).await.unwrap();
        }
    };
    set("member").await;
    invite(&admin, &org, "two@example.org", "member").await.problem(403, "forbidden");
    set("owner").await;
    invite(&admin, &org, "two@example.org", "owner").await.is(201);
}

/// Whoever makes an organization is no master of other people's letter boxes.
#[tokio::test]
async fn an_address_is_invited_a_few_times_a_day_and_no_more() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    for _ in 0..5 {
        let made = invite(&org.owner, &org, "grace@example.org", "member").await.is(201);
        let one = format!("{}/invitations/{}", org.path, made["id"].as_str().unwrap());
        org.owner.delete(&one).await.is(204);
    }
    let refused = invite(&org.owner, &org, "GRACE@example.org", "admin").await;
    let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((86_000..=86_401).contains(&seconds), "{seconds}");
    refused.problem(429, "too_much_mail");
    assert_eq!(world.mail_to("grace@example.org").await.len(), 5);
    let pending = format!("{}/invitations?state=pending", org.path);
    assert!(org.owner.get(&pending).await.ids().is_empty(), "what is refused leaves nothing");
    // Other addresses, other organizations and the next day are as free as they were.
    invite(&org.owner, &org, "ada@example.org", "member").await.is(201);
    invite(&other.owner, &other, "grace@example.org", "member").await.is(201);
    world.arrange("update recent_mail set created_at = created_at - interval '1 day'").await;
    invite(&org.owner, &org, "grace@example.org", "member").await.is(201);
}

#[tokio::test]
async fn invitations_page_from_the_newest_on() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/invitations", org.path);
    let mut made = Vec::new();
    for n in 0..5 {
        let invitation = invite(&org.owner, &org, &format!("p{n}@example.org"), "member").await.is(201);
        made.insert(0, invitation["id"].as_str().unwrap().to_owned());
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = org.owner.get(&format!("{path}?limit=2&include=total{cursor}")).await.is(200);
        assert_eq!(page["total"], 5);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, made);
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
        ("include=x", "include"),
        ("state=x", "state"),
        ("color=x", "color"),
    ] {
        org.owner.get(&format!("{path}?{query}")).await.names(400, parameter);
    }
    let stale = org.owner.request(reqwest::Method::DELETE, &format!("{path}/{}", made[0])).header("if-match", "\"9\"");
    org.owner.send(stale).await.problem(412, "stale");
    org.owner.delete(&format!("{path}/{}", made[0])).await.is(204);
    assert_eq!(org.owner.get(&format!("{path}?state=pending&include=total")).await.is(200)["total"], 4);
}

/// With a membership comes what is everybody's: through a token nobody makes somebody a member who gets more than its scopes.
#[tokio::test]
async fn law_6_a_token_invites_to_no_more_than_its_scopes_have() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let (_, narrow) = super::personal_token(&org, &org.owner, Some(&["invitation.create"])).await;
    for role in ["member", "employee"] {
        invite(&narrow, &org, "new@example.org", role).await.problem(403, "role_out_of_reach");
    }
    invite(&org.owner, &org, "new@example.org", "employee").await.is(201);
}
