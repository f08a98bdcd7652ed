//! Sites.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{AccountId, SiteId, TeamId};

/// Where inspections happen.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Site {
    /// The site.
    pub id: SiteId,
    /// The team whose site it is.
    pub team_id: TeamId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// What there is to know about it.
    pub description: String,
    /// Who made it; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}
