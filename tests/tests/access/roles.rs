//! Every organization role of every model, as somebody who was invited with it has it.

use std::collections::{BTreeMap, BTreeSet};

use usher_tests::{Organization, Person, Value, World, json};

/// What the engine's tests found each role of a model to give, as it was reviewed.
const MATRICES: [(&str, &str); 6] = [
    ("helpdesk", include_str!("../../../crates/policy/tests/golden/helpdesk.snap")),
    ("queues", include_str!("../../../crates/policy/tests/golden/queues.snap")),
    ("field", include_str!("../../../crates/policy/tests/golden/field.snap")),
    ("box_office", include_str!("../../../crates/policy/tests/golden/box_office.snap")),
    ("lab", include_str!("../../../crates/policy/tests/golden/lab.snap")),
    ("suite", include_str!("../../../crates/policy/tests/golden/suite.snap")),
];

const CATALOGUE: &str = include_str!("../../../crates/policy/tests/golden/catalogue.snap");

/// Permissions with when they are given.
type Grants = BTreeMap<String, BTreeSet<String>>;

/// An organization role as a matrix has it.
#[derive(Debug)]
struct Role {
    name: String,
    rules: Vec<String>,
    grants: Grants,
}

impl Role {
    fn key(&self) -> &str {
        self.name.trim_start_matches("organization.")
    }

    fn is(&self, rule: &str) -> bool {
        self.rules.iter().any(|it| it == rule)
    }
}

fn organization_roles(matrix: &str) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    let body = matrix.split("---\n").last().unwrap();
    for line in body.lines().take_while(|line| !line.contains(" may ")) {
        match (line.strip_prefix("  "), line.split_once(" (")) {
            (Some(row), _) => {
                let (permission, cell) = row.split_once(' ').unwrap();
                let when: BTreeSet<String> = cell.trim().split(", ").map(str::to_owned).collect();
                if !when.contains("-") {
                    roles.last_mut().unwrap().grants.insert(permission.to_owned(), when);
                }
            }
            (None, Some((name, rules))) => {
                let rules = rules.trim_end_matches(')').split(", ").map(str::to_owned).collect();
                roles.push(Role { name: name.to_owned(), rules, grants: Grants::new() });
            }
            _ => {}
        }
    }
    roles.retain(|role| role.name.starts_with("organization."));
    roles
}

/// What somebody with these roles may do in an organization as it is made: on the plan without workflows, and with its
/// settings as they are at first.
fn expected(roles: &[&Role]) -> Grants {
    let mut grants = Grants::new();
    for (permission, when) in roles.iter().flat_map(|role| &role.grants) {
        grants.entry(permission.clone()).or_default().extend(when.iter().cloned());
    }
    let staff = roles.iter().any(|role| role.is("staff"));
    for when in grants.values_mut() {
        when.retain(|condition| !["plan:workflows", "setting:members_create_workspaces"].contains(&condition.as_str()));
        if when.remove("staff") && staff {
            when.insert("yes".to_owned());
        }
        if when.contains("yes") {
            *when = BTreeSet::from(["yes".to_owned()]);
        }
    }
    let writes = |permission: &str| CATALOGUE.lines().any(|line| line.starts_with(&format!("{permission:30} Write")));
    let capped = roles.iter().any(|role| role.is("read only"));
    grants.retain(|permission, when| !(when.is_empty() || capped && writes(permission)));
    grants
}

/// What they are told that they may do in the organization itself.
async fn told(person: &Person, org: &Organization) -> (BTreeSet<String>, Grants) {
    let mine = person.get(&format!("{}/me/permissions", org.path)).await.is(200);
    let scope = &mine["scopes"][0];
    assert_eq!((&scope["level"], &scope["id"]), (&json!("organization"), &json!(org.id)));
    let texts = |list: &Value| -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let grants = scope["permissions"].as_array().unwrap().iter();
    let grants = grants.map(|grant| (grant["permission"].as_str().unwrap().to_owned(), texts(&grant["when"])));
    (texts(&scope["roles"]), grants.collect())
}

async fn invite(world: &World, org: &Organization, role: &str) -> Option<Person> {
    let person = world.person(&role.replace('_', "")).await;
    let invitation = json!({"email": person.email, "role": role});
    let answer = org.owner.post(&format!("{}/invitations", org.path), invitation).await;
    if answer.status == 403 {
        answer.problem(403, "role_out_of_reach");
        return None;
    }
    answer.is(201);
    let token = world.invitation_token(&person.email).await;
    person.post("/v1/invitations/accept", json!({"token": token})).await.is(201);
    Some(person)
}

/// VX-2, VX-39, VX-40, VK-42, TO-1, VE-1: who creates an organization of a model holds its first role, and somebody who is
/// invited with any other has what the matrix says, no more and no less.
async fn every_role_of(model: &str) {
    let world = World::start().await;
    let matrix = MATRICES.iter().find(|(key, _)| *key == model).unwrap().1;
    let roles = organization_roles(matrix);
    let everybodys: Vec<&Role> = roles.iter().filter(|role| role.is("everybody")).collect();
    let org = world.organization(model).await;
    assert_eq!(org.owner.get(&org.path).await.is(200)["access_model"], model);
    for role in &roles {
        let person = match role.is("creator") {
            true => Some(org.owner.clone()),
            false => invite(&world, &org, role.key()).await,
        };
        let person = person.unwrap_or_else(|| panic!("{model}: nobody gives {}", role.key()));
        let mut held = everybodys.clone();
        held.extend((!role.is("everybody")).then_some(role));
        let keys: BTreeSet<String> = held.iter().map(|role| role.key().to_owned()).collect();
        let (told_roles, told) = told(&person, &org).await;
        assert_eq!(told_roles, keys, "{model}: {}", role.key());
        assert_eq!(told, expected(&held), "{model}: {}", role.key());
    }
    // Of a role that one holds and nobody gives, there is no second.
    let first = roles.iter().find(|role| role.is("creator")).unwrap();
    assert_eq!(invite(&world, &org, first.key()).await.is_none(), first.is("ExactlyOne"), "{model}");
}

#[tokio::test]
async fn vk_42_vk_51_every_role_of_helpdesk_is_what_its_matrix_says() {
    every_role_of("helpdesk").await;
}

#[tokio::test]
async fn tk_2_every_role_of_queues_is_what_its_matrix_says() {
    every_role_of("queues").await;
}

#[tokio::test]
async fn vx_1_vx_2_vx_3_vx_39_vx_73_every_role_of_field_is_what_its_matrix_says() {
    every_role_of("field").await;
}

#[tokio::test]
async fn to_1_to_6_to_55_every_role_of_box_office_is_what_its_matrix_says() {
    every_role_of("box_office").await;
}

#[tokio::test]
async fn ve_1_ve_16_ve_17_every_role_of_lab_is_what_its_matrix_says() {
    every_role_of("lab").await;
}

#[tokio::test]
async fn every_role_of_the_suite_is_what_its_matrix_says() {
    every_role_of("suite").await;
}

#[tokio::test]
async fn a_new_organization_is_a_suite_unless_told_otherwise() {
    let world = World::start().await;
    let person = world.person("founder").await;
    let made = person.post("/v1/organizations", json!({"name": "Acme", "slug": "acme"})).await.is(201);
    assert_eq!(made["access_model"], "suite");
    let mine = person.get("/v1/organizations").await.is(200);
    assert_eq!(mine["items"][0]["roles"], json!(["owner"]));
    let other = json!({"name": "Acme", "slug": "other", "access_model": "nothing"});
    person.post("/v1/organizations", other).await.names(422, "/access_model");
}
