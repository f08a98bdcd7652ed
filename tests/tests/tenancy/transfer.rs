//! An organization is handed over: the one role that exactly one holds passes, and nothing else does.

use usher_tests::{Organization, Person, Value, World, json, yes};

/// Hands over.
async fn transfer(org: &Organization, by: &Person, to: &str) -> usher_tests::Answer {
    by.post(&format!("{}/transfer", org.path), json!({"member_id": to})).await
}

/// The organization roles of somebody, as the database has them.
async fn roles(world: &World, org: &Organization, person: &Person) -> String {
    let sql = format!(
        "select string_agg(role, ',' order by role) from role_assignments where org_id = '{}' and member_id = '{}'
            and team_id is null and queue_id is null",
        org.id, person.id
    );
    world.look(&sql).await.unwrap_or_default()
}

/// How many hold the owner's role.
async fn owners(world: &World, org: &Organization) -> String {
    let sql = format!("select count(*) from role_assignments where org_id = '{}' and role = 'owner'", org.id);
    world.look(&sql).await.unwrap()
}

#[tokio::test]
async fn vx_33_only_the_owner_hands_the_organization_over() {
    for model in ["field", "suite"] {
        let world = World::start().await;
        let org = world.organization(model).await;
        let next = world.member(&org, "member").await;
        for role in ["super_admin", "admin", "member"] {
            let person = world.member(&org, role).await;
            for to in [&person.id, &next.id, &org.owner.id] {
                let problem = transfer(&org, &person, to).await.problem(403, "forbidden");
                assert_eq!(problem["permission"], "organization.transfer", "VX-33: {model} {role}");
            }
            // Who may not is not told how to say it.
            person.post(&format!("{}/transfer", org.path), json!({"to": 1})).await.problem(403, "forbidden");
        }
        let stranger = world.person("mallory").await;
        transfer(&org, &stranger, &stranger.id).await.problem(404, "not_found");
        assert_eq!((roles(&world, &org, &org.owner).await, owners(&world, &org).await), ("owner".into(), "1".into()));
        let given = transfer(&org, &org.owner, &next.id).await.is(200);
        assert_eq!(given["id"], *next.id, "VX-33: {model}");
    }
}

#[tokio::test]
async fn vx_34_the_new_one_is_owner_at_once_and_the_former_a_super_admin() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let (next, path) = (world.member(&org, "admin").await, format!("{}/members", org.path));
    let before = next.get(&format!("{path}/{}", org.owner.id)).await.etag();
    let given = transfer(&org, &org.owner, &next.id).await.is(200);
    assert_eq!(given["roles"], json!(["owner"]), "VX-34: the role takes the place of the one that they had");
    let former = org.owner.get(&format!("{path}/{}", org.owner.id)).await;
    assert_ne!(former.etag(), before);
    assert_eq!(former.is(200)["roles"], json!(["super_admin"]), "VX-34");
    assert_eq!(owners(&world, &org).await, "1", "VX-3");
    // What each may do follows at once, with the tokens that they have.
    let delete = format!("{}?confirm={}", org.path, org.slug);
    org.owner.delete(&delete).await.problem(403, "forbidden");
    transfer(&org, &org.owner, &org.owner.id).await.problem(403, "forbidden");
    org.owner.patch(&org.path, json!({"name": "Still run"})).await.is(200);
    // It can be handed back, and on.
    transfer(&org, &next, &org.owner.id).await.is(200);
    assert_eq!(roles(&world, &org, &next).await, "super_admin", "VX-34");
    next.delete(&delete).await.problem(403, "forbidden");
    org.owner.delete(&delete).await.is(204);
}

/// Where members have several roles, the others stay: but those that only read would cap the owner.
#[tokio::test]
async fn vx_34_in_the_suite_other_roles_stay_but_those_that_cap() {
    let world = World::start().await;
    let org = world.organization("suite").await;
    let next = world.member(&org, "viewer").await;
    let sql = format!(
        "insert into role_assignments (org_id, id, member_id, role)
         select '{}', gen_random_uuid(), m::uuid, r from (values ('{next}', 'manager'), ('{owner}', 'super_admin'),
            ('{owner}', 'ticket_manager')) as held (m, r)",
        org.id,
        next = next.id,
        owner = org.owner.id
    );
    world.arrange(&sql).await;
    next.patch(&org.path, json!({"name": "Mine"})).await.problem(403, "forbidden");
    transfer(&org, &org.owner, &next.id).await.is(200);
    assert_eq!(roles(&world, &org, &next).await, "manager,owner", "VX-34");
    assert_eq!(roles(&world, &org, &org.owner).await, "super_admin,ticket_manager", "VX-34");
    next.patch(&org.path, json!({"name": "Mine"})).await.is(200);
}

#[tokio::test]
async fn vx_35_the_owner_neither_goes_nor_is_demoted_without_a_transfer() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let super_admin = world.member(&org, "super_admin").await;
    let (member, leave) = (format!("{}/members/{}", org.path, org.owner.id), format!("{}/leave", org.path));
    super_admin.delete(&member).await.problem(403, "role_out_of_reach");
    super_admin.patch(&member, json!({"roles": ["member"]})).await.problem(403, "role_out_of_reach");
    for roles in [json!(["member"]), json!(["super_admin"])] {
        org.owner.patch(&member, json!({"roles": roles})).await.problem(403, "role_out_of_reach");
    }
    org.owner.delete(&member).await.problem(403, "role_out_of_reach");
    org.owner.post_empty(&leave).await.problem(409, "last_holder");
    transfer(&org, &org.owner, &super_admin.id).await.is(200);
    org.owner.post_empty(&leave).await.is(204);
    super_admin.post_empty(&leave).await.problem(409, "last_holder");
}

#[tokio::test]
async fn vx_33_to_whom_an_organization_is_not_handed_over() {
    let world = World::start().await;
    let (org, other) = (world.organization("field").await, world.organization("field").await);
    let removed = world.member(&org, "admin").await;
    org.owner.delete(&format!("{}/members/{}", org.path, removed.id)).await.is(204);
    let never = uuid::Uuid::now_v7().to_string();
    let of_other = world.member(&other, "admin").await;
    for (to, what) in [
        (&never, "nobody"),
        (&other.owner.id, "a foreign owner"),
        (&of_other.id, "a foreign admin"),
        (&removed.id, "who was removed"),
    ] {
        let problem = transfer(&org, &org.owner, to).await.names(404, "/member_id");
        assert_eq!(problem["code"], "not_found", "{what}");
    }
    let named = |answer: Value, code: &str| assert_eq!(answer["errors"][0]["code"], code);
    named(transfer(&org, &org.owner, &org.owner.id).await.names(422, "/member_id"), "same_member");
    let idle = world.member(&org, "super_admin").await;
    for state in ["blocked", "deactivated"] {
        world.arrange(&format!("update members set state = '{state}' where id = '{}'", idle.id)).await;
        named(transfer(&org, &org.owner, &idle.id).await.names(422, "/member_id"), "member_inactive");
    }
    let (_, service) = super::service_token(&org, &org.owner, &["admin"], None).await;
    named(transfer(&org, &org.owner, &service.id).await.names(422, "/member_id"), "not_for_services");
    for body in [json!({}), json!({"member_id": null}), json!({"member_id": "owner"}), json!({"member_id": 1})] {
        org.owner.post(&format!("{}/transfer", org.path), body).await.names(422, "/member_id");
    }
    assert_eq!((roles(&world, &org, &org.owner).await, owners(&world, &org).await), ("owner".into(), "1".into()));
    assert_eq!(owners(&world, &other).await, "1");
}

/// Of two at once one is done: the other is no owner any more.
#[tokio::test]
async fn vx_33_twice_at_once() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let (one, two) = (world.member(&org, "admin").await, world.member(&org, "member").await);
    let (first, second) = tokio::join!(transfer(&org, &org.owner, &one.id), transfer(&org, &org.owner, &two.id));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
    assert_eq!(owners(&world, &org).await, "1", "VX-3");
    assert_eq!(roles(&world, &org, &org.owner).await, "super_admin");
}

/// Law 9: what either of the two is doing is waited for.
#[tokio::test]
async fn law_9_a_transfer_waits_for_what_either_does() {
    let world = World::start().await;
    for of_next in [false, true] {
        let org = world.organization("field").await;
        let next = world.member(&org, "member").await;
        let who = if of_next { &next.id } else { &org.owner.id };
        let lock = format!("select pg_advisory_xact_lock_shared(member_lock('{}', '{who}'))", org.id);
        let held = world.hold(&lock).await;
        let handing = tokio::spawn(async move { transfer(&org, &org.owner, &next.id).await });
        world.until_waiting("advisory", 1).await;
        held.let_go().await;
        handing.await.unwrap().is(200);
    }
}

/// A role of the organization's own may give the permission: the organization is still its owner's to hand over.
#[tokio::test]
async fn vx_33_who_has_the_permission_and_is_not_the_owner() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let heir = world.member_with(&org, "heir", &yes(["organization.transfer", "member.view"])).await;
    let problem = transfer(&org, &heir, &heir.id).await.problem(403, "role_out_of_reach");
    assert_eq!(problem["permission"], "organization.transfer");
    // Nor is it handed over with a token that has not all that the role gives.
    let (_, token) = super::personal_token(&org, &org.owner, Some(&["organization.transfer", "member.view"])).await;
    transfer(&org, &token, &heir.id).await.problem(403, "role_out_of_reach");
    let (_, token) = super::personal_token(&org, &org.owner, Some(&["member.view"])).await;
    transfer(&org, &token, &heir.id).await.problem(403, "forbidden");
    assert_eq!(roles(&world, &org, &org.owner).await, "owner");
    transfer(&org, &org.owner, &heir.id).await.is(200);
    assert_eq!(
        (roles(&world, &org, &heir).await, roles(&world, &org, &org.owner).await),
        ("owner".into(), "super_admin".into())
    );
}

/// The four models with roles that nobody hands over have nobody who may.
#[tokio::test]
async fn vx_33_where_no_role_is_held_by_exactly_one_nothing_is_handed_over() {
    let world = World::start().await;
    for model in ["helpdesk", "queues", "box_office", "lab"] {
        let org = world.organization(model).await;
        transfer(&org, &org.owner, &org.owner.id).await.problem(403, "forbidden");
    }
}
