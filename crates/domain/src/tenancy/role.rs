//! Roles of an organization's own.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, RoleId};

/// A role that an organization has added to its access model.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Role {
    /// The role.
    pub id: RoleId,
    /// Where it is held: `organization`, `team`, `queue` …
    pub level: String,
    /// Its name in the API: what members, teams, queue permissions and invitations call it.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// What it gives.
    pub grants: Vec<RoleGrant>,
    /// How many times it is held: once for each member and place.
    pub holders: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it; nobody any more, if their account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_by: Option<AccountId>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// A permission that a role gives, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoleGrant {
    /// The permission.
    #[cfg_attr(feature = "openapi", schema(max_length = 60, example = "ticket.view"))]
    pub permission: String,
    /// Any one of these must hold; `yes`, which is what is meant if this is left out, always does.
    #[serde(default = "always")]
    #[cfg_attr(feature = "openapi", schema(default = json!(["yes"]), max_items = 20, value_type = Vec<crate::Text<1, 60>>,
        example = json!(["assigned"])))]
    pub when: Vec<String>,
}

fn always() -> Vec<String> {
    vec!["yes".to_owned()]
}
