//! Ticket templates.

use usher_tests::{Value, World, json};

use super::team;

fn question(kind: &str, options: &[&str]) -> Value {
    json!({"key": kind, "label": "?", "kind": kind, "required": true, "options": options})
}

#[tokio::test]
async fn vk_40_an_organization_begins_with_exactly_one_template() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let list = org.owner.get(&format!("{}/desk/templates?include=total,permissions", org.path)).await.is(200);
    assert_eq!((list["total"].as_i64(), list["items"].as_array().unwrap().len()), (Some(1), 1));
    assert_eq!(list["items"][0]["team_ids"], json!([]));
    assert_eq!(list["items"][0]["permissions"], json!(["template.view", "template.update", "template.delete"]));
}

#[tokio::test]
async fn a_template_is_created_changed_and_deleted_by_owner_and_admin() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let admin = world.member(&org, "admin").await;
    let path = format!("{}/desk/templates", org.path);
    let body = json!({"name": "Returns", "questions": [question("select", &["Broken", "Late"])]});
    let made = admin.post(&path, body.clone()).await;
    let place = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(made.etag(), "\"1\"");
    let id = made.is(201)["id"].clone();
    assert_eq!(place, format!("{path}/{}", id.as_str().unwrap()));
    admin.post(&path, body).await.problem(409, "template_name_taken");

    org.owner.patch(&place, json!({"description": "x"})).await.problem(428, "precondition_required");
    let changed = org.owner.patch_if(&place, "\"1\"", json!({"description": "For goods that come back."})).await;
    assert_eq!(changed.etag(), "\"2\"");
    let changed = changed.is(200);
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Returns"), &json!("For goods that come back.")));
    org.owner.patch_if(&place, "\"1\"", json!({"name": "Late"})).await.problem(412, "stale");
    let stale = org.owner.request(reqwest::Method::DELETE, &place).header("if-match", "\"1\"");
    org.owner.send(stale).await.problem(412, "stale");

    let found = org.owner.get(&format!("{path}?q=reTURN")).await.ids();
    assert_eq!(found, [id.as_str().unwrap()]);
    assert!(org.owner.get(&format!("{path}?q=%25")).await.ids().is_empty());
    admin.delete(&place).await.is(204);
    admin.get(&place).await.problem(404, "not_found");
    admin.delete(&place).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_template_says_what_is_wrong_with_its_questions() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/desk/templates", org.path);
    let good = format!("{path}/{}", world.create_template(&org, "Good", &[]).await);
    for (questions, place) in [
        (json!([]), "/questions"),
        (json!([question("select", &[])]), "/questions/0/options"),
        (json!([question("text", &["a"])]), "/questions/0/options"),
        (json!([question("select", &["a", "b", "a"])]), "/questions/0/options/2"),
        (json!([question("checkbox", &["x"; 101])]), "/questions/0/options"),
        (json!([question("text", &[]), question("text", &[])]), "/questions/1/key"),
        (json!([{"key": "a", "label": "?", "kind": "colour"}]), "/questions/0/kind"),
        (json!([{"key": "", "label": "?", "kind": "text"}]), "/questions/0/key"),
        (json!([{"key": "a", "kind": "text"}]), "/questions/0/label"),
        (json!([{"key": "a", "label": "?", "kind": "text", "points": 3}]), "/questions/0/points"),
    ] {
        org.owner.post(&path, json!({"name": "Bad", "questions": questions})).await.names(422, place);
        org.owner.patch_if(&good, "\"1\"", json!({"questions": questions})).await.names(422, place);
    }
    org.owner.post(&path, json!({"name": " ", "questions": [question("text", &[])]})).await.names(422, "/name");
    org.owner.post(&path, json!({"questions": []})).await.names(422, "/name");
    let unknown = json!({"name": "x", "questions": [question("text", &[])], "colour": 1});
    org.owner.post(&path, unknown).await.names(422, "/colour");
    let not_an_id = json!({"name": "x", "questions": [question("text", &[])], "team_ids": ["me"]});
    org.owner.post(&path, not_an_id).await.names(422, "/team_ids/0");
    org.owner.get(&format!("{path}?sort=colour")).await.names(400, "sort");
    org.owner.get(&format!("{path}?limit=0")).await.names(400, "limit");
    org.owner.get(&format!("{path}/none")).await.names(400, "template");
}

#[tokio::test]
async fn vk_24_a_member_sees_the_templates_of_their_teams_and_changes_none() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (anna, berta) = (world.member(&org, "member").await, world.member(&org, "member").await);
    let (red, blue) = (team(&world, &org, &[&anna]).await, team(&world, &org, &[&berta]).await);
    let template = world.create_template(&org, "Returns", &[&red]).await;
    let path = format!("{}/desk/templates", org.path);
    let place = format!("{path}/{template}");

    assert_eq!(anna.get(&path).await.ids(), [template.as_str()]);
    anna.get(&place).await.is(200);
    assert!(berta.get(&path).await.ids().is_empty());
    berta.get(&place).await.problem(404, "not_found");
    assert_eq!(org.owner.get(&format!("{path}?team={red}")).await.ids(), [template.as_str()]);
    assert!(org.owner.get(&format!("{path}?team={blue}")).await.ids().is_empty());

    world.set_template_teams(&org, &template, &[&blue]).await;
    anna.get(&place).await.problem(404, "not_found");
    assert!(anna.get(&path).await.ids().is_empty());
    assert_eq!(berta.get(&path).await.ids(), [template.as_str()]);

    berta.patch_if(&place, "\"2\"", json!({"name": "Mine"})).await.problem(403, "forbidden");
    berta.delete(&place).await.problem(403, "forbidden");
    anna.patch_if(&place, "\"2\"", json!({"name": "Mine"})).await.problem(404, "not_found");
    anna.delete(&place).await.problem(404, "not_found");
    let body = json!({"name": "Mine", "questions": []});
    assert_eq!(anna.post(&path, body).await.problem(403, "forbidden")["permission"], "template.create");
}

/// VK-29, VK-30.
#[tokio::test]
async fn vk_29_vk_30_who_sees_unrouted_tickets_follows_the_template_at_once() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let anna = world.member(&org, "member").await;
    let red = team(&world, &org, &[&anna]).await;
    let template = world.create_template(&org, "Returns", &[]).await;
    let place = format!("{}/desk/templates/{template}", org.path);
    let tickets = format!("{}/desk/tickets", org.path);
    let body = json!({"subject": "Broken", "template_id": template, "answers": {"details": "x"}});
    let ticket = org.owner.post(&tickets, body).await.is(201)["id"].as_str().unwrap().to_owned();
    let unrouted = format!("{tickets}/{ticket}");
    for _ in 0..2 {
        // VK-30
        anna.get(&place).await.problem(404, "not_found");
        anna.get(&unrouted).await.problem(404, "not_found");
        assert!(anna.get(&tickets).await.ids().is_empty());
        let reply = anna.post(&format!("{unrouted}/replies"), json!({"body": "x"})).await;
        reply.problem(404, "not_found");
        // VK-29
        world.set_template_teams(&org, &template, &[&red]).await;
        anna.get(&place).await.is(200);
        anna.get(&unrouted).await.is(200);
        assert_eq!(anna.get(&tickets).await.ids(), [ticket.as_str()]);
        anna.post(&format!("{unrouted}/replies"), json!({"body": "x"})).await.is(201);
        world.set_template_teams(&org, &template, &[]).await;
    }
    // Without its template it is nobody's in a team, and it says that it has changed.
    world.set_template_teams(&org, &template, &[&red]).await;
    let before = anna.get(&unrouted).await.etag();
    org.owner.delete(&place).await.is(204);
    anna.get(&unrouted).await.problem(404, "not_found");
    let after = org.owner.get(&unrouted).await;
    assert_ne!(after.etag(), before);
    assert_eq!(after.is(200)["template_id"], json!(null));
}

#[tokio::test]
async fn vk_43_a_team_of_another_organization_does_not_exist() {
    let world = World::start().await;
    let (org, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let (own, foreign) = (team(&world, &org, &[]).await, team(&world, &other, &[]).await);
    let path = format!("{}/desk/templates", org.path);
    let body = json!({"name": "x", "questions": [question("text", &[])], "team_ids": [own, foreign]});
    org.owner.post(&path, body).await.names(404, "/team_ids/1");
    let template = world.create_template(&org, "Returns", &[]).await;
    let place = format!("{path}/{template}");
    org.owner.patch_if(&place, "\"1\"", json!({"team_ids": [foreign]})).await.names(404, "/team_ids/0");
    org.owner.get(&format!("{path}?team={foreign}")).await.names(404, "team");
    assert_eq!(org.owner.get(&place).await.is(200)["team_ids"], json!([]));

    let theirs = format!("{}/desk/templates/{template}", other.path);
    other.owner.get(&theirs).await.problem(404, "not_found");
    other.owner.patch_if(&theirs, "\"1\"", json!({"name": "Mine"})).await.problem(404, "not_found");
    other.owner.delete(&theirs).await.problem(404, "not_found");
    other.owner.get(&place).await.problem(404, "not_found");
    world.nobody().get(&place).await.problem(401, "token_missing");
}

#[tokio::test]
async fn two_changes_of_one_template_at_once_do_not_overwrite_each_other() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let template = world.create_template(&org, "Returns", &[]).await;
    let place = format!("{}/desk/templates/{template}", org.path);
    let (a, b) = tokio::join!(
        org.owner.patch_if(&place, "\"1\"", json!({"name": "A"})),
        org.owner.patch_if(&place, "\"1\"", json!({"name": "B"}))
    );
    let mut both = [a.status, b.status];
    both.sort_unstable();
    assert_eq!(both, [200, 412]);
}
