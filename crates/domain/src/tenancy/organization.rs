//! Organizations: the tenants.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::OrganizationId;

/// A tenant.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organization {
    /// The organization.
    pub id: OrganizationId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its access model: who may do what in it.
    pub access_model: String,
    /// Its plan.
    pub plan: String,
    /// What a new queue gives to staff.
    pub permissions_model: PermissionsModel,
    /// Whether members create workspaces, where the access model has them do it by this setting.
    pub members_create_workspaces: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// What a new queue gives to staff. The setting matters only when a queue is created (TK-47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PermissionsModel {
    /// Contribute, manage and delete to every staff member (TK-45).
    Permissive,
    /// Nothing to anybody (TK-46).
    Restrictive,
}

impl PermissionsModel {
    /// The value's name in the database and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Permissive => "permissive",
            Self::Restrictive => "restrictive",
        }
    }

    /// The value of this name; the default for one that is not known is the stricter one.
    #[must_use]
    pub fn parse(key: &str) -> Self {
        if key == "permissive" { Self::Permissive } else { Self::Restrictive }
    }
}

/// An organization of the caller's, for a switcher (VK-72).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    /// The organization.
    #[serde(flatten)]
    pub organization: Organization,
    /// The caller's organization roles in it.
    pub roles: Vec<String>,
    /// Whether it is the caller's active organization.
    pub active: bool,
}
