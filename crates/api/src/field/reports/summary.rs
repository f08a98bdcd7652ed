//! Reports, summed up.

use actix_web::get;
use serde::{Deserialize, Serialize};
use usher_policy::{Action, can};
use usher_store::field::{SummaryBy, SummaryRow};
use utoipa::ToSchema;
use uuid::Uuid;

use super::listing::with_report_filters;
use crate::{
    http::{Answer, Call, Path, Query, ok},
    tenancy::OrganizationPath,
};

/// What reports are summed up by.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportGroup {
    /// Where the inspections happened.
    Site,
    /// What they were made from.
    Template,
    /// The month in which they were submitted, in UTC.
    #[default]
    Month,
}

with_report_filters! {
    /// Which reports, and what they are summed up by.
    SummarizeReports {
        /// What they are summed up by.
        #[serde(default)]
        #[param(inline, value_type = Option<ReportGroup>)]
        by: ReportGroup,
    }
}

/// The reports of one site, template or month.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportSum {
    /// The site or the template; none for a month, and for what has neither.
    #[schema(required)]
    id: Option<Uuid>,
    /// Its name, or the month as `2026-02`; none for what has neither.
    #[schema(required)]
    name: Option<String>,
    /// How many reports there are.
    reports: i64,
    /// The points that their answers gave, together.
    score: i64,
    /// The most points that could be had, together.
    max_score: i64,
    /// The one in the hundred of the other, to one decimal; none where nothing gives points.
    #[schema(required)]
    percent: Option<f64>,
}

impl From<SummaryRow> for ReportSum {
    fn from(row: SummaryRow) -> Self {
        // Of points there are far fewer than a float can count.
        #[allow(clippy::cast_precision_loss, reason = "see above")]
        let percent = (row.of > 0).then(|| (row.points as f64 * 1000.0 / row.of as f64).round() / 10.0);
        Self { id: row.id, name: row.name, reports: row.reports, score: row.points, max_score: row.of, percent }
    }
}

/// What reports come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportSummary {
    /// One for each site, template or month that has a report: by site and template those with the most reports first, by
    /// month the latest first, and a thousand at most.
    items: Vec<ReportSum>,
}

/// Sum up reports
///
/// Those that you may see, by site, by template or by month: how many there are, and what points they came to. It costs
/// as much as reading all of them: `since` and `before` keep it short.
#[utoipa::path(tag = "reports", params(OrganizationPath, SummarizeReports),
    responses((status = 200, body = ReportSummary)),
    extensions(("x-permission" = json!(can::ViewReport::PERMISSION.key()))))]
#[get("/summary")]
pub async fn summarize_reports(call: Call, path: Path<OrganizationPath>, query: Query<SummarizeReports>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let by = match query.by {
        ReportGroup::Site => SummaryBy::Site,
        ReportGroup::Template => SummaryBy::Template,
        ReportGroup::Month => SummaryBy::Month,
    };
    let listing = work.listing();
    let rows = work.summarize_reports(&listing, &filter, by).await?;
    Ok(ok(ReportSummary { items: rows.into_iter().map(ReportSum::from).collect() }))
}
