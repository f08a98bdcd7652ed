//! Sites.

use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use usher_domain::{SiteId, TeamId, Text, field::Site};
use usher_policy::{Action, can};
use usher_store::{
    OrganizationKey,
    field::{Made, NewSite, SiteChange},
};
use utoipa::{IntoParams, ToSchema};

use super::FieldQuery;
use crate::{
    http::{
        Answer, Body, Call, Granted, IfMatch, Listed, Path, Query, ThingQuery, answer_if_visible, created, listed,
        no_content, place, seen, shown_if,
    },
    tenancy::OrganizationPath,
};

/// A site in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SitePath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "skyline")]
    organization: OrganizationKey,
    /// The site.
    #[param(value_type = SiteId)]
    site: SiteId,
}

/// List sites
///
/// By name, or those that changed last at the end: with `updated_since` a device asks for what has changed, as it does for
/// inspections. A site at which its user is given an inspection has not changed for that: a device gets by its id what an
/// inspection names and it does not have.
#[utoipa::path(tag = "sites", params(OrganizationPath, FieldQuery),
    responses((status = 200, body = Listed<Granted<Site>>)),
    extensions(("x-permission" = json!(can::ViewSite::PERMISSION.key()))))]
#[get("/sites")]
pub async fn list_sites(call: Call, path: Path<OrganizationPath>, query: Query<FieldQuery>) -> Answer {
    let wanted = query.wanted("sites")?;
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let listing = work.listing();
    let page = work.list_sites(&listing, &filter, wanted.order, &wanted.request).await?;
    Ok(listed(work.caller(), page, &wanted.list, wanted.include))
}

/// Get a site
#[utoipa::path(tag = "sites", params(SitePath, ThingQuery), responses((status = 200, body = Granted<Site>)),
    extensions(("x-permission" = json!(can::ViewSite::PERMISSION.key()))))]
#[get("/sites/{site}")]
pub async fn get_site(call: Call, path: Path<SitePath>, query: Query<ThingQuery>) -> Answer {
    let include = query.include()?;
    let (caller, site) = call.see(&path.organization, path.site).await?;
    Ok(seen(&caller, site, include))
}

/// A new site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSite, example = json!({
    "team_id": "019f0000-0000-7000-8000-000000000002",
    "name": "Warehouse 7",
    "address": "Harbour Street 7, 20457 Hamburg",
    "description": "The keys are with the porter."
}))]
pub struct CreateSite {
    /// What the device that makes it offline calls it: a UUID of version 7. Sent again, it makes no second site.
    id: Option<SiteId>,
    /// The team whose site it is.
    team_id: TeamId,
    /// Its name.
    name: Text<1, 200>,
    /// Where it is.
    #[serde(default)]
    #[schema(default = "")]
    address: Text<0, 500>,
    /// What there is to know about it.
    #[serde(default)]
    #[schema(default = "")]
    description: Text<0, 2000>,
}

/// Create a site
///
/// A device may make it offline and give it its `id`: sent again by the same account, it answers 200 with the site as it is, even
/// if the team has gone since, and 410 if it was deleted.
#[utoipa::path(tag = "sites", params(OrganizationPath), request_body = CreateSite,
    responses(
        (status = 201, body = Site),
        (status = 200, body = Site, description = "You made it before, with this id."),
        (status = 204, description = "Done, and you may not see it."),
        (status = 410, description = "You made it before, with this id, and it was deleted since: within 90 days its id stays taken."),
    ),
    extensions(("x-permission" = json!(can::CreateSite::PERMISSION.key()))))]
#[post("/sites")]
pub async fn create_site(call: Call, path: Path<OrganizationPath>, body: Body<CreateSite>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    work.may_create::<can::CreateSite>()?;
    let CreateSite { id, team_id, name, address, description } = body.parse()?;
    if let Some(site) = work.made_before(id).await? {
        return answer_if_visible(work, site).await;
    }
    let team = place(&mut work, team_id, "/team_id").await?;
    let (site, made) = work.create_site(team, NewSite { id, name, address, description }).await?;
    if made == Made::Before {
        return answer_if_visible(work, site.id).await;
    }
    let location = format!("/v1/organizations/{}/field/sites/{}", work.organization(), site.id);
    work.commit(created(site, &location)).await
}

/// What is to change about a site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "The keys are with the porter, after nine."}))]
pub struct SitePatch {
    /// Its name.
    #[schema(value_type = Text<1, 200>, required = false)]
    name: Option<Text<1, 200>>,
    /// Where it is.
    #[schema(value_type = Text<0, 500>, required = false)]
    address: Option<Text<0, 500>>,
    /// What there is to know about it.
    #[schema(value_type = Text<0, 2000>, required = false)]
    description: Option<Text<0, 2000>>,
}

/// Change a site
#[utoipa::path(tag = "sites", params(SitePath, IfMatch), request_body = SitePatch,
    responses((status = 200, body = Site), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateSite::PERMISSION.key()))))]
#[patch("/sites/{site}")]
pub async fn update_site(call: Call, path: Path<SitePath>, body: Body<SitePatch>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::UpdateSite>(path.site).await?;
    let SitePatch { name, address, description } = body.parse()?;
    let site = work.update_site(permit, call.if_match(), SiteChange { name, address, description }).await?;
    shown_if::<can::ViewSite>(work, path.site, site).await
}

/// Delete a site
///
/// Only one at which there are no inspections.
#[utoipa::path(tag = "sites", params(SitePath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::DeleteSite::PERMISSION.key()))))]
#[delete("/sites/{site}")]
pub async fn delete_site(call: Call, path: Path<SitePath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::DeleteSite>(path.site).await?;
    work.delete_site(permit, call.if_match()).await?;
    work.commit(no_content()).await
}
