//! Roles of an organization's own in the table of queue permissions, and what is done with them at the same time.

use usher_tests::{Value, World, json};

use super::queue_roles::{Desk, REPLIER, Row, made, patch, post, role, roles_on, set, table, table_of};

#[tokio::test]
async fn a_table_names_roles_that_there_are_and_each_once() {
    let world = World::start().await;
    let [Desk { org, user, queues: [a, b], .. }, other] = [Desk::new(&world).await, Desk::new(&world).await];
    let location = made(&org.owner, &org, role("replier", &REPLIER)).await;
    made(&other.org.owner, &other.org, role("theirs", &REPLIER)).await;
    let mut body = role("auditor", &[("organization.view", "yes")]);
    body["level"] = json!("organization");
    made(&org.owner, &org, body).await;
    for (roles, place, code) in [
        (json!(["replier", "nobodys"]), "/permissions/1/roles/1", "unknown_role"),
        (json!(["theirs"]), "/permissions/1/roles/0", "unknown_role"),
        (json!(["auditor"]), "/permissions/1/roles/0", "unknown_role"),
        (json!(["contribute"]), "/permissions/1/roles/0", "unknown_role"),
        (json!(["replier", "replier"]), "/permissions/1/roles/1", "duplicate"),
        (json!([""]), "/permissions/1/roles/0", ""),
        (json!("replier"), "/permissions/1/roles", ""),
        (json!(vec!["replier"; 101]), "/permissions/1/roles", ""),
    ] {
        let mut body = table(&[(&a, &[], &["replier"]), (&b, &[], &[])]);
        body["permissions"][1]["roles"] = roles;
        let etag = org.owner.get(&table_of(&org, &user)).await.etag();
        let problem = org.owner.put_if(&table_of(&org, &user), &etag, body).await.names(422, place);
        assert!(code.is_empty() || problem["errors"][0]["code"] == code, "{problem:#}");
    }
    let read = org.owner.get(&table_of(&org, &user)).await;
    let etag = read.etag();
    assert_eq!(roles_on(&read.is(200), &a), json!([]), "all or nothing");
    let rows: &[Row<'_>] = &[(&a, &[], &["replier"])];
    org.owner.put_if(&table_of(&org, &user), &etag, table(rows)).await.is(200);
    org.owner.put_if(&table_of(&org, &user), &etag, table(&[])).await.problem(412, "stale");
    user.put_if(&table_of(&org, &user), &etag, table(rows)).await.problem(403, "forbidden");
    // In use it says by whom, and goes afterwards.
    let problem = org.owner.delete(&location).await.problem(409, "in_use");
    assert!(problem["detail"].as_str().unwrap().contains("held by user"), "{problem:#}");
    set(&org.owner, &org, &user, &[]).await.is(200);
    org.owner.delete(&location).await.is(204);
    set(&org.owner, &org, &user, rows).await.names(422, "/permissions/0/roles/0");

    // What no role of a queue could be.
    let mut body = role("extra", &[]);
    for level in ["workspace", "project"] {
        body["level"] = json!(level);
        post(&org.owner, &org, body.clone()).await.names(422, "/level");
    }
    for (grants, place) in [
        ([("member.view", "yes")], "/grants/0/permission"),
        ([("ticket.view", "mailbox_target")], "/grants/0/when"),
        ([("order.view", "yes")], "/grants/0/permission"),
    ] {
        post(&org.owner, &org, role("extra", &grants)).await.names(422, place);
    }
    post(&org.owner, &org, role("contribute", &[])).await.problem(409, "role_key_taken");
    post(&org.owner, &org, role("auditor", &[])).await.is(201);
}

#[tokio::test]
async fn law_9_a_role_is_given_deleted_and_changed_one_after_the_other() {
    let world = World::start().await;
    let desk = Desk::new(&world).await;
    let Desk { org, user, queues: [a, _], tickets: [here, _] } = &desk;
    let path = table_of(org, user);
    for first in ["given", "deleted"] {
        let location = made(&org.owner, org, role("replier", &REPLIER)).await;
        let (etag, body) = (org.owner.get(&path).await.etag(), table(&[(a, &[], &["replier"])]));
        // Stopped where it is about to write.
        let row = if first == "given" {
            format!("members where id = '{}'", user.id)
        } else {
            format!("custom_roles where id = '{}'", location.rsplit('/').next().unwrap())
        };
        let held = world.hold(&format!("select from {row} for update")).await;
        let give = {
            let (owner, path) = (org.owner.clone(), path.clone());
            async move { owner.put_if(&path, &etag, body).await }
        };
        let delete = {
            let (owner, location) = (org.owner.clone(), location.clone());
            async move { owner.delete(&location).await }
        };
        let (giving, deleting) = if first == "given" {
            let giving = tokio::spawn(give);
            world.until_waiting("transactionid", 1).await;
            (giving, tokio::spawn(delete))
        } else {
            let deleting = tokio::spawn(delete);
            world.until_waiting("transactionid", 1).await;
            (tokio::spawn(give), deleting)
        };
        world.until_waiting("advisory", 1).await;
        held.let_go().await;
        let (given, deleted) = (giving.await.unwrap(), deleting.await.unwrap());
        if first == "given" {
            given.is(200);
            deleted.problem(409, "in_use");
            set(&org.owner, org, user, &[]).await.is(200);
            org.owner.delete(&location).await.is(204);
        } else {
            given.names(422, "/permissions/0/roles/0");
            deleted.is(204);
        }
    }
    // Whoever acts by it is waited for.
    let location = made(&org.owner, org, role("replier", &REPLIER)).await;
    desk.give("replier").await;
    let ticket = here.rsplit('/').next().unwrap();
    let held = world.hold(&format!("select from tickets where id = '{ticket}' for update")).await;
    let acting = {
        let (user, path) = (user.clone(), format!("{here}/replies"));
        tokio::spawn(async move { user.post(&path, json!({"body": "Hello"})).await })
    };
    world.until_waiting("transactionid", 1).await;
    let changing = {
        let owner = org.owner.clone();
        tokio::spawn(async move { patch(&owner, &location, json!({"grants": []})).await })
    };
    world.until_waiting("advisory", 1).await;
    held.let_go().await;
    acting.await.unwrap().is(201);
    changing.await.unwrap().is(200);
    desk.reply(0).await.problem(404, "not_found");
}

#[tokio::test]
async fn the_role_finder_knows_it_and_names_it_to_who_sees_roles() {
    let world = World::start().await;
    let Desk { org, user, .. } = Desk::new(&world).await;
    made(&org.owner, &org, role("replier", &REPLIER)).await;
    let path = format!("{}/roles/suggest?permissions=ticket.view,ticket.reply", org.path);
    let found = |answer: Value| {
        let role = &answer["items"][0]["roles"][0];
        (role["level"].clone(), role["key"].clone(), role["custom"].clone())
    };
    let told = found(org.owner.get(&path).await.is(200));
    assert_eq!(told, (json!("queue"), json!("replier"), json!(true)));
    let told = found(user.get(&path).await.is(200));
    assert!(told.1 != "replier" && told.2 == false, "{told:?}");
}
