//! Reports: what submitted inspections found.

mod document;
mod listing;
mod summary;

pub use document::ReportDocument;
pub use listing::{ReportFilter, ReportOrder};
use sqlx::{Row, postgres::PgRow};
pub use summary::{Period, SummaryBy, SummaryRow};
use usher_domain::{Id, field::Report, kind};
use usher_policy::{Condition, Level};
use uuid::Uuid;

use crate::{
    Located,
    located::{Rows, Rule},
};

impl Located for kind::Report {
    type Item = Report;
    const TABLE: &'static str = "reports r";
    const ALIAS: &'static str = "r";
    const COLUMNS: &'static str = ", r.id, r.title, r.team_id, r.site_id, r.template_id, r.score, r.max_score, r.report_shared, \
        r.submitted_by, r.submitter_name, r.submitted_at, r.report_updated_at, r.report_version, r.team_name, r.site_name, r.template_name";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "r.team_id")];
    const RULES: &'static [Rule] = &[
        Rule { condition: Condition::Own, holds: "r.created_by = $2", rows: Rows::Held },
        Rule {
            condition: Condition::Assigned,
            holds: "exists (select 1 from inspection_assignees a
                where a.org_id = r.org_id and a.inspection_id = r.id and a.member_id = $2)",
            rows: Rows::Of("assigned_inspections r", "r.member_id = $2 and r.state = 'submitted'"),
        },
        // VX-67.
        Rule {
            condition: Condition::SharedWithTeam,
            holds: "r.report_shared and r.team_id = any($3)",
            rows: Rows::OfEach("unnest($3::uuid[]) s(team)", "r.team_id = s.team and r.report_shared"),
        },
    ];

    fn item(row: &PgRow) -> Result<Report, sqlx::Error> {
        let id = |column: &str| row.try_get::<Option<Uuid>, _>(column);
        Ok(Report {
            id: row.try_get::<Uuid, _>("id")?.into(),
            title: row.try_get("title")?,
            team_id: row.try_get::<Uuid, _>("team_id")?.into(),
            site_id: id("site_id")?.map(Id::from),
            template_id: id("template_id")?.map(Id::from),
            team: row.try_get("team_name")?,
            site: row.try_get("site_name")?,
            template: row.try_get("template_name")?,
            score: row.try_get("score")?,
            max_score: row.try_get("max_score")?,
            shared: row.try_get("report_shared")?,
            submitted_by: id("submitted_by")?.map(Id::from),
            submitted_by_name: row.try_get("submitter_name")?,
            submitted_at: row.try_get("submitted_at")?,
            updated_at: row.try_get("report_updated_at")?,
            version: row.try_get("report_version")?,
        })
    }
}
