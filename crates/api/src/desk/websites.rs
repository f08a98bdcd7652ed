//! Websites.

use actix_web::get;
use serde::Deserialize;
use usher_domain::{WebsiteId, desk::Website};
use usher_policy::{Action, can};
use usher_store::OrganizationKey;
use utoipa::IntoParams;

use crate::{
    http::{Answer, Call, Granted, Listed, PageQuery, Path, Query, ThingQuery, listed, seen_unversioned},
    tenancy::OrganizationPath,
};

/// A website in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WebsitePath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The website.
    #[param(value_type = WebsiteId)]
    website: WebsiteId,
}

/// List websites
#[utoipa::path(tag = "desk", params(OrganizationPath, PageQuery),
    responses((status = 200, body = Listed<Granted<Website>>)),
    extensions(("x-permission" = json!(can::ViewWebsite::PERMISSION.key()))))]
#[get("/websites")]
pub async fn list_websites(call: Call, path: Path<OrganizationPath>, query: Query<PageQuery>) -> Answer {
    let (request, include) = query.page("websites")?;
    let mut work = call.read(&path.organization).await?;
    let listing = work.listing();
    let page = work.list_websites(&listing, &request).await?;
    Ok(listed(work.caller(), page, "websites", include))
}

/// Get a website
#[utoipa::path(tag = "desk", params(WebsitePath, ThingQuery), responses((status = 200, body = Granted<Website>)),
    extensions(("x-permission" = json!(can::ViewWebsite::PERMISSION.key()))))]
#[get("/websites/{website}")]
pub async fn get_website(call: Call, path: Path<WebsitePath>, query: Query<ThingQuery>) -> Answer {
    let include = query.include()?;
    let (caller, website) = call.see(&path.organization, path.website).await?;
    Ok(seen_unversioned(&caller, website, include))
}
