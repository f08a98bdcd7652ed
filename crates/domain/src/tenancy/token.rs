//! Tokens of integrations.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{AccountId, MemberId, TokenId};

/// A token with which a program acts as one of the members.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonalToken {
    /// The token.
    pub id: TokenId,
    /// What it is called.
    pub name: String,
    /// The permissions that it is narrowed to; `null`: all that the member has, but to manage tokens.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub scopes: Option<Vec<String>>,
    /// When it ends by itself; `null`: never.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, within a few minutes.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// A token of a service: a member that is no person, with roles of its own.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceToken {
    /// The token.
    pub id: TokenId,
    /// The service's membership. Its roles, teams and queue permissions are changed as those of any member.
    pub member_id: MemberId,
    /// What the service is called.
    pub name: String,
    /// The service's organization roles.
    pub roles: Vec<String>,
    /// The permissions that it is narrowed to; `null`: all that the service's roles give, but to manage tokens.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub scopes: Option<Vec<String>>,
    /// When it ends by itself; `null`: never.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made its present secret, with the token or by renewing it (a service that renews its own changes nothing here);
    /// nobody any more, if their account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_by: Option<AccountId>,
    /// When it was last used, within a few minutes; `null`: never, since it has its present secret.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}
