//! The list of members, and its export.

use usher_tests::{Organization, Person, World, json, yes};

async fn invite(world: &World, org: &Organization, email: &str, role: &str, state: &str, expires: &str) {
    let sql = format!(
        "insert into invitations (org_id, id, email, role, token_hash, state, expires_at)
         values ('{}', gen_random_uuid(), '{email}', '{role}', decode(md5('{email}{state}'), 'hex'), '{state}',
            now() + interval '{expires}')",
        org.id
    );
    world.arrange(&sql).await;
}

/// A member of this very name.
async fn named(world: &World, org: &Organization, name: &str) -> Person {
    let person = world.member(org, "member").await;
    person.patch("/v1/me", json!({"name": name})).await.is(200);
    person
}

async fn names(person: &Person, path: &str) -> Vec<String> {
    let items = person.walk(path).await;
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn vk_85_the_list_has_roles_teams_and_times() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    member.get(&org.path).await.is(200);
    let listed = org.owner.get(&format!("{}/members?include=total,permissions", org.path)).await.is(200);
    assert_eq!(listed["total"], 2);
    let item = listed["items"].as_array().unwrap().iter().find(|item| item["id"] == member.id).unwrap().clone();
    assert_eq!(item["email"], member.email);
    assert_eq!((&item["state"], &item["roles"], &item["teams"]), (&json!("active"), &json!(["member"]), &json!([])));
    assert!(item["joined_at"].is_string());
    assert!(item["permissions"].as_array().unwrap().contains(&json!("member.remove")));
    let one = member.get(&format!("{}/members/{}?include=permissions", org.path, member.id)).await;
    assert_eq!(one.etag(), "\"1\"");
    assert_eq!(one.is(200)["permissions"], json!(["member.view", "member.leave"]));
}

#[tokio::test]
async fn pages_hold_every_member_once_in_each_order() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    // Two of a name, in different cases, so that the order must be settled by more than the name.
    for name in ["Bea", "bea", "Ada", "Cyd"] {
        named(&world, &org, name).await;
    }
    for sort in ["name", "joined_at", "last_active_at"] {
        let path = format!("{}/members?limit=2&sort=", org.path);
        let up: Vec<_> = org.owner.walk(&format!("{path}{sort}")).await.iter().map(|m| m["id"].clone()).collect();
        let mut down: Vec<_> =
            org.owner.walk(&format!("{path}-{sort}")).await.iter().map(|m| m["id"].clone()).collect();
        down.reverse();
        let mut distinct: Vec<_> = up.iter().map(ToString::to_string).collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!((up.len(), distinct.len()), (5, 5), "{sort}");
        assert_eq!(up, down, "{sort}");
    }
    let named = names(&org.owner, &format!("{}/members", org.path)).await;
    assert_eq!(named.iter().map(|n| n.to_lowercase()).collect::<Vec<_>>(), ["ada", "bea", "bea", "cyd", "owner"]);
}

#[tokio::test]
async fn who_never_was_active_comes_first_by_last_activity() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let idle = world.member(&org, "member").await;
    let recorded = format!(
        "insert into member_activity (org_id, member_id) values ('{}', '{}') on conflict do nothing",
        org.id, org.owner.id
    );
    world.arrange(&recorded).await;
    let ids = org.owner.get(&format!("{}/members?sort=last_active_at&limit=1", org.path)).await.ids();
    assert_eq!(ids, [idle.id]);
}

#[tokio::test]
async fn vk_82_members_are_filtered_by_role_state_and_text() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    let odd = named(&world, &org, "100%_\\odd").await;
    world.arrange(&format!("update members set state = 'blocked' where id = '{}'", odd.id)).await;
    let path = |query: &str| format!("{}/members?{query}", org.path);
    for (query, expected) in [
        ("role=owner", &org.owner.id),
        ("role=admin", &admin.id),
        ("role=member", &odd.id),
        ("state=blocked", &odd.id),
        ("q=100%25_%5CO", &odd.id),
        ("q=ADMIN-", &admin.id),
    ] {
        assert_eq!(org.owner.get(&path(query)).await.ids(), vec![expected.clone()], "{query}");
    }
    // A wildcard of the database's is a character like any other here.
    assert!(org.owner.get(&path("q=%25odd")).await.ids().is_empty());
    assert!(org.owner.get(&path("role=admin&state=blocked")).await.ids().is_empty());
    assert_eq!(org.owner.get(&path("role=owner&include=total")).await.is(200)["total"], 1);
}

#[tokio::test]
async fn a_query_that_cannot_be_is_named() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for (query, parameter) in [
        ("role=superuser", "role"),
        ("state=gone", "state"),
        ("sort=email", "sort"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
        ("include=everything", "include"),
        ("team=x", "team"),
        ("page=2", "page"),
    ] {
        org.owner.get(&format!("{}/members?{query}", org.path)).await.names(400, parameter);
    }
    // A cursor is good for the order that it came from.
    world.member(&org, "member").await;
    let page = org.owner.get(&format!("{}/members?limit=1", org.path)).await.is(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    org.owner.get(&format!("{}/members?sort=-name&cursor={cursor}", org.path)).await.names(400, "cursor");
}

#[tokio::test]
async fn vk_48_pending_invitations_stand_in_the_list_for_who_may_see_them() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let [admin, member] = [world.member(&org, "admin").await, world.member(&org, "member").await];
    for (email, role, state, expires) in [
        ("first@example.org", "admin", "pending", "1 day"),
        ("second@example.org", "member", "pending", "1 day"),
        ("late@example.org", "member", "pending", "-1 day"),
        ("back@example.org", "member", "revoked", "1 day"),
        ("came@example.org", "member", "accepted", "1 day"),
    ] {
        invite(&world, &org, email, role, state, expires).await;
    }
    let pending = async |person: &Person, query: &str| {
        let list = person.get(&format!("{}/members{query}", org.path)).await.is(200);
        let mut emails: Vec<_> = list["pending_invitations"].as_array()?.iter().map(|i| i["email"].clone()).collect();
        emails.sort_by_key(ToString::to_string);
        assert!(
            list["pending_invitations"]
                .as_array()?
                .iter()
                .all(|i| i["state"] == "pending" && i["token_hash"].is_null())
        );
        Some(emails)
    };
    for person in [&org.owner, &admin] {
        assert_eq!(pending(person, "").await.unwrap(), ["first@example.org", "second@example.org"]);
    }
    assert_eq!(pending(&member, "").await, None);
    assert_eq!(pending(&org.owner, "?role=admin").await.unwrap(), ["first@example.org"]);
    assert_eq!(pending(&org.owner, "?q=SECOND").await.unwrap(), ["second@example.org"]);
    assert!(pending(&org.owner, "?state=active").await.unwrap().is_empty());
    let first = org.owner.get(&format!("{}/members?limit=1", org.path)).await.is(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(pending(&org.owner, &format!("?limit=1&cursor={cursor}")).await, None);
}

#[tokio::test]
async fn vk_71_the_members_of_another_organization_do_not_exist() {
    let world = World::start().await;
    let [org, other] = [world.organization("helpdesk").await, world.organization("helpdesk").await];
    let stranger = world.member(&other, "member").await;
    invite(&world, &other, "theirs@example.org", "member", "pending", "1 day").await;
    let list = org.owner.get(&format!("{}/members?include=total", org.path)).await.is(200);
    assert_eq!((list["total"].clone(), list["pending_invitations"].clone()), (json!(1), json!([])));
    let path = format!("{}/members/{}", org.path, stranger.id);
    org.owner.get(&path).await.problem(404, "not_found");
    org.owner.patch(&path, json!({"roles": ["admin"]})).await.problem(404, "not_found");
    org.owner.delete(&path).await.problem(404, "not_found");
    for path in ["members", "members/export"] {
        org.owner.get(&format!("{}/{path}", other.path)).await.problem(404, "not_found");
    }
    org.owner.get(&format!("{}/members/{}", other.path, stranger.id)).await.problem(404, "not_found");
    org.owner.delete(&format!("{}/members/{}", other.path, stranger.id)).await.problem(404, "not_found");
}

#[tokio::test]
async fn who_sees_only_themselves_lists_only_themselves() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let [staff, user] = [world.member(&org, "staff").await, world.member(&org, "user").await];
    assert_eq!(staff.get(&format!("{}/members", org.path)).await.ids().len(), 3);
    let own = user.get(&format!("{}/members?include=total", org.path)).await.is(200);
    assert_eq!((own["total"].clone(), own["items"][0]["id"].clone()), (json!(1), json!(user.id)));
    user.get(&format!("{}/members/{}", org.path, user.id)).await.is(200);
    user.get(&format!("{}/members/{}", org.path, staff.id)).await.problem(404, "not_found");
    let export = user.get(&format!("{}/members/export", org.path)).await.is(200);
    assert_eq!(export.as_str().unwrap().lines().count(), 2);
}

#[tokio::test]
async fn vk_85_the_export_has_what_the_list_has() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let formula = named(&world, &org, "=HYPERLINK(\"x\",1)").await;
    invite(&world, &org, "soon@example.org", "admin", "pending", "1 day").await;
    let path = format!("{}/members/export", org.path);
    let answer = org.owner.get(&path).await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"members.csv\"");
    let export = answer.is(200);
    let lines: Vec<&str> = export.as_str().unwrap().lines().collect();
    assert_eq!(lines[0], "name,email,state,roles,teams,joined_at,last_active_at");
    let first = format!("\"'=HYPERLINK(\"\"x\"\",1)\",{},active,member,,20", formula.email);
    assert!(lines[1].starts_with(&first), "{}", lines[1]);
    assert!(lines[2].starts_with("owner,owner-"));
    assert_eq!(lines[3], ",soon@example.org,pending,admin,,,");
    assert_eq!(lines.len(), 4);
    // Who may not see invitations finds none here either; filters hold.
    let seen = formula.get(&path).await.is(200);
    assert!(!seen.as_str().unwrap().contains("soon@example.org"));
    let owners = org.owner.get(&format!("{path}?role=owner")).await.is(200);
    assert_eq!(owners.as_str().unwrap().lines().count(), 2);
    org.owner.get(&format!("{path}?role=king")).await.names(400, "role");
}

/// Members tell of the teams that their reader sees, in the list, by themselves, in the file and after a change.
#[tokio::test]
async fn a_member_tells_of_teams_to_who_sees_them() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let clerk = world.member(&org, "super_user").await;
    let person = world.member(&org, "member").await;
    let team = world.team(&org, "Secret").await;
    world.join_team(&org, &person, &team, "member").await;
    clerk.get(&format!("{}/teams/{team}", org.path)).await.problem(404, "not_found");
    let at = format!("{}/members/{}", org.path, person.id);
    for (reader, seen) in [(&clerk, false), (&org.owner, true), (&person, true)] {
        let told = [
            reader.get(&at).await.is(200).to_string(),
            json!(reader.walk(&format!("{}/members", org.path)).await).to_string(),
            reader.get(&format!("{}/members/export", org.path)).await.is(200).to_string(),
        ];
        for told in told {
            assert!(told.contains(&person.email) && told.contains("Secret") == seen, "{told}");
        }
    }
    let changed = clerk.patch(&at, json!({"roles": ["employee"]})).await;
    assert!([200, 403].contains(&changed.status) && !changed.body.to_string().contains("Secret"), "{:#}", changed.body);
}

/// A role of the organization's own is named to who sees or holds it, and to nobody else.
#[tokio::test]
async fn own_roles_are_named_to_who_sees_or_holds_them() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for key in ["hidden-one", "held-one"] {
        org.role("organization", key, &yes(["organization.view", "member.view"])).await;
    }
    let holder = world.member(&org, "held-one").await;
    let of = |role: &str| format!("{}/members?role={role}", org.path);
    let told = holder.get(&of("nope")).await.names(400, "role").to_string();
    assert!(told.contains("held-one") && !told.contains("hidden-one"), "{told}");
    holder.get(&of("held-one")).await.is(200);
    let told = org.owner.get(&of("nope")).await.names(400, "role").to_string();
    assert!(told.contains("held-one") && told.contains("hidden-one"), "{told}");
    org.owner.get(&of("hidden-one")).await.is(200);
}
