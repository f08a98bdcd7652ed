//! How each kind of thing stands in the database: its rows, the scopes they stand in, and every condition as SQL.
//!
//! This is the one place where a condition is rendered. A decision asks the rendering of one row, a list of all of them,
//! so the two cannot part.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, Row, postgres::PgRow};
use usher_domain::{Id, kind};
use usher_policy::{Access, Action, Caller, Condition, Level, Mask, PermissionSet, Resource, Scopes, Target};
use uuid::Uuid;

use crate::{StoreError, StoreResult, connection::Transaction};

/// A condition between a row and the caller.
///
/// In its texts `$1` is the organization, `$2` the caller's membership, `$3` the ids of the caller's teams.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Which condition.
    pub condition: Condition,
    /// Whether it holds for a row: an SQL condition.
    pub holds: &'static str,
    /// How a list finds the rows for which it holds.
    pub rows: Rows,
}

/// How a list finds the first rows for which a condition holds, without reading the others.
#[derive(Debug, Clone, Copy)]
pub enum Rows {
    /// Indexes of the table answer `holds` in the orders of lists.
    Held,
    /// Indexes of another table answer for it. It bears the thing's alias and has its columns, as far as lists are narrowed
    /// and ordered by them; and the condition that picks the rows of it.
    Of(&'static str, &'static str),
    /// Each row of a table expression, which bears the alias `s`, leads to a few; and the condition that they meet.
    OfEach(&'static str, &'static str),
}

/// A kind of thing that has rows, and that decisions are made about.
pub trait Located: Target {
    /// The thing as the API shows it.
    type Item: Send;
    /// The table and its alias: `tickets t`.
    const TABLE: &'static str;
    /// The alias alone.
    const ALIAS: &'static str;
    /// What [`Located::item`] reads.
    const COLUMNS: &'static str;
    /// What [`Located::out_of_reach`] reads; begins with a comma.
    const REACH: &'static str = "";
    /// The scopes that a row stands in: a level, and the expression that gives the scope's id.
    const SCOPES: &'static [(Level, &'static str)] = &[];
    /// The conditions that can hold for a row.
    const RULES: &'static [Rule] = &[];
    /// Whether a row that is only relied on is locked too. Not where something else stands for it that a change waits for.
    const LOCKED_WHEN_RELIED_ON: bool = true;
    /// What a write waits for before it locks the row: a statement in which `$1` is the organization and `$2` the row's id.
    const BEFORE_A_WRITE: Option<&'static str> = None;
    /// Whether rows can be named by a number.
    const NUMBERED: bool = false;

    /// Reads a row.
    ///
    /// # Errors
    /// A column is missing or of another type: the statement and this function disagree.
    fn item(row: &PgRow) -> Result<Self::Item, sqlx::Error>;

    /// What the table of givers withholds from the caller on a row.
    ///
    /// # Errors
    /// As [`Located::item`].
    fn out_of_reach(_caller: &Caller, _row: &PgRow) -> Result<PermissionSet, sqlx::Error> {
        Ok(PermissionSet::NONE)
    }
}

/// How a request names a thing.
pub enum Key<K> {
    /// By its identifier.
    Id(Id<K>),
    /// By its number within the organization.
    Number(i64),
}

impl<K> From<Id<K>> for Key<K> {
    fn from(id: Id<K>) -> Self {
        Self::Id(id)
    }
}

impl<K> std::fmt::Debug for Key<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}
impl<K> Clone for Key<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Key<K> {}

impl<K> std::str::FromStr for Key<K> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(number) => Ok(Self::Number(number)),
            Err(_) => text.parse().map(Self::Id),
        }
    }
}

impl<'de, K> serde::Deserialize<'de> for Key<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("is neither an id nor a number"))
    }
}

/// A thing that the caller may see, with the facts that this was decided on.
#[derive(Debug)]
pub struct Seen<K: Located> {
    /// The thing.
    pub item: K::Item,
    /// Its facts: what else the caller may do with it can be asked of them.
    pub resource: Resource<K>,
}

/// The facts of a row as columns: `fact_id`, `fact_team`, `fact_queue`, `fact_holding`.
pub(crate) fn fact_columns<K: Located>() -> String {
    let mut sql = format!("{}.id as fact_id", K::ALIAS);
    for (level, expression) in K::SCOPES {
        let _ = write!(sql, ", {expression} as fact_{level}");
    }
    sql.push_str(", (0");
    for rule in K::RULES {
        let bit = Mask::of(rule.condition).bits();
        let _ = write!(sql, " | case when {} then {bit} else 0 end", rule.holds);
    }
    sql.push_str(") as fact_holding");
    sql.push_str(K::REACH);
    sql
}

/// Reads what [`fact_columns`] selected, of things in the caller's organization.
pub(crate) fn resource<K: Located>(caller: &Caller, row: &PgRow) -> Result<Resource<K>, sqlx::Error> {
    let mut scopes = Scopes::NONE;
    for (level, _) in K::SCOPES {
        scopes = scopes.with(*level, row.try_get(format!("fact_{level}").as_str())?);
    }
    let holding: i32 = row.try_get("fact_holding")?;
    Ok(Resource {
        organization: caller.organization(),
        id: row.try_get::<Uuid, _>("fact_id")?.into(),
        scopes,
        holding: Mask::from_bits(holding.cast_unsigned()),
        out_of_reach: K::out_of_reach(caller, row)?,
    })
}

/// Selects one row: its facts, and its item's columns if wanted.
pub(crate) async fn fetch<K: Located>(
    transaction: &mut Transaction,
    caller: &Caller,
    key: Key<K>,
    columns: &str,
) -> StoreResult<Option<PgRow>> {
    let (alias, table, facts) = (K::ALIAS, K::TABLE, fact_columns::<K>());
    let named = match key {
        Key::Id(_) => "id",
        Key::Number(_) if K::NUMBERED => "number",
        Key::Number(_) => return Ok(None),
    };
    // All places are named, or Postgres could not tell their types.
    let sql = format!(
        "select {facts}{columns} from {table}
         where {alias}.org_id = $1 and {alias}.{named} = $4 and $2::uuid is not null and $3::uuid[] is not null"
    );
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(caller.organization().uuid())
        .bind(caller.member().uuid())
        .bind(caller.scopes_at(Level::Team));
    let query = match key {
        Key::Id(id) => query.bind(id.uuid()),
        Key::Number(number) => query.bind(number),
    };
    Ok(query.fetch_optional(&mut **transaction).await?)
}

/// Selects several rows, in no order: their facts, and their items' columns if wanted. What is not there is left out.
pub(crate) async fn fetch_each<K: Located>(
    transaction: &mut Transaction,
    caller: &Caller,
    ids: &[Uuid],
    columns: &str,
) -> StoreResult<Vec<PgRow>> {
    let (alias, table, facts) = (K::ALIAS, K::TABLE, fact_columns::<K>());
    let sql = format!(
        "select {facts}{columns} from {table}
         where {alias}.org_id = $1 and {alias}.id = any($4) and $2::uuid is not null and $3::uuid[] is not null"
    );
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(caller.organization().uuid())
        .bind(caller.member().uuid())
        .bind(caller.scopes_at(Level::Team))
        .bind(ids.to_vec());
    Ok(query.fetch_all(&mut **transaction).await?)
}

/// Locks a row, for a write (`A` changes it) or for being relied on (`A` only reads it).
pub(crate) async fn lock<A: Action>(
    transaction: &mut Transaction,
    organization: Id<kind::Organization>,
    id: Id<A::Target>,
) -> StoreResult<()>
where
    A::Target: Located,
{
    let (alias, table) = (A::Target::ALIAS, A::Target::TABLE);
    let (first, strength) = match A::PERMISSION.access() {
        Access::Read if !A::Target::LOCKED_WHEN_RELIED_ON => return Ok(()),
        Access::Read => (None, "share"),
        Access::Write => (A::Target::BEFORE_A_WRITE, "no key update"),
    };
    let own = format!("select 1 from {table} where {alias}.org_id = $1 and {alias}.id = $2 for {strength} of {alias}");
    for statement in first.map(str::to_owned).into_iter().chain([own]) {
        sqlx::query(AssertSqlSafe(statement))
            .bind(organization.uuid())
            .bind(id.uuid())
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The identifier that a key names, if there is such a row.
pub(crate) async fn identify<K: Located>(
    transaction: &mut Transaction,
    organization: Id<kind::Organization>,
    key: Key<K>,
) -> StoreResult<Id<K>> {
    match key {
        Key::Id(id) => Ok(id),
        Key::Number(number) if K::NUMBERED => {
            let sql = format!("select {0}.id from {1} where {0}.org_id = $1 and {0}.number = $2", K::ALIAS, K::TABLE);
            let id: Option<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(organization.uuid())
                .bind(number)
                .fetch_optional(&mut **transaction)
                .await?;
            id.map(Id::from).ok_or(StoreError::Missing(K::NAME))
        }
        Key::Number(_) => Err(StoreError::Missing(K::NAME)),
    }
}

/// The rule of a condition. Model documents can name no condition of a kind that it has no rule for; were one to be
/// missing here all the same, the answer is an error and never a wider list.
pub(crate) fn rule<K: Located>(condition: Condition) -> StoreResult<&'static Rule> {
    K::RULES.iter().find(|rule| rule.condition == condition).ok_or_else(|| {
        let problem = format!("no rule renders `{}` for a {}", condition.key(), K::NAME);
        StoreError::Database(sqlx::Error::Configuration(problem.into()))
    })
}
