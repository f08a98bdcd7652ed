//! Sites: where inspections happen.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{Id, field::Site, kind};
use usher_policy::{Condition, Level};
use uuid::Uuid;

use crate::{Located, located::Rule};

impl Located for kind::Site {
    type Item = Site;
    const TABLE: &'static str = "sites l";
    const ALIAS: &'static str = "l";
    const COLUMNS: &'static str = ", l.id, l.team_id, l.name, l.address, l.description, l.created_by, l.created_at, \
        l.updated_at, l.version";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "l.team_id")];
    const RULES: &'static [Rule] = &[
        Rule { condition: Condition::Own, holds: "l.created_by = $2", rows: None },
        // VX-63.
        Rule {
            condition: Condition::HoldsTheirs,
            holds: "exists (select 1 from inspections h where h.org_id = l.org_id and h.site_id = l.id
                and (h.created_by = $2 or exists (select 1 from inspection_assignees a
                    where a.org_id = h.org_id and a.inspection_id = h.id and a.member_id = $2)))",
            rows: Some((
                "(select h.site_id from inspections h where h.org_id = $1 and h.created_by = $2 and h.site_id is not null
                  union select h.site_id from inspection_assignees a
                      join inspections h on h.org_id = a.org_id and h.id = a.inspection_id
                      where a.org_id = $1 and a.member_id = $2 and h.site_id is not null) s",
                "l.id = s.site_id",
            )),
        },
    ];

    fn item(row: &PgRow) -> Result<Site, sqlx::Error> {
        Ok(Site {
            id: row.try_get::<Uuid, _>("id")?.into(),
            team_id: row.try_get::<Option<Uuid>, _>("team_id")?.map(Id::from),
            name: row.try_get("name")?,
            address: row.try_get("address")?,
            description: row.try_get("description")?,
            created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(Id::from),
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}
