//! Ticket templates.

use sqlx::{Row, postgres::PgRow, types::Json};
use usher_domain::{Id, desk::Template, kind};
use usher_policy::Condition;
use uuid::Uuid;

use crate::{Located, located::Rule};

impl Located for kind::Template {
    type Item = Template;
    const TABLE: &'static str = "templates p";
    const ALIAS: &'static str = "p";
    const COLUMNS: &'static str = ", p.id, p.name, p.description, p.questions, p.created_at, p.version, \
        array(select v.team_id from template_teams v where v.org_id = p.org_id and v.template_id = p.id order by v.team_id) as team_ids";
    const RULES: &'static [Rule] = &[Rule {
        condition: Condition::SharedWithTeam,
        holds: "exists (select 1 from template_teams v
            where v.org_id = p.org_id and v.template_id = p.id and v.team_id = any($3))",
        rows: None,
    }];

    fn item(row: &PgRow) -> Result<Template, sqlx::Error> {
        Ok(Template {
            id: row.try_get::<Uuid, _>("id")?.into(),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            questions: row.try_get::<Json<_>, _>("questions")?.0,
            team_ids: row.try_get::<Vec<Uuid>, _>("team_ids")?.into_iter().map(Id::from).collect(),
            created_at: row.try_get("created_at")?,
            version: row.try_get("version")?,
        })
    }
}
