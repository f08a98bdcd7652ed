//! How a membership ends: somebody is removed, or leaves. The account and its other organizations stay as they are
//! (VK-68).

use usher_domain::{Id, kind};
use usher_policy::{Permit, RoleIx, can};
use uuid::Uuid;

use crate::{Expected, StoreResult, Work};

impl Work {
    /// Removes a member. That the caller's roles reach theirs (VK-63, VK-64) is in the permit.
    ///
    /// # Errors
    /// Stale; or the last holder of a role that somebody must hold (VK-65).
    pub async fn remove_member(&mut self, permit: Permit<can::RemoveMember>, version: &Expected) -> StoreResult<()> {
        let member = permit.target();
        let held = self.organization_roles_of(member).await?;
        self.member_is_at(member, version).await?;
        self.end_membership(member, &held).await
    }

    /// Ends the caller's own membership.
    ///
    /// # Errors
    /// The last holder of a role that somebody must hold (VK-65).
    pub async fn leave_organization(&mut self, permit: Permit<can::LeaveOrganization>) -> StoreResult<()> {
        let held = self.organization_roles_of(permit.target()).await?;
        self.end_membership(permit.target(), &held).await
    }

    /// With the membership go its roles, teams and participations: nothing is left that a later invitation could bring
    /// back (VK-67).
    pub(super) async fn end_membership(&mut self, member: Id<kind::Member>, held: &[RoleIx]) -> StoreResult<()> {
        self.keep_holders(member, held).await?;
        self.lock_members(&[member]).await?;
        self.take_time().await?;
        self.revoke_invitations_of(member).await?;
        self.unassign_tickets(member).await?;
        self.release_all_inspections_of(member).await?;
        sqlx::query!(
            "update accounts set active_org_id = null, version = version + 1 where id = $1 and active_org_id = $2",
            member.uuid(),
            self.organization().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!("delete from members where org_id = $1 and id = $2", self.organization().uuid(), member.uuid())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Takes from members what was theirs to do and is out of their reach now, and takes back the invitations that they could
    /// not make any more. For whatever narrows what members may do; the
    /// members are locked.
    pub(crate) async fn release_unseen_of(&mut self, members: &[Uuid]) -> StoreResult<()> {
        // However much it is: a revocation is not refused for it.
        self.take_time().await?;
        self.revoke_unbacked_invitations(members).await?;
        self.release_tickets_of(members).await?;
        self.release_inspections_of(members).await
    }

    /// Tickets that a departing member handled wait for somebody else, and say so in their history (VK-69).
    async fn unassign_tickets(&mut self, member: Id<kind::Member>) -> StoreResult<()> {
        let tickets = sqlx::query_scalar!(
            "with handled as (
                select t.id from tickets t where t.org_id = $1 and t.assignee_id = $2 order by t.id for no key update
             )
             update tickets t set assignee_id = null, updated_at = now(), version = t.version + 1
             from handled where t.org_id = $1 and t.id = handled.id returning t.id",
            self.organization().uuid(),
            member.uuid()
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let ids: Vec<Uuid> = tickets.iter().map(|_| Uuid::now_v7()).collect();
        sqlx::query!(
            "insert into ticket_messages (org_id, id, ticket_id, kind, body, author_id)
             select $1, entry.id, entry.ticket_id, 'event', 'Unassigned: ' || a.name || ' is no longer a member.', $5
             from unnest($3::uuid[], $4::uuid[]) as entry (id, ticket_id) join accounts a on a.id = $2",
            self.organization().uuid(),
            member.uuid(),
            &ids,
            &tickets,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
