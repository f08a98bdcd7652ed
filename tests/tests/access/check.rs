//! Whether: the same answer as the act itself would get, and no more.

use usher_tests::{World, json};

#[tokio::test]
async fn a_check_says_what_the_act_would_say() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let other = world.organization("helpdesk").await;
    let (admin, member) = (world.member(&org, "admin").await, world.member(&org, "member").await);
    let path = format!("{}/access/check", org.path);
    let checks = json!({"checks": [
        {"permission": "organization.view"},
        {"permission": "organization.update"},
        {"permission": "member.view", "resource_id": org.owner.id},
        {"permission": "member.remove", "resource_id": org.owner.id},
        {"permission": "member.view", "resource_id": other.owner.id},
        {"permission": "ticket.view", "resource_id": "00000000-0000-7000-8000-000000000000"},
    ]});
    let outcomes = |body: usher_tests::Value| -> Vec<String> {
        body["results"].as_array().unwrap().iter().map(|r| r["outcome"].as_str().unwrap().to_owned()).collect()
    };
    let asked = member.post(&path, checks.clone()).await.is(200);
    assert_eq!(outcomes(asked), ["allowed", "forbidden", "allowed", "forbidden", "not_found", "not_found"]);
    let asked = org.owner.post(&path, checks.clone()).await.is(200);
    assert_eq!(outcomes(asked), ["allowed", "allowed", "allowed", "allowed", "not_found", "not_found"]);
    // About another member: whoever has the right to ask gets that member's answers.
    let mut about = checks;
    about["member_id"] = json!(member.id);
    let asked = admin.post(&path, about.clone()).await.is(200);
    assert_eq!(outcomes(asked), ["allowed", "forbidden", "allowed", "forbidden", "not_found", "not_found"]);
    let problem = world.member(&org, "member").await.post(&path, about.clone()).await.problem(403, "forbidden");
    assert_eq!(problem["permission"], "access.review");
    about["member_id"] = json!(other.owner.id);
    org.owner.post(&path, about).await.names(404, "/member_id");
}

#[tokio::test]
async fn a_check_that_makes_no_sense_is_told_place_by_place() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let path = format!("{}/access/check", org.path);
    let post = |body| org.owner.post(&path, body);
    post(json!({"checks": []})).await.names(422, "/checks");
    post(json!({"checks": vec![json!({"permission": "organization.view"}); 100]})).await.is(200);
    post(json!({"checks": vec![json!({"permission": "organization.view"}); 101]})).await.names(422, "/checks");
    let body = json!({"checks": [{"permission": "no.such"}, {"permission": "ticket.view"}, {"permission": "queue.create", "resource_id": org.id}]});
    let problem = post(body.clone()).await.names(422, "/checks/0/permission");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3);
    post(body.clone()).await.names(422, "/checks/1/resource_id");
    post(body).await.names(422, "/checks/2/resource_id");
    post(json!({"checks": [{"permission": "organization.view", "more": 1}]})).await.names(422, "/checks/0/more");
    world
        .person("stranger")
        .await
        .post(&path, json!({"checks": [{"permission": "organization.view"}]}))
        .await
        .problem(404, "not_found");
}
