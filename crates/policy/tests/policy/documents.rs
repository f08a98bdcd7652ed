//! The built-in documents read a second time, as plain text and by none of the engine's code, and asked of the engine
//! cell by cell.

use std::collections::BTreeSet;

use usher_policy::{Condition, Level, Model, ModelKey, Permission, RoleIx, Verb};

use crate::support::{gives, role};

/// The rows of the table under a heading, the header first: lines split on `|`.
fn table(document: &'static str, heading: &str) -> Vec<Vec<&'static str>> {
    let mut lines = document.lines().skip_while(|line| *line != format!("## {heading}")).skip(1);
    let rows = lines.by_ref().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with('|'));
    let cells = rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    cells.filter(|row| !row[0].starts_with("---")).collect()
}

fn level_table(document: &'static str, level: Level) -> Vec<Vec<&'static str>> {
    let name = level.key();
    table(document, &format!("{}{} roles", name[..1].to_uppercase(), &name[1..]))
}

fn words(cell: &'static str) -> BTreeSet<&'static str> {
    cell.split(", ").filter(|word| *word != "-").collect()
}

#[test]
fn every_cell_of_a_level_is_what_the_engine_answers() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        for level in Level::ALL {
            let rows = level_table(model.document(), level);
            let Some((header, rows)) = rows.split_first() else {
                assert_eq!(model.roles_at(level).count(), 0, "{key:?}: the roles of the level `{level}` have no table");
                continue;
            };
            assert_eq!(header.len() - 1, model.roles_at(level).count(), "{key:?}: {level}");
            for row in rows {
                let permission = Permission::parse(row[0]).unwrap_or_else(|| panic!("{}", row[0]));
                for (name, cell) in header.iter().zip(row).skip(1) {
                    check_cell(model, role(model, &format!("{level}.{name}")), permission, &words(cell));
                }
            }
        }
    }
}

fn check_cell(model: &'static Model, role: RoleIx, permission: Permission, cell: &BTreeSet<&str>) {
    for condition in Condition::ALL {
        let named = cell.contains("yes") || cell.contains(condition.key());
        let given = gives(model, role, permission, condition);
        let role = &model.role_at(role).key;
        assert_eq!(given.unwrap_or(named), named, "{:?}: {role}, {permission}, {condition:?}", model.key());
    }
}

/// What stands in no table is given by nobody.
#[test]
fn a_permission_without_a_row_is_given_by_nobody() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        for (index, role) in model.roles() {
            let rows = level_table(model.document(), role.level);
            let rows: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
            for permission in Permission::ALL.iter().filter(|permission| !rows.contains(permission.key())) {
                check_cell(model, index, *permission, &BTreeSet::new());
            }
        }
    }
}

#[test]
fn every_cell_of_the_ladder_is_what_the_engine_answers() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        let rows = table(model.document(), "Who gives and takes");
        let (header, rows) = rows.split_first().unwrap();
        assert_eq!(rows.len(), model.roles().count(), "{key:?}");
        for (giver, by) in model.roles() {
            let column = header.iter().position(|name| *name == format!("{}.{}", by.level, by.key));
            for row in rows {
                let cell = column.map(|column| words(row[column])).unwrap_or_default();
                for verb in Verb::ALL {
                    let may = model.may(giver, verb, role(model, row[0]));
                    assert_eq!(may, cell.contains(verb.key()), "{key:?}: {} {verb:?} {}", by.key, row[0]);
                }
            }
        }
    }
}

#[test]
fn roles_are_what_the_document_declares() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        let rows = table(model.document(), "Roles");
        assert_eq!(rows.len() - 1, model.roles().count(), "{key:?}");
        for row in &rows[1..] {
            let role = model.role_at(role(model, row[0]));
            let rules = words(row[2]);
            assert_eq!(role.title, row[1]);
            let read = [("creator", role.creator), ("staff", role.staff), ("read only", role.read_only)];
            for (rule, set) in read {
                assert_eq!(set, rules.contains(rule), "{key:?}: {} {rule}", row[0]);
            }
            let holders = match (rules.contains("at least one"), rules.contains("exactly one")) {
                (true, _) => usher_policy::Holders::AtLeastOne,
                (_, true) => usher_policy::Holders::ExactlyOne,
                _ => usher_policy::Holders::Any,
            };
            assert_eq!(role.holders, holders, "{key:?}: {}", row[0]);
        }
    }
}

/// `explain` points an auditor to the row.
#[test]
fn lines_are_where_the_rows_stand() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        let lines: Vec<&str> = model.document().lines().collect();
        for level in Level::ALL {
            for permission in Permission::ALL {
                let Some(line) = model.line(level, *permission) else { continue };
                let row = lines[line as usize - 1];
                assert!(row.starts_with(&format!("| {permission} ")), "{key:?}:{line}: {row}");
            }
        }
    }
}
