//! Handing an organization over.

use actix_web::post;
use serde::Deserialize;
use usher_domain::{MemberId, tenancy::Member};
use usher_policy::{Action, can};
use utoipa::ToSchema;

use super::OrganizationPath;
use crate::http::{Answer, Body, Call, Path, Problem, shown_if};

/// Who is to have the organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"member_id": "019f0000-0000-7000-8000-000000000005"}))]
pub struct Transfer {
    /// A person who is an active member of it.
    member_id: MemberId,
}

/// Hand an organization over
///
/// The other member holds the role that exactly one holds, at once; you hold what the access model says who hands it over
/// becomes. Where a member has one organization role, it takes the place of the one that they had. The answer is the other
/// member, with their new role. Only who holds that role hands it over, and only in an access model that has one.
#[utoipa::path(tag = "organizations", params(OrganizationPath), request_body = Transfer,
    responses((status = 200, body = Member), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::TransferOrganization::PERMISSION.key()))))]
#[post("/transfer")]
pub async fn transfer_organization(call: Call, path: Path<OrganizationPath>, body: Body<Transfer>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::TransferOrganization>()?;
    let Transfer { member_id } = body.parse()?;
    let to = work.permit_to_name(member_id).await.map_err(|error| Problem::from(error).about("/member_id"))?;
    let member = work.transfer_organization(permit, to).await?;
    shown_if::<can::ViewMember>(work, member_id, member).await
}
