//! The photos of a report, for who may read the report and perhaps not the inspection.

use actix_web::{HttpRequest, get};
use serde::Deserialize;
use usher_domain::{PhotoId, ReportId};
use usher_policy::{Action, can};
use usher_store::OrganizationKey;
use utoipa::IntoParams;

use crate::{
    files::{IfNoneMatch, Image, content},
    http::{Answer, Call, Path},
};

/// A photo of a report in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ReportPhotoPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "skyline")]
    organization: OrganizationKey,
    /// The inspection whose report it is.
    #[param(value_type = ReportId)]
    report: ReportId,
    /// The photo.
    #[param(value_type = PhotoId)]
    photo: PhotoId,
}

/// Get the bytes of a report's photo
///
/// Of one that the report lists. Whoever may read the report may, whether or not they see the inspection.
#[utoipa::path(tag = "reports", params(ReportPhotoPath, IfNoneMatch),
    responses((status = 200, body = Image, content_type = "image/*"),
        (status = 304, description = "It is what you have.")),
    extensions(("x-permission" = json!(can::ViewReport::PERMISSION.key()))))]
#[get("/{report}/photos/{photo}/content")]
pub async fn get_report_photo_content(call: Call, path: Path<ReportPhotoPath>, request: HttpRequest) -> Answer {
    let file = {
        let mut work = call.read(&path.organization).await?;
        let permit = work.permit::<can::ViewReport>(path.report).await?;
        work.report_photo_file(permit, path.photo).await?
    };
    Ok(content(&request, &call.app().files, &file, &format!("photo-{}", path.photo)).await?)
}
