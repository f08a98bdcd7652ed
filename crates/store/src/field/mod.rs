//! Field inspections: templates, sites, inspections and their reports.

mod inspections;
mod made;
mod naming;
mod photos;
mod reports;
mod sites;
mod templates;

use chrono::{DateTime, Utc};
pub use inspections::{InspectionChange, InspectionFilter, InspectionOrder, InspectionPlaces, NewInspection, Sheet};
pub use made::Made;
pub use photos::NewPhoto;
pub use reports::{ReportDocument, ReportFilter, ReportOrder, SummaryBy, SummaryRow};
pub use sites::{NewSite, SiteChange};
pub use templates::{InspectionTemplateChange, NewInspectionTemplate};
use usher_domain::TeamId;
use usher_policy::{Permit, can};

use crate::{StoreResult, Work, listing::Order, sql::Sql};

/// Which of the templates or sites that the caller may see are wanted: those that fit everything that is said.
#[derive(Debug, Default)]
pub struct FieldFilter {
    /// The team.
    pub team: Option<Permit<can::ViewTeam>>,
    /// A part of the name of a template; words of a site, as one types them into a search engine.
    pub q: Option<String>,
    /// Changed at this time or later.
    pub updated_since: Option<DateTime<Utc>>,
}

/// The order of a list of templates or sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldOrder {
    /// By name.
    #[default]
    Name,
    /// What has rested longest first.
    Updated,
}

impl FieldOrder {
    const fn of(self, name: &'static str, updated_at: &'static str) -> Order {
        let column = match self {
            Self::Name => (name, "text"),
            Self::Updated => (updated_at, "timestamptz"),
        };
        Order { column: Some(column), descending: false }
    }
}

impl FieldFilter {
    /// What the filter says of rows with this alias, but for the words.
    fn render(&self, alias: &str, sql: &mut Sql) -> StoreResult<String> {
        let mut wanted = String::new();
        if let Some(team) = &self.team {
            let place = sql.bind(team.target().uuid())?;
            wanted += &format!(" and {alias}.team_id = {place}");
        }
        if let Some(since) = self.updated_since {
            let place = sql.bind(since)?;
            wanted += &format!(" and {alias}.updated_at >= {place}");
        }
        Ok(wanted)
    }
}

impl Work {
    /// What a team has that is about to be deleted is of no team any more, and says so: only organization roles reach it.
    ///
    /// In the order in which acts on one of them lock the others: templates, inspections, sites.
    pub(crate) async fn release_field_of(&mut self, team: TeamId) -> StoreResult<()> {
        let (organization, team) = (self.organization().uuid(), team.uuid());
        sqlx::query!(
            "with held as (
                select id from inspection_templates where org_id = $1 and team_id = $2 order by id for no key update
             )
             update inspection_templates e set team_id = null, version = e.version + 1, updated_at = now()
             from held where e.org_id = $1 and e.id = held.id",
            organization,
            team
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "with held as (
                select id from inspections where org_id = $1 and team_id = $2 order by id for no key update
             )
             update inspections i set team_id = null, version = i.version + 1, updated_at = now()
             from held where i.org_id = $1 and i.id = held.id",
            organization,
            team
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "with held as (
                select id from sites where org_id = $1 and team_id = $2 order by id for no key update
             )
             update sites l set team_id = null, version = l.version + 1, updated_at = now()
             from held where l.org_id = $1 and l.id = held.id",
            organization,
            team
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
