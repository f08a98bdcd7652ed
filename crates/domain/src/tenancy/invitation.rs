//! Invitations.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, InvitationId};

/// An offer of membership with one role (VK-51), sent by e-mail.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The invitation.
    pub id: InvitationId,
    /// The address it was sent to. Only this address may accept it.
    pub email: String,
    /// The organization role that it gives.
    pub role: String,
    /// Where it stands.
    pub state: InvitationState,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// When it can no longer be accepted: seven days later.
    pub expires_at: DateTime<Utc>,
    /// Who sent it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub invited_by: Option<AccountId>,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Waits to be accepted.
    Pending,
    /// Was accepted.
    Accepted,
    /// Was taken back.
    Revoked,
    /// Was not accepted in time.
    Expired,
}

impl InvitationState {
    /// The state's name in the database and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// The entity tag: an invitation changes by changing its state.
    #[must_use]
    pub const fn version(self) -> i64 {
        self as i64 + 1
    }

    /// The state of this name; one that is unknown is of no use to anybody, as one that has expired.
    #[must_use]
    pub fn parse(key: &str) -> Self {
        match key {
            "pending" => Self::Pending,
            "accepted" => Self::Accepted,
            "revoked" => Self::Revoked,
            _ => Self::Expired,
        }
    }
}
