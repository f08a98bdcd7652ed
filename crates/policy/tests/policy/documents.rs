//! The built-in documents read a second time, as plain text and by none of the engine's code, and asked of the engine
//! cell by cell.

use std::collections::{BTreeMap, BTreeSet};

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

/// Cells by role (`organization.owner`) and row.
type Cells = BTreeMap<(String, &'static str), BTreeSet<&'static str>>;

/// The models that a document says it is built from.
fn parts(document: &'static str) -> Vec<ModelKey> {
    let row = table(document, "Shape").into_iter().find(|row| row[0] == "built from");
    row.map(|row| row[1].split(", ").map(|key| ModelKey::parse(key).unwrap()).collect()).unwrap_or_default()
}

/// What `all of` says of each role, as the document lists them: the roles that it has everything of.
fn included(document: &'static str) -> Vec<(&'static str, Vec<String>)> {
    let rows = table(document, "Roles").into_iter().skip(1);
    rows.map(|row| {
        let level = row[0].split_once('.').unwrap().0;
        let names = row[2].split(", ").filter_map(|rule| rule.strip_prefix("all of "));
        (row[0], names.map(|name| format!("{level}.{name}")).collect())
    })
    .collect()
}

/// What a document says, cell by cell: `own` reads its tables, which come on top of what its parts say; then each role is
/// given what those have that it includes.
fn said(document: &'static str, own: &impl Fn(&'static str) -> Cells) -> Cells {
    let roles: Vec<&str> = table(document, "Roles").iter().skip(1).map(|row| row[0]).collect();
    let mut cells = Cells::new();
    for part in parts(document) {
        for ((role, row), words) in said(Model::built_in(part).document(), own) {
            if roles.contains(&role.as_str()) {
                cells.entry((role, row)).or_default().extend(words);
            }
        }
    }
    cells.extend(own(document));
    for (role, names) in included(document).into_iter().rev() {
        for name in names {
            let more: Vec<_> =
                cells.iter().filter(|((of, _), _)| *of == name).map(|((_, row), w)| (*row, w.clone())).collect();
            for (row, words) in more {
                cells.entry((role.to_owned(), row)).or_default().extend(words);
            }
        }
    }
    cells
}

fn level_cells(document: &'static str) -> Cells {
    let mut cells = Cells::new();
    for level in Level::ALL {
        let rows = level_table(document, level);
        let Some((header, rows)) = rows.split_first() else { continue };
        for row in rows {
            for (name, cell) in header.iter().zip(row).skip(1) {
                cells.insert((format!("{level}.{name}"), row[0]), words(cell));
            }
        }
    }
    cells
}

fn ladder_cells(document: &'static str) -> Cells {
    let rows = table(document, "Who gives and takes");
    let (header, rows) = rows.split_first().unwrap();
    let cells = rows.iter().flat_map(|row| header.iter().zip(row).skip(1).map(|(name, cell)| (*name, row[0], *cell)));
    cells.map(|(giver, given, cell)| ((giver.to_owned(), given), words(cell))).collect()
}

/// What stands in no cell is given by nobody.
#[test]
fn every_cell_of_a_level_is_what_the_engine_answers() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        let cells = said(model.document(), &level_cells);
        for (index, role) in model.roles() {
            for permission in Permission::ALL {
                let cell = cells.get(&(format!("{}.{}", role.level, role.key), permission.key()));
                check_cell(model, index, *permission, cell.unwrap_or(&BTreeSet::new()));
            }
        }
        for (role, permission) in cells.keys() {
            self::role(model, role);
            assert!(Permission::parse(permission).is_some(), "{key:?}: {permission}");
        }
    }
}

fn check_cell(model: &'static std::sync::Arc<Model>, role: RoleIx, permission: Permission, cell: &BTreeSet<&str>) {
    for condition in Condition::ALL {
        let named = cell.contains("yes") || cell.contains(condition.key());
        let given = gives(model, role, permission, condition);
        let role = &model.role_at(role).key;
        assert_eq!(given.unwrap_or(named), named, "{:?}: {role}, {permission}, {condition:?}", model.key());
    }
}

/// A model that stands alone has every row and column; one that is built from others has what differs.
#[test]
fn tables_are_whole() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        for level in Level::ALL {
            let rows = level_table(model.document(), level);
            let roles = model.roles_at(level).count();
            if parts(model.document()).is_empty() {
                assert_eq!(rows.first().map_or(0, |header| header.len() - 1), roles, "{key:?}: {level}");
            }
        }
        if parts(model.document()).is_empty() {
            assert_eq!(table(model.document(), "Who gives and takes").len() - 1, model.roles().count(), "{key:?}");
        }
    }
}

#[test]
fn every_cell_of_the_ladder_is_what_the_engine_answers() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        let cells = said(model.document(), &ladder_cells);
        for (giver, by) in model.roles() {
            for (given, role) in model.roles() {
                let row = format!("{}.{}", role.level, role.key);
                let cell = cells.iter().find(|((of, on), _)| *of == format!("{}.{}", by.level, by.key) && *on == row);
                for verb in Verb::ALL {
                    let may = model.may(giver, verb, given);
                    let said = cell.is_some_and(|(_, words)| words.contains(verb.key()));
                    assert_eq!(may, said, "{key:?}: {} {verb:?} {row}", by.key);
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
            let read = [
                ("creator", role.creator),
                ("everybody", role.everybody),
                ("staff", role.staff),
                ("read only", role.read_only),
            ];
            for (rule, set) in read {
                assert_eq!(set, rules.contains(rule), "{key:?}: {} {rule}", row[0]);
            }
            let becomes = rules.iter().find_map(|rule| rule.strip_prefix("becomes "));
            assert_eq!(role.becomes.map(|next| model.role_at(next).key.as_str()), becomes, "{key:?}: {}", row[0]);
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
fn sources_are_where_the_rows_stand() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        for (role, about) in model.roles() {
            for permission in Permission::ALL {
                let Some((document, line)) = model.source(role, *permission) else {
                    assert!(model.cell(role, *permission).is_empty(), "{key:?}: {} {permission}", about.key);
                    continue;
                };
                let row = Model::built_in(document).document().lines().nth(line as usize - 1).unwrap();
                assert!(row.starts_with(&format!("| {permission} ")), "{key:?}:{line}: {row}");
            }
        }
    }
}

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
