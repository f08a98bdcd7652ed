//! Inspection templates.

use sqlx::{Row, postgres::PgRow, types::Json};
use usher_domain::{Id, field::InspectionTemplate, kind};
use usher_policy::Level;
use uuid::Uuid;

use crate::Located;

impl Located for kind::InspectionTemplate {
    type Item = InspectionTemplate;
    const TABLE: &'static str = "inspection_templates e";
    const ALIAS: &'static str = "e";
    const COLUMNS: &'static str = ", e.id, e.team_id, e.name, e.description, e.created_by, e.created_at, e.updated_at, e.version, \
        (select f.sections from inspection_forms f where f.org_id = e.org_id and f.id = e.form_id) as sections";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "e.team_id")];

    fn item(row: &PgRow) -> Result<InspectionTemplate, sqlx::Error> {
        Ok(InspectionTemplate {
            id: row.try_get::<Uuid, _>("id")?.into(),
            team_id: row.try_get::<Option<Uuid>, _>("team_id")?.map(Id::from),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            sections: row.try_get::<Json<_>, _>("sections")?.0,
            created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(Id::from),
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}
