//! What went wrong, as RFC 9457 `application/problem+json`.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde::Serialize;
use usher_policy::{Denial, Permission};
use usher_store::{Refused, StoreError};
use utoipa::ToSchema;

use super::{
    codes::{FieldCode, ProblemCode},
    faults,
};

/// After how many seconds to try again what the database could not do.
const RETRY_AFTER: u64 = 5;

/// A refusal or a failure, for people and for programs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: `about:blank`, the status says it.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// A stable name of the problem.
    #[schema(value_type = ProblemCode)]
    pub code: &'static str,
    /// What happened and what to do, for people.
    pub detail: String,
    /// What is wrong with the request, place by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The permission that is missing, if that is the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub permission: Option<&'static str>,
    /// The request, to ask about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// After how many seconds to try again.
    #[serde(skip)]
    pub retry_after: Option<u64>,
    /// The methods that the address knows, if the problem is that it does not know this one.
    #[serde(skip)]
    pub allow: Option<String>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The place in the body, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// The parameter of the path, the query or the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// A stable name of what is wrong.
    #[schema(value_type = FieldCode)]
    pub code: String,
    /// What is wrong, for people.
    pub detail: String,
}

impl FieldError {
    /// Something is wrong in the body.
    #[must_use]
    pub fn at(pointer: impl Into<String>, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, code: code.into(), detail: detail.into() }
    }

    /// Something is wrong with a parameter.
    #[must_use]
    pub fn of(parameter: impl Into<String>, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(parameter.into()), code: code.into(), detail: detail.into() }
    }
}

impl Problem {
    /// A problem of a status.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            permission: None,
            request_id: None,
            retry_after: None,
            allow: None,
        }
    }

    /// The request cannot be read: 400.
    #[must_use]
    pub fn malformed(error: FieldError) -> Self {
        let detail = error.detail.clone();
        Self { errors: vec![error], ..Self::new(StatusCode::BAD_REQUEST, "malformed_request", detail) }
    }

    /// Nobody is signed in: 401.
    #[must_use]
    pub fn unauthenticated(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// There is no such thing, as far as the caller may know: 404.
    #[must_use]
    pub fn missing(kind: &str) -> Self {
        let kind = kind.replace('_', " ");
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {kind}, or you may not see it."))
    }

    /// `If-Match` is missing where a lost update would hurt: 428.
    #[must_use]
    pub fn unconditional() -> Self {
        let detail = "Send the `ETag` of what you read as `If-Match`, so that nobody's change is lost.";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail)
    }

    /// The body is understood and says something that cannot be: 422.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let errors = faults::once_each(errors);
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            all => format!("{} fields are invalid.", all.len()),
        };
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// The permission is there, but a role that it would be used on is not the caller's to give or take: 403.
    fn out_of_reach(permission: Permission, detail: impl Into<String>) -> Self {
        Self { permission: Some(permission.key()), ..Self::new(StatusCode::FORBIDDEN, "role_out_of_reach", detail) }
    }

    /// The state of things does not allow it: 409.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// This problem, told of the thing that a place in the body names: for identifiers in bodies.
    #[must_use]
    pub fn about(mut self, pointer: &str) -> Self {
        self.errors.push(FieldError::at(pointer, self.code, self.detail.clone()));
        self
    }

    /// This problem, told of the thing that a parameter names: for identifiers in queries.
    #[must_use]
    pub fn about_parameter(mut self, parameter: &str) -> Self {
        self.errors.push(FieldError::of(parameter, self.code, self.detail.clone()));
        self
    }

    /// That an address does not know the method; `allowed`: those that it knows.
    pub fn method_not_allowed(allowed: String) -> Self {
        let detail = format!("This address knows the methods {allowed}.");
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
        Self { allow: Some(allowed), ..problem }
    }

    /// The refusal of one identifier in a list of the body, whose place is `pointer`, its index and `rest`.
    pub fn in_list(pointer: &str, rest: &str) -> impl Fn(Refused) -> Self {
        move |Refused { index, error }| Self::from(error).about(&format!("{pointer}/{index}{rest}"))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::SessionEnded => Self::unauthenticated("session_ended", "The session has ended: sign in again."),
            StoreError::Missing(kind) => Self::missing(kind),
            StoreError::Forbidden { permission, denial } => {
                let why = match denial {
                    Denial::TokenScope => "the token's scopes do not include it",
                    Denial::ReadOnly => "your role only reads",
                    Denial::Inactive(_) => "your membership is not active",
                    Denial::OtherOrganization | Denial::NoGrant => "none of your roles gives it here",
                    Denial::OutOfReach => {
                        return Self::out_of_reach(
                            permission,
                            "The roles that this member holds are out of your roles' reach.",
                        );
                    }
                };
                let detail = format!("You need `{permission}` for this, and {why}.");
                Self { permission: Some(permission.key()), ..Self::new(StatusCode::FORBIDDEN, "forbidden", detail) }
            }
            StoreError::TokenEnded => {
                Self::unauthenticated("token_ended", "This token has ended or run out, or was never given.")
            }
            StoreError::OutsideToken => Self::new(
                StatusCode::FORBIDDEN,
                "token_of_organization",
                "A personal or service token acts in its one organization: for this, sign in.",
            ),
            StoreError::BeyondScopes { permission, faults } => {
                let errors = faults.into_iter().map(|it| FieldError::at(it.pointer, it.code, it.detail)).collect();
                let detail = "A token makes none with wider scopes than its own.";
                let problem = Self::new(StatusCode::FORBIDDEN, "scope_out_of_reach", detail);
                Self { permission: Some(permission.key()), errors, ..problem }
            }
            StoreError::Beyond { permission, detail } => Self::out_of_reach(permission, detail),
            StoreError::Invalid { pointer, code, detail } => Self::invalid(vec![if pointer.starts_with('/') {
                FieldError::at(pointer, code, detail)
            } else {
                FieldError::of(pointer, code, detail)
            }]),
            StoreError::InvalidFields(faults) => Self::invalid(
                faults.into_iter().map(|fault| FieldError::at(fault.pointer, fault.code, fault.detail)).collect(),
            ),
            StoreError::Cursor => {
                let detail = "This is no cursor of this list in this order: pass `next_cursor` as it was given.";
                Self::malformed(FieldError::of("cursor", "invalid_cursor", detail))
            }
            StoreError::Conflict(conflict) => Self::conflict(conflict.code, conflict.detail),
            StoreError::InUse(detail) => Self::conflict("in_use", detail),
            StoreError::Gone(why) => Self::new(StatusCode::GONE, why.code, why.detail),
            StoreError::NotInvited => {
                let detail = "This invitation was sent to another address than that of your account.";
                Self::new(StatusCode::FORBIDDEN, "invitation_for_another", detail)
            }
            StoreError::Stale => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                "It has changed since you read it: read it again, and decide again.",
            ),
            StoreError::TooMany { why, retry_after } => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                Self { retry_after: Some(retry_after), ..Self::new(status, why.code, why.detail) }
            }
            StoreError::Unavailable(why) => {
                tracing::warn!(code = why.code, "the database cannot do it now");
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self { retry_after: Some(RETRY_AFTER), ..Self::new(status, why.code, why.detail) }
            }
            StoreError::Database(error) => {
                tracing::error!(%error, "the database failed");
                let detail = "Something went wrong on our side. Nothing was changed.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail)
            }
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The status, with the problem beside it: the body is written by [`super::render`], which knows the request.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.clone());
        response
    }
}
