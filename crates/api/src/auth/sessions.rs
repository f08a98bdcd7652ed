//! Sign in, renew, sign out; the sessions of an account.

use actix_web::{HttpResponse, delete, get, http::StatusCode, post};
use serde::{Deserialize, Serialize};
use usher_domain::{AccountId, Email, SessionId, Text, tenancy};
use usher_store::{idempotency::Unit, sessions::Renewal};
use utoipa::{IntoParams, ToSchema};

use super::{Jwk, LIFETIME, Password, Secret, password};
use crate::{
    App,
    http::{Answer, Body, Call, Guest, Listed, Path, PlainPageQuery, Problem, Query, Stop, no_content, ok, paged},
};

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "olivia@northwind.example", "password": "usher-demo-2026"}))]
pub struct Login {
    /// The account's address.
    email: Email,
    /// The account's password.
    password: Password<1>,
}

/// The tokens of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// For how many seconds the access token is good.
    expires_in: u64,
    /// To be exchanged, once, for new tokens.
    refresh_token: String,
    /// The session.
    session_id: SessionId,
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "ushr_2tQbN0pMZqk3v8sYcW1xTg"}))]
pub struct Refresh {
    /// The refresh token that came last.
    refresh_token: Text<1, 200>,
}

/// Begins a session for an account whose password of this hash was shown or set: what every way of signing in ends with.
pub(crate) async fn begin_session(
    guest: &Guest,
    outside: &mut usher_store::Outside,
    account: AccountId,
    password_hash: &str,
) -> Result<Tokens, Stop> {
    let secret = Secret::new("ushr_");
    let address = guest.address.map(|address| address.to_string()).unwrap_or_default();
    let (from, days) = ((guest.user_agent.as_str(), address.as_str()), guest.app.settings.session_days);
    let begun = outside.begin_session(account, password_hash, &secret.hash(), from, days).await?;
    tokens(&guest.app, account, begun.ok_or_else(credentials_invalid)?, secret)
}

fn credentials_invalid() -> Problem {
    Problem::unauthenticated("credentials_invalid", "The address or the password is wrong.")
}

fn tokens(app: &App, account: AccountId, session: SessionId, secret: Secret) -> Result<Tokens, Stop> {
    Ok(Tokens {
        access_token: app.keys.sign(account, session)?,
        token_type: "Bearer",
        expires_in: LIFETIME,
        refresh_token: secret.into_string(),
        session_id: session,
    })
}

/// Sign in
///
/// An unknown address and a wrong password are answered alike. Attempts are limited by account and by address.
#[utoipa::path(tag = "auth", request_body = Login, responses((status = 200, body = Tokens),
        (status = 401, description = "The address or the password is wrong."), (status = 429, description = "Too many attempts.")),
    extensions(("x-permission" = json!("none"))), security(()))]
#[post("/v1/auth/login")]
pub async fn login(guest: Guest, body: Body<Login>) -> Answer {
    let Login { email, password } = body.parse()?;
    guest.app.sign_in_limit.check(&email, guest.address)?;
    // The password is checked without a transaction held open.
    let known = guest.app.store.outside().await?.credentials(&email).await?;
    let matches = password::verify(password.into_string(), known.as_ref().map(|(_, hash)| hash.clone())).await?;
    let (account, hash) = known.filter(|_| matches).ok_or_else(credentials_invalid)?;
    let mut outside = guest.app.store.outside().await?;
    let tokens = begin_session(&guest, &mut outside, account, &hash).await?;
    outside.commit().await?;
    Ok(ok(tokens))
}

/// Renew the tokens
///
/// A refresh token is good once. Using one again ends the session: somebody has a copy. A session that is not renewed ends
/// after 30 days, and however often it is, some time after the sign-in (90 days, if the operator says nothing else).
#[utoipa::path(tag = "auth", request_body = Refresh, responses((status = 200, body = Tokens),
        (status = 401, description = "The refresh token is not good, or no longer.")),
    extensions(("x-permission" = json!("none"))), security(()))]
#[post("/v1/auth/refresh")]
pub async fn refresh_tokens(guest: Guest, body: Body<Refresh>) -> Answer {
    let given = Secret::given(&body.parse()?.refresh_token);
    let mut outside = guest.app.store.outside().await?;
    let (code, detail) = match outside.renew(&given.hash(), guest.app.settings.session_days).await? {
        Renewal::Renewed(account, session) => return renewed(&guest.app, outside, account, session).await,
        Renewal::Reused => {
            outside.commit().await?;
            ("refresh_token_reused", "This refresh token was used before, so the session was ended: sign in again.")
        }
        Renewal::Unknown => ("refresh_token_invalid", "This refresh token is not good: sign in again."),
    };
    Err(Problem::unauthenticated(code, detail).into())
}

async fn renewed(app: &App, mut outside: usher_store::Outside, account: AccountId, session: SessionId) -> Answer {
    let next = Secret::new("ushr_");
    outside.add_refresh_token(session, &next.hash()).await?;
    let tokens = tokens(app, account, session, next)?;
    outside.commit().await?;
    Ok(ok(tokens))
}

/// Sign out
///
/// Ends the session of this request. Its access tokens stop at once.
#[utoipa::path(tag = "auth", responses((status = 204)), extensions(("x-permission" = json!("signed_in"))))]
#[post("/v1/auth/logout")]
pub async fn logout(call: Call) -> Answer {
    let mut act = call.ending(call.identity().session).await?;
    act.end_session(call.identity().account, call.identity().session).await?;
    act.commit(no_content()).await
}

/// List my sessions
///
/// Those that go on, the newest first.
#[utoipa::path(tag = "auth", params(PlainPageQuery), responses((status = 200, body = Listed<tenancy::Session>)),
    extensions(("x-permission" = json!("signed_in"))))]
#[get("/v1/auth/sessions")]
pub async fn list_sessions(call: Call, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("sessions")?;
    let mut act = call.outside().await?;
    let page = act.sessions(call.identity(), &request).await?;
    Ok(ok(paged(page, "sessions")))
}

/// A session in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SessionPath {
    /// The session.
    #[param(value_type = uuid::Uuid)]
    session: SessionId,
}

/// End one of my sessions
///
/// Its access tokens stop at once.
#[utoipa::path(tag = "auth", params(SessionPath), responses((status = 204)),
    extensions(("x-permission" = json!("signed_in"))))]
#[delete("/v1/auth/sessions/{session}")]
pub async fn end_session(call: Call, path: Path<SessionPath>) -> Answer {
    let mut act = call.ending(path.session).await?;
    act.end_session(call.identity().account, path.session).await?;
    act.commit(no_content()).await
}

/// The keys that access tokens are signed with.
#[derive(Debug, Serialize, ToSchema)]
pub struct JwkSet {
    /// The newest first.
    keys: Vec<Jwk>,
}

/// Get the signing keys
#[utoipa::path(tag = "auth", responses((status = 200, body = JwkSet)),
    extensions(("x-permission" = json!("none"))), security(()))]
#[get("/.well-known/jwks.json")]
pub async fn get_signing_keys(guest: Guest) -> Answer {
    let keys = JwkSet { keys: guest.app.keys.public() };
    Ok(HttpResponse::build(StatusCode::OK).insert_header(("cache-control", "public, max-age=300")).json(keys))
}
