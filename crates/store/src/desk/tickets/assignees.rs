//! Who handles a ticket: always somebody who sees it.

use usher_domain::{MemberId, TicketId, kind};
use usher_policy::{Permit, can};
use uuid::Uuid;

use crate::{StoreError, StoreResult, Work, pairs::Pair, tenancy::KnownMember};

impl Work {
    /// Sets who handles a ticket, or that nobody does. The work involves the assignee's membership, so that they see the
    /// ticket until the commit.
    ///
    /// # Errors
    /// The assignee is no active member who may view the ticket; or the ticket was merged. Forbidden to who would come to
    /// read the ticket's notes by handling it.
    pub async fn assign_ticket(
        &mut self,
        permit: Permit<can::AssignTicket>,
        assignee: Option<KnownMember>,
    ) -> StoreResult<()> {
        let ticket = permit.target();
        let assignee = assignee.map(|member| member.id());
        if let Some(member) = assignee
            && !self.would_see(member, ticket).await?
        {
            return Err(StoreError::Invalid {
                pointer: "/assignee_id",
                code: "cannot_view",
                detail: "The assignee must be an active member who may view the ticket.".to_owned(),
            });
        }
        self.must_not_be_merged(&[ticket]).await?;
        let saw = self.sight(ticket).await?;
        self.set_assignee(ticket, assignee).await?;
        self.must_not_reveal(saw, ticket).await
    }

    async fn set_assignee(&mut self, ticket: TicketId, assignee: Option<MemberId>) -> StoreResult<()> {
        let assignee = assignee.map(MemberId::uuid);
        let changed = sqlx::query!(
            "update tickets set assignee_id = $3, version = version + 1, updated_at = now()
             where org_id = $1 and id = $2 and assignee_id is distinct from $3
             returning (select name from accounts where id = $3)",
            self.organization().uuid(),
            ticket.uuid(),
            assignee
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let Some(changed) = changed else { return self.hide_no_change(ticket).await };
        let nobody = || "Nobody handles it any more.".to_owned();
        let event = changed.name.map_or_else(nobody, |name| format!("Assigned to {name}."));
        self.record(ticket, &[event]).await
    }

    /// Takes from members the tickets that they handle and no longer see. For whatever narrows what members see; the
    /// members are locked.
    pub(crate) async fn release_tickets_of(&mut self, members: &[Uuid]) -> StoreResult<()> {
        let handled = sqlx::query!(
            r#"select t.assignee_id as "assignee!", t.id from tickets t where t.org_id = $1 and t.assignee_id = any($2)
             order by t.id for no key update"#,
            self.organization().uuid(),
            members
        );
        let handled = handled.fetch_all(&mut *self.transaction).await?;
        let released =
            self.release_unseen(&handled.iter().map(|row| (row.assignee, row.id)).collect::<Vec<_>>()).await?;
        if released.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "update tickets set version = version + 1 where org_id = $1 and id = any($2)",
            self.organization().uuid(),
            &released
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Takes a ticket from who handles it, if they no longer see it, and tells whether that was so. For what changes where a
    /// ticket stands; the ticket is locked, and its version is the caller's affair.
    pub(crate) async fn release_if_unseen(&mut self, ticket: TicketId) -> StoreResult<bool> {
        let assignee = sqlx::query_scalar!(
            "select assignee_id from tickets where org_id = $1 and id = $2",
            self.organization().uuid(),
            ticket.uuid()
        );
        let assignee = assignee.fetch_one(&mut *self.transaction).await?;
        let handled: Vec<Pair> = assignee.into_iter().map(|assignee| (assignee, ticket.uuid())).collect();
        let released = self.release_unseen(&handled).await?;
        Ok(!released.is_empty())
    }

    /// Returns what was taken from them, still of the same version.
    async fn release_unseen(&mut self, handled: &[Pair]) -> StoreResult<Vec<Uuid>> {
        let unseen = self.pairs::<kind::Ticket>(handled).await?.without(|assignee, ticket| assignee.sees(ticket));
        let unseen: Vec<Uuid> = unseen.into_iter().map(|(_, ticket)| ticket).collect();
        if unseen.is_empty() {
            return Ok(unseen);
        }
        sqlx::query!(
            "update tickets set assignee_id = null, updated_at = now() where org_id = $1 and id = any($2)",
            self.organization().uuid(),
            &unseen
        )
        .execute(&mut *self.transaction)
        .await?;
        self.record_on_each(&unseen, "Nobody handles it any more: who did cannot see it any more.").await?;
        Ok(unseen)
    }
}
