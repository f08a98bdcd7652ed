//! Changing and deleting inspections.

use chrono::NaiveDate;
use usher_domain::{InspectionId, Text, field::InspectionState};
use usher_policy::{Permit, can};
use uuid::Uuid;

use crate::{Conflict, Expected, StoreError, StoreResult, Work};

/// What is to change about an inspection: what is `None` stays; `Some(None)` clears.
#[derive(Debug, Default)]
pub struct InspectionChange {
    /// What it is about.
    pub title: Option<Text<1, 200>>,
    /// By when it is to be done.
    pub due_on: Option<Option<NaiveDate>>,
    /// Where it happens.
    pub site: Option<Option<Permit<can::ViewSite>>>,
}

const SUBMITTED: Conflict = Conflict {
    code: "inspection_submitted",
    detail: "This inspection was submitted and takes no more changes: reopen it first.",
};

/// What stands in an inspection's row and changes are held against.
pub(in crate::field) struct Standing {
    pub(super) state: String,
    pub(super) team_id: Uuid,
    pub(in crate::field) form_id: Uuid,
    pub(super) version: i64,
}

impl Standing {
    fn takes_changes(self) -> StoreResult<Self> {
        if self.state == InspectionState::Submitted.key() { Err(SUBMITTED.into()) } else { Ok(self) }
    }
}

impl Work {
    /// How an inspection stands.
    pub(super) async fn standing(&mut self, inspection: InspectionId) -> StoreResult<Standing> {
        let standing = sqlx::query_as!(
            Standing,
            "select state, team_id, form_id, version from inspections where org_id = $1 and id = $2",
            self.organization().uuid(),
            inspection.uuid()
        );
        standing.fetch_optional(&mut *self.transaction).await?.ok_or(StoreError::Missing("inspection"))
    }

    /// The same of one that takes changes.
    ///
    /// # Errors
    /// It was submitted.
    pub(in crate::field) async fn open_standing(&mut self, inspection: InspectionId) -> StoreResult<Standing> {
        self.standing(inspection).await?.takes_changes()
    }

    /// The same of one that is as the caller read it.
    ///
    /// # Errors
    /// Stale; or it was submitted.
    pub(super) async fn open_standing_at(
        &mut self,
        inspection: InspectionId,
        version: &Expected,
    ) -> StoreResult<Standing> {
        let standing = self.standing(inspection).await?;
        version.must_be(standing.version)?;
        standing.takes_changes()
    }

    /// Changes an inspection that was not submitted.
    ///
    /// # Errors
    /// It was submitted; the site is another team's; or stale.
    pub async fn update_inspection(
        &mut self,
        permit: Permit<can::UpdateInspection>,
        version: &Expected,
        change: InspectionChange,
    ) -> StoreResult<()> {
        let inspection = permit.target();
        let standing = self.open_standing_at(inspection, version).await?;
        if let Some(Some(site)) = &change.site {
            self.must_be_of_team(site, standing.team_id).await?;
        }
        sqlx::query!(
            "update inspections i set title = n.title, due_on = n.due_on, site_id = n.site_id,
                version = version + 1, updated_at = now()
             from (select coalesce($3, title) as title, case when $4 then $5 else due_on end as due_on,
                    case when $6 then $7 else site_id end as site_id
                from inspections where org_id = $1 and id = $2) n
             where i.org_id = $1 and i.id = $2
               and (i.title, i.due_on, i.site_id) is distinct from (n.title, n.due_on, n.site_id)",
            permit.organization().uuid(),
            inspection.uuid(),
            change.title.as_deref(),
            change.due_on.is_some(),
            change.due_on.flatten(),
            change.site.is_some(),
            change.site.flatten().map(|site| site.target().uuid())
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Deletes an inspection with its answers and photos, for good. One that was submitted is reopened first, by whoever may:
    /// who may delete what is theirs does not take back what they have handed in.
    ///
    /// # Errors
    /// It was submitted; or stale.
    pub async fn delete_inspection(
        &mut self,
        permit: Permit<can::DeleteInspection>,
        version: &Expected,
    ) -> StoreResult<()> {
        // The permit holds the row: it stays as it is read here.
        let standing = self.open_standing_at(permit.target(), version).await?;
        sqlx::query!(
            "delete from inspections where org_id = $1 and id = $2",
            permit.organization().uuid(),
            permit.target().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.drop_unused_form(standing.form_id).await
    }
}
