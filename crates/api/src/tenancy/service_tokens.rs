//! Service tokens: each of a service, a member that is no person.

use actix_web::{delete, get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use usher_domain::{Text, TokenId, tenancy::ServiceToken};
use usher_policy::{Action, can};
use usher_store::{OrganizationKey, tenancy::NewToken};
use utoipa::{IntoParams, ToSchema};

use super::{OrganizationPath, roles, scopes};
use crate::{
    auth::TokenSecret,
    http::{
        Answer, Body, Call, Change, IfMatch, Listed, Path, PlainPageQuery, Problem, Query, Versioned, created,
        no_content, ok, paged, shown,
    },
};

/// A service token in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ServiceTokenPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The token.
    #[param(value_type = TokenId)]
    service_token: TokenId,
}

/// A service to make, with its token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewServiceToken, example = json!({"name": "Shop", "roles": ["member"],
    "scopes": ["organization.view", "team.view", "ticket.create", "ticket.view"], "expires_at": "2099-12-31T23:00:00Z"}))]
pub struct CreateServiceToken {
    /// What the service is called.
    name: Text<1, 80>,
    /// Its organization roles, by name. An access model with one organization role a member takes one.
    #[schema(max_items = 20)]
    roles: Vec<Text<1, 60>>,
    /// The permissions that it is narrowed to. Left out, it may all that its roles give, but not manage tokens.
    #[schema(min_items = 1, max_items = 300)]
    scopes: Option<Vec<Text<1, 60>>>,
    /// When it ends by itself. Left out, it does not. Who acts with a token that ends names an end, and none that is later
    /// than that.
    expires_at: Option<DateTime<Utc>>,
}

/// A service token that has just been made, or given another secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedServiceToken {
    /// The token.
    #[serde(flatten)]
    about: ServiceToken,
    /// The token itself, to be sent as `Authorization: Bearer …`. It is shown in this one answer, and stored nowhere: an
    /// answer that is given again to an idempotency key is without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<String>,
}

impl Versioned for IssuedServiceToken {
    fn version(&self) -> i64 {
        self.about.version
    }
}

/// Create a service token
///
/// It makes a member that is no person: a service, which holds roles, teams and queue permissions as people do, given by the
/// same rules, and acts with this token alone. It has no password and gets no mail. The token is shown once. Who acts with a
/// token themselves make none with wider scopes.
#[utoipa::path(tag = "tokens", params(OrganizationPath), request_body = CreateServiceToken,
    responses((status = 201, body = IssuedServiceToken)),
    extensions(("x-permission" = json!(can::ManageServiceTokens::PERMISSION.key()))))]
#[post("/service-tokens")]
pub async fn create_service_token(call: Call, path: Path<OrganizationPath>, body: Body<CreateServiceToken>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ManageServiceTokens>()?;
    let CreateServiceToken { name, roles, scopes, expires_at } = body.parse()?;
    let roles = roles::organization_roles(work.caller(), &[], &roles).map_err(Problem::invalid)?;
    let scopes = scopes.as_deref().map(scopes::scopes).transpose()?;
    let (secret, expires_at) = (TokenSecret::random(), scopes::ending(expires_at)?);
    let new = NewToken { name, scopes, expires_at, secret_hash: secret.hash() };
    let about = work.create_service_token(permit, new, &roles).await?;
    let location = format!("/v1/organizations/{}/service-tokens/{}", work.organization(), about.id);
    let token = Some(secret.text(work.organization(), about.member_id, about.id));
    let kept = created(IssuedServiceToken { about: about.clone(), token: None }, &location);
    work.commit_secret(created(IssuedServiceToken { about, token }, &location), kept).await
}

/// List service tokens
///
/// The newest first, with those that have run out. The tokens themselves are not shown again.
#[utoipa::path(tag = "tokens", params(OrganizationPath, PlainPageQuery),
    responses((status = 200, body = Listed<ServiceToken>)),
    extensions(("x-permission" = json!(can::ViewServiceTokens::PERMISSION.key()))))]
#[get("/service-tokens")]
pub async fn list_service_tokens(call: Call, path: Path<OrganizationPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("service_tokens")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewServiceTokens>()?;
    Ok(ok(paged(work.service_tokens(permit, &request).await?, "service_tokens")))
}

/// Get a service token
#[utoipa::path(tag = "tokens", params(ServiceTokenPath), responses((status = 200, body = ServiceToken)),
    extensions(("x-permission" = json!(can::ViewServiceTokens::PERMISSION.key()))))]
#[get("/service-tokens/{service_token}")]
pub async fn get_service_token(call: Call, path: Path<ServiceTokenPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewServiceTokens>()?;
    Ok(shown(work.service_token(permit, path.service_token).await?))
}

/// What a service token is to be with another secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"expires_at": "2099-12-31T23:00:00Z"}))]
pub struct RotateServiceToken {
    /// When it ends by itself: left out, when it did before; null: it does not. Who acts with a token that ends lets it end
    /// no later than that.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Change<DateTime<Utc>>,
}

/// Rotate a service token
///
/// Gives it another secret, shown once. Once this has been answered, nothing is done with the old one any more. The service
/// stays the member that it is, and the token ends when it did, unless another end is named. Its `last_used_at` is null
/// again: it says when the present secret was used last. Whoever does this must be able to give the roles that it holds.
#[utoipa::path(tag = "tokens", params(ServiceTokenPath, IfMatch), request_body = RotateServiceToken,
    responses((status = 200, body = IssuedServiceToken)),
    extensions(("x-permission" = json!(can::ManageServiceTokens::PERMISSION.key()))))]
#[post("/service-tokens/{service_token}/rotate")]
pub async fn rotate_service_token(call: Call, path: Path<ServiceTokenPath>, body: Body<RotateServiceToken>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ManageServiceTokens>()?;
    let expires_at = body.parse()?.expires_at.into_option().map(scopes::ending).transpose()?;
    let (secret, id, version) = (TokenSecret::random(), path.service_token, call.if_match());
    let about = work.rotate_service_token(permit, id, version, secret.hash(), expires_at).await?;
    let token = Some(secret.text(work.organization(), about.member_id, about.id));
    let kept = shown(IssuedServiceToken { about: about.clone(), token: None });
    work.commit_secret(shown(IssuedServiceToken { about, token }), kept).await
}

/// End a service token
///
/// And the service with it, which is removed as a member is. Once this has been answered, nothing is done with it any more.
#[utoipa::path(tag = "tokens", params(ServiceTokenPath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::ManageServiceTokens::PERMISSION.key()))))]
#[delete("/service-tokens/{service_token}")]
pub async fn end_service_token(call: Call, path: Path<ServiceTokenPath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ManageServiceTokens>()?;
    work.end_service_token(permit, path.service_token, call.if_match()).await?;
    work.commit(no_content()).await
}
