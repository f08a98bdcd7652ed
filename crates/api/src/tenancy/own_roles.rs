//! Roles that an organization adds to its access model.

use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use usher_domain::{
    RoleId, Slug, Text,
    tenancy::{Role, RoleGrant},
};
use usher_policy::{Action, Level, Mask, Permission, Permit, can};
use usher_store::{
    Expected, OrganizationKey, Work,
    tenancy::{NewRole, RoleChange},
};
use utoipa::{IntoParams, ToSchema};

use super::OrganizationPath;
use crate::http::{
    Answer, Body, Call, FieldError, IfMatch, Listed, MustMatch, Path, PlainPageQuery, Problem, Query, Stop, created,
    no_content, ok, paged, shown, shown_here_if,
};

/// A role in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RolePath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The role.
    #[param(value_type = RoleId)]
    role: RoleId,
}

/// Where a role is held.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleLevel {
    /// In the whole organization.
    Organization,
    /// In a team.
    Team,
    /// On a queue, beside the access model's permissions and duties there.
    Queue,
}

impl From<RoleLevel> for Level {
    fn from(level: RoleLevel) -> Self {
        match level {
            RoleLevel::Organization => Self::Organization,
            RoleLevel::Team => Self::Team,
            RoleLevel::Queue => Self::Queue,
        }
    }
}

/// A role to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRole, example = json!({"level": "team", "key": "greeter", "title": "Greeter",
    "description": "Reads all of the team's tickets, and answers those that are theirs.",
    "grants": [{"permission": "ticket.view"}, {"permission": "ticket.reply", "when": ["assigned"]}]}))]
pub struct CreateRole {
    /// Where it is held.
    level: RoleLevel,
    /// Its name in the API, which no other role of the level has.
    key: Slug,
    /// Its name for people.
    title: Text<1, 80>,
    /// What it is for.
    #[serde(default)]
    #[schema(default = "")]
    description: Text<0, 2000>,
    /// What it gives: each permission once.
    #[schema(max_items = 200)]
    grants: Vec<RoleGrant>,
}

impl CreateRole {
    /// Adds it.
    ///
    /// # Errors
    /// As [`Work::create_role`].
    pub(crate) async fn apply(self, work: &mut Work, permit: Permit<can::ManageRoles>) -> Result<Role, Stop> {
        let Self { level, key, title, description, grants } = self;
        let new = NewRole { level: level.into(), key, title, description, grants };
        Ok(work.create_role(permit, new).await?)
    }
}

/// List the organization's own roles
///
/// Those that it has added to its access model, the oldest first: at most 100. The roles of the model itself are told by the
/// access model.
#[utoipa::path(tag = "roles", params(OrganizationPath, PlainPageQuery), responses((status = 200, body = Listed<Role>)),
    extensions(("x-permission" = json!(can::ViewRoles::PERMISSION.key()))))]
#[get("/roles")]
pub async fn list_roles(call: Call, path: Path<OrganizationPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("roles")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewRoles>()?;
    Ok(ok(paged(work.roles(permit, &request).await?, "roles")))
}

/// Get a role of the organization's own
#[utoipa::path(tag = "roles", params(RolePath), responses((status = 200, body = Role)),
    extensions(("x-permission" = json!(can::ViewRoles::PERMISSION.key()))))]
#[get("/roles/{role}")]
pub async fn get_role(call: Call, path: Path<RolePath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewRoles>()?;
    Ok(shown(work.one_role(permit, path.role).await?))
}

/// Add a role
///
/// It stands beside the roles of the access model, and is given and taken as they are: by its key, to members, to team
/// members, in invitations, in the table of a member's queue permissions. Nobody adds one that gives more than they hold
/// themselves: in the whole organization, or, of a role of the level `queue`, on some one queue, all of it on the same. Nobody
/// gives one, or takes one from somebody, who does not hold all of it there. So where nobody has a permission in the whole
/// organization, as with tickets in the access model `queues`, such a role gives it at the level `queue` alone. Who has an
/// organization role sees the organization, and themselves as a member, whatever the role says.
#[utoipa::path(tag = "roles", params(OrganizationPath), request_body = CreateRole,
    responses((status = 201, body = Role)),
    extensions(("x-permission" = json!(can::ManageRoles::PERMISSION.key()))))]
#[post("/roles")]
pub async fn create_role(call: Call, path: Path<OrganizationPath>, body: Body<CreateRole>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ManageRoles>()?;
    let role = body.parse()?.apply(&mut work, permit).await?;
    let location = format!("/v1/organizations/{}/roles/{}", work.organization(), role.id);
    work.commit(created(role, &location)).await
}

/// What is to change about a role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"grants": [{"permission": "ticket.view"}]}))]
pub struct RolePatch {
    /// Its name for people.
    #[schema(value_type = Text<1, 80>, required = false)]
    title: Option<Text<1, 80>>,
    /// What it is for.
    #[schema(value_type = Text<0, 2000>, required = false)]
    description: Option<Text<0, 2000>>,
    /// What it gives: all of it.
    #[schema(value_type = Vec<RoleGrant>, required = false, max_items = 200)]
    grants: Option<Vec<RoleGrant>>,
}

impl RolePatch {
    /// Makes the change.
    ///
    /// # Errors
    /// As [`Work::update_role`].
    pub(crate) async fn apply(
        self,
        work: &mut Work,
        permit: Permit<can::ManageRoles>,
        role: RoleId,
        version: &Expected,
    ) -> Result<Role, Stop> {
        let Self { title, description, grants } = self;
        Ok(work.update_role(permit, role, version, RoleChange { title, description, grants }).await?)
    }
}

/// Change a role
///
/// What it gives changes for everybody who holds it, from their next request on. Whoever changes it holds all that it gives,
/// before and after: in the whole organization; of a role of the level `queue`, on every queue where anybody holds it, or,
/// where nobody does, on some one queue. `If-Match` is required.
#[utoipa::path(tag = "roles", params(RolePath, MustMatch), request_body = RolePatch,
    responses((status = 200, body = Role), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::ManageRoles::PERMISSION.key()))))]
#[patch("/roles/{role}")]
pub async fn update_role(call: Call, path: Path<RolePath>, body: Body<RolePatch>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ManageRoles>()?;
    let role = body.parse()?.apply(&mut work, permit, path.role, call.if_match()).await?;
    shown_here_if::<can::ViewRoles>(work, role).await
}

/// Delete a role
///
/// That nobody holds and that no pending invitation gives. Otherwise the answer says who holds it.
#[utoipa::path(tag = "roles", params(RolePath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::ManageRoles::PERMISSION.key()))))]
#[delete("/roles/{role}")]
pub async fn delete_role(call: Call, path: Path<RolePath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ManageRoles>()?;
    work.delete_role(permit, path.role, call.if_match()).await?;
    work.commit(no_content()).await
}

/// The tasks that somebody is to have.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SuggestQuery {
    /// Permissions, with commas between.
    #[param(value_type = String, required = true, example = "ticket.view,ticket.reply", max_length = 4000)]
    permissions: Option<Text<1, 4000>>,
}

/// Roles that together cover what is wanted.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleSuggestion {
    /// The roles: one, where one is enough.
    roles: Vec<SuggestedRole>,
    /// How many other permissions come with them.
    more: usize,
}

/// A role that covers some of what is wanted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestedRole {
    /// Where it is held.
    level: &'static str,
    /// Its name in the API.
    key: String,
    /// Its name for people.
    title: String,
    /// Whether it is the organization's own, and not the access model's.
    custom: bool,
    /// What it gives of what is wanted, and when.
    grants: Vec<RoleGrant>,
}

/// Find roles for tasks
///
/// Which roles cover these permissions: the narrowest first. Where no role has them all, a few that do together. Roles of
/// the organization's own are named to who may see them.
#[utoipa::path(tag = "roles", params(OrganizationPath, SuggestQuery),
    responses((status = 200, body = Listed<RoleSuggestion>)),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[get("/roles/suggest")]
pub async fn suggest_roles(call: Call, path: Path<OrganizationPath>, query: Query<SuggestQuery>) -> Answer {
    let work = call.read(&path.organization).await?;
    let _permit = work.permit_here::<can::ViewOrganization>()?;
    let wanted = wanted(query.permissions.as_deref())?;
    let (caller, model) = (work.caller(), work.caller().model());
    let sees_own = caller.has(Permission::RoleView, Mask::ALWAYS, Level::Organization, None);
    let suggestions = model.suggest(&wanted, |role| sees_own || !role.custom).into_iter().map(|roles| {
        let gives = |permission: &Permission| roles.iter().any(|role| !model.cell(*role, *permission).is_empty());
        let more = Permission::ALL.iter().filter(|p| !wanted.contains(p) && gives(p)).count();
        let view = |role| {
            let about = model.role_at(role);
            let cells = wanted.iter().map(|permission| (permission, model.cell(role, *permission)));
            let grants = cells.filter(|(_, cell)| !cell.is_empty()).map(|(permission, cell)| RoleGrant {
                permission: permission.key().to_owned(),
                when: cell.iter().map(|condition| condition.key().to_owned()).collect(),
            });
            SuggestedRole {
                level: about.level.key(),
                key: about.key.clone(),
                title: about.title.clone(),
                custom: about.custom,
                grants: grants.collect(),
            }
        };
        RoleSuggestion { more, roles: roles.iter().map(|role| view(*role)).collect() }
    });
    Ok(ok(Listed { items: suggestions.collect(), next_cursor: None, total: None }))
}

fn wanted(list: Option<&str>) -> Result<Vec<Permission>, Problem> {
    let missing = || FieldError::of("permissions", "missing", "Name the permissions that are wanted.");
    let list = list.ok_or_else(|| Problem::malformed(missing()))?;
    let mut wanted = Vec::new();
    for key in list.split(',').map(str::trim) {
        let permission = Permission::parse(key).ok_or_else(|| {
            let detail = format!("There is no permission `{key}`.");
            Problem::malformed(FieldError::of("permissions", "unknown_permission", detail))
        })?;
        if !wanted.contains(&permission) {
            wanted.push(permission);
        }
    }
    Ok(wanted)
}
