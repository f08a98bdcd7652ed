//! Inspections.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AccountId, InspectionId, InspectionTemplateId, MemberId, SiteId, TeamId};

/// A form that is, or is to be, filled in at a site.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// Whether its team's viewers see it.
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

/// How far an inspection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InspectionState {
    /// It was made, and nobody has begun.
    Draft,
    /// Somebody has begun: an answer was saved, be it a blank one, or a photo added.
    InProgress,
    /// It is done: it has a report, and takes no more answers.
    Submitted,
    /// It was submitted, and is filled in again.
    Reopened,
}

impl InspectionState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Draft, Self::InProgress, Self::Submitted, Self::Reopened];

    /// The state's name in the database and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InProgress => "in_progress",
            Self::Submitted => "submitted",
            Self::Reopened => "reopened",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// What was answered to one question of an inspection.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
