//! What is said on a ticket, and what happened to it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{AccountId, MessageId};

/// An entry of a ticket's history.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// The entry.
    pub id: MessageId,
    /// Who may read it, and what it is.
    pub kind: MessageKind,
    /// The text.
    pub body: String,
    /// Who wrote or did it; none once the account is gone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub author_id: Option<AccountId>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What an entry of a ticket's history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// An answer that the requester reads too.
    Reply,
    /// A note among the staff.
    Note,
    /// A record of a change: status, assignee, team, merge.
    Event,
}

impl MessageKind {
    /// The kind's name in the database and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Note => "note",
            Self::Event => "event",
        }
    }

    /// The kind of this name; an unknown one is kept among the staff.
    #[must_use]
    pub fn parse(key: &str) -> Self {
        match key {
            "reply" => Self::Reply,
            "event" => Self::Event,
            _ => Self::Note,
        }
    }
}
