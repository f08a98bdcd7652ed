//! The words of tickets: statuses and priorities.

use actix_web::get;
use usher_domain::desk::{Priority, Status};
use usher_policy::{Action, can};

use crate::{
    http::{Answer, Call, Listed, Path, ok},
    tenancy::OrganizationPath,
};

/// List statuses
///
/// All of them, in their order.
#[utoipa::path(tag = "desk", params(OrganizationPath), responses((status = 200, body = Listed<Status>)),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[get("/statuses")]
pub async fn list_statuses(call: Call, path: Path<OrganizationPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewOrganization>()?;
    Ok(ok(Listed { items: work.statuses(permit).await?, next_cursor: None, total: None }))
}

/// List priorities
///
/// All of them, the least first.
#[utoipa::path(tag = "desk", params(OrganizationPath), responses((status = 200, body = Listed<Priority>)),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[get("/priorities")]
pub async fn list_priorities(call: Call, path: Path<OrganizationPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewOrganization>()?;
    Ok(ok(Listed { items: work.priorities(permit).await?, next_cursor: None, total: None }))
}
