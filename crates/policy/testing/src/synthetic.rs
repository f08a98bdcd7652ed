//! Access models that no document describes: written by the program, then read by the engine like any other.

use std::fmt::Write;

use usher_policy::{Condition, Level, Mask, Model, ModelKey, Module, Permission};

/// A role: its level, name and rules.
pub type Role = (Level, &'static str, &'static str);

/// A document in which `cell` says what each role gives. The first role is the only one that gives roles, and gives all.
pub fn document(roles: &[Role], organization_roles: &str, mut cell: impl FnMut(&Role, Permission) -> String) -> String {
    let modules: Vec<&str> = Module::ALL.into_iter().map(Module::key).collect();
    let mut text = format!(
        "# helpdesk: Synthetic\n\n## Shape\n\n| property | value |\n| - | - |\n| modules | {} |\n\
         | organization roles of a member | {organization_roles} |\n\n## Roles\n\n| role | title | rules |\n| - | - | - |\n",
        modules.join(", ")
    );
    for (level, key, rules) in roles {
        writeln!(text, "| {level}.{key} | {key} | {rules} |").unwrap();
    }
    for level in Level::ALL {
        let at_level: Vec<&Role> = roles.iter().filter(|role| role.0 == level).collect();
        if at_level.is_empty() {
            continue;
        }
        let heading = level.key()[..1].to_uppercase() + &level.key()[1..];
        let header: Vec<&str> = at_level.iter().map(|role| role.1).collect();
        let rule = " - |".repeat(header.len());
        write!(text, "\n## {heading} roles\n\n| permission | {} |\n| - |{rule}\n", header.join(" | ")).unwrap();
        for permission in Permission::ALL.iter().filter(|permission| permission.levels().contains(&level)) {
            let cells: Vec<String> = at_level.iter().map(|role| cell(role, *permission)).collect();
            writeln!(text, "| {permission} | {} |", cells.join(" | ")).unwrap();
        }
    }
    let (level, key, _) = roles[0];
    write!(text, "\n## Who gives and takes\n\n| role | {level}.{key} |\n| - | - |\n").unwrap();
    for (level, key, _) in roles {
        writeln!(text, "| {level}.{key} | give, take |").unwrap();
    }
    text
}

/// Compiles a synthetic document and keeps it for the rest of the run.
pub fn compile(document: &str) -> &'static std::sync::Arc<Model> {
    let model = Model::parse(ModelKey::Helpdesk, document).unwrap_or_else(|error| panic!("{error}"));
    Box::leak(Box::new(std::sync::Arc::new(model)))
}

const ROLES: [Role; 11] = [
    (Level::Organization, "chief", "creator, at least one"),
    (Level::Organization, "clerk", "staff"),
    (Level::Organization, "guest", "-"),
    (Level::Organization, "auditor", "read only"),
    (Level::Team, "one", "-"),
    (Level::Team, "two", "-"),
    (Level::Queue, "one", "-"),
    (Level::Queue, "two", "-"),
    (Level::Queue, "three", "-"),
    (Level::Workspace, "one", "-"),
    (Level::Project, "one", "-"),
];

/// A model whose every cell was drawn by lot: often `-`, sometimes `yes`, else one or two conditions.
pub fn random(seed: u64) -> &'static std::sync::Arc<Model> {
    let mut state = seed;
    let mut draw = |below: usize| {
        // splitmix64: small, and the same everywhere.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % below as u64).unwrap()
    };
    let organization_roles = if seed.is_multiple_of(2) { "one" } else { "several" };
    let document = document(&ROLES, organization_roles, |_, permission| {
        let conditions: Vec<Condition> =
            Condition::ALL[1..].iter().copied().filter(|c| c.applies_to(permission.target())).collect();
        let mask: Mask = match draw(10) {
            0..5 => Mask::NONE,
            5..7 => Mask::ALWAYS,
            drawn => (7..=drawn.min(8)).map(|_| conditions[draw(conditions.len())]).collect(),
        };
        mask.to_string()
    });
    compile(&document)
}
