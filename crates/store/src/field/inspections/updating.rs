//! Changing and deleting inspections.

use chrono::NaiveDate;
use usher_domain::{
    InspectionId, Text,
    field::{InspectionState, WrongState},
};
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

/// What stands in an inspection's row and changes are held against.
pub(in crate::field) struct Standing {
    pub(in crate::field) state: InspectionState,
    pub(super) team_id: Uuid,
    pub(in crate::field) form_id: Uuid,
    pub(super) version: i64,
}

impl From<WrongState> for StoreError {
    fn from(wrong: WrongState) -> Self {
        Self::Conflict(match wrong {
            WrongState::Submitted => Conflict {
                code: "inspection_submitted",
                detail: "This inspection was submitted and takes no more changes: reopen it first.",
            },
            WrongState::NotSubmitted => Conflict {
                code: "inspection_not_submitted",
                detail: "This inspection was not submitted: there is nothing to reopen.",
            },
        })
    }
}

/// The state that a row says.
pub(super) fn state(key: &str) -> Result<InspectionState, sqlx::Error> {
    InspectionState::parse(key)
        .ok_or_else(|| sqlx::Error::Decode(format!("`{key}` is no state of an inspection").into()))
}

impl Work {
    /// How an inspection stands.
    pub(in crate::field) async fn standing(&mut self, inspection: InspectionId) -> StoreResult<Standing> {
        let row = sqlx::query!(
            "select state, team_id, form_id, version from inspections where org_id = $1 and id = $2",
            self.organization().uuid(),
            inspection.uuid()
        );
        let row = row.fetch_optional(&mut *self.transaction).await?.ok_or(StoreError::Missing("inspection"))?;
        Ok(Standing { state: state(&row.state)?, team_id: row.team_id, form_id: row.form_id, version: row.version })
    }

    /// Changes an inspection that was not submitted.
    ///
    /// # Errors
    /// Somebody would come to see the site by it, and the caller does not (law 7); the site is another team's; stale; or it was
    /// submitted.
    pub async fn update_inspection(
        &mut self,
        permit: Permit<can::UpdateInspection>,
        version: &Expected,
        change: InspectionChange,
    ) -> StoreResult<()> {
        let inspection = permit.target();
        let standing = self.standing(inspection).await?;
        if let Some(Some(site)) = &change.site {
            self.may_bring_to(inspection, site.target()).await?;
            self.must_be_of_team(site, standing.team_id).await?;
        }
        version.must_be(standing.version)?;
        standing.state.changed()?;
        if change.site.is_some() {
            self.hold_site_of(inspection).await?;
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
        let standing = self.standing(permit.target()).await?;
        version.must_be(standing.version)?;
        standing.state.changed()?;
        self.hold_site_of(permit.target()).await?;
        sqlx::query!(
            "delete from inspections where org_id = $1 and id = $2",
            permit.organization().uuid(),
            permit.target().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.drop_unused_form(standing.form_id).await
    }

    /// Waits for those who rely on the site that an inspection is about to leave: by it some see the site (VX-63), and what they
    /// have begun on the strength of that is done before (law 9).
    async fn hold_site_of(&mut self, inspection: InspectionId) -> StoreResult<()> {
        sqlx::query!(
            "select l.id from sites l join inspections i on i.org_id = l.org_id and i.site_id = l.id
             where i.org_id = $1 and i.id = $2 for no key update of l",
            self.organization().uuid(),
            inspection.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
