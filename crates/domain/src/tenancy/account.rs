//! Accounts and their sessions.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{AccountId, OrganizationId, SessionId};

/// A person's account, the same in every organization.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// The account. Its memberships bear the same identifier.
    pub id: AccountId,
    /// The address to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The organization that a front end opens with.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub active_organization_id: Option<OrganizationId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// One sign-in.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// When the person signed in.
    pub created_at: DateTime<Utc>,
    /// When its tokens were last renewed.
    pub last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// What the client called itself at the sign-in.
    pub user_agent: String,
    /// The address that the sign-in came from.
    pub address: String,
    /// Whether it is the session of this request.
    pub current: bool,
}
