//! Reports, summed up.

use actix_web::get;
use serde::{Deserialize, Serialize};
use usher_policy::{Action, can};
use usher_store::field::{Period, SummaryBy, SummaryRow};
use utoipa::ToSchema;
use uuid::Uuid;

use super::listing::with_report_filters;
use crate::{
    http::{Answer, Call, Path, Query, TimeZone, ok},
    tenancy::OrganizationPath,
};

/// What reports are summed up by.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportGroup {
    /// The team whose they are.
    Team,
    /// Where the inspections happened.
    Site,
    /// What they were made from.
    Template,
    /// The day on which they were submitted: `2026-02-28`.
    Day,
    /// The week, from Monday on, by the numbers of ISO 8601: `2026-W09`.
    Week,
    /// The month: `2026-02`.
    #[default]
    Month,
    /// The quarter: `2026-Q1`.
    Quarter,
    /// The year: `2026`.
    Year,
}

impl ReportGroup {
    fn by(self, zone: TimeZone) -> SummaryBy {
        let period = |period| SummaryBy::Period(period, zone.0);
        match self {
            Self::Team => SummaryBy::Team,
            Self::Site => SummaryBy::Site,
            Self::Template => SummaryBy::Template,
            Self::Day => period(Period::Day),
            Self::Week => period(Period::Week),
            Self::Month => period(Period::Month),
            Self::Quarter => period(Period::Quarter),
            Self::Year => period(Period::Year),
        }
    }
}

with_report_filters! {
    /// Which reports, and what they are summed up by.
    SummarizeReports {
        /// What they are summed up by; by month where nothing is said.
        #[serde(default)]
        #[param(inline, value_type = Option<ReportGroup>)]
        by: ReportGroup,
        /// By whose clock days, weeks, months, quarters and years begin: an IANA time zone. UTC where none is said.
        #[serde(default)]
        #[param(value_type = Option<String>, example = "Europe/Berlin")]
        time_zone: TimeZone,
    }
}

/// The reports of one team, site, template or period.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportSum {
    /// The team, the site or the template; none for a period, for what has none, and for a template that was deleted.
    #[schema(required)]
    id: Option<Uuid>,
    /// What the latest of these reports calls it, or the period; none for what has none.
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
    /// One for each team, site, template or period that has a report: by team, site and template those with the most reports
    /// first, by period the latest first, and a thousand at most.
    items: Vec<ReportSum>,
}

/// Sum up reports
///
/// Those that you may see, by team, site, template, or the day, week, month, quarter or year in which they were submitted: how
/// many there are, and what points they came to. It costs as much as reading all of them: `since` and `before` keep it short.
#[utoipa::path(tag = "reports", params(OrganizationPath, SummarizeReports),
    responses((status = 200, body = ReportSummary)),
    extensions(("x-permission" = json!(can::ViewReport::PERMISSION.key()))))]
#[get("/summary")]
pub async fn summarize_reports(call: Call, path: Path<OrganizationPath>, query: Query<SummarizeReports>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let listing = work.listing();
    let rows = work.summarize_reports(&listing, &filter, query.by.by(query.time_zone)).await?;
    Ok(ok(ReportSummary { items: rows.into_iter().map(ReportSum::from).collect() }))
}
