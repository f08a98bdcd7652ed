//! Accounts: register, and one's own.

use actix_web::{HttpResponse, get, http::header, patch, post, put};
use serde::{Deserialize, Serialize};
use usher_domain::{Email, Text, tenancy::Account};
use usher_store::{OrganizationKey, idempotency::Unit};
use utoipa::ToSchema;

use super::{Password, Tokens, begin_session, password};
use crate::http::{Answer, Body, Call, Guest, IfMatch, Problem, shown};

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.org", "name": "Ada", "password": "correct horse battery"}))]
pub struct NewAccount {
    /// The address to sign in with.
    pub(crate) email: Email,
    /// The person's name.
    pub(crate) name: Text<1, 120>,
    /// At least 12 characters.
    pub(crate) password: Password<12>,
}

/// An account that has just been made, signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    /// The account.
    account: Account,
    /// The tokens of its first session.
    tokens: Tokens,
}

/// 201 with an account that has just been made, and has signed in.
pub(crate) fn registered(account: Account, tokens: Tokens) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::LOCATION, "/v1/me"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(Registered { account, tokens })
}

/// Register an account
///
/// Signs in at once. An account belongs to no organization until it creates one or accepts an invitation.
#[utoipa::path(tag = "auth", request_body = NewAccount, responses((status = 201, body = Registered),
        (status = 409, description = "The address has an account."), (status = 429, description = "Too many attempts.")),
    extensions(("x-permission" = json!("none"))), security(()))]
#[post("/v1/auth/register")]
pub async fn register(guest: Guest, body: Body<NewAccount>) -> Answer {
    let NewAccount { email, name, password } = body.parse()?;
    guest.app.sign_in_limit.check_address(guest.address)?;
    let hash = password::hash(password.into_string()).await?;
    let mut outside = guest.app.store.outside().await?;
    let account = outside.register(&email, &name, &hash).await?;
    let tokens = begin_session(&guest, &mut outside, account.id, &hash).await?;
    outside.commit().await?;
    Ok(registered(account, tokens))
}

/// Get my account
#[utoipa::path(tag = "me", responses((status = 200, body = Account)), extensions(("x-permission" = json!("signed_in"))))]
#[get("/v1/me")]
pub async fn get_me(call: Call) -> Answer {
    let mut act = call.outside().await?;
    Ok(shown(act.account(call.identity().account).await?))
}

/// What is to change about an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ada Lovelace"}))]
pub struct AccountPatch {
    /// The person's name.
    #[schema(value_type = Text<1, 120>, required = false)]
    name: Option<Text<1, 120>>,
}

/// Change my account
#[utoipa::path(tag = "me", params(IfMatch), request_body = AccountPatch, responses((status = 200, body = Account)),
    extensions(("x-permission" = json!("signed_in"))))]
#[patch("/v1/me")]
pub async fn update_me(call: Call, body: Body<AccountPatch>) -> Answer {
    let mut act = call.outside().await?;
    let patch = body.parse()?;
    let account = act.update_account(call.identity().account, call.if_match(), patch.name.as_ref()).await?;
    act.commit(shown(account)).await
}

/// The organization to switch to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organization": "northwind"}))]
pub struct ActiveOrganization {
    /// Its id or slug.
    organization: Text<1, 60>,
}

/// Switch my active organization
///
/// Only to one where I am a member; another answers as if it did not exist.
#[utoipa::path(tag = "me", request_body = ActiveOrganization, responses((status = 200, body = Account),
        (status = 404, description = "There is no such organization, as far as you may know.")),
    extensions(("x-permission" = json!("signed_in"))))]
#[put("/v1/me/active-organization")]
pub async fn switch_organization(call: Call, body: Body<ActiveOrganization>) -> Answer {
    let mut act = call.outside().await?;
    let missing = || Problem::missing("organization").about("/organization");
    let organization: OrganizationKey = body.parse()?.organization.parse().map_err(|_| missing())?;
    let account = match act.set_active_organization(call.identity().account, &organization).await {
        Err(usher_store::StoreError::Missing(_)) => return Err(missing().into()),
        other => other?,
    };
    act.commit(shown(account)).await
}
