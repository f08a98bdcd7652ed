//! The table of roles in a model document.

use super::{
    At, Holders, Role, RoleIx,
    document::{Cell, Table},
    parse::{columns, qualified, words},
};
use crate::Level;

pub(super) fn roles(table: &Table<'_>, several: bool) -> At<Vec<Role>> {
    columns(table, &["role", "title", "rules"])?;
    let mut roles: Vec<Role> = Vec::new();
    for row in &table.rows {
        let role = role(row[0], row[1], row[2], &table.rows)?;
        if role.everybody && !several {
            return Err((row[2].line, "`everybody` holds a role only where a member may hold several".to_owned()));
        }
        if roles.iter().any(|other| other.level == role.level && other.key == role.key) {
            return Err((row[0].line, format!("the role `{}.{}` stands twice", role.level, role.key)));
        }
        if roles.last().is_some_and(|last| last.level > role.level) {
            return Err((row[0].line, "roles must be listed level by level, the widest first".to_owned()));
        }
        roles.push(role);
    }
    match roles.iter().filter(|role| role.creator && role.level == Level::Organization).count() {
        1 => becomes_something_else(&roles, table).map(|()| roles),
        n => Err((table.line, format!("one role must be the creator's; {n} are"))),
    }
}

/// A role of the table `rows`, which it is a row of: a role names others of its level by `all of` and `becomes`.
fn role(name: Cell<'_>, title: Cell<'_>, rules: Cell<'_>, rows: &[Vec<Cell<'_>>]) -> At<Role> {
    let (level, key) = qualified(name)?;
    let mut role = Role {
        level,
        key: key.to_owned(),
        title: title.text.to_owned(),
        holders: Holders::Any,
        creator: false,
        everybody: false,
        staff: false,
        read_only: false,
        custom: false,
        includes: Vec::new(),
        becomes: None,
    };
    for rule in words(rules)? {
        match rule {
            "at least one" => role.holders = Holders::AtLeastOne,
            "exactly one" => role.holders = Holders::ExactlyOne,
            "creator" if matches!(level, Level::Organization | Level::Workspace) => role.creator = true,
            "creator" | "staff" | "read only" | "everybody" if level != Level::Organization => {
                return Err((rules.line, format!("`{rule}` is no rule for a role of the level `{level}`")));
            }
            "staff" => role.staff = true,
            "read only" => role.read_only = true,
            "everybody" => role.everybody = true,
            other => match other.split_once(' ') {
                Some(("all", of)) => {
                    role.includes.push(included(of, level, name, rows).ok_or_else(unknown(rules, other))?)
                }
                Some(("becomes", key)) => {
                    role.becomes = Some(named(key, level, rows).ok_or_else(unknown(rules, other))?)
                }
                _ => return Err(unknown(rules, other)()),
            },
        }
    }
    Ok(role)
}

fn unknown<'r>(rules: Cell<'r>, rule: &'r str) -> impl Fn() -> (usize, String) + 'r {
    move || (rules.line, format!("unknown rule `{rule}`"))
}

/// The role of a level that a rule names.
fn named(key: &str, level: Level, rows: &[Vec<Cell<'_>>]) -> Option<RoleIx> {
    let name = format!("{level}.{key}");
    rows.iter().position(|row| row[0].text == name).and_then(|index| u16::try_from(index).ok()).map(RoleIx)
}

/// The role that `all of` names, which must stand below the one that names it.
fn included(rest: &str, level: Level, by: Cell<'_>, rows: &[Vec<Cell<'_>>]) -> Option<RoleIx> {
    let own = rows.iter().position(|row| row[0].text == by.text)?;
    named(rest.strip_prefix("of ")?, level, rows).filter(|role| role.index() > own)
}

/// What becomes of who hands a role over is said of a role that can only be handed over, and is one that anybody may be left
/// with: not the same again, nor another that has one holder, nor what everybody has or what only reads.
fn becomes_something_else(roles: &[Role], table: &Table<'_>) -> At<()> {
    for (role, row) in roles.iter().zip(&table.rows) {
        let Some(next) = role.becomes.map(|next| &roles[next.index()]) else { continue };
        let name = &next.key;
        if role.holders != Holders::ExactlyOne {
            return Err((row[2].line, format!("`becomes {name}` is said of a role that exactly one holds")));
        }
        if next.holders == Holders::ExactlyOne || next.everybody || next.read_only {
            return Err((row[2].line, format!("who hands a role over cannot become `{name}`")));
        }
    }
    Ok(())
}
