//! Invitations, from the side of the organization.

use actix_web::{delete, get, post};
use serde::Deserialize;
use usher_domain::{
    Email, InvitationId, Text,
    tenancy::{Invitation, InvitationState},
};
use usher_policy::{Action, can};
use usher_store::OrganizationKey;
use utoipa::{IntoParams, ToSchema};

use super::{OrganizationPath, acceptance::TOKEN_PREFIX};
use crate::{
    auth::Secret,
    http::{
        Answer, Body, Call, IfMatch, Include, Listed, Path, Query, created, no_content, ok, page_request, paged, shown,
    },
    mail,
};

/// An invitation in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InvitationPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The invitation.
    #[param(value_type = uuid::Uuid)]
    invitation: InvitationId,
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "grace@example.org", "role": "member"}))]
pub struct NewInvitation {
    /// The address to invite.
    email: Email,
    /// The organization role that they will have: one of the access model's, or the organization's own.
    role: Text<1, 60>,
}

/// Invite somebody
///
/// By a mail with a token that can be used once, within seven days, by the address that it was sent to. An organization
/// invites an address five times a day at most.
#[utoipa::path(tag = "invitations", params(OrganizationPath), request_body = NewInvitation,
    responses((status = 201, body = Invitation),
        (status = 429, description = "Too many requests: of this session, or to this organization; or the organization has \
            invited this address five times in a day.")),
    extensions(("x-permission" = json!(can::CreateInvitation::PERMISSION.key()))))]
#[post("/invitations")]
pub async fn create_invitation(call: Call, path: Path<OrganizationPath>, body: Body<NewInvitation>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit_here::<can::CreateInvitation>()?;
    let NewInvitation { email, role } = body.parse()?;
    let token = Secret::of_organization(TOKEN_PREFIX, work.organization());
    let invited = work.create_invitation(permit, &email, &role, &token.hash()).await?;
    work.enqueue_mail(&invited, mail::invitation(&call.app().settings, &invited, token.text())).await?;
    let location = format!("/v1/organizations/{}/invitations/{}", work.organization(), invited.invitation.id);
    work.commit(created(invited.invitation, &location)).await
}

/// Which invitations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvitationQuery {
    /// Only those in this state.
    #[param(inline)]
    state: Option<InvitationState>,
    /// How many at most.
    limit: Option<u32>,
    /// Where to go on.
    cursor: Option<String>,
    /// `total`.
    #[param(example = "total")]
    include: Option<String>,
}

/// List invitations
///
/// The newest first.
#[utoipa::path(tag = "invitations", params(OrganizationPath, InvitationQuery),
    responses((status = 200, body = Listed<Invitation>)),
    extensions(("x-permission" = json!(can::ViewInvitations::PERMISSION.key()))))]
#[get("/invitations")]
pub async fn list_invitations(call: Call, path: Path<OrganizationPath>, query: Query<InvitationQuery>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total"])?;
    let request = page_request(query.limit, query.cursor.as_deref(), "invitations", include)?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewInvitations>()?;
    let page = work.invitations(permit, query.state, &request).await?;
    Ok(ok(paged(page, "invitations")))
}

/// Get an invitation
#[utoipa::path(tag = "invitations", params(InvitationPath), responses((status = 200, body = Invitation)),
    extensions(("x-permission" = json!(can::ViewInvitations::PERMISSION.key()))))]
#[get("/invitations/{invitation}")]
pub async fn get_invitation(call: Call, path: Path<InvitationPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewInvitations>()?;
    Ok(shown(work.invitation(permit, path.invitation).await?))
}

/// Revoke an invitation
///
/// While it is pending. Its token is of no use from then on.
#[utoipa::path(tag = "invitations", params(InvitationPath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::RevokeInvitation::PERMISSION.key()))))]
#[delete("/invitations/{invitation}")]
pub async fn revoke_invitation(call: Call, path: Path<InvitationPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit_here::<can::RevokeInvitation>()?;
    work.revoke_invitation(permit, path.invitation, call.if_match()).await?;
    work.commit(no_content()).await
}
