//! The knowledge base.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A question with its answer.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Faq {
    /// The FAQ.
    pub id: Uuid,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// `draft`, `published` or `archived`.
    pub state: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// A text of the help centre.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Article {
    /// The article.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// `draft`, `published` or `archived`.
    pub state: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}
