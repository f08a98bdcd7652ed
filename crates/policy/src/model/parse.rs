//! The strict reading of a model document: what is not understood is an error with its line.

use super::{
    Holders, Model, ModelError, ModelKey, Role, RoleIx, Verb,
    document::{Cell, Document, Table, read},
};
use crate::{Condition, Level, Mask, Module, Permission};

const SHAPE: &str = "Shape";
const ROLES: &str = "Roles";
const LADDER: &str = "Who gives and takes";

fn level_heading(level: Level) -> &'static str {
    match level {
        Level::Organization => "Organization roles",
        Level::Team => "Team roles",
        Level::Queue => "Queue roles",
        Level::Workspace => "Workspace roles",
        Level::Project => "Project roles",
    }
}

/// Where an error is: the file is added at the end, once.
type At<T> = Result<T, (usize, String)>;

pub(super) fn model(key: ModelKey, text: &str) -> Result<Model, ModelError> {
    compile(key, &read(text)).map_err(|(line, message)| ModelError {
        file: format!("models/{}.md", key.key()),
        line,
        message,
    })
}

fn compile(key: ModelKey, document: &Document) -> At<Model> {
    let title = match document.title.split_once(": ") {
        Some((name, title)) if name == key.key() => title.to_owned(),
        _ => return Err((1, format!("the title must start with `{}: `", key.key()))),
    };
    let known = |heading: &str| {
        [SHAPE, ROLES, LADDER].contains(&heading) || Level::ALL.iter().any(|level| level_heading(*level) == heading)
    };
    if let Some(table) = document.tables.iter().find(|table| !known(&table.heading)) {
        return Err((table.line, format!("no table is known under the heading `{}`", table.heading)));
    }
    let mut model = Model {
        key,
        title,
        modules: Vec::new(),
        several_organization_roles: false,
        roles: roles(table(document, SHAPE)?, table(document, ROLES)?)?,
        grants: Box::default(),
        ladder: Box::default(),
        lines: Box::new([[0; Permission::COUNT]; Level::COUNT]),
    };
    shape(table(document, SHAPE)?, &mut model)?;
    model.grants = vec![Mask::NONE; model.roles.len() * Permission::COUNT].into();
    model.ladder = vec![0; model.roles.len() * model.roles.len()].into();
    for level in Level::ALL {
        if model.roles_at(level).next().is_some() {
            grants(table(document, level_heading(level))?, level, &mut model)?;
        } else if let Ok(table) = table(document, level_heading(level)) {
            return Err((table.line, format!("no role is declared at the level `{level}`")));
        }
    }
    ladder(table(document, LADDER)?, &mut model)?;
    Ok(model)
}

/// The one table under a heading, its rows as wide as its header.
fn table<'d>(document: &'d Document, heading: &str) -> At<&'d Table> {
    let mut found = document.tables.iter().filter(|table| table.heading == heading);
    let table = found.next().ok_or_else(|| (1, format!("the table `{heading}` is missing")))?;
    match found.next() {
        Some(again) => Err((again.line, format!("a second table under `{heading}`"))),
        None => Ok(table),
    }
}

fn columns(table: &Table, expected: &[&str]) -> At<()> {
    let header: Vec<&str> = table.header.iter().map(|cell| cell.text.as_str()).collect();
    if header == expected { Ok(()) } else { Err((table.line, format!("the columns must be {expected:?}"))) }
}

fn words(cell: &Cell) -> impl Iterator<Item = &str> {
    cell.text.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "-")
}

fn shape(table: &Table, model: &mut Model) -> At<()> {
    for row in &table.rows {
        match row[0].text.as_str() {
            "modules" => {
                for word in words(&row[1]) {
                    let module = Module::parse(word).ok_or_else(|| (row[1].line, format!("unknown module `{word}`")))?;
                    model.modules.push(module);
                }
            }
            "organization roles of a member" => {
                model.several_organization_roles = match row[1].text.as_str() {
                    "one" => false,
                    "several" => true,
                    other => return Err((row[1].line, format!("`one` or `several`, not `{other}`"))),
                }
            }
            other => return Err((row[0].line, format!("unknown property `{other}`"))),
        }
    }
    if model.modules.is_empty() {
        return Err((table.line, "the modules are missing".to_owned()));
    }
    Ok(())
}

fn roles(shape: &Table, table: &Table) -> At<Vec<Role>> {
    columns(shape, &["property", "value"])?;
    columns(table, &["role", "title", "rules"])?;
    let mut roles: Vec<Role> = Vec::new();
    for row in &table.rows {
        let (level, key) = qualified(&row[0])?;
        let mut role = Role {
            level,
            key: key.to_owned(),
            title: row[1].text.clone(),
            holders: Holders::Any,
            creator: false,
            staff: false,
            read_only: false,
        };
        for rule in words(&row[2]) {
            match rule {
                "creator" => role.creator = true,
                "at least one" => role.holders = Holders::AtLeastOne,
                "exactly one" => role.holders = Holders::ExactlyOne,
                "staff" => role.staff = true,
                "read only" => role.read_only = true,
                other => return Err((row[2].line, format!("unknown rule `{other}`"))),
            }
        }
        if roles.iter().any(|other| other.level == level && other.key == key) {
            return Err((row[0].line, format!("the role `{level}.{key}` stands twice")));
        }
        if roles.last().is_some_and(|last| last.level > level) {
            return Err((row[0].line, "roles must be listed level by level, the widest first".to_owned()));
        }
        roles.push(role);
    }
    match roles.iter().filter(|role| role.creator && role.level == Level::Organization).count() {
        1 => Ok(roles),
        n => Err((table.line, format!("one organization role must be the creator's; {n} are"))),
    }
}

fn qualified(cell: &Cell) -> At<(Level, &str)> {
    cell.text
        .split_once('.')
        .and_then(|(level, key)| Level::parse(level).map(|level| (level, key)))
        .filter(|(_, key)| !key.is_empty())
        .ok_or_else(|| (cell.line, format!("`{}` is no role: `level.name` is", cell.text)))
}

fn known_role(model: &Model, cell: &Cell) -> At<RoleIx> {
    let (level, key) = qualified(cell)?;
    model.role(level, key).ok_or_else(|| (cell.line, format!("unknown role `{}`", cell.text)))
}

fn grants(table: &Table, level: Level, model: &mut Model) -> At<()> {
    let mut header = vec!["permission"];
    let at_level: Vec<(RoleIx, &Role)> = model.roles_at(level).collect();
    header.extend(at_level.iter().map(|(_, role)| role.key.as_str()));
    columns(table, &header)?;
    let at_level: Vec<RoleIx> = at_level.into_iter().map(|(index, _)| index).collect();
    let expected = |permission: Permission| {
        permission.levels().contains(&level) && model.modules.contains(&permission.module())
    };
    let missing: Vec<Permission> = Permission::ALL.iter().copied().filter(|p| expected(*p)).collect();
    for row in &table.rows {
        let Cell { text, line } = &row[0];
        let permission = Permission::parse(text).ok_or_else(|| (*line, format!("unknown permission `{text}`")))?;
        if !missing.contains(&permission) {
            return Err((*line, format!("`{text}` cannot be given at the level `{level}` of this model")));
        }
        let seen = &mut model.lines[level as usize][permission as usize];
        if *seen > 0 {
            return Err((*line, format!("a second row for `{text}`; the first is on line {seen}")));
        }
        *seen = u32::try_from(*line).unwrap_or(u32::MAX);
        for (role, cell) in at_level.iter().zip(&row[1..]) {
            model.grants[usize::from(role.0) * Permission::COUNT + permission as usize] = conditions(cell, permission)?;
        }
    }
    match missing.iter().find(|p| model.lines[level as usize][**p as usize] == 0) {
        Some(permission) => Err((table.line, format!("the row for `{permission}` is missing"))),
        None => Ok(()),
    }
}

fn conditions(cell: &Cell, permission: Permission) -> At<Mask> {
    if cell.text.is_empty() {
        return Err((cell.line, "an empty cell: write `-` for never".to_owned()));
    }
    words(cell)
        .map(|word| {
            let condition =
                Condition::parse(word).ok_or_else(|| (cell.line, format!("unknown condition `{word}`")))?;
            if condition.applies_to(permission.target()) {
                Ok(condition)
            } else {
                let kind = permission.target().key();
                Err((cell.line, format!("`{word}` says nothing of a {kind}, which `{permission}` is about")))
            }
        })
        .collect()
}

fn ladder(table: &Table, model: &mut Model) -> At<()> {
    let Some((first, givers)) = table.header.split_first() else {
        return Err((table.line, "the table is empty".to_owned()));
    };
    if first.text != "role" {
        return Err((first.line, "the first column must be `role`".to_owned()));
    }
    let givers: Vec<RoleIx> = givers.iter().map(|cell| known_role(model, cell)).collect::<At<_>>()?;
    let mut seen = Vec::new();
    for row in &table.rows {
        let role = known_role(model, &row[0])?;
        if seen.contains(&role) {
            return Err((row[0].line, format!("a second row for `{}`", row[0].text)));
        }
        seen.push(role);
        for (giver, cell) in givers.iter().zip(&row[1..]) {
            let slot = usize::from(giver.0) * model.roles.len() + usize::from(role.0);
            if cell.text.is_empty() {
                return Err((cell.line, "an empty cell: write `-` for never".to_owned()));
            }
            for word in words(cell) {
                let verb = Verb::ALL.into_iter().find(|verb| verb.key() == word);
                let verb = verb.ok_or_else(|| (cell.line, format!("`{word}` is not give, take or remove")))?;
                model.ladder[slot] |= verb as u8;
            }
        }
    }
    match model.roles().find(|(role, _)| !seen.contains(role)) {
        Some((_, role)) => Err((table.line, format!("the row for `{}.{}` is missing", role.level, role.key))),
        None => Ok(()),
    }
}
