//! Photos of inspections.

use actix_web::{HttpRequest, delete, get, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use usher_domain::{InspectionId, PhotoId, Text, field::Photo};
use usher_policy::{Action, can};
use usher_store::{
    OrganizationKey,
    field::{Made, NewPhoto},
    files::NewFile,
};
use utoipa::IntoParams;

use super::InspectionPath;
use crate::{
    files::{IfNoneMatch, Image, Images, Upload, content},
    http::{
        Answer, Call, Listed, Path, PlainPageQuery, Problem, Query, Stop, addressed, no_content, ok, paged, storable,
    },
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
    /// The key of the question that it was taken for, by who sees the inspection. The answer itself names it by its id.
    #[param(value_type = Option<String>, min_length = 1, max_length = 60)]
    question: Option<Text<1, 60>>,
    /// What it shows.
    #[param(value_type = Option<String>, max_length = 500)]
    caption: Option<Text<0, 500>>,
    /// When it was taken.
    taken_at: Option<DateTime<Utc>>,
}

impl PhotoQuery {
    fn parse(self) -> Result<NewPhoto, Problem> {
        storable("taken_at", self.taken_at)?;
        let Self { id, question, caption, taken_at } = self;
        Ok(NewPhoto { id, question, caption: caption.unwrap_or_default(), taken_at })
    }
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
/// The body is the image itself, of at most 10 MiB: a JPEG, PNG, WebP or HEIC. What it is, its bytes say. A HEIC is kept as it is;
/// browsers do not show it, so that the page of the report only names it: send a JPEG where that matters. Who sees the
/// inspection sees its photos. A photo is not an answer by itself: a question of the kind `photo` is answered with the ids of its
/// photos, one of the kind `signature` with a name and the id of one. An inspection that was a draft is then in progress; one that was submitted takes none.
#[utoipa::path(tag = "inspections", params(InspectionPath, PhotoQuery),
    request_body(content = Image, content_type = "image/*"),
    responses((status = 201, body = Photo),
        (status = 200, body = Photo, description = "You added it before, with this id."),
        (status = 204, description = "Added, or added before, and you may not see it."),
        (status = 410, description = "You added it before, with this id, and it was deleted since: within 90 days its id stays taken.")),
    extensions(("x-permission" = json!(can::UpdateInspection::PERMISSION.key()))))]
#[post("/{inspection}/photos")]
pub async fn add_inspection_photo(
    call: Call,
    path: Path<InspectionPath>,
    Query(query): Query<PhotoQuery>,
    upload: Upload,
) -> Answer {
    let new = query.parse()?;
    let file = stored(&call, &path, &new, &upload).await?;
    call.app().files.settle(&call.app().store, &file, added(&call, &path, &new, &file).await).await
}

async fn added(call: &Call, path: &InspectionPath, new: &NewPhoto, file: &NewFile) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let (permit, seen) = work.permit_with::<can::UpdateInspection, can::ViewInspection>(path.inspection).await?;
    let (photo, made) = work.add_photo(permit, new, file).await?;
    if seen.is_none() {
        return work.commit(no_content()).await;
    }
    let inspections = format!("/v1/organizations/{}/field/inspections", work.organization());
    let location = format!("{inspections}/{}/photos/{}", path.inspection, photo.id);
    work.commit(if made == Made::Now { addressed(photo, &location) } else { ok(photo) }).await
}

/// Makes sure that the photo can be added and stores its bytes, unless it is there already. Nothing is locked meanwhile: all is
/// decided again when it is added.
async fn stored(call: &Call, path: &InspectionPath, new: &NewPhoto, upload: &Upload) -> Result<NewFile, Stop> {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::UpdateInspection>(path.inspection).await?;
    let file = call.app().files.file(work.organization(), upload, upload.image_kind(Images::All)?);
    let there = work.admit_photo(&permit, new, &file).await?;
    work.give_up().take_back().await?;
    if there.is_none() {
        call.app().files.keep(&call.app().store, &file, upload).await?;
    }
    Ok(file)
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
