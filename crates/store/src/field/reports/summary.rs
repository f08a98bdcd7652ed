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
        let wanted = filter.render(&mut sql)?;
        let seen = listing::shown(listing, &mut sql)?;
        let named = |id: &str, name: &str| (format!("r.{id}"), format!("r.{name}"), "reports desc, id, name");
        let (id, name, order) = match by {
            SummaryBy::Team => named("team_id", "team_name"),
            SummaryBy::Site => named("site_id", "site_name"),
            SummaryBy::Template => named("template_id", "template_name"),
            SummaryBy::Period(period, zone) => {
                let zone = sql.bind(zone.name())?;
                let of = format!("to_char(r.submitted_at at time zone {zone}, '{}')", period.pattern());
                ("null::uuid".to_owned(), of, "name desc")
            }
        };
        let limit = sql.bind(ROWS)?;
        // What has an id is one thing, whatever it was called; what has none any more is known by its name alone.
        let text = format!(
            "select id, (array_agg(name order by submitted_at desc))[1] as name, count(*) as reports,
                coalesce(sum(score), 0)::bigint as points, coalesce(sum(max_score), 0)::bigint as of
             from (
                select {id} as id, {name} as name, r.score, r.max_score, r.submitted_at from reports r
                where r.org_id = $1 and {seen}{wanted} and $2::uuid is not null and $3::uuid[] is not null
             ) found
             group by id, case when id is null then name end order by {order} limit {limit}"
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
