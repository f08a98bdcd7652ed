//! The access models, for a front end to draw the matrix and for an auditor to read.

use actix_web::get;
use serde::{Deserialize, Serialize};
use usher_policy::{Level, Model, ModelKey, Permission, Role, RoleIx, Verb};
use utoipa::{IntoParams, ToSchema};

use super::condition::ConditionName;
use crate::http::{Answer, Call, Listed, Path, Problem, ok};

/// An access model in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessModelSummary {
    /// Its name in the API.
    key: &'static str,
    /// Its name for people.
    title: &'static str,
}

/// An access model.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessModel {
    /// Its name in the API.
    key: &'static str,
    /// Its name for people.
    title: &'static str,
    /// The parts of the product that it covers.
    modules: Vec<&'static str>,
    /// Whether a member may hold several organization roles at once.
    several_organization_roles: bool,
    /// Its roles, level by level.
    roles: Vec<RoleView>,
    /// Its permissions, in the order of the catalogue.
    permissions: Vec<PermissionView>,
    /// The Markdown document that all this is read from, and that decides.
    document: &'static str,
}

/// A role of a model.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleView {
    /// Where it is held: `organization`, `team`, `queue` …
    level: &'static str,
    /// Its name in the API.
    key: &'static str,
    /// Its name for people.
    title: &'static str,
    /// What it gives: each permission with the conditions of which one must hold; `yes` is none.
    grants: Vec<GrantView>,
    /// Which roles its holders may give, take, or remove members with.
    rules: Vec<RuleView>,
}

/// A permission and when it is given.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantView {
    /// The permission.
    pub(super) permission: &'static str,
    /// Any one of these must hold; `yes` always does.
    pub(super) when: Vec<ConditionName>,
}

/// What a role's holders may do with another role.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleView {
    /// The other role's level.
    level: &'static str,
    /// The other role.
    role: &'static str,
    /// `give`, `take`, `remove`.
    may: Vec<&'static str>,
}

/// A permission of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionView {
    /// Its name.
    key: &'static str,
    /// What it lets a person do.
    text: &'static str,
    /// The kind of thing that it is about.
    resource: &'static str,
}

/// What of a role a model gives, as the API shows it.
pub(super) fn grants(model: &Model, role: RoleIx) -> Vec<GrantView> {
    let cells = Permission::ALL.iter().map(|permission| (permission, model.cell(role, *permission)));
    cells
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(permission, cell)| GrantView { permission: permission.key(), when: ConditionName::each(cell) })
        .collect()
}

fn role(model: &'static Model, (index, role): (RoleIx, &'static Role)) -> RoleView {
    let rules = model.roles().map(|(other, about)| RuleView {
        level: about.level.key(),
        role: &about.key,
        may: Verb::ALL.into_iter().filter(|verb| model.may(index, *verb, other)).map(Verb::key).collect(),
    });
    RoleView {
        level: role.level.key(),
        key: &role.key,
        title: &role.title,
        grants: grants(model, index),
        rules: rules.filter(|rule| !rule.may.is_empty()).collect(),
    }
}

/// List the access models
#[utoipa::path(tag = "access", responses((status = 200, body = Listed<AccessModelSummary>)),
    extensions(("x-permission" = json!("signed_in"))))]
#[get("/v1/access-models")]
pub async fn list_access_models(call: Call) -> Answer {
    call.outside().await?;
    let models = ModelKey::ALL.into_iter().map(Model::built_in);
    let items = models.map(|model| AccessModelSummary { key: model.key().key(), title: model.title() }).collect();
    Ok(ok(Listed { items, next_cursor: None, total: None }))
}

/// An access model in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ModelPath {
    /// The model's name.
    #[param(example = "helpdesk")]
    model: String,
}

/// Get an access model
///
/// Its roles, what each gives under which conditions, and the document that all of it is read from.
#[utoipa::path(tag = "access", params(ModelPath), responses((status = 200, body = AccessModel)),
    extensions(("x-permission" = json!("signed_in"))))]
#[get("/v1/access-models/{model}")]
pub async fn get_access_model(call: Call, path: Path<ModelPath>) -> Answer {
    call.outside().await?;
    let key = ModelKey::parse(&path.model).ok_or_else(|| Problem::missing("access model"))?;
    let model = Model::built_in(key);
    let covered = Permission::ALL.iter().filter(|permission| model.modules().contains(&permission.module()));
    Ok(ok(AccessModel {
        key: key.key(),
        title: model.title(),
        modules: model.modules().iter().map(|module| module.key()).collect(),
        several_organization_roles: model.several_organization_roles(),
        roles: Level::ALL.iter().flat_map(|level| model.roles_at(*level)).map(|found| role(model, found)).collect(),
        permissions: covered
            .map(|p| PermissionView { key: p.key(), text: p.text(), resource: p.target().key() })
            .collect(),
        document: model.document(),
    }))
}
