//! The strict reading of a model document: what is not understood is an error with its line.

use super::{
    At, Holders, Model, ModelError, ModelKey, Role, RoleIx, Verb,
    document::{Cell, Document, Table, read},
};
use crate::{Condition, Level, Mask, Module, Permission};

const SHAPE: &str = "Shape";
const ROLES: &str = "Roles";
const LADDER: &str = "Who gives and takes";

const MODULES: &str = "modules";
const ORGANIZATION_ROLES: &str = "organization roles of a member";

const fn level_heading(level: Level) -> &'static str {
    match level {
        Level::Organization => "Organization roles",
        Level::Team => "Team roles",
        Level::Queue => "Queue roles",
        Level::Workspace => "Workspace roles",
        Level::Project => "Project roles",
    }
}

pub(super) fn model(key: ModelKey, text: &str) -> Result<Model, ModelError> {
    read(text).and_then(|document| compile(key, &document)).map_err(|(line, message)| ModelError {
        file: key.file(),
        line,
        message,
    })
}

fn compile(key: ModelKey, document: &Document<'_>) -> At<Model> {
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
    let (modules, several_organization_roles) = shape(table(document, SHAPE)?)?;
    let roles = roles(table(document, ROLES)?)?;
    let mut starts = [0; Level::COUNT + 1];
    for role in &roles {
        starts[role.level as usize + 1..].iter_mut().for_each(|start| *start += 1);
    }
    let mut model = Model {
        key,
        title,
        modules,
        several_organization_roles,
        grants: vec![Mask::NONE; roles.len() * Permission::COUNT].into(),
        ladder: vec![0; roles.len() * roles.len()].into(),
        lines: Box::new([[0; Permission::COUNT]; Level::COUNT]),
        roles,
        starts,
    };
    for level in Level::ALL {
        if model.roles_at(level).next().is_some() {
            grants(table(document, level_heading(level))?, level, &mut model)?;
        } else if let Some(table) = document.tables.iter().find(|table| table.heading == level_heading(level)) {
            return Err((table.line, format!("no role is declared at the level `{level}`")));
        }
    }
    ladder(table(document, LADDER)?, &mut model)?;
    Ok(model)
}

/// The one table under a heading.
fn table<'d, 't>(document: &'d Document<'t>, heading: &str) -> At<&'d Table<'t>> {
    let mut found = document.tables.iter().filter(|table| table.heading == heading);
    let table = found.next().ok_or_else(|| (1, format!("the table `{heading}` is missing")))?;
    match found.next() {
        Some(again) => Err((again.line, format!("a second table under `{heading}`"))),
        None => Ok(table),
    }
}

fn columns(table: &Table<'_>, expected: &[&str]) -> At<()> {
    if table.header.iter().map(|cell| cell.text).eq(expected.iter().copied()) {
        Ok(())
    } else {
        Err((table.line, format!("the columns must be {expected:?}")))
    }
}

/// The words of a cell, each once; a dash stands for none.
fn words<'t>(cell: Cell<'t>) -> At<Vec<&'t str>> {
    if cell.text == "-" {
        return Ok(Vec::new());
    }
    let mut words: Vec<&'t str> = Vec::new();
    for word in cell.text.split(',').map(str::trim) {
        if words.contains(&word) {
            return Err((cell.line, format!("`{word}` stands twice")));
        }
        words.push(word);
    }
    Ok(words)
}

fn shape(table: &Table<'_>) -> At<(Vec<Module>, bool)> {
    columns(table, &["property", "value"])?;
    let value = |property: &str| {
        let mut found = table.rows.iter().filter(|row| row[0].text == property).map(|row| row[1]);
        match (found.next(), found.next()) {
            (Some(value), None) => Ok(value),
            (_, Some(again)) => Err((again.line, format!("a second row for `{property}`"))),
            (None, None) => Err((table.line, format!("the row for `{property}` is missing"))),
        }
    };
    if let Some(row) = table.rows.iter().find(|row| ![MODULES, ORGANIZATION_ROLES].contains(&row[0].text)) {
        return Err((row[0].line, format!("unknown property `{}`", row[0].text)));
    }
    let modules = value(MODULES)?;
    let several = value(ORGANIZATION_ROLES)?;
    let modules = words(modules)?
        .into_iter()
        .map(|word| Module::parse(word).ok_or_else(|| (modules.line, format!("unknown module `{word}`"))))
        .collect::<At<_>>()?;
    match several.text {
        "one" => Ok((modules, false)),
        "several" => Ok((modules, true)),
        other => Err((several.line, format!("`one` or `several`, not `{other}`"))),
    }
}

fn roles(table: &Table<'_>) -> At<Vec<Role>> {
    columns(table, &["role", "title", "rules"])?;
    let mut roles: Vec<Role> = Vec::new();
    for row in &table.rows {
        let role = role(row[0], row[1], row[2])?;
        if roles.iter().any(|other| other.level == role.level && other.key == role.key) {
            return Err((row[0].line, format!("the role `{}.{}` stands twice", role.level, role.key)));
        }
        if roles.last().is_some_and(|last| last.level > role.level) {
            return Err((row[0].line, "roles must be listed level by level, the widest first".to_owned()));
        }
        roles.push(role);
    }
    match roles.iter().filter(|role| role.creator).count() {
        1 => Ok(roles),
        n => Err((table.line, format!("one role must be the creator's; {n} are"))),
    }
}

fn role(name: Cell<'_>, title: Cell<'_>, rules: Cell<'_>) -> At<Role> {
    let (level, key) = qualified(name)?;
    let mut role = Role {
        level,
        key: key.to_owned(),
        title: title.text.to_owned(),
        holders: Holders::Any,
        creator: false,
        staff: false,
        read_only: false,
    };
    for rule in words(rules)? {
        match rule {
            "at least one" => role.holders = Holders::AtLeastOne,
            "exactly one" => role.holders = Holders::ExactlyOne,
            "creator" | "staff" | "read only" if level != Level::Organization => {
                return Err((rules.line, format!("`{rule}` is a rule for organization roles")));
            }
            "creator" => role.creator = true,
            "staff" => role.staff = true,
            "read only" => role.read_only = true,
            other => return Err((rules.line, format!("unknown rule `{other}`"))),
        }
    }
    Ok(role)
}

fn qualified(cell: Cell<'_>) -> At<(Level, &str)> {
    cell.text
        .split_once('.')
        .and_then(|(level, key)| Level::parse(level).map(|level| (level, key)))
        .filter(|(_, key)| !key.is_empty())
        .ok_or_else(|| (cell.line, format!("`{}` is no role: `level.name` is", cell.text)))
}

fn known_role(model: &Model, cell: Cell<'_>) -> At<RoleIx> {
    let (level, key) = qualified(cell)?;
    model.role(level, key).ok_or_else(|| (cell.line, format!("unknown role `{}`", cell.text)))
}

fn grants(table: &Table<'_>, level: Level, model: &mut Model) -> At<()> {
    let mut header = vec!["permission"];
    header.extend(model.roles_at(level).map(|(_, role)| role.key.as_str()));
    columns(table, &header)?;
    let at_level: Vec<RoleIx> = model.roles_at(level).map(|(role, _)| role).collect();
    let expected = |p: Permission| p.levels().contains(&level) && model.modules.contains(&p.module());
    for row in &table.rows {
        let Cell { text, line } = row[0];
        let permission = Permission::parse(text).ok_or_else(|| (line, format!("unknown permission `{text}`")))?;
        if !expected(permission) {
            return Err((line, format!("`{text}` cannot be given at the level `{level}` of this model")));
        }
        let seen = &mut model.lines[level as usize][permission as usize];
        if *seen > 0 {
            return Err((line, format!("a second row for `{text}`; the first is on line {seen}")));
        }
        *seen = u32::try_from(line).unwrap_or(u32::MAX);
        for (role, cell) in at_level.iter().zip(&row[1..]) {
            model.grants[role.index() * Permission::COUNT + permission as usize] = conditions(*cell, permission)?;
        }
    }
    match Permission::ALL.iter().find(|p| expected(**p) && model.lines[level as usize][**p as usize] == 0) {
        Some(permission) => Err((table.line, format!("the row for `{permission}` is missing"))),
        None => Ok(()),
    }
}

fn conditions(cell: Cell<'_>, permission: Permission) -> At<Mask> {
    let kind = permission.target();
    let mut mask = Mask::NONE;
    for word in words(cell)? {
        let condition = Condition::parse(word).ok_or_else(|| (cell.line, format!("unknown condition `{word}`")))?;
        if !condition.applies_to(kind) {
            let kind = kind.key();
            return Err((cell.line, format!("`{word}` says nothing of a {kind}, which `{permission}` is about")));
        }
        mask = mask.with(condition, true);
    }
    if mask.contains(Condition::Always) && mask != Mask::ALWAYS {
        return Err((cell.line, "`yes` stands alone".to_owned()));
    }
    Ok(mask)
}

fn ladder(table: &Table<'_>, model: &mut Model) -> At<()> {
    let [first, givers @ ..] = table.header.as_slice() else {
        return Err((table.line, "the table is empty".to_owned()));
    };
    if first.text != "role" {
        return Err((first.line, "the first column must be `role`".to_owned()));
    }
    let givers = once_each(model, givers.iter())?;
    let given = once_each(model, table.rows.iter().map(|row| &row[0]))?;
    if let Some((_, role)) = model.roles().find(|(role, _)| !given.contains(role)) {
        return Err((table.line, format!("the row for `{}.{}` is missing", role.level, role.key)));
    }
    for (row, role) in table.rows.iter().zip(given) {
        for (giver, cell) in givers.iter().zip(&row[1..]) {
            for word in words(*cell)? {
                let verb = Verb::ALL.into_iter().find(|verb| verb.key() == word);
                let verb = verb.ok_or_else(|| (cell.line, format!("`{word}` is not give, take or remove")))?;
                if model.role_at(*giver).level > model.role_at(role).level {
                    return Err((cell.line, format!("`{}` is wider than a giver's level", row[0].text)));
                }
                model.ladder[giver.index() * model.roles.len() + role.index()] |= verb as u8;
            }
        }
    }
    Ok(())
}

fn once_each<'d, 't: 'd>(model: &Model, cells: impl Iterator<Item = &'d Cell<'t>>) -> At<Vec<RoleIx>> {
    let mut roles = Vec::new();
    for cell in cells {
        let role = known_role(model, *cell)?;
        if roles.contains(&role) {
            return Err((cell.line, format!("`{}` stands twice", cell.text)));
        }
        roles.push(role);
    }
    Ok(roles)
}
