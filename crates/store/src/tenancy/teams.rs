//! Teams.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{Id, kind, tenancy::Team};
use usher_policy::Level;
use uuid::Uuid;

use crate::Located;

impl Located for kind::Team {
    type Item = Team;
    const TABLE: &'static str = "teams g";
    const ALIAS: &'static str = "g";
    const COLUMNS: &'static str = ", g.id, g.name, g.description, g.created_at, g.version,
        array(select w.website_id from team_websites w where w.org_id = g.org_id and w.team_id = g.id order by 1) as website_ids,
        array(select v.template_id from template_teams v where v.org_id = g.org_id and v.team_id = g.id order by 1) as template_ids";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "g.id")];

    fn item(row: &PgRow) -> Result<Team, sqlx::Error> {
        Ok(Team {
            id: row.try_get::<Uuid, _>("id")?.into(),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            website_ids: row.try_get::<Vec<Uuid>, _>("website_ids")?.into_iter().map(Id::from).collect(),
            template_ids: row.try_get::<Vec<Uuid>, _>("template_ids")?.into_iter().map(Id::from).collect(),
            created_at: row.try_get("created_at")?,
            version: row.try_get("version")?,
        })
    }
}
