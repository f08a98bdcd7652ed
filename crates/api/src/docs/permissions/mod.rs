//! The access models drawn for people: one page, whole in itself, that a browser opens from a server or from a file.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use usher_policy::{Condition, Level, Mask, Model, ModelKey, Permission, Role, RoleIx};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page, which says what the program decides: it is drawn from the models that it runs.
pub(super) static PAGE: LazyLock<String> = LazyLock::new(|| page().into_string());

/// What the page may load: what is in it, and nothing else.
pub(super) static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; form-action 'none'; base-uri 'none'; \
         frame-ancestors 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
});

fn page() -> Markup {
    let models = ModelKey::ALL.map(Model::built_in);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Who may do what: the access models of Usher" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "Who may do what" }
                    p {
                        "An organization has one of these access models. A member may do what any of their roles gives, where they hold it. "
                        "A heading sorts: a role brings what it gives to the top, “Permission” the names into their order; once more, and the order turns."
                    }
                    nav aria-label="Access models" {
                        @for model in models { a href={ "#" (model.key().key()) } { (model.title()) } }
                    }
                    label { "Show only " input type="search" id="filter" placeholder="ticket delete" autocomplete="off"; }
                    p id="nothing" role="status" hidden { "No permission has all of these words." }
                }
                main { @for model in models { (section(model)) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn section(model: &Model) -> Markup {
    let levels: Vec<(Level, Vec<(RoleIx, &Role)>)> =
        Level::ALL.iter().map(|level| (*level, model.roles_at(*level).collect())).collect();
    let roles: Vec<(RoleIx, &Role)> = levels.iter().flat_map(|(_, roles)| roles).copied().collect();
    let covered = Permission::ALL.iter().filter(|permission| model.modules().contains(&permission.module()));
    html! {
        section id=(model.key().key()) {
            h2 { (model.title()) " " code { (model.key().key()) } }
            div.table tabindex="0" role="region" aria-label=(model.title()) {
                table {
                    thead {
                        tr {
                            td {}
                            @for (level, roles) in levels.iter().filter(|(_, roles)| !roles.is_empty()) {
                                th scope="colgroup" colspan=(roles.len()) { "in the " (level.key()) }
                            }
                        }
                        tr {
                            th scope="col" { button type="button" { "Permission" } }
                            @for (_, role) in &roles {
                                th scope="col" { button type="button" title=(about(model, role)) { (role.title) } }
                            }
                        }
                    }
                    tbody { @for permission in covered { (row(model, &roles, *permission)) } }
                }
            }
        }
    }
}

fn row(model: &Model, roles: &[(RoleIx, &Role)], permission: Permission) -> Markup {
    html! {
        tr {
            th scope="row" {
                code { (permission.key()) }
                p { (permission.text()) }
                @if let Some(note) = model.note(permission) { p.note { (note.replace('`', "")) } }
            }
            @for (index, role) in roles {
                @if permission.levels().contains(&role.level) { (cell(model.cell(*index, permission))) }
                @else { td.none data-rank="3" title={ "Not given in the " (role.level.key()) } {} }
            }
        }
    }
}

fn cell(conditions: Mask) -> Markup {
    if conditions.contains(Condition::Always) {
        return html! { td.yes data-rank="0" { "yes" } };
    }
    let words: Vec<&str> = conditions.iter().map(Condition::words).collect();
    if words.is_empty() {
        return html! { td.no data-rank="2" { "–" } };
    }
    html! { td.if data-rank="1" { "if " (words.join(", or if ")) } }
}

/// What is special about a role.
fn about(model: &Model, role: &Role) -> String {
    let special = [
        (role.everybody, "every member holds it"),
        (role.creator, "who creates the place gets it"),
        (role.staff, "counts as staff"),
        (role.read_only, "whoever holds it only reads"),
    ];
    let mut special: Vec<String> =
        special.into_iter().filter(|(is, _)| *is).map(|(_, words)| words.to_owned()).collect();
    let becomes = role.becomes.map(|next| &model.role_at(next).title);
    special.extend(becomes.map(|title| format!("whoever hands it over becomes {title}")));
    let name = format!("{}.{}", role.level.key(), role.key);
    if special.is_empty() { name } else { format!("{name}: {}", special.join("; ")) }
}
