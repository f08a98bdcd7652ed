//! How far an inspection is, and what it becomes.

use serde::{Deserialize, Serialize};

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

    /// What it becomes when something about it changes: what was submitted takes no more changes.
    ///
    /// # Errors
    /// It was submitted.
    pub const fn changed(self) -> Result<Self, WrongState> {
        match self {
            Self::Submitted => Err(WrongState::Submitted),
            open => Ok(open),
        }
    }

    /// What it becomes when an answer is saved, or a photo comes or goes.
    ///
    /// # Errors
    /// It was submitted.
    pub const fn worked_on(self) -> Result<Self, WrongState> {
        match self.changed() {
            Ok(Self::Draft) => Ok(Self::InProgress),
            other => other,
        }
    }

    /// What it becomes when it is submitted.
    ///
    /// # Errors
    /// It was submitted already.
    pub const fn submitted(self) -> Result<Self, WrongState> {
        match self.changed() {
            Ok(_) => Ok(Self::Submitted),
            wrong => wrong,
        }
    }

    /// What it becomes when it is opened again.
    ///
    /// # Errors
    /// It is not submitted.
    pub const fn reopened(self) -> Result<Self, WrongState> {
        match self {
            Self::Submitted => Ok(Self::Reopened),
            _ => Err(WrongState::NotSubmitted),
        }
    }
}

/// Why an inspection cannot become what it is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongState {
    /// It was submitted.
    #[error("it was submitted")]
    Submitted,
    /// It is not submitted.
    #[error("it is not submitted")]
    NotSubmitted,
}

#[cfg(test)]
mod tests {
    use super::{InspectionState::*, *};

    #[test]
    fn an_inspection_goes_from_draft_to_submitted_and_back_by_reopening() {
        let submitted = Err(WrongState::Submitted);
        let not_submitted = Err(WrongState::NotSubmitted);
        for (state, changed, worked_on, submitted, reopened) in [
            (Draft, Ok(Draft), Ok(InProgress), Ok(Submitted), not_submitted),
            (InProgress, Ok(InProgress), Ok(InProgress), Ok(Submitted), not_submitted),
            (Submitted, submitted, submitted, submitted, Ok(Reopened)),
            (Reopened, Ok(Reopened), Ok(Reopened), Ok(Submitted), not_submitted),
        ] {
            assert_eq!(state.changed(), changed, "{state:?}");
            assert_eq!(state.worked_on(), worked_on, "{state:?}");
            assert_eq!(state.submitted(), submitted, "{state:?}");
            assert_eq!(state.reopened(), reopened, "{state:?}");
            assert_eq!(InspectionState::parse(state.key()), Some(state));
        }
        assert_eq!(InspectionState::parse("done"), None);
    }
}
