//! Inspections.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use super::InspectionState;
use crate::{AccountId, InspectionId, InspectionTemplateId, MemberId, SiteId, TeamId};

/// A form that is, or is to be, filled in at a site.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "id": "019f0000-0000-7000-8000-000000000016", "title": "Fire doors, third quarter",
    "team_id": "019f0000-0000-7000-8000-000000000002", "site_id": "019f0000-0000-7000-8000-000000000016",
    "template_id": "019f0000-0000-7000-8000-000000000003", "state": "submitted", "due_on": "2026-03-01", "shared": false,
    "assignee_ids": ["019f0000-0000-7000-8000-000000000005"], "answered": 7, "questions": 7,
    "created_by": "019f0000-0000-7000-8000-000000000005", "created_at": "2026-02-27T16:20:00Z",
    "updated_at": "2026-02-28T09:00:00Z", "submitted_at": "2026-02-28T09:00:00Z"
})))]
pub struct Inspection {
    /// The inspection.
    pub id: InspectionId,
    /// What it is about.
    pub title: String,
    /// The team whose inspection it is.
    pub team_id: TeamId,
    /// Where it happens.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub site_id: Option<SiteId>,
    /// What it was made from; none once that is gone. The questions stay.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub template_id: Option<InspectionTemplateId>,
    /// How far it is.
    pub state: InspectionState,
    /// By when it is to be done.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub due_on: Option<NaiveDate>,
    /// Whether its team's viewers see it. Its report is shared by itself.
    pub shared: bool,
    /// Who carries it out.
    pub assignee_ids: Vec<MemberId>,
    /// How many questions have an answer.
    pub answered: i64,
    /// How many questions it asks.
    pub questions: i32,
    /// Who made it; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it or an answer last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was last submitted.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub submitted_at: Option<DateTime<Utc>>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// What was answered to one question of an inspection.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "question": "exits", "value": "Yes", "note": "The one in the basement sticks.",
    "answered_by": "019f0000-0000-7000-8000-000000000005", "answered_at": "2026-02-28T09:00:00Z", "version": 2
})))]
pub struct InspectionAnswer {
    /// The question's key.
    pub question: String,
    /// The answer, as the question's kind has it; `null` where there is none.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Value))]
    pub value: Option<Value>,
    /// What there is to add.
    pub note: String,
    /// Who answered last; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub answered_by: Option<AccountId>,
    /// When; none before the first answer.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub answered_at: Option<DateTime<Utc>>,
    /// Grows with every change, from 1 before the first answer; the answer's entity tag.
    pub version: i64,
}
