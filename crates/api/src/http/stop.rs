//! Why a handler stops: a problem, or an answer that was given before.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use usher_store::{StoreError, idempotency::StoredAnswer};

use super::Problem;

/// Why a handler stopped before its end.
#[derive(Debug)]
pub enum Stop {
    /// A refusal or a failure.
    Problem(Box<Problem>),
    /// The request was answered before: this is what was answered.
    Replay(Box<StoredAnswer>),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Problem(problem) => problem.fmt(f),
            Self::Replay(answer) => write!(f, "answered before with {}", answer.status),
        }
    }
}

impl ResponseError for Stop {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Problem(problem) => problem.status_code(),
            Self::Replay(answer) => StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Problem(problem) => problem.error_response(),
            Self::Replay(answer) => super::act::replay(answer),
        }
    }
}
