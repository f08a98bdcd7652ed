//! Organizations.

use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use usher_domain::{
    Slug, Text,
    tenancy::{Membership, Organization, PermissionsModel},
};
use usher_policy::{Action, Model, ModelKey, can};
use usher_store::{
    OrganizationKey,
    tenancy::{NewOrganization, OrganizationChange},
};
use utoipa::{IntoParams, ToSchema};

use crate::http::{
    Answer, Body, Call, IfMatch, Listed, Path, PlainPageQuery, Query, created, no_content, ok, paged, shown,
    shown_here_if,
};

/// An organization in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OrganizationPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    pub(crate) organization: OrganizationKey,
}

/// The access models to choose from.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessModelKey {
    /// Support by organization role, team and ticket template.
    Helpdesk,
    /// Support by per-user, per-queue permission.
    Queues,
    /// Inspections by team role and contributor level.
    Field,
    /// Tickets to events: inventory, orders, approvals.
    BoxOffice,
    /// Workspaces, projects, models and datasets.
    Lab,
    /// All of the others in one.
    #[default]
    Suite,
}

impl AccessModelKey {
    fn model(self) -> &'static Model {
        Model::built_in(match self {
            Self::Helpdesk => ModelKey::Helpdesk,
            Self::Queues => ModelKey::Queues,
            Self::Field => ModelKey::Field,
            Self::BoxOffice => ModelKey::BoxOffice,
            Self::Lab => ModelKey::Lab,
            Self::Suite => ModelKey::Suite,
        })
    }
}

/// A new organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrganization, example = json!({"name": "Acme", "slug": "acme", "access_model": "helpdesk"}))]
pub struct CreateOrganization {
    /// Its name.
    name: Text<1, 120>,
    /// Its name in addresses.
    slug: Slug,
    /// Who may do what in it. It stays. `suite`, with the roles of all the others, unless another is named.
    #[serde(default)]
    #[schema(required = false)]
    access_model: AccessModelKey,
}

/// Create an organization
///
/// It begins with an example template, an example FAQ and an example article. Its creator holds the model's highest role.
#[utoipa::path(tag = "organizations", request_body = CreateOrganization,
    responses((status = 201, body = Organization)), extensions(("x-permission" = json!("signed_in"))))]
#[post("/v1/organizations")]
pub async fn create_organization(call: Call, body: Body<CreateOrganization>) -> Answer {
    let mut act = call.outside().await?;
    let CreateOrganization { name, slug, access_model } = body.parse()?;
    let new = NewOrganization { name, slug, model: access_model.model() };
    let organization = act.create_organization(call.identity().account, new).await?;
    let location = format!("/v1/organizations/{}", organization.id);
    act.commit(created(organization, &location)).await
}

/// List my organizations
///
/// With my roles in each, by name.
#[utoipa::path(tag = "organizations", params(PlainPageQuery), responses((status = 200, body = Listed<Membership>)),
    extensions(("x-permission" = json!("signed_in"))))]
#[get("/v1/organizations")]
pub async fn list_organizations(call: Call, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("organizations")?;
    let mut act = call.outside().await?;
    let page = act.organizations_of(call.identity().account, &request).await?;
    Ok(ok(paged(page, "organizations")))
}

/// Get an organization
#[utoipa::path(tag = "organizations", params(OrganizationPath), responses((status = 200, body = Organization)),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[get("")]
pub async fn get_organization(call: Call, path: Path<OrganizationPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewOrganization>()?;
    Ok(shown(work.organization_view(permit).await?))
}

/// What is to change about an organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permissions_model": "restrictive"}))]
pub struct OrganizationPatch {
    /// Its name.
    #[schema(value_type = Text<1, 120>, required = false)]
    name: Option<Text<1, 120>>,
    /// What a new queue gives to staff.
    #[schema(value_type = PermissionsModel, required = false)]
    permissions_model: Option<PermissionsModel>,
    /// Whether members create workspaces, where the access model has them do it by this setting.
    #[schema(value_type = bool, required = false)]
    members_create_workspaces: Option<bool>,
}

/// Change an organization's settings
#[utoipa::path(tag = "organizations", params(OrganizationPath, IfMatch), request_body = OrganizationPatch,
    responses((status = 200, body = Organization), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateOrganization::PERMISSION.key()))))]
#[patch("")]
pub async fn update_organization(call: Call, path: Path<OrganizationPath>, body: Body<OrganizationPatch>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit_here::<can::UpdateOrganization>()?;
    let OrganizationPatch { name, permissions_model, members_create_workspaces } = body.parse()?;
    let change = OrganizationChange { name, permissions_model, members_create_workspaces };
    let organization = work.update_organization(permit, call.if_match(), change).await?;
    shown_here_if::<can::ViewOrganization>(work, organization).await
}

/// The confirmation of a deletion.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Confirmation {
    /// The organization's slug, repeated.
    confirm: Option<String>,
}

/// Delete an organization
///
/// With everything in it, for good. `confirm` must repeat its slug.
#[utoipa::path(tag = "organizations", params(OrganizationPath, Confirmation, IfMatch), responses((status = 204),
        (status = 422, description = "The slug is not repeated.")),
    extensions(("x-permission" = json!(can::DeleteOrganization::PERMISSION.key()))))]
#[delete("")]
pub async fn delete_organization(call: Call, path: Path<OrganizationPath>, query: Query<Confirmation>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::DeleteOrganization>()?;
    work.delete_organization(permit, call.if_match(), query.confirm.as_deref()).await?;
    work.commit(no_content()).await
}
