//! What is said on a ticket.

use sqlx::types::chrono::{DateTime, Utc};
use usher_domain::{
    Id, Text, TicketId,
    desk::{Message, MessageKind},
};
use usher_policy::{Permit, can};
use uuid::Uuid;

use super::merging::MERGED;
use crate::{Page, PageRequest, StoreResult, Work};

struct Row {
    id: Uuid,
    kind: String,
    body: String,
    author_id: Option<Uuid>,
    created_at: DateTime<Utc>,
}

impl From<Row> for Message {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            kind: MessageKind::parse(&row.kind),
            body: row.body,
            author_id: row.author_id.map(Id::from),
            created_at: row.created_at,
        }
    }
}

impl Work {
    /// Answers a ticket publicly.
    ///
    /// # Errors
    /// It was merged.
    pub async fn reply_to_ticket(
        &mut self,
        permit: Permit<can::ReplyToTicket>,
        body: &Text<1, 20_000>,
    ) -> StoreResult<Message> {
        self.say(permit.target(), MessageKind::Reply, body).await
    }

    /// Writes an internal note on a ticket.
    ///
    /// # Errors
    /// It was merged.
    pub async fn note_on_ticket(
        &mut self,
        permit: Permit<can::NoteOnTicket>,
        body: &Text<1, 20_000>,
    ) -> StoreResult<Message> {
        self.say(permit.target(), MessageKind::Note, body).await
    }

    async fn say(&mut self, ticket: TicketId, kind: MessageKind, body: &str) -> StoreResult<Message> {
        let row = sqlx::query_as!(
            Row,
            "with touched as (
                update tickets set version = version + 1, updated_at = now()
                where org_id = $1 and id = $2 and not merged returning id
             )
             insert into ticket_messages (org_id, id, ticket_id, kind, body, author_id)
             select $1, $3, id, $4, $5, $6 from touched returning id, kind, body, author_id, created_at",
            self.organization().uuid(),
            ticket.uuid(),
            Uuid::now_v7(),
            kind.key(),
            body,
            self.account().uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        // The permit holds the row: only that it was merged can be in the way.
        Ok(row.ok_or(MERGED)?.into())
    }

    /// What was said on a ticket and what happened to it, the oldest first: public replies, and with the right to notes
    /// also notes and events, which the public never reads (TK-60).
    ///
    /// # Errors
    /// The database's.
    pub async fn list_ticket_messages(
        &mut self,
        permit: Permit<can::ViewTicket>,
        notes: Option<Permit<can::ViewTicketNotes>>,
        request: &PageRequest,
    ) -> StoreResult<Page<Message>> {
        let (organization, ticket) = (permit.organization().uuid(), permit.target().uuid());
        let notes = notes.is_some_and(|notes| notes.target() == permit.target());
        let rows = sqlx::query_as!(
            Row,
            "select id, kind, body, author_id, created_at from ticket_messages
             where org_id = $1 and ticket_id = $2 and ($3 or kind = 'reply') and ($4::uuid is null or id > $4)
             order by id limit $5",
            organization,
            ticket,
            notes,
            request.after.as_ref().map(|after| after.id),
            i64::from(request.limit) + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let total = if request.total {
            let total = sqlx::query_scalar!(
                "select count(*) from ticket_messages where org_id = $1 and ticket_id = $2 and ($3 or kind = 'reply')",
                organization,
                ticket,
                notes
            );
            total.fetch_one(&mut *self.transaction).await?
        } else {
            None
        };
        Ok(Page::cut(rows, request, total, |row| row.id).map(Message::from))
    }
}
