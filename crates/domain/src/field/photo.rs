//! Photos of inspections.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{AccountId, PhotoId};

/// A photo of an inspection. Who sees the inspection sees it, and who may read its report.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Photo {
    /// The photo.
    pub id: PhotoId,
    /// The key of the question that it was taken for, if it was for one.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub question: Option<String>,
    /// What it shows.
    pub caption: String,
    /// When it was taken, as the device said.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub taken_at: Option<DateTime<Utc>>,
    /// What it is, as its bytes say: `image/jpeg`, `image/png`, `image/webp` or `image/heif`.
    pub content_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// Who uploaded it; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_by: Option<AccountId>,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}
