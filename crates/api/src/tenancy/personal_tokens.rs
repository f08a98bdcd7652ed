//! Personal tokens: with them a program acts as the member who made them.

use actix_web::{delete, get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use usher_domain::{Text, TokenId, tenancy::PersonalToken};
use usher_policy::{Action, can};
use usher_store::{OrganizationKey, tenancy::NewToken};
use utoipa::{IntoParams, ToSchema};

use super::{OrganizationPath, scopes};
use crate::{
    auth::TokenSecret,
    http::{
        Answer, Body, Call, IfMatch, Listed, Path, PlainPageQuery, Problem, Query, Versioned, created, no_content, ok,
        paged,
    },
};

/// A personal token in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PersonalTokenPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The token.
    #[param(value_type = TokenId)]
    personal_token: TokenId,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPersonalToken, example = json!({"name": "Nightly report", "scopes": ["organization.view", "ticket.view"],
    "expires_at": "2099-12-31T23:00:00Z"}))]
pub struct CreatePersonalToken {
    /// What it is called.
    name: Text<1, 80>,
    /// The permissions that it is narrowed to. Left out, it may all that the member may, but not manage tokens.
    #[schema(min_items = 1, max_items = 300)]
    scopes: Option<Vec<Text<1, 60>>>,
    /// When it ends by itself. Left out, it does not. Who acts with a token that ends names an end, and none that is later
    /// than that.
    expires_at: Option<DateTime<Utc>>,
}

impl CreatePersonalToken {
    fn understand(self, secret: &TokenSecret) -> Result<NewToken, Problem> {
        Ok(NewToken {
            name: self.name,
            scopes: self.scopes.as_deref().map(scopes::scopes).transpose()?,
            expires_at: scopes::ending(self.expires_at)?,
            secret_hash: secret.hash(),
        })
    }
}

/// A token that has just been made.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedPersonalToken {
    /// The token.
    #[serde(flatten)]
    about: PersonalToken,
    /// The token itself, to be sent as `Authorization: Bearer …`. It is shown in this one answer, and stored nowhere: an
    /// answer that is given again to an idempotency key is without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<String>,
}

impl Versioned for IssuedPersonalToken {
    fn version(&self) -> i64 {
        self.about.version
    }
}

/// Create a personal token
///
/// A program that has it acts in this organization as the member who made it, as far as the scopes go: what the member may no
/// longer do, it may no longer do either, and with the membership it ends. The token is shown once. Who acts with a token
/// themselves make none with wider scopes.
#[utoipa::path(tag = "tokens", params(OrganizationPath), request_body = CreatePersonalToken,
    responses((status = 201, body = IssuedPersonalToken)),
    extensions(("x-permission" = json!(can::ManagePersonalTokens::PERMISSION.key()))))]
#[post("/personal-tokens")]
pub async fn create_personal_token(
    call: Call,
    path: Path<OrganizationPath>,
    body: Body<CreatePersonalToken>,
) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ManagePersonalTokens>()?;
    let secret = TokenSecret::random();
    let about = work.create_personal_token(permit, body.parse()?.understand(&secret)?).await?;
    let location = format!("/v1/organizations/{}/personal-tokens/{}", work.organization(), about.id);
    let token = Some(secret.text(work.organization(), work.caller().member(), about.id));
    let kept = created(IssuedPersonalToken { about: about.clone(), token: None }, &location);
    work.commit_secret(created(IssuedPersonalToken { about, token }, &location), kept).await
}

/// List my personal tokens
///
/// The newest first, with those that have run out. The tokens themselves are not shown again.
#[utoipa::path(tag = "tokens", params(OrganizationPath, PlainPageQuery),
    responses((status = 200, body = Listed<PersonalToken>)),
    extensions(("x-permission" = json!("member")), ("x-scope" = json!(can::ManagePersonalTokens::PERMISSION.key()))))]
#[get("/personal-tokens")]
pub async fn list_personal_tokens(call: Call, path: Path<OrganizationPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("personal_tokens")?;
    let mut work = call.read(&path.organization).await?;
    Ok(ok(paged(work.personal_tokens(&request).await?, "personal_tokens")))
}

/// End one of my personal tokens
///
/// Once this has been answered, nothing is done with it any more. Whoever may make none any more ends those that they have.
#[utoipa::path(tag = "tokens", params(PersonalTokenPath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!("member")), ("x-scope" = json!(can::ManagePersonalTokens::PERMISSION.key()))))]
#[delete("/personal-tokens/{personal_token}")]
pub async fn end_personal_token(call: Call, path: Path<PersonalTokenPath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    work.end_personal_token(path.personal_token, call.if_match()).await?;
    work.commit(no_content()).await
}
