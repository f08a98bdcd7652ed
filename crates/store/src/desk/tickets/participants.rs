//! Who was added to a ticket.

use sqlx::types::chrono::{DateTime, Utc};
use usher_domain::{Id, MemberId, desk::Participant};
use usher_policy::{Permit, can};
use uuid::Uuid;

use crate::{Page, PageRequest, StoreError, StoreResult, Work, tenancy::KnownMember};

struct Row {
    member_id: Uuid,
    name: String,
    added_at: DateTime<Utc>,
    added_by: Option<Uuid>,
}

impl From<Row> for Participant {
    fn from(row: Row) -> Self {
        let added_by = row.added_by.map(Id::from);
        Self { member_id: row.member_id.into(), name: row.name, added_at: row.added_at, added_by }
    }
}

/// Somebody who was added just now, with what a mail to them says (TK-64).
#[derive(Debug)]
#[non_exhaustive]
pub struct AddedParticipant {
    /// Their address.
    pub email: String,
    /// The organization's name.
    pub organization: String,
    /// The ticket's number.
    pub number: i64,
    /// What the ticket is about.
    pub subject: String,
}

impl Work {
    /// Who was added to a ticket, in the order of their ids.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_participants(
        &mut self,
        permit: Permit<can::ViewTicket>,
        request: &PageRequest,
    ) -> StoreResult<Page<Participant>> {
        let (organization, ticket) = (permit.organization().uuid(), permit.target().uuid());
        let rows = sqlx::query_as!(
            Row,
            "select c.member_id, a.name, c.added_at, c.added_by
             from ticket_participants c join accounts a on a.id = c.member_id
             where c.org_id = $1 and c.ticket_id = $2 and ($3::uuid is null or c.member_id > $3)
             order by c.member_id limit $4",
            organization,
            ticket,
            request.after.as_ref().map(|after| after.id),
            i64::from(request.limit) + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let total = if request.total {
            let total = sqlx::query_scalar!(
                "select count(*) from ticket_participants where org_id = $1 and ticket_id = $2",
                organization,
                ticket
            );
            total.fetch_one(&mut *self.transaction).await?
        } else {
            None
        };
        Ok(Page::cut(rows, request, total, |row| row.member_id).map(Participant::from))
    }

    /// Adds a participant. The work involves their membership, so that they see the ticket until the commit. Returns whom
    /// to tell, unless they had been added before or did it themselves.
    ///
    /// # Errors
    /// Even as a participant they would not see the ticket: they are no active member, or their roles do not give it
    /// (TK-60). Or it was merged.
    pub async fn add_participant(
        &mut self,
        permit: Permit<can::AddParticipant>,
        member: KnownMember,
    ) -> StoreResult<Option<AddedParticipant>> {
        let (ticket, member) = (permit.target(), member.id());
        let saw = self.sight(ticket).await?;
        let added = sqlx::query!(
            r#"with added as (
                insert into ticket_participants (org_id, ticket_id, member_id, added_by)
                select $1, $2, id, $4 from members where org_id = $1 and id = $3
                on conflict do nothing returning member_id
             )
             select a.name, a.email, a.service_of is not null as "service!", o.name as organization, t.number, t.subject
             from added join accounts a on a.id = added.member_id join organizations o on o.id = $1
             join tickets t on t.org_id = $1 and t.id = $2"#,
            permit.organization().uuid(),
            ticket.uuid(),
            member.uuid(),
            self.account().uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        self.must_not_reveal(saw, ticket).await?;
        if !self.would_see(member, ticket).await? {
            return Err(StoreError::Invalid {
                pointer: "member",
                code: "cannot_view",
                detail: "Even as a participant they could not view the ticket.".to_owned(),
            });
        }
        self.must_not_be_merged(&[ticket]).await?;
        let Some(added) = added else { return Ok(None) };
        self.record(ticket, &[format!("{} was added as a participant.", added.name)]).await?;
        let (email, organization) = (added.email, added.organization);
        let told = AddedParticipant { email, organization, number: added.number, subject: added.subject };
        Ok(Some(told).filter(|_| member.uuid() != self.account().uuid() && !added.service))
    }

    /// Removes a participant: what they saw as one they no longer see, from the commit on (TK-61), and if they handled the
    /// ticket, they do so no longer. Whoever was none stays none.
    ///
    /// # Errors
    /// Whoever was none is nobody whom the caller may know of.
    pub async fn remove_participant(
        &mut self,
        permit: Permit<can::RemoveParticipant>,
        member: MemberId,
    ) -> StoreResult<()> {
        let removed = sqlx::query!(
            r#"with removed as (
                delete from ticket_participants where org_id = $1 and ticket_id = $2 and member_id = $3 returning member_id
             )
             select a.name from removed join accounts a on a.id = removed.member_id"#,
            permit.organization().uuid(),
            permit.target().uuid(),
            member.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let ticket = permit.target();
        let Some(removed) = removed else {
            let _known = self.permit::<can::ViewMember>(member).await?;
            return self.hide_no_change(ticket).await;
        };
        self.record(ticket, &[format!("{} is no participant any more.", removed.name)]).await?;
        if self.release_if_unseen(ticket).await? {
            return self.grow_version(ticket).await;
        }
        self.hide_no_change(ticket).await
    }
}
