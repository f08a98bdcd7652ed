//! What I may do in an organization.

use actix_web::get;
use serde::Serialize;
use usher_policy::{Action, Caller, Level, Mask, Permission, can};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{condition::ConditionName, models::GrantView, named::Named};
use crate::{
    http::{Answer, Call, Path, ok},
    tenancy::OrganizationPath,
};

/// What I may do, by the scope that gives it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyPermissions {
    /// The access model that decides.
    access_model: &'static str,
    /// One entry for each scope at which I hold a role; the organization first.
    scopes: Vec<ScopeView>,
}

/// What I may do in one scope.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScopeView {
    /// `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team, queue …
    id: Uuid,
    /// The name of the team or queue, if I may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Support")]
    name: Option<String>,
    /// My roles there.
    roles: Vec<String>,
    /// What they give me: `when` names what must hold of the single thing; `yes` is nothing. In a team also what my organization
    /// roles give me by my being in it, such as on tickets whose template is open to it.
    permissions: Vec<GrantView>,
}

/// List my permissions
///
/// By scope, with what must hold of the single thing. For one thing, ask for it with `include=permissions`.
#[utoipa::path(tag = "access", params(OrganizationPath), responses((status = 200, body = MyPermissions)),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[get("/me/permissions")]
pub async fn get_my_permissions(call: Call, path: Path<OrganizationPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let _permit = work.permit_here::<can::ViewOrganization>()?;
    let at = |level| work.caller().scopes_at(level).into_iter().map(move |scope| (level, scope));
    let places: Vec<(Level, Uuid)> = Level::ALL.into_iter().flat_map(at).collect();
    let named = Named::among(&mut work, places.iter().copied()).await?;
    let caller = work.caller();
    let scopes = places.into_iter().map(|(level, scope)| scope_view(caller, level, scope, named.of(level, scope)));
    Ok(ok(MyPermissions { access_model: caller.model().key().key(), scopes: scopes.collect() }))
}

fn scope_view(caller: &Caller, level: Level, scope: Uuid, name: Option<String>) -> ScopeView {
    let (model, held) = (caller.model(), caller.held_in(level, scope));
    let permissions = given(caller, level, scope)
        .map(|(permission, when)| GrantView { permission: permission.key(), when: ConditionName::each(when) });
    ScopeView {
        level: level.key(),
        id: scope,
        name,
        roles: held.iter().map(|a| model.role_at(a.role).key.clone()).collect(),
        permissions: permissions.collect(),
    }
}

/// What somebody's roles in one scope give them, and what must hold of the single thing; of a team also what being in it does.
pub(super) fn given(caller: &Caller, level: Level, scope: Uuid) -> impl Iterator<Item = (Permission, Mask)> {
    let held = caller.held_in(level, scope);
    let open = Permission::ALL.iter().copied().filter(|permission| caller.is_open(*permission));
    open.filter_map(move |permission| {
        let opened = if level == Level::Team { caller.by_being_in_a_team(permission) } else { Mask::NONE };
        let cell = held.iter().fold(opened, |all, a| all | caller.model().cell(a.role, permission));
        let when = caller.remaining(cell);
        (!when.is_empty()).then_some((permission, when))
    })
}
