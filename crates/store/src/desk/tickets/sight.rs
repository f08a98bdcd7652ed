//! Acts of who does not see the ticket that they act on: there are permissions that go without `ticket.view` (TK-25). Such
//! an act tells nothing of what is in it; that it gives nobody the sight of it is in `crate::sight`.

use usher_domain::TicketId;

use crate::{StoreResult, Work};

impl Work {
    /// Lets the version of a ticket grow though an act changed nothing, where the caller does not see the ticket: whether the
    /// value that they set was there before is not to be learned from an `If-Match` of theirs.
    pub(super) async fn hide_no_change(&mut self, ticket: TicketId) -> StoreResult<()> {
        if self.sees(ticket).await? { Ok(()) } else { self.grow_version(ticket).await }
    }

    /// A new version of a ticket of which nothing else changes.
    pub(super) async fn grow_version(&mut self, ticket: TicketId) -> StoreResult<()> {
        sqlx::query!(
            "update tickets set version = version + 1 where org_id = $1 and id = $2",
            self.organization().uuid(),
            ticket.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
