//! Memberships.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{MemberId, TeamId};

/// Somebody in an organization.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// The membership.
    pub id: MemberId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// Whether it is a person, or a service that acts with a token.
    pub kind: MemberKind,
    /// `active`, `blocked` or `deactivated`.
    pub state: String,
    /// Their organization roles.
    pub roles: Vec<String>,
    /// The teams they are in, as far as you see them, each with the role there.
    pub teams: Vec<TeamRole>,
    /// Since when they have been a member.
    pub joined_at: DateTime<Utc>,
    /// When they last did anything here, within a few minutes.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_active_at: Option<DateTime<Utc>>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    /// A person, who signs in.
    Person,
    /// A service, which never signs in and acts with its service token alone.
    Service,
}

/// A team role of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamRole {
    /// The team.
    pub team_id: TeamId,
    /// The team's name.
    pub name: String,
    /// The role in it.
    pub role: String,
}
