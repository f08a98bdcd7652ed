//! Every model's matrix as text, as the engine answers: `tests/golden/`, committed, and small to review when it changes.
//!
//! `make golden` (`INSTA_UPDATE=always`) writes what the engine answers now.

use std::fmt::Write;

use usher_policy::{Condition, Level, Model, ModelKey, Permission, RoleIx, Verb};

use crate::support::gives;

#[test]
fn golden_matrices() {
    for key in ModelKey::ALL {
        check(key.key(), &matrix(Model::built_in(key)));
    }
}

/// What a permission is about, where it may be given, and whether it only reads.
#[test]
fn golden_catalogue() {
    let mut text = String::new();
    for permission in Permission::ALL {
        let levels: Vec<&str> = permission.levels().iter().map(|level| level.key()).collect();
        let (access, kind) = (permission.access(), permission.target().key());
        writeln!(text, "{:30} {access:?}, about a {kind}, at {}", permission.key(), levels.join(", ")).unwrap();
    }
    check("catalogue", &text);
}

fn check(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A line for each role and permission that the role's level may give, with the conditions under which it does; then a
/// line for each giver and role.
fn matrix(model: &'static std::sync::Arc<Model>) -> String {
    let mut text = String::new();
    for (index, role) in model.roles() {
        writeln!(text, "{}.{} ({})", role.level, role.key, rules(model, index)).unwrap();
        for permission in Permission::ALL.iter().filter(|permission| speaks(model, role.level, **permission)) {
            writeln!(text, "  {:30} {}", permission.key(), cell(model, index, *permission)).unwrap();
        }
        text.push('\n');
    }
    for (giver, by) in model.roles() {
        for (given, role) in model.roles() {
            let verbs = Verb::ALL.into_iter().filter(|verb| model.may(giver, *verb, given)).map(Verb::key);
            let verbs = verbs.collect::<Vec<_>>().join(", ");
            if !verbs.is_empty() {
                writeln!(text, "{}.{} may {verbs}: {}.{}", by.level, by.key, role.level, role.key).unwrap();
            }
        }
    }
    text
}

fn speaks(model: &Model, level: Level, permission: Permission) -> bool {
    permission.levels().contains(&level) && model.modules().contains(&permission.module())
}

fn cell(model: &'static std::sync::Arc<Model>, role: RoleIx, permission: Permission) -> String {
    if gives(model, role, permission, Condition::Always) == Some(true) {
        return Condition::Always.key().to_owned();
    }
    let gives = |condition: &Condition| gives(model, role, permission, *condition) == Some(true);
    let conditions: Vec<&str> = Condition::ALL.into_iter().filter(gives).map(Condition::key).collect();
    if conditions.is_empty() { "-".to_owned() } else { conditions.join(", ") }
}

fn rules(model: &Model, role: RoleIx) -> String {
    let role = model.role_at(role);
    let mut rules = vec![format!("{:?}", role.holders)];
    let set = [
        ("creator", role.creator),
        ("everybody", role.everybody),
        ("staff", role.staff),
        ("read only", role.read_only),
    ];
    for (rule, set) in set {
        rules.extend(set.then(|| rule.to_owned()));
    }
    rules.extend(role.becomes.map(|next| format!("becomes {}", model.role_at(next).key)));
    rules.join(", ")
}
