//! Photos of inspections.

use actix_web::{HttpRequest, delete, get, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use usher_domain::{InspectionId, PhotoId, Text, field::Photo};
use usher_policy::{Action, can};
use usher_store::{
    OrganizationKey,
    field::{Made, NewPhoto},
};
use utoipa::IntoParams;

use super::InspectionPath;
use crate::{
    files::{IfNoneMatch, Image, Upload, content, image_kind},
    http::{Answer, Call, Listed, Path, PlainPageQuery, Query, addressed, no_content, ok, paged, storable},
};

/// A photo of an inspection in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PhotoPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "skyline")]
    organization: OrganizationKey,
    /// The inspection.
    #[param(value_type = InspectionId)]
    inspection: InspectionId,
    /// The photo.
    #[param(value_type = PhotoId)]
    photo: PhotoId,
}

/// What is said of a photo.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PhotoQuery {
    /// Its id, a UUIDv7, from a device that may send it twice: what is there with the same bytes is not added again.
    #[param(value_type = Option<PhotoId>)]
    id: Option<PhotoId>,
    /// The key of the question that it is an answer to.
    #[param(value_type = Option<String>, min_length = 1, max_length = 60)]
    question: Option<Text<1, 60>>,
    /// What it shows.
    #[param(value_type = Option<String>, max_length = 500)]
    caption: Option<Text<0, 500>>,
    /// When it was taken.
    taken_at: Option<DateTime<Utc>>,
}

/// List an inspection's photos
///
/// The oldest first.
#[utoipa::path(tag = "inspections", params(InspectionPath, PlainPageQuery),
    responses((status = 200, body = Listed<Photo>)),
    extensions(("x-permission" = json!(can::ViewInspection::PERMISSION.key()))))]
#[get("/{inspection}/photos")]
pub async fn list_inspection_photos(call: Call, path: Path<InspectionPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("photos")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewInspection>(path.inspection).await?;
    Ok(ok(paged(work.photos(permit, &request).await?, "photos")))
}

/// Add a photo to an inspection
///
/// The body is the image itself, of at most 10 MiB: a JPEG, PNG, WebP or HEIC. What it is, its bytes say. Who sees the
/// inspection sees its photos. An inspection that was a draft is then in progress; one that was submitted takes none.
#[utoipa::path(tag = "inspections", params(InspectionPath, PhotoQuery),
    request_body(content = Image, content_type = "image/*"),
    responses((status = 201, body = Photo), (status = 200, body = Photo, description = "You added it before, with this id.")),
    extensions(("x-permission" = json!(can::UpdateInspection::PERMISSION.key()))))]
#[post("/{inspection}/photos")]
pub async fn add_inspection_photo(
    call: Call,
    path: Path<InspectionPath>,
    Query(query): Query<PhotoQuery>,
    upload: Upload,
) -> Answer {
    storable("taken_at", query.taken_at)?;
    let PhotoQuery { id, question, caption, taken_at } = query;
    let new = NewPhoto { id, question, caption: caption.unwrap_or_default(), taken_at };
    let file = {
        let mut work = call.read(&path.organization).await?;
        let permit = work.permit::<can::UpdateInspection>(path.inspection).await?;
        let file = call.app().files.file(work.organization(), &upload, image_kind(&upload.bytes)?);
        work.admit_photo(&permit, &new, &file).await?.is_none().then_some(file)
    };
    // Nothing is locked while the bytes are stored. All is decided again when the photo is added.
    if let Some(file) = &file {
        call.app().files.keep(&call.app().store, file, &upload).await?;
    }
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::UpdateInspection>(path.inspection).await?;
    let file = file.unwrap_or_else(|| call.app().files.file(work.organization(), &upload, ""));
    let (photo, made) = work.add_photo(permit, &new, &file).await?;
    let at =
        format!("/v1/organizations/{}/field/inspections/{}/photos/{}", work.organization(), path.inspection, photo.id);
    work.commit(if made == Made::Now { addressed(photo, &at) } else { ok(photo) }).await
}

/// Get a photo
///
/// What is known of it; `content` has its bytes.
#[utoipa::path(tag = "inspections", params(PhotoPath), responses((status = 200, body = Photo)),
    extensions(("x-permission" = json!(can::ViewInspection::PERMISSION.key()))))]
#[get("/{inspection}/photos/{photo}")]
pub async fn get_inspection_photo(call: Call, path: Path<PhotoPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewInspection>(path.inspection).await?;
    Ok(ok(work.photo(permit, path.photo).await?))
}

/// Get a photo's bytes
#[utoipa::path(tag = "inspections", params(PhotoPath, IfNoneMatch),
    responses((status = 200, body = Image, content_type = "image/*"),
        (status = 304, description = "It is what you have.")),
    extensions(("x-permission" = json!(can::ViewInspection::PERMISSION.key()))))]
#[get("/{inspection}/photos/{photo}/content")]
pub async fn get_inspection_photo_content(call: Call, path: Path<PhotoPath>, request: HttpRequest) -> Answer {
    let file = {
        let mut work = call.read(&path.organization).await?;
        let permit = work.permit::<can::ViewInspection>(path.inspection).await?;
        work.photo_file(permit, path.photo).await?
    };
    Ok(content(&request, &call.app().files, &file, &format!("photo-{}", path.photo)).await?)
}

/// Delete a photo
#[utoipa::path(tag = "inspections", params(PhotoPath), responses((status = 204)),
    extensions(("x-permission" = json!(can::UpdateInspection::PERMISSION.key()))))]
#[delete("/{inspection}/photos/{photo}")]
pub async fn delete_inspection_photo(call: Call, path: Path<PhotoPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::UpdateInspection>(path.inspection).await?;
    work.delete_photo(permit, path.photo).await?;
    work.commit(no_content()).await
}
