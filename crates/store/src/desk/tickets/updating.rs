//! Changing and deleting tickets.

use usher_domain::{Email, Text};
use usher_policy::{Permit, can};

use super::merging::MERGED;
use crate::{Expected, StoreError, StoreResult, Work};

/// What is to change about a ticket: what is `None` stays; `Some(None)` clears.
#[derive(Debug, Default)]
pub struct TicketChange {
    /// What it is about.
    pub subject: Option<Text<1, 200>>,
    /// What the requester wrote.
    pub description: Option<Text<0, 20_000>>,
    /// The key of its status.
    pub status: Option<String>,
    /// The key of its priority.
    pub priority: Option<String>,
    /// The requester's name.
    pub requester_name: Option<Option<Text<1, 120>>>,
    /// The requester's address.
    pub requester_email: Option<Option<Email>>,
}

struct Before {
    subject: String,
    description: String,
    status: String,
    priority: String,
    requester_name: Option<String>,
    requester_email: Option<String>,
    merged: bool,
    version: i64,
}

impl Work {
    /// Changes a ticket, and records what changed in its history.
    ///
    /// # Errors
    /// There is no such status or priority; it was merged; or stale.
    pub async fn update_ticket(
        &mut self,
        permit: Permit<can::UpdateTicket>,
        version: &Expected,
        change: TicketChange,
    ) -> StoreResult<()> {
        let (organization, ticket) = (permit.organization().uuid(), permit.target());
        let faults = self.check_keys(change.status.as_deref(), change.priority.as_deref()).await?;
        if !faults.is_empty() {
            return Err(StoreError::InvalidFields(faults));
        }
        let before = sqlx::query_as!(
            Before,
            "select subject, description, status, priority, requester_name, requester_email, merged, version
             from tickets where org_id = $1 and id = $2",
            organization,
            ticket.uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        version.must_be(before.version)?;
        if before.merged {
            return Err(MERGED.into());
        }
        let after = before.with(change);
        let events = before.events(&after);
        if events.is_empty() {
            return self.hide_no_change(ticket).await;
        }
        sqlx::query!(
            "update tickets set subject = $3, description = $4, status = $5, priority = $6, requester_name = $7,
                requester_email = $8, version = version + 1, updated_at = now()
             where org_id = $1 and id = $2",
            organization,
            ticket.uuid(),
            after.subject,
            after.description,
            after.status,
            after.priority,
            after.requester_name,
            after.requester_email
        )
        .execute(&mut *self.transaction)
        .await?;
        self.record(ticket, &events).await
    }

    /// Deletes a ticket with everything on it, for good (TK-22). What was merged into it stays, and stays merged: what was
    /// said on that was on this one, and is gone.
    ///
    /// # Errors
    /// Stale.
    pub async fn delete_ticket(&mut self, permit: Permit<can::DeleteTicket>, version: &Expected) -> StoreResult<()> {
        let deleted = sqlx::query!(
            "delete from tickets where org_id = $1 and id = $2 and ($3::bigint[] is null or version = any($3))",
            permit.organization().uuid(),
            permit.target().uuid(),
            version.versions()
        )
        .execute(&mut *self.transaction)
        .await?;
        // The permit holds the row: only the version can be in the way.
        if deleted.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}

impl Before {
    fn with(&self, change: TicketChange) -> Self {
        let keep = |new: Option<String>, old: &str| new.unwrap_or_else(|| old.to_owned());
        let clearable = |new: Option<Option<String>>, old: &Option<String>| new.unwrap_or_else(|| old.clone());
        Self {
            subject: keep(change.subject.map(Text::into_string), &self.subject),
            description: keep(change.description.map(Text::into_string), &self.description),
            status: keep(change.status, &self.status),
            priority: keep(change.priority, &self.priority),
            requester_name: clearable(change.requester_name.map(|n| n.map(Text::into_string)), &self.requester_name),
            requester_email: clearable(change.requester_email.map(|e| e.map(|e| e.to_string())), &self.requester_email),
            merged: self.merged,
            version: self.version,
        }
    }

    /// What happened, one sentence a field. Long texts are not repeated.
    fn events(&self, after: &Self) -> Vec<String> {
        let from_to = |what: &str, from: &str, to: &str| format!("{what} changed from “{from}” to “{to}”.");
        let requester =
            (&self.requester_name, &self.requester_email) != (&after.requester_name, &after.requester_email);
        [
            (self.subject != after.subject).then(|| from_to("Subject", &self.subject, &after.subject)),
            (self.description != after.description).then(|| "Description changed.".to_owned()),
            (self.status != after.status).then(|| from_to("Status", &self.status, &after.status)),
            (self.priority != after.priority).then(|| from_to("Priority", &self.priority, &after.priority)),
            requester.then(|| "Requester changed.".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
