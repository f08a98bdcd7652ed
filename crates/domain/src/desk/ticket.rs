//! Tickets.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, LinkId, MemberId, QueueId, TeamId, TemplateId, TicketId, WebsiteId};

/// A ticket.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// The ticket.
    pub id: TicketId,
    /// Its number in the organization, from 1.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// What the requester wrote.
    pub description: String,
    /// The key of its status.
    pub status: String,
    /// The key of its priority.
    pub priority: String,
    /// The team that has it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub team_id: Option<TeamId>,
    /// The queue that it waits in.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub queue_id: Option<QueueId>,
    /// The template that it was made from.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub template_id: Option<TemplateId>,
    /// The website that it came from.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub website_id: Option<WebsiteId>,
    /// Who it is for, as far as that is known.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub requester: Option<Requester>,
    /// Who handles it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub assignee_id: Option<MemberId>,
    /// The answers to the template's questions, by question key.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub answers: serde_json::Value,
    /// Whether it was merged into another; which one is among its links, for those who may see that one.
    pub merged: bool,
    /// Who made it; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed or was answered.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// Who a ticket is for: a customer, who need not have an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Requester {
    /// Their name.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub name: Option<String>,
    /// Their address, in lower case.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub email: Option<String>,
}

impl Requester {
    /// The requester of a name and an address, unless neither is known.
    #[must_use]
    pub fn of(name: Option<String>, email: Option<String>) -> Option<Self> {
        (name.is_some() || email.is_some()).then_some(Self { name, email })
    }
}

/// Somebody who was added to a ticket.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Participant {
    /// The member.
    pub member_id: MemberId,
    /// The person's name.
    pub name: String,
    /// When they were added.
    pub added_at: DateTime<Utc>,
    /// By whom; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub added_by: Option<AccountId>,
}

/// How two tickets are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// They have to do with each other.
    Related,
    /// This one has to be solved before the other.
    Blocks,
    /// This one says what the other says.
    Duplicates,
}

impl LinkKind {
    /// The kind's name in the database and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::Blocks => "blocks",
            Self::Duplicates => "duplicates",
        }
    }
}

/// A relation of a ticket to another that the caller may see.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketLink {
    /// The link; none for a merge, which cannot be taken away.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub id: Option<LinkId>,
    /// `related`, `blocks`, `blocked_by`, `duplicates`, `duplicated_by`, `clone_of`, `cloned_as`, `merged_into` or `merged_from`.
    pub relation: String,
    /// The other ticket.
    pub ticket: LinkedTicket,
}

/// What a link shows of the other ticket.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkedTicket {
    /// The ticket.
    pub id: TicketId,
    /// Its number.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// The key of its status.
    pub status: String,
}

/// A status of tickets.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Status {
    /// Its name in the API.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// What it means for the work.
    pub category: StatusCategory,
    /// Whether new tickets have it.
    pub is_default: bool,
    /// Whether it came with the organization.
    pub built_in: bool,
}

/// What a status means for the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StatusCategory {
    /// Somebody has to act.
    Open,
    /// The requester has to act.
    Pending,
    /// Nobody can act for now.
    OnHold,
    /// Done, the requester may object.
    Solved,
    /// Done for good.
    Closed,
}

impl StatusCategory {
    /// The category of this name; an unknown one is open, so that nothing is forgotten.
    #[must_use]
    pub fn parse(key: &str) -> Self {
        match key {
            "pending" => Self::Pending,
            "on_hold" => Self::OnHold,
            "solved" => Self::Solved,
            "closed" => Self::Closed,
            _ => Self::Open,
        }
    }
}

/// A priority of tickets.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Priority {
    /// Its name in the API.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Whether new tickets have it.
    pub is_default: bool,
    /// Whether it came with the organization.
    pub built_in: bool,
}
