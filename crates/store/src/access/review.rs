//! Every assignment: who holds what where, since when and from whom, and when it last allowed anything (TK-67).

use chrono::{DateTime, Utc};
use sqlx::{Row, postgres::PgRow};
use usher_domain::{Id, kind};
use usher_policy::{Level, Permit, can};
use uuid::Uuid;

use crate::{After, Page, PageRequest, StoreResult, Work, listing::page_fault, sql::Sql};

/// A role that a member holds somewhere.
#[derive(Debug)]
pub struct HeldRole {
    /// The assignment.
    pub id: Uuid,
    /// The membership.
    pub member: Id<kind::Member>,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// `active`, `blocked` or `deactivated`.
    pub state: String,
    /// The role.
    pub role: String,
    /// The level of the role.
    pub level: Level,
    /// The organization, team or queue that it is held at.
    pub scope: Uuid,
    /// The organization's name. Of a team or a queue it is for who sees that: see [`Work::visible_places`].
    pub scope_name: Option<String>,
    /// Since when it is held.
    pub granted_at: DateTime<Utc>,
    /// Who gave it, by id and name, if their account is still there.
    pub granted_by: Option<(Id<kind::Account>, String)>,
    /// When it last allowed anything, within a minute or so; `None`: not since it was given.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Which assignments are wanted: those that every given field fits.
#[derive(Debug, Default)]
pub struct HeldRoleFilter {
    /// Whose.
    pub member: Option<Permit<can::ViewMember>>,
    /// Of this role.
    pub role: Option<String>,
    /// Of roles of this level.
    pub level: Option<Level>,
    /// In this team.
    pub team: Option<Permit<can::ViewTeam>>,
    /// On this queue.
    pub queue: Option<Permit<can::ViewQueue>>,
    /// Those that have allowed nothing since then.
    pub unused_since: Option<DateTime<Utc>>,
}

impl HeldRoleFilter {
    fn sql(&self, sql: &mut Sql) -> StoreResult<String> {
        let mut conditions = String::new();
        let mut add = |condition: String| {
            conditions.push_str(" and ");
            conditions.push_str(&condition);
        };
        if let Some(member) = &self.member {
            add(format!("r.member_id = {}", sql.bind(member.target().uuid())?));
        }
        if let Some(role) = &self.role {
            add(format!("r.role = {}", sql.bind(role.clone())?));
        }
        if let Some(level) = self.level {
            add(of_level(level).to_owned());
        }
        if let Some(team) = &self.team {
            add(format!("r.team_id = {}", sql.bind(team.target().uuid())?));
        }
        if let Some(queue) = &self.queue {
            add(format!("r.queue_id = {}", sql.bind(queue.target().uuid())?));
        }
        if let Some(then) = self.unused_since {
            add(format!("coalesce(u.last_used_at < {}, true)", sql.bind(then)?));
        }
        Ok(conditions)
    }
}

const fn of_level(level: Level) -> &'static str {
    match level {
        Level::Organization => "r.team_id is null and r.queue_id is null",
        Level::Team => "r.team_id is not null",
        Level::Queue => "r.queue_id is not null",
        Level::Workspace | Level::Project => "false",
    }
}

/// What assignments are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeldRoleOrder {
    /// The order in which they were made: a page costs as much as it holds, and what the filters pass over.
    #[default]
    Made,
    /// When they were last used, those first that have never been: reads all of the organization's for a page of them.
    LastUsed {
        /// The other way round.
        descending: bool,
    },
}

/// What was noted before a role in a team became another is of the other.
const TABLES: &str = "role_assignments r
    left join assignment_use u on u.org_id = r.org_id and u.assignment_id = r.id and u.last_used_at >= r.granted_at";

const LAST_USED: &str = "coalesce(u.last_used_at, '-infinity')";

impl HeldRoleOrder {
    /// What a page begins behind, and what it is ordered by.
    fn sql(self, after: Option<&After>, sql: &mut Sql) -> StoreResult<(String, String)> {
        let (than, direction) = match self {
            Self::LastUsed { descending: true } => ("<", "desc"),
            _ => (">", "asc"),
        };
        let (keys, order) = match self {
            Self::Made => ("r.id".to_owned(), "r.id".to_owned()),
            Self::LastUsed { .. } => {
                (format!("({LAST_USED}, r.id)"), format!("{LAST_USED} {direction}, r.id {direction}"))
            }
        };
        let behind = match (self, after) {
            (_, None) => String::new(),
            (Self::Made, Some(after)) => format!(" and {keys} {than} {}", sql.bind(after.id)?),
            (Self::LastUsed { .. }, Some(after)) => {
                let (key, id) = (sql.bind(after.key.clone())?, sql.bind(after.id)?);
                format!(" and {keys} {than} ({key}::text::timestamptz, {id})")
            }
        };
        Ok((behind, order))
    }
}

impl Work {
    /// The organization's assignments. The role that is everybody's is none.
    ///
    /// # Errors
    /// The database's; the cursor is none.
    pub async fn held_roles(
        &mut self,
        permit: &Permit<can::ReviewAccess>,
        filter: &HeldRoleFilter,
        order: HeldRoleOrder,
        request: &PageRequest,
    ) -> StoreResult<Page<HeldRole>> {
        let mut sql = Sql::default();
        let organization = sql.bind(permit.organization().uuid())?;
        let conditions = filter.sql(&mut sql)?;
        let (behind, order) = order.sql(request.after.as_ref(), &mut sql)?;
        let limit = sql.bind(i64::from(request.limit) + 1)?;
        let text = format!(
            "select r.id, r.member_id, r.role, r.team_id, r.queue_id, r.granted_at, r.granted_by, u.last_used_at,
                a.name, a.email, m.state, ({LAST_USED})::text as sort_key,
                (select b.name from accounts b where b.id = r.granted_by) as granted_by_name,
                (select o.name from organizations o where o.id = r.org_id and r.team_id is null and r.queue_id is null)
                    as scope_name,
                coalesce(r.team_id, r.queue_id, r.org_id) as scope
             from {TABLES}
             join members m on m.org_id = r.org_id and m.id = r.member_id join accounts a on a.id = r.member_id
             where r.org_id = {organization}{conditions}{behind} order by {order} limit {limit}"
        );
        let rows = sql.query(text).fetch_all(&mut *self.transaction).await;
        let rows = rows.map_err(|error| page_fault(error, request))?;
        let total = if request.total { Some(self.count_held_roles(permit, filter).await?) } else { None };
        let key =
            |row: &PgRow| -> Result<(String, Uuid), sqlx::Error> { Ok((row.try_get("sort_key")?, row.try_get("id")?)) };
        let items = rows.iter().map(|row| Ok((key(row)?, held_role(row)?))).collect::<Result<Vec<_>, sqlx::Error>>()?;
        let page = Page::cut_at(items, request, total, |((key, id), _)| After { key: key.clone(), id: *id });
        Ok(page.map(|(_, item)| item))
    }

    async fn count_held_roles(
        &mut self,
        permit: &Permit<can::ReviewAccess>,
        filter: &HeldRoleFilter,
    ) -> StoreResult<i64> {
        let mut sql = Sql::default();
        let organization = sql.bind(permit.organization().uuid())?;
        let conditions = filter.sql(&mut sql)?;
        let text = format!("select count(*) from {TABLES} where r.org_id = {organization}{conditions}");
        Ok(sql.query(text).fetch_one(&mut *self.transaction).await?.try_get(0)?)
    }
}

fn held_role(row: &PgRow) -> Result<HeldRole, sqlx::Error> {
    let has = |column: &str| row.try_get::<Option<Uuid>, _>(column).map(|id| id.is_some());
    let level = match (has("team_id")?, has("queue_id")?) {
        (true, _) => Level::Team,
        (_, true) => Level::Queue,
        _ => Level::Organization,
    };
    let by: Option<Uuid> = row.try_get("granted_by")?;
    let by_name: Option<String> = row.try_get("granted_by_name")?;
    Ok(HeldRole {
        id: row.try_get("id")?,
        member: row.try_get::<Uuid, _>("member_id")?.into(),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        state: row.try_get("state")?,
        role: row.try_get("role")?,
        level,
        scope: row.try_get("scope")?,
        scope_name: row.try_get("scope_name")?,
        granted_at: row.try_get("granted_at")?,
        granted_by: by.zip(by_name).map(|(id, name)| (id.into(), name)),
        last_used_at: row.try_get("last_used_at")?,
    })
}
