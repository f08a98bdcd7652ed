//! How an inspection goes on: who carries it out, who sees it, when it is done.

use std::collections::BTreeMap;

use serde_json::Value;
use usher_domain::{
    Id, InspectionId,
    desk::FieldFault,
    field::{Score, Section, score, unanswered},
    kind,
    pointer::escaped,
};
use usher_policy::{Caller, Permit, can};
use uuid::Uuid;

use crate::{Expected, Located, StoreError, StoreResult, Work, idempotency, things::Wanted};

impl Work {
    /// Shares an inspection with its team's viewers, or takes that back (VX-66, VX-70).
    ///
    /// # Errors
    /// Forbidden: the caller does not see it themselves.
    pub async fn share_inspection(&mut self, permit: Permit<can::ShareInspection>, shared: bool) -> StoreResult<()> {
        if shared {
            self.must_see(permit.target()).await?;
        }
        let changed = sqlx::query!(
            "update inspections set shared = $3, version = version + 1, updated_at = now()
             where org_id = $1 and id = $2 and shared <> $3",
            permit.organization().uuid(),
            permit.target().uuid(),
            shared
        )
        .execute(&mut *self.transaction)
        .await?;
        let is_taken_back = changed.rows_affected() > 0 && !shared;
        if is_taken_back { self.forget_where_unseen(permit.target(), permit.target()).await } else { Ok(()) }
    }

    /// Forgets what those in an inspection's team were answered who do not see this thing of it: some saw it only while it
    /// was shared, and might be told no more.
    pub(in crate::field) async fn forget_where_unseen<K: Located>(
        &mut self,
        inspection: InspectionId,
        thing: Id<K>,
    ) -> StoreResult<()> {
        let members = sqlx::query_scalar!(
            "select a.member_id from inspections i join role_assignments a on a.org_id = i.org_id and a.team_id = i.team_id
             where i.org_id = $1 and i.id = $2",
            self.organization().uuid(),
            inspection.uuid()
        );
        let members = members.fetch_all(&mut *self.transaction).await?;
        let members: Vec<Caller> =
            self.somebodies(&members).await?.into_iter().map(|somebody| somebody.caller).collect();
        let mut wanted = Wanted::default();
        wanted.thing(K::KIND, thing.uuid());
        let things = self.things(&members, &wanted).await?;
        let sees = |n: usize, member: &Caller| {
            things.get(n, K::KIND, thing.uuid()).is_some_and(|thing| thing.is_seen_by(member))
        };
        let blind = members.iter().enumerate().filter(|(n, member)| !sees(*n, member));
        let blind: Vec<Uuid> = blind.map(|(_, member)| member.member().uuid()).collect();
        let organization = self.organization();
        idempotency::forget(&mut self.transaction, organization, &blind).await
    }

    /// Submits an inspection: it takes no more changes, and has a report with the points that its answers give.
    ///
    /// # Errors
    /// It was submitted already, or is not as the caller read it; or a question that needs an answer has none.
    pub async fn submit_inspection(
        &mut self,
        permit: Permit<can::SubmitInspection>,
        version: &Expected,
    ) -> StoreResult<()> {
        let inspection = permit.target();
        let standing = self.standing(inspection).await?;
        let sections = self.sections(standing.form_id).await?;
        let answers = self.answers_of(inspection).await?;
        let values: BTreeMap<String, Value> =
            answers.into_iter().filter_map(|answer| Some((answer.question, answer.value?))).collect();
        self.must_be_answered(inspection, &sections, &values).await?;
        version.must_be(standing.version)?;
        let state = standing.state.submitted()?;
        let Score { points, of } = score(&sections, &values);
        sqlx::query!(
            "update inspections i set state = $6, score = $3, max_score = $4, submitted_by = $5, submitted_at = now(),
                team_name = (select t.name from teams t where t.org_id = i.org_id and t.id = i.team_id),
                (site_name, site_address) =
                    (select l.name, l.address from sites l where l.org_id = i.org_id and l.id = i.site_id),
                template_name = (select e.name from inspection_templates e where e.org_id = i.org_id and e.id = i.template_id),
                submitter_name = (select c.name from accounts c where c.id = $5),
                carried_out_by = array(select c.name from inspection_assignees a join accounts c on c.id = a.member_id
                    where a.org_id = $1 and a.inspection_id = $2 order by c.name, c.id),
                version = version + 1, updated_at = now(), report_version = report_version + 1, report_updated_at = now()
             where org_id = $1 and id = $2",
            permit.organization().uuid(),
            inspection.uuid(),
            points,
            of,
            self.account().uuid(),
            state.key()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Makes sure that what needs an answer has one. Which questions there are is told to who sees the inspection.
    async fn must_be_answered(
        &mut self,
        inspection: InspectionId,
        sections: &[Section],
        values: &BTreeMap<String, Value>,
    ) -> StoreResult<()> {
        let missing = unanswered(sections, values);
        if missing.is_empty() {
            return Ok(());
        }
        let fault = |pointer, detail: &str| FieldFault { pointer, code: "required", detail: detail.to_owned() };
        let faults = if self.sees(inspection).await? {
            let detail = "This question needs an answer before the inspection is submitted.";
            missing.iter().map(|question| fault(format!("/answers/{}", escaped(&question.key)), detail)).collect()
        } else {
            let detail = "A question that needs an answer before the inspection is submitted has none.";
            vec![fault(String::new(), detail)]
        };
        Err(StoreError::InvalidFields(faults))
    }

    /// Opens a submitted inspection again. It has no report until it is submitted once more, and that is another one: nobody
    /// has shared it yet.
    ///
    /// # Errors
    /// It is not submitted, or not as the caller read it.
    pub async fn reopen_inspection(
        &mut self,
        permit: Permit<can::ReopenInspection>,
        version: &Expected,
    ) -> StoreResult<()> {
        let inspection = permit.target();
        let standing = self.standing(inspection).await?;
        version.must_be(standing.version)?;
        let state = standing.state.reopened()?;
        let was_shared = sqlx::query_scalar!(
            "update inspections i set state = $3, report_shared = false, version = version + 1, updated_at = now()
             from (select report_shared from inspections where org_id = $1 and id = $2) was
             where i.org_id = $1 and i.id = $2 returning was.report_shared",
            permit.organization().uuid(),
            inspection.uuid(),
            state.key()
        );
        let was_shared = was_shared.fetch_one(&mut *self.transaction).await?;
        self.release_from(inspection).await?;
        // The report is gone to everybody: who reads the next one is not known yet.
        let report = Id::<kind::Report>::from(inspection.uuid());
        if was_shared { self.forget_where_unseen(inspection, report).await } else { Ok(()) }
    }
}
