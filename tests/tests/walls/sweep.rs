//! Every operation of the contract, asked by people who should get nothing, and by every role.

use reqwest::Method;
use usher_policy::{Access, Condition, Level, Mask, Model, ModelKey, Permission, ResourceKind};
use usher_tests::{World, json, png};

use super::operations::operations;

#[test]
fn every_reference_in_the_contract_leads_somewhere() {
    let document = usher_api::document();
    let text = document.to_string();
    let names: Vec<&str> =
        text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() > 100);
    for name in names {
        assert!(document["components"]["schemas"][name].is_object(), "there is no schema `{name}`");
    }
}

#[tokio::test]
async fn every_operation_wants_a_sign_in_unless_it_says_none() {
    let world = World::start().await;
    for operation in operations() {
        let answer = operation.ask(&world.nobody(), |_| "00000000-0000-7000-8000-000000000000".to_owned()).await;
        if operation.permission == "none" {
            assert_ne!(answer.body["code"], "token_missing", "{}", operation.id);
        } else {
            answer.problem(401, "token_missing");
            Permission::parse(&operation.permission).map_or_else(
                || {
                    let expected = if operation.path.contains("{organization}") { "member" } else { "signed_in" };
                    assert_eq!(operation.permission, expected, "{}", operation.id);
                },
                |_| assert!(operation.path.contains("{organization}")),
            );
        }
    }
}

#[tokio::test]
async fn every_operation_of_an_organization_hides_it_from_who_is_no_member() {
    let world = World::start().await;
    let (org, stranger) = (world.organization("helpdesk").await, world.organization("helpdesk").await.owner);
    for operation in operations().iter().filter(|operation| operation.path.contains("{organization}")) {
        for name in [&org.id, &org.slug] {
            let fill = |place: &str| if place == "organization" { name.clone() } else { org.owner.id.clone() };
            operation.ask(&stranger, fill).await.problem(404, "not_found");
        }
    }
}

/// Whoever holds an organization role is refused exactly what the model's document does not give it.
async fn every_role(key: ModelKey) {
    let world = World::start().await;
    let model = Model::built_in(key);
    let org = world.organization(key.key()).await;
    for (role, about) in model.roles_at(Level::Organization) {
        let person = world.member(&org, &about.key).await;
        for operation in operations() {
            let Some(permission) = Permission::parse(&operation.permission) else { continue };
            // What is about a single thing, and what ends the organization for the others, has tests of its own.
            if permission.target() != ResourceKind::Organization || operation.path.matches('{').count() != 1 {
                continue;
            }
            let everybodys = model.everybodys_role().map_or(Mask::NONE, |role| model.cell(role, permission));
            let capped = about.read_only && permission.access() == Access::Write;
            let given = (model.cell(role, permission) | everybodys).contains(Condition::Always) && !capped;
            if operation.id.ends_with("_logo") {
                // So that there is one to be shown and deleted.
                org.owner.send_image(Method::PUT, &format!("{}/branding/logo", org.path), png("one")).await.is(200);
            }
            let answer = operation.ask(&person, |_| org.id.clone()).await;
            let told = format!("{} as {}: {} {:#}", operation.id, about.key, answer.status, answer.body);
            if given {
                assert!([200, 201, 204, 409, 412, 422, 428].contains(&answer.status), "{told}");
            } else {
                assert_eq!((answer.status, &answer.body["permission"]), (403, &json!(permission.key())), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn every_operation_of_an_organization_hides_it_from_who_is_blocked_lists_included() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    for state in ["blocked", "deactivated"] {
        let person = world.member(&org, "admin").await;
        world.arrange(&format!("update members set state = '{state}' where id = '{}'", person.id)).await;
        for operation in operations().iter().filter(|operation| operation.path.contains("{organization}")) {
            let fill = |place: &str| if place == "organization" { org.id.clone() } else { person.id.clone() };
            operation.ask(&person, fill).await.problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn every_operation_of_the_organization_as_every_role_of_helpdesk() {
    every_role(ModelKey::Helpdesk).await;
}

#[tokio::test]
async fn every_operation_of_the_organization_as_every_role_of_queues() {
    every_role(ModelKey::Queues).await;
}

#[tokio::test]
async fn every_operation_of_the_organization_as_every_role_of_field() {
    every_role(ModelKey::Field).await;
}

#[tokio::test]
async fn every_operation_of_the_organization_as_every_role_of_box_office() {
    every_role(ModelKey::BoxOffice).await;
}

#[tokio::test]
async fn every_operation_of_the_organization_as_every_role_of_lab() {
    every_role(ModelKey::Lab).await;
}

#[tokio::test]
async fn every_operation_of_the_organization_as_every_role_of_the_suite() {
    every_role(ModelKey::Suite).await;
}
