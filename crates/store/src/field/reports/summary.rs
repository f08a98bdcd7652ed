//! Reports, summed up.

use chrono_tz::Tz;
use sqlx::Row;
use usher_policy::{Listing, can};
use uuid::Uuid;

use super::ReportFilter;
use crate::{StoreError, StoreResult, Work, listing};

/// What reports are summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryBy {
    /// The team whose they are.
    Team,
    /// Where the inspections happened.
    Site,
    /// What they were made from.
    Template,
    /// The period in which they were submitted, by the clock of a time zone.
    Period(Period, Tz),
}

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// `2026-02-28`.
    Day,
    /// From Monday on, by the numbers of ISO 8601: `2026-W09`.
    Week,
    /// `2026-02`.
    Month,
    /// `2026-Q1`.
    Quarter,
    /// `2026`.
    Year,
}

impl Period {
    /// What Postgres writes it by. In the order of these names are the periods.
    const fn pattern(self) -> &'static str {
        match self {
            Self::Day => "YYYY-MM-DD",
            Self::Week => "IYYY-\"W\"IW",
            Self::Month => "YYYY-MM",
            Self::Quarter => "YYYY-\"Q\"Q",
            Self::Year => "YYYY",
        }
    }
}

/// The reports of one team, site, template or period.
#[derive(Debug)]
#[non_exhaustive]
pub struct SummaryRow {
    /// The team, the site or the template; none for a period, for what has none, and for a template that was deleted.
    pub id: Option<Uuid>,
    /// What the latest of these reports calls it, or the period; none for what has none.
    pub name: Option<String>,
    /// How many reports there are.
    pub reports: i64,
    /// The points that their answers gave.
    pub points: i64,
    /// The most points that could be had.
    pub of: i64,
}

/// How many digits a time has, in microseconds.
const STAMP: usize = 20;

/// How many teams, sites, templates or periods are summed up at most.
const ROWS: i64 = 1000;

/// What became of summing up: Postgres may know fewer time zones than there are by now.
fn zone_fault(error: sqlx::Error) -> StoreError {
    let unknown = error.as_database_error().and_then(|cause| cause.code()).is_some_and(|code| code == "22023");
    let detail = "The database does not know this time zone: name another one, or none.".to_owned();
    if unknown { StoreError::Invalid { pointer: "time_zone", code: "invalid", detail } } else { error.into() }
}

impl Work {
    /// Sums up the reports that the caller may see. By place and template those with the most reports come first, by period
    /// the latest; a thousand at most. Names are those that the reports bear: whoever reads them may not see what is called so.
    ///
    /// # Errors
    /// The database knows no such time zone.
    pub async fn summarize_reports(
        &mut self,
        listing: &Listing<can::ViewReport>,
        filter: &ReportFilter,
        by: SummaryBy,
    ) -> StoreResult<Vec<SummaryRow>> {
        let mut sql = listing::begin(listing)?;
        let found = listing::rows(listing, &mut sql, |sql| filter.render(sql))?;
        let (id, name) = match by {
            SummaryBy::Team => ("r.team_id", "r.team_name".to_owned()),
            SummaryBy::Site => ("r.site_id", "r.site_name".to_owned()),
            SummaryBy::Template => ("r.template_id", "r.template_name".to_owned()),
            SummaryBy::Period(period, zone) => {
                let zone = sql.bind(zone.name())?;
                ("null::uuid", format!("to_char(r.submitted_at at time zone {zone}, '{}')", period.pattern()))
            }
        };
        let order = if matches!(by, SummaryBy::Period(..)) { "name desc" } else { "reports desc, id, name" };
        let limit = sql.bind(ROWS)?;
        // What has an id is one thing, whatever it was called: the last name that it bore is the greatest of those that stand
        // behind their times. What has no id any more is known by its name alone.
        let text = format!(
            "select id, case when id is null then known_by else substr(max(named), {STAMP} + 1) end as name,
                count(*) as reports, coalesce(sum(score), 0)::bigint as points, coalesce(sum(max_score), 0)::bigint as of
             from (
                select {id} as id, case when {id} is null then {name} end as known_by, r.score, r.max_score,
                    case when {id} is not null then
                        lpad((extract(epoch from r.submitted_at) * 1000000)::bigint::text, {STAMP}, '0') || {name}
                    end collate \"C\" as named
                from {found}
             ) found
             group by id, known_by order by {order} limit {limit}"
        );
        let rows = sql.query(text).fetch_all(&mut *self.transaction).await.map_err(zone_fault)?;
        let row = |row: &sqlx::postgres::PgRow| {
            Ok(SummaryRow {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                reports: row.try_get("reports")?,
                points: row.try_get("points")?,
                of: row.try_get("of")?,
            })
        };
        rows.iter().map(row).collect()
    }
}
