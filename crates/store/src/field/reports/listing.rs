//! Finding reports.

use chrono::{DateTime, Utc};
use usher_domain::kind;
use usher_policy::{Listing, Permit, can};

use crate::{
    Page, PageRequest, Seen, StoreResult, Work,
    listing::{self, Order},
    search::searched,
    sql::Sql,
};

/// Which of the reports that the caller may see are wanted: those that fit everything that is said. The places that are named
/// are such as the caller may see.
#[derive(Debug, Default)]
pub struct ReportFilter {
    /// The team.
    pub team: Option<Permit<can::ViewTeam>>,
    /// The site.
    pub site: Option<Permit<can::ViewSite>>,
    /// The template.
    pub template: Option<Permit<can::ViewInspectionTemplate>>,
    /// Submitted at this time or later.
    pub since: Option<DateTime<Utc>>,
    /// Submitted before this time.
    pub before: Option<DateTime<Utc>>,
    /// Changed at this time or later.
    pub updated_since: Option<DateTime<Utc>>,
    /// Words of the title, as one types them into a search engine.
    pub q: Option<String>,
}

/// The order of a list of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportOrder {
    /// What was submitted first comes first.
    Submitted,
    /// What was submitted last comes first.
    #[default]
    SubmittedDescending,
    /// What has rested longest first.
    Updated,
}

impl From<ReportOrder> for Order {
    fn from(order: ReportOrder) -> Self {
        let column = if order == ReportOrder::Updated { "r.report_updated_at" } else { "r.submitted_at" };
        Self { column: Some((column, "timestamptz")), descending: order == ReportOrder::SubmittedDescending }
    }
}

impl ReportFilter {
    pub(super) fn render(&self, sql: &mut Sql) -> StoreResult<String> {
        let mut text = String::new();
        let ids = [
            ("team_id", self.team.as_ref().map(|permit| permit.target().uuid())),
            ("site_id", self.site.as_ref().map(|permit| permit.target().uuid())),
            ("template_id", self.template.as_ref().map(|permit| permit.target().uuid())),
        ];
        for (column, id) in ids {
            if let Some(id) = id {
                text.push_str(&format!(" and r.{column} = {}", sql.bind(id)?));
            }
        }
        let times = [
            ("submitted_at >=", self.since),
            ("submitted_at <", self.before),
            ("report_updated_at >=", self.updated_since),
        ];
        for (compared, time) in times {
            if let Some(time) = time {
                text.push_str(&format!(" and r.{compared} {}", sql.bind(time)?));
            }
        }
        if let Some(words) = &self.q {
            let place = sql.bind(searched(words))?;
            text.push_str(&format!(" and r.search @@ websearch_to_tsquery('simple', {place})"));
        }
        Ok(text)
    }
}

impl Work {
    /// Lists the reports that the caller may see.
    ///
    /// # Errors
    /// The cursor is none of this order.
    pub async fn list_reports(
        &mut self,
        listing: Listing<can::ViewReport>,
        filter: &ReportFilter,
        order: ReportOrder,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Report>>> {
        listing::list(&mut self.transaction, &listing, |sql| filter.render(sql), order.into(), request).await
    }

    /// Shares a report with its team's viewers, or takes that back (VX-67).
    ///
    /// # Errors
    /// Forbidden: the caller does not see it themselves.
    pub async fn share_report(&mut self, permit: Permit<can::ShareReport>, shared: bool) -> StoreResult<()> {
        if shared {
            self.must_see(permit.target()).await?;
        }
        let changed = sqlx::query!(
            "update inspections set report_shared = $3, version = version + 1, updated_at = now(),
                report_version = report_version + 1, report_updated_at = now()
             where org_id = $1 and id = $2 and report_shared <> $3",
            permit.organization().uuid(),
            permit.target().uuid(),
            shared
        )
        .execute(&mut *self.transaction)
        .await?;
        let is_taken_back = changed.rows_affected() > 0 && !shared;
        let report = permit.target();
        if is_taken_back { self.forget_where_unseen(report.uuid().into(), report).await } else { Ok(()) }
    }
}
