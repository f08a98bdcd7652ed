//! How an inspection goes on: who carries it out, who sees it, when it is done.

use std::collections::BTreeMap;

use usher_domain::{
    Id, InspectionId, MemberId,
    desk::FieldFault,
    field::{InspectionState, Score, score, unanswered},
    pointer::escaped,
};
use usher_policy::{Permit, can};

use super::{releasing::could_carry_out, updating::SUBMITTED};
use crate::{Conflict, StoreError, StoreResult, Work, idempotency};

const NOT_SUBMITTED: Conflict = Conflict {
    code: "inspection_not_submitted",
    detail: "This inspection was not submitted: there is nothing to reopen.",
};

impl Work {
    /// Assigns an inspection to a member, who may from the commit on do with it what its assignees may (VX-64). The work
    /// involves their membership, so that what they hold stays.
    ///
    /// # Errors
    /// There is no such member, for the caller: they see neither the member nor them in the inspection's team. Or the
    /// member could not carry it out: they are not active, or their roles give it to no assignee.
    pub async fn assign_inspection(
        &mut self,
        permit: Permit<can::AssignInspection>,
        member: MemberId,
    ) -> StoreResult<()> {
        let inspection = permit.target();
        let team = self.standing(inspection).await?.team_id;
        let _known = self.known_member(team.map(Id::from), member).await?;
        if !self.could_carry_out(member, inspection).await? {
            return Err(StoreError::Invalid {
                pointer: "member",
                code: "cannot_carry_out",
                detail: "Even as its assignee they could not fill in this inspection.".to_owned(),
            });
        }
        let saw = self.sight(inspection).await?;
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
        self.must_not_reveal(saw, inspection).await?;
        self.grow_inspection_if(inspection, assigned.rows_affected() > 0).await
    }

    async fn could_carry_out(&mut self, member: MemberId, inspection: InspectionId) -> StoreResult<bool> {
        let member = match self.load(member).await {
            Ok(member) => member,
            Err(StoreError::Missing(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        Ok(could_carry_out(&member, &self.facts(&member, inspection).await?))
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
        // What they were answered as its assignee they might not be told any more.
        idempotency::forget(&mut self.transaction, permit.organization(), &[member.uuid()]).await?;
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

    /// Shares an inspection with its team's viewers, or takes that back (VX-66, VX-70).
    ///
    /// # Errors
    /// The database's.
    pub async fn share_inspection(&mut self, permit: Permit<can::ShareInspection>, shared: bool) -> StoreResult<()> {
        let saw = self.sight(permit.target()).await?;
        sqlx::query!(
            "update inspections set shared = $3, version = version + 1, updated_at = now()
             where org_id = $1 and id = $2 and shared <> $3",
            permit.organization().uuid(),
            permit.target().uuid(),
            shared
        )
        .execute(&mut *self.transaction)
        .await?;
        self.must_not_reveal(saw, permit.target()).await
    }

    /// Submits an inspection: it takes no more changes, and has a report with the points that its answers give.
    ///
    /// # Errors
    /// It was submitted already; or a question that needs an answer has none.
    pub async fn submit_inspection(&mut self, permit: Permit<can::SubmitInspection>) -> StoreResult<()> {
        let inspection = permit.target();
        let standing = self.standing(inspection).await?;
        if standing.state() == InspectionState::Submitted {
            return Err(SUBMITTED.into());
        }
        let sections = self.sections(standing.form_id).await?;
        let answers = self.answers_of(inspection).await?;
        let values: BTreeMap<String, serde_json::Value> =
            answers.into_iter().filter_map(|answer| Some((answer.question, answer.value?))).collect();
        let missing = unanswered(&sections, &values);
        if !missing.is_empty() {
            let fault = |key: &str| FieldFault {
                pointer: format!("/answers/{}", escaped(key)),
                code: "required",
                detail: "This question needs an answer before the inspection is submitted.".to_owned(),
            };
            return Err(StoreError::InvalidFields(missing.iter().map(|question| fault(&question.key)).collect()));
        }
        let Score { points, of } = score(&sections, &values);
        sqlx::query!(
            "update inspections set state = 'submitted', score = $3, max_score = $4, submitted_by = $5, submitted_at = now(),
                carried_out_by = array(select c.name from inspection_assignees a join accounts c on c.id = a.member_id
                    where a.org_id = $1 and a.inspection_id = $2 order by c.name),
                version = version + 1, updated_at = now()
             where org_id = $1 and id = $2",
            permit.organization().uuid(),
            inspection.uuid(),
            points,
            of,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Opens a submitted inspection again. It has no report until it is submitted once more.
    ///
    /// # Errors
    /// It is not submitted.
    pub async fn reopen_inspection(&mut self, permit: Permit<can::ReopenInspection>) -> StoreResult<()> {
        let reopened = sqlx::query!(
            "update inspections set state = 'reopened', version = version + 1, updated_at = now()
             where org_id = $1 and id = $2 and state = 'submitted'",
            permit.organization().uuid(),
            permit.target().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        if reopened.rows_affected() == 1 { Ok(()) } else { Err(NOT_SUBMITTED.into()) }
    }
}
