//! Inspections whose assignees can carry them out no longer.
//!
//! What was submitted is carried out: its assignees stay, and tell by whom. Whoever has lost the role that gives something to
//! assignees gets nothing by it; when it is opened again, it is taken from those who could not go on. So what a change of
//! roles costs grows with what is open, and not with all that somebody has ever done.

use usher_domain::{Id, InspectionId, kind};
use usher_policy::{Action, Caller, Condition, Resource, can};
use uuid::Uuid;

use crate::{StoreResult, Work, pairs::Pair};

/// Whether somebody could fill an inspection in as its assignee.
pub(super) fn could_carry_out(member: &Caller, inspection: &Resource<kind::Inspection>) -> bool {
    let assigned = Resource { holding: inspection.holding.with(Condition::Assigned, true), ..*inspection };
    member.decide(can::UpdateInspection::PERMISSION, &assigned).is_allow()
}

impl Work {
    /// Takes from members the open inspections that are assigned to them and that they could not fill in any longer. For
    /// whatever narrows what members may do; the members are locked.
    pub(crate) async fn release_inspections_of(&mut self, members: &[Uuid]) -> StoreResult<()> {
        let assigned = self.assigned_to(members, false).await?;
        self.release_lost(&assigned).await
    }

    /// The same of one inspection, which is locked: for what opens it again.
    pub(super) async fn release_from(&mut self, inspection: InspectionId) -> StoreResult<()> {
        let assignees = sqlx::query_scalar!(
            "select member_id from inspection_assignees where org_id = $1 and inspection_id = $2",
            self.organization().uuid(),
            inspection.uuid()
        );
        let assignees = assignees.fetch_all(&mut *self.transaction).await?;
        let assigned: Vec<Pair> = assignees.into_iter().map(|member| (member, inspection.uuid())).collect();
        self.release_lost(&assigned).await
    }

    /// Takes from a member who departs all that is assigned to them.
    pub(crate) async fn release_all_inspections_of(&mut self, member: Id<kind::Member>) -> StoreResult<()> {
        let assigned = self.assigned_to(&[member.uuid()], true).await?;
        self.unassign(&assigned).await
    }

    async fn release_lost(&mut self, assigned: &[Pair]) -> StoreResult<()> {
        let lost = self.pairs::<kind::Inspection>(assigned).await?.without(could_carry_out);
        self.unassign(&lost).await
    }

    /// What is assigned to these members and open, or all of it, locked.
    async fn assigned_to(&mut self, members: &[Uuid], all: bool) -> StoreResult<Vec<Pair>> {
        let rows = sqlx::query!(
            "select a.member_id, i.id from inspection_assignees a
             join inspections i on i.org_id = a.org_id and i.id = a.inspection_id
             where a.org_id = $1 and a.member_id = any($2) and (a.state <> 'submitted' or $3)
             order by i.id for no key update of i",
            self.organization().uuid(),
            members,
            all
        );
        let rows = rows.fetch_all(&mut *self.transaction).await?;
        Ok(rows.into_iter().map(|row| (row.member_id, row.id)).collect())
    }

    /// Ends assignments.
    async fn unassign(&mut self, assignments: &[Pair]) -> StoreResult<()> {
        if assignments.is_empty() {
            return Ok(());
        }
        let (members, inspections): (Vec<Uuid>, Vec<Uuid>) = assignments.iter().copied().unzip();
        sqlx::query!(
            "with gone as (
                delete from inspection_assignees a using unnest($2::uuid[], $3::uuid[]) as lost (inspection, member)
                where a.org_id = $1 and a.inspection_id = lost.inspection and a.member_id = lost.member
                returning a.inspection_id
             )
             update inspections set version = version + 1, updated_at = now()
             where org_id = $1 and id in (select inspection_id from gone)",
            self.organization().uuid(),
            &inspections,
            &members
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
