//! Reports, summed up.

use sqlx::Row;
use usher_policy::{Listing, can};
use uuid::Uuid;

use super::ReportFilter;
use crate::{StoreResult, Work, listing};

/// What reports are summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryBy {
    /// Where the inspections happened.
    Site,
    /// What they were made from.
    Template,
    /// The month in which they were submitted, in UTC.
    Month,
}

/// The reports of one site, template or month.
#[derive(Debug)]
#[non_exhaustive]
pub struct SummaryRow {
    /// The site or the template; none for a month, and for what has neither.
    pub id: Option<Uuid>,
    /// Its name, or the month as `2026-02`; none for what has neither.
    pub name: Option<String>,
    /// How many reports there are.
    pub reports: i64,
    /// The points that their answers gave.
    pub points: i64,
    /// The most points that could be had.
    pub of: i64,
}

/// How many sites, templates or months are summed up at most.
const ROWS: i64 = 1000;

impl Work {
    /// Sums up the reports that the caller may see. By site and template those with the most reports come first, by month the
    /// latest; a thousand at most.
    ///
    /// # Errors
    /// The database's.
    pub async fn summarize_reports(
        &mut self,
        listing: &Listing<can::ViewReport>,
        filter: &ReportFilter,
        by: SummaryBy,
    ) -> StoreResult<Vec<SummaryRow>> {
        let mut sql = listing::begin(listing)?;
        let wanted = filter.render(&mut sql)?;
        let seen = listing::shown(listing, &mut sql)?;
        let limit = sql.bind(ROWS)?;
        let (id, name, order) = match by {
            SummaryBy::Site => (
                "r.site_id",
                "(select l.name from sites l where l.org_id = $1 and l.id = found.id)",
                "reports desc, id",
            ),
            SummaryBy::Template => (
                "r.template_id",
                "(select e.name from inspection_templates e where e.org_id = $1 and e.id = found.id)",
                "reports desc, id",
            ),
            SummaryBy::Month => ("null::uuid", "found.month", "month desc"),
        };
        let month = if by == SummaryBy::Month { "to_char(r.submitted_at at time zone 'UTC', 'YYYY-MM')" } else { "''" };
        let text = format!(
            "select found.id, {name} as name, found.reports, found.points, found.of from (
                select {id} as id, {month} as month, count(*) as reports, coalesce(sum(r.score), 0)::bigint as points,
                    coalesce(sum(r.max_score), 0)::bigint as of
                from reports r
                where r.org_id = $1 and {seen}{wanted} and $2::uuid is not null and $3::uuid[] is not null
                group by 1, 2 order by {order} limit {limit}
             ) found order by {order}"
        );
        let rows = sql.query(text).fetch_all(&mut *self.transaction).await?;
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
