//! Making inspections.

use chrono::NaiveDate;
use usher_domain::{InspectionId, Text, kind};
use usher_policy::{Condition, Mask, Permit, Resource, can};
use uuid::Uuid;

use crate::{StoreError, StoreResult, Work, field::Made};

/// What a new inspection is made of.
#[derive(Debug)]
pub struct NewInspection {
    /// Its identifier, where the device that makes it has given one.
    pub id: Option<InspectionId>,
    /// What it is about.
    pub title: Text<1, 200>,
    /// By when it is to be done.
    pub due_on: Option<NaiveDate>,
    /// Whether its team's viewers see it.
    pub shared: bool,
}

/// Where a new inspection is to stand: things that the caller may see, all of one team.
#[derive(Debug)]
pub struct InspectionPlaces {
    /// The team whose inspection it is.
    pub team: Permit<can::ViewTeam>,
    /// What it asks.
    pub template: Permit<can::ViewInspectionTemplate>,
    /// Where it happens.
    pub site: Option<Permit<can::ViewSite>>,
}

impl Work {
    /// Makes an inspection of a template, as the caller's own. Sent again with the same identifier it makes nothing.
    ///
    /// # Errors
    /// The caller may not create inspections in the team, or not share them; template or site are another team's; or what has,
    /// or had, the identifier is another's, or was deleted.
    pub async fn create_inspection(
        &mut self,
        places: InspectionPlaces,
        new: NewInspection,
    ) -> StoreResult<(InspectionId, Made)> {
        let permit = self.permit_in_team::<can::CreateInspection>(&places.team, new.id.unwrap_or_default())?;
        let (id, team) = (permit.target(), places.team.target().uuid());
        if new.shared {
            self.may_share_new(&places.team, id)?;
        }
        if let Some(id) = new.id {
            self.check_id(id).await?;
        }
        let form = self.form_of_team(&places.template, team).await?;
        if let Some(site) = &places.site {
            self.must_be_of_team(site, team).await?;
        }
        let made = sqlx::query!(
            "insert into inspections (org_id, id, title, team_id, site_id, template_id, form_id, due_on, shared, created_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (org_id, id) do nothing",
            permit.organization().uuid(),
            id.uuid(),
            &*new.title,
            team,
            places.site.map(|site| site.target().uuid()),
            places.template.target().uuid(),
            form,
            new.due_on,
            new.shared,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        if made.rows_affected() == 1 {
            self.must_not_come_back(new.id).await?;
            return Ok((id, Made::Now));
        }
        Ok((id, self.must_be_made_before(id).await?))
    }

    /// Makes sure that the caller may share what they make, as if it had been made first.
    fn may_share_new(&self, team: &Permit<can::ViewTeam>, id: InspectionId) -> StoreResult<()> {
        let _permit = self.permit_in_team::<can::ShareInspection>(team, id)?;
        let holding = Mask::of(Condition::Own);
        self.must_see_of(&Resource { holding, ..Resource::in_team(self.organization(), id, team.target()) })
    }

    /// The form of a template of this team.
    async fn form_of_team(&mut self, template: &Permit<can::ViewInspectionTemplate>, team: Uuid) -> StoreResult<Uuid> {
        let found = sqlx::query!(
            "select team_id, form_id from inspection_templates where org_id = $1 and id = $2",
            template.organization().uuid(),
            template.target().uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        if found.team_id == team {
            Ok(found.form_id)
        } else {
            Err(of_another_team::<kind::InspectionTemplate>("/template_id"))
        }
    }

    /// A site and what happens there are of one team, so that who sees the one is told nothing of another team's.
    pub(super) async fn must_be_of_team(&mut self, site: &Permit<can::ViewSite>, team: Uuid) -> StoreResult<()> {
        let found = sqlx::query_scalar!(
            "select team_id from sites where org_id = $1 and id = $2",
            site.organization().uuid(),
            site.target().uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        if found == team { Ok(()) } else { Err(of_another_team::<kind::Site>("/site_id")) }
    }
}

fn of_another_team<K: usher_domain::Kind>(pointer: &'static str) -> StoreError {
    let detail = format!("This {} is not of the inspection's team.", K::NAME.replace('_', " "));
    StoreError::Invalid { pointer, code: "other_team", detail }
}
