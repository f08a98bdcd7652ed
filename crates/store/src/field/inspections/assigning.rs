//! Who carries an inspection out.

use usher_domain::{Id, InspectionId, MemberId, kind};
use usher_policy::{Caller, Condition, Mask, Permit, Resource, can};

use super::releasing::could_carry_out;
use crate::{StoreError, StoreResult, Work, idempotency};

impl Work {
    /// Assigns an inspection to a member, who may from the commit on do with it what its assignees may (VX-64). The work
    /// involves their membership, so that what they hold stays.
    ///
    /// # Errors
    /// There is no such member, for the caller: they see neither the member nor them in the inspection's team. Or the
    /// member could not carry it out: they are not active, or their roles give it to no assignee. Or it would open to them what
    /// the caller does not have (law 7).
    pub async fn assign_inspection(
        &mut self,
        permit: Permit<can::AssignInspection>,
        member: MemberId,
    ) -> StoreResult<()> {
        let inspection = permit.target();
        let _known = self.known_on(&permit, member).await?;
        self.may_assign(inspection, member).await?;
        let assigned = sqlx::query!(
            "insert into inspection_assignees (org_id, inspection_id, member_id, assigned_by) values ($1, $2, $3, $4)
             on conflict do nothing",
            permit.organization().uuid(),
            inspection.uuid(),
            member.uuid(),
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.grow_inspection_if(inspection, assigned.rows_affected() > 0).await
    }

    /// Makes sure that the member could carry the inspection out, and would come to nothing by it that the caller does not
    /// have: with the inspection, its report, and the site that it is at.
    async fn may_assign(&mut self, inspection: InspectionId, member: MemberId) -> StoreResult<()> {
        let cannot = || StoreError::Invalid {
            pointer: "member",
            code: "cannot_carry_out",
            detail: "Even as its assignee they could not fill in this inspection.".to_owned(),
        };
        let member = match self.load(member).await {
            Ok(member) => member,
            Err(StoreError::Missing(_)) => return Err(cannot()),
            Err(error) => return Err(error),
        };
        let before = self.facts(&member, inspection).await?;
        if !could_carry_out(&member, &before) {
            return Err(cannot());
        }
        let caller = self.caller().clone();
        let mine = self.facts(&caller, inspection).await?;
        let after = Resource { holding: before.holding.with(Condition::Assigned, true), ..before };
        self.must_hold_what_opens(&member, &before, &after, &mine)?;
        self.must_hold_what_opens(&member, &report_of(&before), &report_of(&after), &report_of(&mine))?;
        self.may_open_site_of(inspection, &member).await
    }

    /// Who is assigned to an inspection holds one at its site.
    async fn may_open_site_of(&mut self, inspection: InspectionId, member: &Caller) -> StoreResult<()> {
        let site = sqlx::query_scalar!(
            "select site_id from inspections where org_id = $1 and id = $2",
            self.organization().uuid(),
            inspection.uuid()
        );
        let Some(site) = site.fetch_one(&mut *self.transaction).await? else { return Ok(()) };
        let (caller, site) = (self.caller().clone(), Id::<kind::Site>::from(site));
        let before = self.facts(member, site).await?;
        let after = Resource { holding: before.holding.with(Condition::HoldsTheirs, true), ..before };
        let mine = self.facts(&caller, site).await?;
        self.must_hold_what_opens(member, &before, &after, &mine)
    }

    /// Takes an inspection from a member: what they did as its assignee they may no longer, from the commit on (VX-64).
    /// Whoever was not assigned stays so, and that is not told.
    ///
    /// # Errors
    /// The database's.
    pub async fn unassign_inspection(
        &mut self,
        permit: Permit<can::AssignInspection>,
        member: MemberId,
    ) -> StoreResult<()> {
        let taken = sqlx::query!(
            "delete from inspection_assignees where org_id = $1 and inspection_id = $2 and member_id = $3",
            permit.organization().uuid(),
            permit.target().uuid(),
            member.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        if taken.rows_affected() > 0 {
            // What they were answered as its assignee they might not be told any more.
            idempotency::forget(&mut self.transaction, permit.organization(), &[member.uuid()]).await?;
        }
        self.grow_inspection_if(permit.target(), taken.rows_affected() > 0).await
    }

    async fn grow_inspection_if(&mut self, inspection: InspectionId, changed: bool) -> StoreResult<()> {
        if changed {
            sqlx::query!(
                "update inspections set version = version + 1, updated_at = now() where org_id = $1 and id = $2",
                self.organization().uuid(),
                inspection.uuid()
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(())
    }
}

/// How the report of an inspection stands to the same person, were it submitted; not counting whom it is shared with.
fn report_of(inspection: &Resource<kind::Inspection>) -> Resource<kind::Report> {
    let theirs = Mask::of(Condition::Own).with(Condition::Assigned, true);
    Resource {
        scopes: inspection.scopes,
        holding: inspection.holding.and(theirs),
        ..Resource::new(inspection.organization, inspection.id.uuid().into())
    }
}
