//! Field inspections: templates, sites, inspections and their reports.

mod inspections;
mod made;
mod moving;
mod naming;
mod photos;
mod reports;
mod sites;
mod templates;

use chrono::{DateTime, Utc};
pub use inspections::{
    InspectionChange, InspectionFilter, InspectionNames, InspectionOrder, InspectionPlaces, NewInspection, Sheet,
};
pub use made::Made;
pub use photos::NewPhoto;
pub use reports::{Period, ReportDocument, ReportFilter, ReportOrder, SummaryBy, SummaryRow};
pub use sites::{NewSite, SiteChange};
pub use templates::{InspectionTemplateChange, NewInspectionTemplate};
use usher_policy::{Permit, can};

use crate::{StoreResult, listing::Order, sql::Sql};

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
