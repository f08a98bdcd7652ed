//! What an organization has subscribed to.

use serde::Serialize;

/// What can be subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Its name in the API.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Whether it includes workflows.
    pub workflows: bool,
}

/// An organization's plan, what it includes and what is used.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subscription {
    /// The plan, by its name in the API.
    pub plan: String,
    /// The plan's name for people.
    pub plan_name: String,
    /// Whether the plan includes workflows.
    pub workflows: bool,
    /// How many people are active members.
    pub people: i64,
    /// How many services may act in it.
    pub services: i64,
    /// How many bytes of files it holds.
    pub storage_used: i64,
    /// How many bytes of files it may hold.
    pub storage_quota: i64,
    /// The organization's: grows when its plan changes, and not with what is used; the entity tag.
    #[serde(skip)]
    pub version: i64,
}
