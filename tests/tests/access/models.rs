//! The access models, and what I may do.

use usher_policy::{Model, ModelKey, Permission};
use usher_tests::{Value, World, json};

fn grant<'a>(scope: &'a Value, permission: &str) -> Option<&'a Value> {
    scope["permissions"].as_array().unwrap().iter().find(|grant| grant["permission"] == permission)
}

/// Cells of models, by hand: the level and the role, the permission, and when it is given, if it is.
type Cells = &'static [(&'static str, &'static str, &'static str, &'static str)];

const CELLS: &[(&str, Cells)] = &[
    (
        "helpdesk",
        &[
            ("organization", "owner", "billing.manage", "yes"),
            ("organization", "admin", "billing.manage", "-"),
            ("organization", "member", "ticket.view", "template_visible"),
        ],
    ),
    (
        "field",
        &[
            ("organization", "super_admin", "billing.view", "yes"),
            ("organization", "admin", "billing.view", "-"),
            ("organization", "admin", "inspection.view", "yes"),
            ("organization", "member", "inspection.view", "-"),
            ("organization", "member", "member.view", "own"),
            ("team", "admin", "inspection.update", "yes"),
            ("team", "admin", "team.delete", "-"),
            ("team", "contributor_full", "site.delete", "-"),
            ("team", "contributor_full", "inspection_template.update", "-"),
            ("team", "contributor_limited", "inspection.view", "yes"),
            ("team", "contributor_limited", "inspection.update", "own, assigned"),
            ("team", "contributor_limited", "site.update", "own"),
            ("team", "contributor_focused", "inspection.view", "own, assigned"),
            ("team", "contributor_focused", "site.view", "own, holds_theirs"),
            ("team", "viewer", "inspection.view", "shared_with_team"),
            ("team", "viewer", "report.view", "shared_with_team"),
            ("team", "viewer", "inspection.create", "-"),
            ("team", "viewer", "site.view", "-"),
        ],
    ),
];

fn role<'a>(model: &'a Value, level: &str, key: &str) -> &'a Value {
    let roles = model["roles"].as_array().unwrap();
    roles.iter().find(|role| role["level"] == level && role["key"] == key).unwrap()
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
    for (key, cells) in CELLS {
        let model = person.get(&format!("/v1/access-models/{key}")).await.is(200);
        for (level, of, permission, when) in *cells {
            let grants = role(&model, level, of)["grants"].as_array().unwrap();
            let given = grants.iter().find(|grant| grant["permission"] == *permission).map(|grant| &grant["when"]);
            let when = (*when != "-").then(|| json!(when.split(", ").collect::<Vec<_>>()));
            assert_eq!(given, when.as_ref(), "{key}: {permission} of {of}");
        }
    }
    let model = person.get("/v1/access-models/helpdesk").await.is(200);
    let rules = role(&model, "organization", "admin")["rules"].clone();
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
