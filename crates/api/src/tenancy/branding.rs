//! What an organization looks like.

use actix_web::{HttpRequest, delete, get, patch, put};
use serde::Deserialize;
use usher_domain::tenancy::{Branding, Color};
use usher_policy::{Action, can};
use usher_store::{files::NewFile, tenancy::BrandingChange};
use utoipa::ToSchema;

use super::OrganizationPath;
use crate::{
    files::{IfNoneMatch, Image, Images, Upload, content},
    http::{Answer, Body, Call, Change, IfMatch, Path, Stop, no_content, shown, shown_here_if},
};

/// The largest logo, in bytes.
const LARGEST_LOGO: usize = 1024 * 1024;

/// Get the branding
#[utoipa::path(tag = "organizations", params(OrganizationPath), responses((status = 200, body = Branding)),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[get("/branding")]
pub async fn get_branding(call: Call, path: Path<OrganizationPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewOrganization>()?;
    Ok(shown(work.branding(permit).await?))
}

/// What is to change about the branding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"primary_color": "#1f6feb", "accent_color": null}))]
pub struct BrandingPatch {
    /// The first colour; `null` for none.
    #[serde(default)]
    #[schema(value_type = Option<Color>)]
    primary_color: Change<Color>,
    /// The colour of what is to be noticed; `null` for none.
    #[serde(default)]
    #[schema(value_type = Option<Color>)]
    accent_color: Change<Color>,
}

/// Change the branding
#[utoipa::path(tag = "organizations", params(OrganizationPath, IfMatch), request_body = BrandingPatch,
    responses((status = 200, body = Branding), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateOrganization::PERMISSION.key()))))]
#[patch("/branding")]
pub async fn update_branding(call: Call, path: Path<OrganizationPath>, body: Body<BrandingPatch>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit_here::<can::UpdateOrganization>()?;
    let BrandingPatch { primary_color, accent_color } = body.parse()?;
    let (primary_color, accent_color) = (primary_color.into_option(), accent_color.into_option());
    let change = BrandingChange { primary_color, accent_color };
    let branding = work.update_branding(permit, call.if_match(), change).await?;
    shown_here_if::<can::ViewOrganization>(work, branding).await
}

/// Set the logo
///
/// The body is the image itself, of at most 1 MiB: a JPEG, PNG or WebP, which every browser shows. What it is, its bytes say. It
/// takes the place of the one before. `If-Match` names the version of the branding.
#[utoipa::path(tag = "organizations", params(OrganizationPath, IfMatch),
    request_body(content = Image, content_type = "image/*"), responses((status = 200, body = Branding), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateOrganization::PERMISSION.key()))))]
#[put("/branding/logo")]
pub async fn set_logo(call: Call, path: Path<OrganizationPath>, upload: Upload) -> Answer {
    let file = stored(&call, &path, &upload).await?;
    call.app().files.settle(&call.app().store, &file, set(&call, &path, &file).await).await
}

async fn set(call: &Call, path: &OrganizationPath, file: &NewFile) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit_here::<can::UpdateOrganization>()?;
    let branding = work.set_logo(permit, call.if_match(), file).await?;
    shown_here_if::<can::ViewOrganization>(work, branding).await
}

/// Makes sure that the logo can be set and stores its bytes. Nothing is locked meanwhile: all is decided again when it is set.
async fn stored(call: &Call, path: &OrganizationPath, upload: &Upload) -> Result<NewFile, Stop> {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit_here::<can::UpdateOrganization>()?;
    upload.at_most(LARGEST_LOGO)?;
    let file = call.app().files.file(work.organization(), upload, upload.image_kind(Images::Shown)?);
    work.admit_logo(&permit, call.if_match(), &file).await?;
    work.give_up().take_back().await?;
    call.app().files.keep(&call.app().store, &file, upload).await?;
    Ok(file)
}

/// Get the logo's bytes
#[utoipa::path(tag = "organizations", params(OrganizationPath, IfNoneMatch),
    responses((status = 200, body = Image, content_type = "image/*"),
        (status = 304, description = "It is what you have.")),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[get("/branding/logo")]
pub async fn get_logo(call: Call, path: Path<OrganizationPath>, request: HttpRequest) -> Answer {
    let file = {
        let mut work = call.read(&path.organization).await?;
        let permit = work.permit_here::<can::ViewOrganization>()?;
        work.logo_file(permit).await?
    };
    Ok(content(&request, &call.app().files, &file, "logo").await?)
}

/// Delete the logo
#[utoipa::path(tag = "organizations", params(OrganizationPath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::UpdateOrganization::PERMISSION.key()))))]
#[delete("/branding/logo")]
pub async fn delete_logo(call: Call, path: Path<OrganizationPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit_here::<can::UpdateOrganization>()?;
    work.delete_logo(permit, call.if_match()).await?;
    work.commit(no_content()).await
}
