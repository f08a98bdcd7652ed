//! Making one ticket of two, and two of one.

use usher_domain::{TicketId, desk::StatusCategory};
use usher_policy::{Caller, Permit, can};
use uuid::{Builder, Uuid};

use super::links::same_ticket;
use crate::{Conflict, StoreError, StoreResult, Work};

/// What is said of a ticket that was merged stands on the one that survived.
pub(super) const MERGED: Conflict = Conflict {
    code: "ticket_merged",
    detail: "This ticket was merged into another: it takes no more changes. Turn to the one that survived.",
};

struct Merged {
    id: Uuid,
    merged: bool,
    category: String,
}

impl Work {
    /// Merges two tickets and returns the one that survives, the older (TK-29). It takes over messages and, as a note, the
    /// description; on hold, it reopens. The other is closed and points to it, and so does what was merged into that one.
    ///
    /// The survivor takes over participants too, if the caller may add them to it: managing both tickets gives nobody the
    /// sight of either, not even the caller (TK-25, TK-30).
    ///
    /// # Errors
    /// The two are one, or one was merged before. Forbidden to who does not see both and would see what becomes of them: the
    /// messages of the one, because they see the other (TK-30), or the survivor, as a participant of the other.
    pub async fn merge_tickets(
        &mut self,
        one: Permit<can::MergeTicket>,
        other: Permit<can::MergeTicket>,
    ) -> StoreResult<TicketId> {
        if one.target() == other.target() {
            return Err(same_ticket());
        }
        let both = sqlx::query_as!(
            Merged,
            r#"select t.id, t.merged,
                (select s.category from statuses s where s.org_id = t.org_id and s.key = t.status) as "category!"
             from tickets t where t.org_id = $1 and t.id = any($2) order by t.number"#,
            self.organization().uuid(),
            &[one.target().uuid(), other.target().uuid()]
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let [survivor, merged] = both.as_slice() else { return Err(StoreError::Missing("ticket")) };
        if survivor.merged || merged.merged {
            return Err(MERGED.into());
        }
        let (into, from) = (TicketId::from(survivor.id), TicketId::from(merged.id));
        // What is on either is on the survivor then, and whoever was added to the other is added to it.
        let saw = [self.sight(from).await?, self.sight(into).await?];
        let opens = self.may_open(into).await?;
        self.carry_over_messages(into, from).await?;
        if opens {
            self.carry_over_participants(into, from).await?;
        }
        for saw in saw {
            self.must_not_reveal(saw, into).await?;
        }
        self.close_merged(into, from).await?;
        if StatusCategory::parse(&survivor.category) == StatusCategory::OnHold {
            self.reopen(into).await?;
        }
        self.record(from, &["Merged into another ticket.".to_owned()]).await?;
        self.record(into, &["Another ticket was merged into this one.".to_owned()]).await?;
        Ok(into)
    }

    /// Whether the caller may open the survivor to others: to the participants of the merged one.
    async fn may_open(&mut self, into: TicketId) -> StoreResult<bool> {
        let caller: Caller = self.caller().clone();
        let survivor = self.facts(&caller, into).await?;
        Ok(self.permit_for::<can::AddParticipant>(&survivor).is_ok())
    }

    async fn carry_over_messages(&mut self, into: TicketId, from: TicketId) -> StoreResult<()> {
        let organization = self.organization().uuid();
        sqlx::query!(
            "insert into ticket_messages (org_id, id, ticket_id, kind, body, author_id, created_at)
             select org_id, $4, $3, 'note', concat_ws(E'\\n\\n', subject, nullif(description, '')), created_by, created_at
             from tickets where org_id = $1 and id = $2",
            organization,
            from.uuid(),
            into.uuid(),
            first_message_of(from)
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "update ticket_messages set ticket_id = $3 where org_id = $1 and ticket_id = $2",
            organization,
            from.uuid(),
            into.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn carry_over_participants(&mut self, into: TicketId, from: TicketId) -> StoreResult<()> {
        sqlx::query!(
            "insert into ticket_participants (org_id, ticket_id, member_id, added_by, added_at)
             select org_id, $3, member_id, added_by, added_at from ticket_participants
             where org_id = $1 and ticket_id = $2 on conflict do nothing",
            self.organization().uuid(),
            from.uuid(),
            into.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn close_merged(&mut self, into: TicketId, from: TicketId) -> StoreResult<()> {
        sqlx::query!(
            "update tickets set merged = true, merged_into = $3, version = version + 1, updated_at = now(),
                status = coalesce((select key from statuses where org_id = $1 and category = 'closed'
                    order by built_in desc, position, key limit 1), status)
             where org_id = $1 and id = $2",
            self.organization().uuid(),
            from.uuid(),
            into.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        // What was merged into it before points to where the messages are now.
        sqlx::query!(
            "update tickets set merged_into = $3 where org_id = $1 and merged_into = $2",
            self.organization().uuid(),
            from.uuid(),
            into.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "update tickets set version = version + 1, updated_at = now() where org_id = $1 and id = $2",
            self.organization().uuid(),
            into.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn reopen(&mut self, ticket: TicketId) -> StoreResult<()> {
        sqlx::query!(
            "update tickets set status = coalesce((select key from statuses where org_id = $1 and category = 'open'
                order by is_default desc, position, key limit 1), status)
             where org_id = $1 and id = $2",
            self.organization().uuid(),
            ticket.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.record(ticket, &["Reopened.".to_owned()]).await
    }

    /// Refuses what would change a ticket that was merged. Deleting one is no change, nor is taking links or participants
    /// from it.
    pub(super) async fn must_not_be_merged(&mut self, tickets: &[TicketId]) -> StoreResult<()> {
        let tickets: Vec<Uuid> = tickets.iter().map(|ticket| ticket.uuid()).collect();
        let merged = sqlx::query_scalar!(
            r#"select exists (select 1 from tickets where org_id = $1 and id = any($2) and merged) as "merged!""#,
            self.organization().uuid(),
            &tickets
        );
        if merged.fetch_one(&mut *self.transaction).await? { Err(MERGED.into()) } else { Ok(()) }
    }

    /// Makes a copy of a ticket in the same place, without its messages, participants and assignee, linked with it.
    ///
    /// # Errors
    /// It was merged: its messages are elsewhere.
    pub async fn clone_ticket(&mut self, permit: Permit<can::CloneTicket>) -> StoreResult<TicketId> {
        let (source, copy) = (permit.target(), TicketId::new());
        self.must_not_be_merged(&[source]).await?;
        let saw = self.sight(source).await?;
        sqlx::query!(
            "with counter as (
                update ticket_counters set last_number = last_number + 1 where org_id = $1 returning last_number
             )
             insert into tickets (org_id, id, number, subject, description, status, priority, team_id, queue_id,
                template_id, website_id, requester_name, requester_email, answers, created_by)
             select $1, $3, last_number, subject, description,
                (select key from statuses where org_id = $1 and is_default), priority, team_id, queue_id,
                template_id, website_id, requester_name, requester_email, answers, $4
             from tickets, counter where org_id = $1 and id = $2",
            permit.organization().uuid(),
            source.uuid(),
            copy.uuid(),
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.must_not_reveal(saw, copy).await?;
        self.insert_link(copy, source, "clone").await?;
        self.record(source, &["A clone of it was made.".to_owned()]).await?;
        self.record(copy, &["Made as a clone of another ticket.".to_owned()]).await?;
        Ok(copy)
    }
}

/// A new id for the message that a ticket's description becomes. Messages stand in the order of their ids: it is of the
/// moment in which the ticket was made, and the first of that moment.
fn first_message_of(ticket: TicketId) -> Uuid {
    let (made, random) = (ticket.uuid().into_bytes(), Uuid::now_v7().into_bytes());
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&made[..6]);
    bytes[8..].copy_from_slice(&random[8..]);
    Builder::from_custom_bytes(bytes).with_version(uuid::Version::SortRand).into_uuid()
}
