//! Finding inspections.

use chrono::{DateTime, NaiveDate, Utc};
use usher_domain::{AccountId, MemberId, field::InspectionState, kind};
use usher_policy::{Listing, Permit, can};

use crate::{
    Page, PageRequest, Seen, StoreResult, Work,
    listing::{self, Order},
    search::searched,
    sql::Sql,
};

/// Which of the inspections that the caller may see are wanted: those that fit everything that is said. The places that
/// are named are such as the caller may see.
///
/// An index leads to the inspections of a team, a site, a template, a state and a creator in the order of age, and to those
/// of a team and a creator in the orders of change and of what is due. With other orders and combinations the rest is sifted out of what one
/// index leads to, and a search finds all that fits before it sorts.
#[derive(Debug, Default)]
pub struct InspectionFilter {
    /// The team.
    pub team: Option<Permit<can::ViewTeam>>,
    /// The site.
    pub site: Option<Permit<can::ViewSite>>,
    /// The template.
    pub template: Option<Permit<can::ViewInspectionTemplate>>,
    /// How far it is: one of these, if there are any.
    pub states: Vec<InspectionState>,
    /// Somebody who carries it out.
    pub assignee: Option<MemberId>,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// Whether its team's viewers see it.
    pub shared: Option<bool>,
    /// To be done by this day or earlier.
    pub due_until: Option<NaiveDate>,
    /// Words of the title, as one types them into a search engine.
    pub q: Option<String>,
    /// Changed or answered at this time or later.
    pub updated_since: Option<DateTime<Utc>>,
}

/// By when an inspection is to be done, such as its indexes have it: there is no going on behind a null.
const DUE: &str = "coalesce(i.due_on, 'infinity')";

/// The order of a list of inspections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InspectionOrder {
    /// The oldest first.
    Created,
    /// The newest first.
    #[default]
    CreatedDescending,
    /// What has rested longest first.
    Updated,
    /// What changed last first.
    UpdatedDescending,
    /// What is to be done first comes first; what has no day comes last.
    Due,
}

impl From<InspectionOrder> for Order {
    fn from(order: InspectionOrder) -> Self {
        let changed = Some(("i.updated_at", "timestamptz"));
        let (column, descending) = match order {
            // Identifiers grow with time.
            InspectionOrder::Created => (None, false),
            InspectionOrder::CreatedDescending => (None, true),
            InspectionOrder::Updated => (changed, false),
            InspectionOrder::UpdatedDescending => (changed, true),
            InspectionOrder::Due => (Some((DUE, "date")), false),
        };
        Self { column, descending }
    }
}

impl InspectionFilter {
    fn render(&self, sql: &mut Sql) -> StoreResult<String> {
        let mut text = String::new();
        let ids = [
            ("team_id", self.team.as_ref().map(|permit| permit.target().uuid())),
            ("site_id", self.site.as_ref().map(|permit| permit.target().uuid())),
            ("template_id", self.template.as_ref().map(|permit| permit.target().uuid())),
            ("created_by", self.created_by.map(AccountId::uuid)),
        ];
        for (column, id) in ids {
            if let Some(id) = id {
                text.push_str(&format!(" and i.{column} = {}", sql.bind(id)?));
            }
        }
        if !self.states.is_empty() {
            // Said and not bound: so Postgres knows which of them are open, and finds those by the indexes of what is.
            let states: Vec<String> = self.states.iter().map(|state| format!("'{}'", state.key())).collect();
            text.push_str(&format!(" and i.state in ({})", states.join(", ")));
        }
        if let Some(shared) = self.shared {
            text.push_str(if shared { " and i.shared" } else { " and not i.shared" });
        }
        if let Some(assignee) = self.assignee {
            let place = sql.bind(assignee.uuid())?;
            text.push_str(&format!(
                " and exists (select 1 from inspection_assignees f
                    where f.org_id = i.org_id and f.inspection_id = i.id and f.member_id = {place})"
            ));
        }
        if let Some(until) = self.due_until {
            text.push_str(&format!(" and {DUE} <= {}", sql.bind(until)?));
        }
        if let Some(words) = &self.q {
            let place = sql.bind(searched(words))?;
            text.push_str(&format!(" and i.search @@ websearch_to_tsquery('simple', {place})"));
        }
        if let Some(since) = self.updated_since {
            text.push_str(&format!(" and i.updated_at >= {}", sql.bind(since)?));
        }
        Ok(text)
    }
}

impl Work {
    /// Lists the inspections that the caller may see.
    ///
    /// # Errors
    /// The cursor is none of this order.
    pub async fn list_inspections(
        &mut self,
        listing: Listing<can::ViewInspection>,
        filter: &InspectionFilter,
        order: InspectionOrder,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Inspection>>> {
        listing::list(&mut self.transaction, &listing, |sql| filter.render(sql), order.into(), request).await
    }
}
