//! The access models, and what I may do.

use usher_policy::{Model, ModelKey, Permission};
use usher_tests::{Value, World, json};

fn grant<'a>(scope: &'a Value, permission: &str) -> Option<&'a Value> {
    scope["permissions"].as_array().unwrap().iter().find(|grant| grant["permission"] == permission)
}

#[tokio::test]
async fn vx_79_ve_67_a_model_can_be_read_whole_and_its_document_is_what_runs() {
    let world = World::start().await;
    let person = world.person("reader").await;
    let models = person.get("/v1/access-models").await.is(200);
    let keys: Vec<&str> =
        models["items"].as_array().unwrap().iter().map(|model| model["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["helpdesk", "queues", "field", "box_office", "lab", "suite"]);
    for key in keys {
        let shown = person.get(&format!("/v1/access-models/{key}")).await.is(200);
        let model = Model::built_in(ModelKey::parse(key).unwrap());
        assert_eq!(shown["document"], model.document());
        let roles = shown["roles"].as_array().unwrap();
        assert_eq!(roles.len(), model.roles().count(), "{key}");
        for (index, about) in model.roles() {
            let of = |role: &&Value| role["level"] == about.level.key() && role["key"] == about.key.as_str();
            let grants = roles.iter().find(of).unwrap()["grants"].as_array().unwrap();
            let given = Permission::ALL.iter().filter(|permission| !model.cell(index, **permission).is_empty());
            assert!(
                grants.iter().map(|grant| &grant["permission"]).eq(given.map(|permission| permission.key())),
                "{key}"
            );
        }
    }
    let model = person.get("/v1/access-models/helpdesk").await.is(200);
    let role = |level: &str, key: &str| {
        let roles = model["roles"].as_array().unwrap();
        roles.iter().find(|role| role["level"] == level && role["key"] == key).unwrap().clone()
    };
    let gives = |role: &Value, permission: &str| {
        let grants = role["grants"].as_array().unwrap();
        grants.iter().find(|grant| grant["permission"] == permission).map(|grant| grant["when"].clone())
    };
    assert_eq!(gives(&role("organization", "owner"), "billing.manage"), Some(json!(["yes"])));
    assert_eq!(gives(&role("organization", "admin"), "billing.manage"), None);
    assert_eq!(gives(&role("organization", "member"), "ticket.view"), Some(json!(["template_visible"])));
    let rules = role("organization", "admin")["rules"].clone();
    let of = |other: &str| {
        rules.as_array().unwrap().iter().find(|rule| rule["role"] == other && rule["level"] == "organization").cloned()
    };
    assert_eq!(of("owner"), None);
    assert_eq!(of("admin").unwrap()["may"], json!(["give", "remove"]));
    assert!(model["document"].as_str().unwrap().starts_with("# helpdesk: "));
    person.get("/v1/access-models/nothing").await.problem(404, "not_found");
    world.nobody().get("/v1/access-models").await.problem(401, "token_missing");
}

#[tokio::test]
async fn my_permissions_are_told_by_scope() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let path = format!("{}/me/permissions", org.path);
    let mine = org.owner.get(&path).await.is(200);
    assert_eq!(mine["access_model"], "helpdesk");
    assert_eq!(mine["scopes"][0]["roles"], json!(["owner"]));
    assert_eq!(grant(&mine["scopes"][0], "organization.delete").unwrap()["when"], json!(["yes"]));
    // The plan is `free`, so the condition on it is not met and the grant is not open.
    assert_eq!(grant(&mine["scopes"][0], "workflow.manage"), None);
    let member = world.member(&org, "member").await;
    let theirs = member.get(&path).await.is(200);
    assert_eq!(grant(&theirs["scopes"][0], "organization.delete"), None);
    assert_eq!(grant(&theirs["scopes"][0], "ticket.view").unwrap()["when"], json!(["template_visible"]));
    let stranger = world.person("stranger").await;
    stranger.get(&path).await.problem(404, "not_found");
}
