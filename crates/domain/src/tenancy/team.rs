//! Teams.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{MemberId, TeamId, TemplateId, WebsiteId};

/// A team and its configuration.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Team {
    /// The team.
    pub id: TeamId,
    /// Its name, unique in the organization.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The websites it is linked to.
    pub website_ids: Vec<WebsiteId>,
    /// The templates it sees, and with them the tickets made from those that no team has yet.
    pub template_ids: Vec<TemplateId>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// A member of a team.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamMember {
    /// The member.
    pub member_id: MemberId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// The team role.
    pub role: String,
    /// Since when they have held it.
    pub since: DateTime<Utc>,
}
