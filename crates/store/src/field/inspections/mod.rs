//! Inspections: how they stand in the database, and what is done with them.

mod answers;
mod assigning;
mod creating;
mod listing;
mod names;
mod releasing;
mod stages;
mod updating;

pub use answers::Sheet;
pub use creating::{InspectionPlaces, NewInspection};
pub use listing::{InspectionFilter, InspectionOrder};
pub use names::InspectionNames;
use sqlx::{Row, postgres::PgRow};
pub use updating::InspectionChange;
use usher_domain::{Id, field::Inspection, kind};
use usher_policy::{Condition, Level};
use uuid::Uuid;

use crate::{
    Located,
    located::{Rows, Rule},
};

impl Located for kind::Inspection {
    type Item = Inspection;
    const TABLE: &'static str = "inspections i";
    const ALIAS: &'static str = "i";
    const COLUMNS: &'static str =
        ", i.id, i.title, i.team_id, i.site_id, i.template_id, i.state, i.due_on, i.shared, i.created_by, \
        i.created_at, i.updated_at, i.submitted_at, i.version, \
        array(select a.member_id from inspection_assignees a where a.org_id = i.org_id and a.inspection_id = i.id
            order by a.member_id) as assignee_ids, \
        (select count(*) from inspection_answers w where w.org_id = i.org_id and w.inspection_id = i.id
            and w.value is not null) as answered, \
        (select f.questions from inspection_forms f where f.org_id = i.org_id and f.id = i.form_id) as questions";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "i.team_id")];
    const RULES: &'static [Rule] = &[
        // VX-65.
        Rule { condition: Condition::Own, holds: "i.created_by = $2", rows: Rows::Held },
        // VX-64.
        Rule {
            condition: Condition::Assigned,
            holds: "exists (select 1 from inspection_assignees a
                where a.org_id = i.org_id and a.inspection_id = i.id and a.member_id = $2)",
            rows: Rows::Of("assigned_inspections i", "i.member_id = $2"),
        },
        // VX-66, VX-70.
        Rule {
            condition: Condition::SharedWithTeam,
            holds: "i.shared and i.team_id = any($3)",
            rows: Rows::OfEach("unnest($3::uuid[]) s(team)", "i.team_id = s.team and i.shared"),
        },
    ];

    fn item(row: &PgRow) -> Result<Inspection, sqlx::Error> {
        let id = |column: &str| row.try_get::<Option<Uuid>, _>(column);
        Ok(Inspection {
            id: row.try_get::<Uuid, _>("id")?.into(),
            title: row.try_get("title")?,
            team_id: row.try_get::<Uuid, _>("team_id")?.into(),
            site_id: id("site_id")?.map(Id::from),
            template_id: id("template_id")?.map(Id::from),
            state: updating::state(row.try_get("state")?)?,
            due_on: row.try_get("due_on")?,
            shared: row.try_get("shared")?,
            assignee_ids: row.try_get::<Vec<Uuid>, _>("assignee_ids")?.into_iter().map(Id::from).collect(),
            answered: row.try_get("answered")?,
            questions: row.try_get("questions")?,
            created_by: id("created_by")?.map(Id::from),
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            submitted_at: row.try_get("submitted_at")?,
            version: row.try_get("version")?,
        })
    }
}
