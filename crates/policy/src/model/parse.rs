//! The strict reading of a model document: what is not understood is an error with its line.

use std::sync::Arc;

use super::{
    At, Model, ModelError, ModelKey, Role, RoleIx, Verb, compose,
    document::{Cell, Document, Table, read, without_numbers},
    roles,
};
use crate::{Condition, Level, Mask, Module, Permission};

const SHAPE: &str = "Shape";
const ROLES: &str = "Roles";
const LADDER: &str = "Who gives and takes";
const NOTES: &str = "Notes";

const MODULES: &str = "modules";
const ORGANIZATION_ROLES: &str = "organization roles of a member";
const BUILT_FROM: &str = "built from";
const REACH_CONTENT: &str = "organization roles reach content";

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
        [SHAPE, ROLES, NOTES, LADDER].contains(&heading)
            || Level::ALL.iter().any(|level| level_heading(*level) == heading)
    };
    if let Some(table) = document.tables.iter().find(|table| !known(&table.heading)) {
        return Err((table.line, format!("no table is known under the heading `{}`", table.heading)));
    }
    let Shape { modules, several_organization_roles, parts, reach_content } = shape(table(document, SHAPE)?)?;
    let roles = roles::roles(table(document, ROLES)?, several_organization_roles)?;
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
        tabled: Vec::new(),
        notes: Vec::new(),
        everybodys_role: roles
            .iter()
            .position(|role| role.everybody)
            .and_then(|index| u16::try_from(index).ok())
            .map(RoleIx),
        roles,
        starts,
        parts,
    };
    compose::unite(&mut model);
    for level in Level::ALL {
        let written = document.tables.iter().any(|table| table.heading == level_heading(level));
        let declared = model.roles_at(level).next().is_some();
        if written || (declared && model.parts.is_empty()) {
            grants(table(document, level_heading(level))?, level, &mut model)?;
        }
    }
    if !reach_content {
        keep_from_content(&mut model);
    }
    ladder(table(document, LADDER)?, &mut model)?;
    compose::include(&mut model);
    if document.tables.iter().any(|table| table.heading == NOTES) {
        notes(table(document, NOTES)?, &mut model)?;
    }
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

pub(super) fn columns(table: &Table<'_>, expected: &[&str]) -> At<()> {
    if table.header.iter().map(|cell| cell.text).eq(expected.iter().copied()) {
        Ok(())
    } else {
        Err((table.line, format!("the columns must be {expected:?}")))
    }
}

/// The words of a cell, each once; a dash stands for none.
pub(super) fn words<'t>(cell: Cell<'t>) -> At<Vec<&'t str>> {
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

struct Shape {
    modules: Vec<Module>,
    several_organization_roles: bool,
    parts: Vec<&'static Arc<Model>>,
    /// Whether organization roles give what their rows say of things of other modules than `tenancy`, which stand in teams,
    /// queues and workspaces; otherwise only who is in those has it (VX-31).
    reach_content: bool,
}

fn shape(table: &Table<'_>) -> At<Shape> {
    columns(table, &["property", "value"])?;
    let value = |property: &str| {
        let mut found = table.rows.iter().filter(|row| row[0].text == property).map(|row| row[1]);
        match (found.next(), found.next()) {
            (found, None) => Ok(found),
            (_, Some(again)) => Err((again.line, format!("a second row for `{property}`"))),
        }
    };
    let needed =
        |property: &str| value(property)?.ok_or_else(|| (table.line, format!("the row for `{property}` is missing")));
    let known = [MODULES, ORGANIZATION_ROLES, BUILT_FROM, REACH_CONTENT];
    if let Some(row) = table.rows.iter().find(|row| !known.contains(&row[0].text)) {
        return Err((row[0].line, format!("unknown property `{}`", row[0].text)));
    }
    let several = needed(ORGANIZATION_ROLES)?;
    let parts = match value(BUILT_FROM)? {
        Some(parts) => each_word(parts, "model", |word| {
            ModelKey::parse(word).filter(|key| *key != ModelKey::Suite).map(Model::built_in)
        })?,
        None => Vec::new(),
    };
    Ok(Shape {
        modules: each_word(needed(MODULES)?, "module", Module::parse)?,
        several_organization_roles: match several.text {
            "one" => false,
            "several" => true,
            other => return Err((several.line, format!("`one` or `several`, not `{other}`"))),
        },
        parts,
        reach_content: match value(REACH_CONTENT)? {
            None => true,
            Some(cell) if cell.text == "yes" => true,
            Some(cell) if cell.text == "no" => false,
            Some(cell) => return Err((cell.line, format!("`yes` or `no`, not `{}`", cell.text))),
        },
    })
}

fn each_word<T>(cell: Cell<'_>, what: &str, known: impl Fn(&str) -> Option<T>) -> At<Vec<T>> {
    let read = |word: &str| known(word).ok_or_else(|| (cell.line, format!("unknown {what} `{word}`")));
    words(cell)?.into_iter().map(read).collect()
}

pub(super) fn qualified(cell: Cell<'_>) -> At<(Level, &str)> {
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

/// Reads the table of a level. It has a column for each role and a row for each permission that the level can give; where
/// the model is built from others, only those in which it differs from their union.
fn grants(table: &Table<'_>, level: Level, model: &mut Model) -> At<()> {
    let at_level: Vec<(RoleIx, &Role)> = model.roles_at(level).collect();
    if at_level.is_empty() {
        return Err((table.line, format!("no role is declared at the level `{level}`")));
    }
    let mut header = vec!["permission"];
    header.extend(at_level.iter().map(|(_, role)| role.key.as_str()));
    if !model.parts.is_empty() {
        header.retain(|name| table.header.iter().any(|cell| cell.text == *name));
    }
    columns(table, &header)?;
    let of = |name: &&str| at_level.iter().find(|(_, role)| role.key == **name).map(|(role, _)| *role);
    let columns: Vec<RoleIx> = header[1..].iter().filter_map(of).collect();
    model.tabled.extend(&columns);
    let givable: Vec<Permission> = Permission::ALL.iter().copied().filter(|p| model.can_be_given(*p, level)).collect();
    let expected = |p: Permission| givable.contains(&p);
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
        for (role, cell) in columns.iter().zip(&row[1..]) {
            *model.cell_mut(*role, permission) = conditions(*cell, permission)?;
        }
    }
    match Permission::ALL.iter().find(|p| expected(**p) && model.lines[level as usize][**p as usize] == 0) {
        Some(permission) if model.parts.is_empty() => {
            Err((table.line, format!("the row for `{permission}` is missing")))
        }
        _ => Ok(()),
    }
}

/// Takes from organization roles what they give of things of other modules than `tenancy`.
fn keep_from_content(model: &mut Model) {
    let roles: Vec<RoleIx> = model.roles_at(Level::Organization).map(|(role, _)| role).collect();
    for permission in Permission::ALL.iter().filter(|permission| permission.module() != Module::Tenancy) {
        for role in &roles {
            *model.cell_mut(*role, *permission) = Mask::NONE;
        }
    }
}

fn notes(table: &Table<'_>, model: &mut Model) -> At<()> {
    columns(table, &["permission", "note"])?;
    for row in &table.rows {
        let Cell { text, line } = row[0];
        let permission = Permission::parse(text).ok_or_else(|| (line, format!("unknown permission `{text}`")))?;
        model.notes.push((permission, without_numbers(row[1].text)));
    }
    Ok(())
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
    let missing = model.roles().find(|(role, _)| !given.contains(role));
    if let Some((_, role)) = missing.filter(|_| model.parts.is_empty()) {
        return Err((table.line, format!("the row for `{}.{}` is missing", role.level, role.key)));
    }
    for (row, role) in table.rows.iter().zip(given) {
        for (giver, cell) in givers.iter().zip(&row[1..]) {
            *model.verbs_mut(*giver, role) = 0;
            for word in words(*cell)? {
                let verb = Verb::ALL.into_iter().find(|verb| verb.key() == word);
                let verb = verb.ok_or_else(|| (cell.line, format!("`{word}` is not give, take or remove")))?;
                if model.role_at(*giver).level > model.role_at(role).level {
                    return Err((cell.line, format!("`{}` is wider than a giver's level", row[0].text)));
                }
                *model.verbs_mut(*giver, role) |= verb as u8;
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
