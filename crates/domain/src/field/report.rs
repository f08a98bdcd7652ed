//! Reports.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{AccountId, InspectionTemplateId, ReportId, SiteId, TeamId};

/// What a submitted inspection found. It bears the inspection's id, and is there while the inspection is submitted.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    /// The inspection.
    pub id: ReportId,
    /// What it is about.
    pub title: String,
    /// The team whose inspection it is.
    pub team_id: TeamId,
    /// Where it happened.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub site_id: Option<SiteId>,
    /// What it was made from; none once that is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub template_id: Option<InspectionTemplateId>,
    /// The team's name, and so on: as they were when it was submitted. Who reads a report reads these names, whether or not they
    /// see what bears them.
    pub team: String,
    /// The site's name.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub site: Option<String>,
    /// The template's name.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub template: Option<String>,
    /// The points that the answers gave.
    pub score: i32,
    /// The most points that could be had.
    pub max_score: i32,
    /// Whether its team's viewers see it, be the inspection shared with them or not.
    pub shared: bool,
    /// Who submitted it; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub submitted_by: Option<AccountId>,
    /// Their name, as it was then.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub submitted_by_name: Option<String>,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// When it last changed: it was submitted, shared or hidden, or came to another team.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change of the report, and not of the inspection; the entity tag.
    #[serde(skip)]
    pub version: i64,
}
