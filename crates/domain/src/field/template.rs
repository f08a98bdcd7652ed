//! Inspection templates.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Section;
use crate::{AccountId, InspectionTemplateId, TeamId};

/// What inspections are made from.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InspectionTemplate {
    /// The template.
    pub id: InspectionTemplateId,
    /// The team whose template it is.
    pub team_id: TeamId,
    /// Its name, unique in the team.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// What it asks.
    pub sections: Vec<Section>,
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
