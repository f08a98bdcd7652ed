//! Websites that customers write from.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::WebsiteId;

/// A website.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Website {
    /// The website.
    pub id: WebsiteId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}
