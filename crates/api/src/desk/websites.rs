//! Websites.

use actix_web::get;
use serde::Deserialize;
use usher_domain::{WebsiteId, desk::Website};
use usher_policy::{Action, can};
use usher_store::OrganizationKey;
use utoipa::IntoParams;

use super::{IncludeQuery, PageQuery};
use crate::{
    http::{Answer, Call, Granted, Include, Listed, Path, Query, listed, page_request, seen_unversioned},
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
#[get("/v1/organizations/{organization}/desk/websites")]
pub async fn list_websites(call: Call, path: Path<OrganizationPath>, query: Query<PageQuery>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total", "permissions"])?;
    let request = page_request(query.limit, query.cursor.as_deref(), "id", include)?;
    let mut work = call.read(&path.organization).await?;
    let listing = work.listing();
    let page = work.list_websites(&listing, &request).await?;
    Ok(listed(work.caller(), page, "id", include))
}

/// Get a website
#[utoipa::path(tag = "desk", params(WebsitePath, IncludeQuery), responses((status = 200, body = Granted<Website>)),
    extensions(("x-permission" = json!(can::ViewWebsite::PERMISSION.key()))))]
#[get("/v1/organizations/{organization}/desk/websites/{website}")]
pub async fn get_website(call: Call, path: Path<WebsitePath>, query: Query<IncludeQuery>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["permissions"])?;
    let (caller, website) = call.see(&path.organization, path.website).await?;
    Ok(seen_unversioned(&caller, website, include))
}
