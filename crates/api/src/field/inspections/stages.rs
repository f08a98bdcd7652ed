//! How an inspection goes on: who carries it out, who sees it, when it is done.

use actix_web::{delete, post, put};
use serde::Deserialize;
use usher_domain::{InspectionId, MemberId, field::Inspection};
use usher_policy::{Action, can};
use usher_store::OrganizationKey;
use utoipa::{IntoParams, ToSchema};

use super::InspectionPath;
use crate::http::{Answer, Body, Call, Granted, IfMatch, Path, answer_if_visible};

/// An inspection and a member in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AssigneePath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "skyline")]
    organization: OrganizationKey,
    /// The inspection.
    #[param(value_type = InspectionId)]
    inspection: InspectionId,
    /// The member.
    #[param(value_type = uuid::Uuid)]
    member: MemberId,
}

/// Assign an inspection
///
/// To a member who may then fill it in, at once. Several may carry out one inspection. Who does not see the organization's
/// members names those of the inspection's team.
#[utoipa::path(tag = "inspections", params(AssigneePath),
    responses((status = 200, body = Granted<Inspection>),
        (status = 204, description = "Done, and you may not see it."),
        (status = 422, description = "Even as its assignee they could not fill it in.")),
    extensions(("x-permission" = json!(can::AssignInspection::PERMISSION.key()))))]
#[put("/{inspection}/assignees/{member}")]
pub async fn assign_inspection(call: Call, path: Path<AssigneePath>) -> Answer {
    let mut work = call.write_involving(&path.organization, &[path.member]).await?;
    let permit = work.permit::<can::AssignInspection>(path.inspection).await?;
    work.assign_inspection(permit, path.member).await?;
    answer_if_visible(work, path.inspection).await
}

/// Take an inspection from an assignee
///
/// What they might do as its assignee they may no longer, at once. That somebody was none is not told.
#[utoipa::path(tag = "inspections", params(AssigneePath), responses((status = 200, body = Granted<Inspection>),
        (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::AssignInspection::PERMISSION.key()))))]
#[delete("/{inspection}/assignees/{member}")]
pub async fn unassign_inspection(call: Call, path: Path<AssigneePath>) -> Answer {
    let mut work = call.write_involving(&path.organization, &[path.member]).await?;
    let permit = work.permit::<can::AssignInspection>(path.inspection).await?;
    work.unassign_inspection(permit, path.member).await?;
    answer_if_visible(work, path.inspection).await
}

/// Whether a team's viewers are to see something.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"shared": true}))]
pub struct Sharing {
    /// Whether the viewers of its team see it.
    pub(in crate::field) shared: bool,
}

/// Share an inspection
///
/// With the viewers of its team; or take that back.
#[utoipa::path(tag = "inspections", params(InspectionPath), request_body = Sharing,
    responses((status = 200, body = Granted<Inspection>),
        (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::ShareInspection::PERMISSION.key()))))]
#[post("/{inspection}/share")]
pub async fn share_inspection(call: Call, path: Path<InspectionPath>, body: Body<Sharing>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::ShareInspection>(path.inspection).await?;
    work.share_inspection(permit, body.parse()?.shared).await?;
    answer_if_visible(work, path.inspection).await
}

/// Submit an inspection
///
/// It is done: it takes no more changes, and has a report. Every question that needs an answer must have one. With `If-Match`
/// nothing is sealed that somebody has changed meanwhile.
#[utoipa::path(tag = "inspections", params(InspectionPath, IfMatch),
    responses((status = 200, body = Granted<Inspection>),
        (status = 204, description = "Done, and you may not see it."),
        (status = 422, description = "A question that needs an answer has none.")),
    extensions(("x-permission" = json!(can::SubmitInspection::PERMISSION.key()))))]
#[post("/{inspection}/submit")]
pub async fn submit_inspection(call: Call, path: Path<InspectionPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::SubmitInspection>(path.inspection).await?;
    work.submit_inspection(permit, call.if_match()).await?;
    answer_if_visible(work, path.inspection).await
}

/// Reopen an inspection
///
/// One that was submitted takes changes again. It has no report until it is submitted once more; and if the report before was
/// shared, that one is not until somebody shares it again.
#[utoipa::path(tag = "inspections", params(InspectionPath, IfMatch), responses((status = 200, body = Granted<Inspection>),
        (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::ReopenInspection::PERMISSION.key()))))]
#[post("/{inspection}/reopen")]
pub async fn reopen_inspection(call: Call, path: Path<InspectionPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::ReopenInspection>(path.inspection).await?;
    work.reopen_inspection(permit, call.if_match()).await?;
    answer_if_visible(work, path.inspection).await
}
