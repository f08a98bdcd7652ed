//! Members.

use sqlx::{Row, postgres::PgRow, types::Json};
use usher_domain::{kind, tenancy::Member};
use usher_policy::Condition;
use uuid::Uuid;

use crate::{Located, located::Rule};

impl Located for kind::Member {
    type Item = Member;
    const TABLE: &'static str = "members m";
    const ALIAS: &'static str = "m";
    const COLUMNS: &'static str = ", m.id, m.state, m.joined_at, m.version,
        (select a.name from accounts a where a.id = m.id) as name,
        (select a.email from accounts a where a.id = m.id) as email,
        (select x.last_active_at from member_activity x where x.org_id = m.org_id and x.member_id = m.id) as last_active_at,
        array(select r.role from role_assignments r where r.org_id = m.org_id and r.member_id = m.id
            and r.team_id is null and r.queue_id is null order by r.role) as roles,
        (select coalesce(jsonb_agg(jsonb_build_object('team_id', g.id, 'name', g.name, 'role', r.role) order by g.name), '[]')
            from role_assignments r join teams g on g.org_id = r.org_id and g.id = r.team_id
            where r.org_id = m.org_id and r.member_id = m.id) as teams";
    const RULES: &'static [Rule] = &[Rule { condition: Condition::Own, holds: "m.id = $2", rows: None }];

    fn item(row: &PgRow) -> Result<Member, sqlx::Error> {
        Ok(Member {
            id: row.try_get::<Uuid, _>("id")?.into(),
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            state: row.try_get("state")?,
            roles: row.try_get("roles")?,
            teams: row.try_get::<Json<_>, _>("teams")?.0,
            joined_at: row.try_get("joined_at")?,
            last_active_at: row.try_get("last_active_at")?,
            version: row.try_get("version")?,
        })
    }
}
