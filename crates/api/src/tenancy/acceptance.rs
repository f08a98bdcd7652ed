//! Invitations, from the side of who was invited.

use actix_web::{http::header, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use usher_domain::{OrganizationId, Text, tenancy::Membership};
use usher_store::idempotency::Unit;
use utoipa::ToSchema;

use crate::{
    auth::{Password, Registered, Secret, begin_session, password, registered},
    http::{Answer, Body, Call, Guest, Problem, ok},
};

/// What the tokens of invitations begin with.
pub(super) const TOKEN_PREFIX: &str = "ushi_";

/// The token of an invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "ushi_2tQbN0pMZqk3v8sYcW1xTg"}))]
pub struct InvitationToken {
    /// The token, as the mail has it.
    token: Text<1, 200>,
}

/// A new account for who was invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "ushi_2tQbN0pMZqk3v8sYcW1xTg", "name": "Grace", "password": "correct horse battery"}))]
pub struct InvitedAccount {
    /// The token, as the mail has it.
    token: Text<1, 200>,
    /// The person's name.
    name: Text<1, 120>,
    /// At least 12 characters.
    password: Password<12>,
}

/// An invitation, as who was invited sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offer {
    /// The organization's name.
    organization: String,
    /// The organization role that it gives.
    role: String,
    /// The role's name for people.
    role_title: String,
    /// The address that it was sent to. Only this address may accept it.
    email: String,
    /// Whether that address has an account: if so, sign in and accept; if not, register.
    has_account: bool,
    /// The name of who invited.
    #[schema(required)]
    invited_by: Option<String>,
    /// When it can no longer be accepted.
    expires_at: DateTime<Utc>,
}

/// The organization that a token belongs to, and what is stored of the token.
fn read(token: &str) -> Result<(OrganizationId, [u8; 32]), Problem> {
    let token = Secret::given(token);
    let organization = token.organization(TOKEN_PREFIX).ok_or_else(|| Problem::missing("invitation"))?;
    Ok((organization, token.hash()))
}

/// Look at an invitation
///
/// What it offers, to whoever has its token.
#[utoipa::path(tag = "invitations", request_body = InvitationToken, responses((status = 200, body = Offer),
    (status = 404, description = "This is no invitation's token."),
    (status = 410, description = "It was accepted, was revoked or has expired.")),
    extensions(("x-permission" = json!("none"))), security(()))]
#[post("/v1/invitations/inspect")]
pub async fn inspect_invitation(guest: Guest, body: Body<InvitationToken>) -> Answer {
    let (organization, hash) = read(&body.parse()?.token)?;
    let offer = guest.app.store.outside().await?.offer(organization, &hash).await?;
    Ok(ok(Offer {
        organization: offer.organization,
        role_title: offer.role_title,
        has_account: offer.has_account,
        invited_by: offer.inviter,
        role: offer.invitation.role,
        email: offer.invitation.email,
        expires_at: offer.invitation.expires_at,
    }))
}

/// Accept an invitation
///
/// With my account, if it has the address that the invitation was sent to. I am a member then, with the invitation's role.
#[utoipa::path(tag = "invitations", request_body = InvitationToken, responses((status = 201, body = Membership),
    (status = 403, description = "It is for another address."),
    (status = 404, description = "This is no invitation's token."),
    (status = 410, description = "It was accepted, was revoked or has expired.")),
    extensions(("x-permission" = json!("signed_in"))))]
#[post("/v1/invitations/accept")]
pub async fn accept_invitation(call: Call, body: Body<InvitationToken>) -> Answer {
    let mut act = call.outside().await?;
    let (organization, hash) = read(&body.parse()?.token)?;
    let membership = act.accept_invitation(call.identity().account, organization, &hash).await?;
    let location = format!("/v1/organizations/{organization}");
    act.commit(actix_web::HttpResponse::Created().insert_header((header::LOCATION, location)).json(membership)).await
}

/// Register and accept an invitation
///
/// With a new account of the address that the invitation was sent to; signs in at once. If the address has an account, it
/// gets this name and this password, and its sessions and personal tokens end: whoever holds the token has proved that the address is theirs.
#[utoipa::path(tag = "invitations", request_body = InvitedAccount, responses((status = 201, body = Registered),
    (status = 409, description = "The address has an account, or is a member."), (status = 429, description = "Too many attempts."),
    (status = 404, description = "This is no invitation's token."),
    (status = 410, description = "It was accepted, was revoked or has expired.")),
    extensions(("x-permission" = json!("none"))), security(()))]
#[post("/v1/invitations/register")]
pub async fn register_invited(guest: Guest, body: Body<InvitedAccount>) -> Answer {
    let InvitedAccount { token, name, password } = body.parse()?;
    let (organization, hash) = read(&token)?;
    // Looked at first, without a lock held: only who has a good token makes the server hash a password.
    let offer = guest.app.store.outside().await?.offer(organization, &hash).await?;
    guest.app.sign_in_limit.check(&offer.invitation.email, guest.address)?;
    let password_hash = password::hash(password.into_string()).await?;
    let mut outside = guest.app.store.outside().await?;
    let account = outside.register_invited(organization, &hash, &name, &password_hash).await?;
    let tokens = begin_session(&guest, &mut outside, account.id, &password_hash).await?;
    outside.commit().await?;
    Ok(registered(account, tokens))
}
