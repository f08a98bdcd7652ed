//! Who carries an inspection out.

use usher_domain::{InspectionId, MemberId, SiteId, kind};
use usher_policy::{Condition, Mask, Permit, Resource, can};
use uuid::Uuid;

use super::releasing::could_carry_out;
use crate::{StoreError, StoreResult, Work, idempotency, pairs::Pair};

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
        let who = member;
        let member = match self.load(who).await {
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
        self.may_open_site_of(inspection, who).await
    }

    /// Makes sure that who is assigned to an inspection comes to nothing by its site that the caller does not have.
    async fn may_open_site_of(&mut self, inspection: InspectionId, member: MemberId) -> StoreResult<()> {
        let site = sqlx::query_scalar!(
            "select site_id from inspections where org_id = $1 and id = $2",
            self.organization().uuid(),
            inspection.uuid()
        );
        match site.fetch_one(&mut *self.transaction).await? {
            Some(site) => self.may_open_site(site.into(), &[member.uuid()]).await,
            None => Ok(()),
        }
    }

    /// The same of those who made an inspection or are assigned to it, when it comes to a site.
    pub(super) async fn may_bring_to(&mut self, inspection: InspectionId, site: SiteId) -> StoreResult<()> {
        let theirs = sqlx::query_scalar!(
            r#"select created_by as "id!" from inspections where org_id = $1 and id = $2 and created_by <> $3
             union select member_id from inspection_assignees where org_id = $1 and inspection_id = $2 and member_id <> $3"#,
            self.organization().uuid(),
            inspection.uuid(),
            self.account().uuid()
        );
        let theirs = theirs.fetch_all(&mut *self.transaction).await?;
        self.may_open_site(site, &theirs).await
    }

    /// Whoever made an inspection or is assigned to it holds one at its site (VX-63).
    async fn may_open_site(&mut self, site: SiteId, members: &[Uuid]) -> StoreResult<()> {
        let caller = self.caller().clone();
        let mine = self.facts(&caller, site).await?;
        let pairs: Vec<Pair> = members.iter().map(|member| (*member, site.uuid())).collect();
        let pairs = self.pairs::<kind::Site>(&pairs).await?;
        pairs.iter().try_for_each(|(member, before)| {
            let after = Resource { holding: before.holding.with(Condition::HoldsTheirs, true), ..*before };
            self.must_hold_what_opens(member, before, &after, &mine)
        })
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
