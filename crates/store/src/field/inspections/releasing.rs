//! Inspections whose assignees can carry them out no longer.

use std::collections::BTreeMap;

use usher_domain::{Id, kind};
use usher_policy::{Action, Caller, Condition, Resource, can};
use uuid::Uuid;

use crate::{StoreResult, Work};

/// Whether somebody could fill an inspection in as its assignee.
pub(super) fn could_carry_out(member: &Caller, inspection: &Resource<kind::Inspection>) -> bool {
    let assigned = Resource { holding: inspection.holding.with(Condition::Assigned, true), ..*inspection };
    member.decide(can::UpdateInspection::PERMISSION, &assigned).is_allow()
}

impl Work {
    /// Takes from members the inspections that are assigned to them and that they could not fill in any longer. For whatever
    /// narrows what members may do; the members are locked.
    pub(crate) async fn release_inspections_of(&mut self, members: &[Uuid]) -> StoreResult<()> {
        let mut lost = Vec::new();
        for (member, inspections) in self.assigned_to(members).await? {
            let caller = self.load(member.into()).await?;
            let facts = self.facts_between::<kind::Inspection>(&caller, &inspections).await?;
            let gone = facts.into_iter().filter(|(_, inspection)| !could_carry_out(&caller, inspection));
            lost.extend(gone.map(|(inspection, _)| (inspection, member)));
        }
        self.unassign(&lost).await
    }

    /// Takes from a member who departs all that is assigned to them.
    pub(crate) async fn release_all_inspections_of(&mut self, member: Id<kind::Member>) -> StoreResult<()> {
        let assigned = self.assigned_to(&[member.uuid()]).await?;
        let all: Vec<(Uuid, Uuid)> =
            assigned.into_values().flatten().map(|inspection| (inspection, member.uuid())).collect();
        self.unassign(&all).await
    }

    /// What is assigned to these members, locked.
    async fn assigned_to(&mut self, members: &[Uuid]) -> StoreResult<BTreeMap<Uuid, Vec<Uuid>>> {
        let rows = sqlx::query!(
            "select a.member_id, i.id from inspection_assignees a
             join inspections i on i.org_id = a.org_id and i.id = a.inspection_id
             where a.org_id = $1 and a.member_id = any($2) order by i.id for no key update of i",
            self.organization().uuid(),
            members
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let mut assigned: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        rows.into_iter().for_each(|row| assigned.entry(row.member_id).or_default().push(row.id));
        Ok(assigned)
    }

    /// Ends assignments, each of an inspection to a member.
    async fn unassign(&mut self, assignments: &[(Uuid, Uuid)]) -> StoreResult<()> {
        if assignments.is_empty() {
            return Ok(());
        }
        let (inspections, members): (Vec<Uuid>, Vec<Uuid>) = assignments.iter().copied().unzip();
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
