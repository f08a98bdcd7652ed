//! Lists: a view filter, the user's own filters, an order and a place to go on from, turned into one statement whose cost
//! grows with the page.
//!
//! A filter of several clauses is not one long `or`, through which no index leads: each clause, and within it each scope,
//! finds its own first rows in the wanted order, and the page is merged out of those.

use std::sync::Arc;

use sqlx::{Row, postgres::PgRow};
use usher_policy::{Action, Clause, Decision, Level, Listing, Mask, Place, ViewFilter};
use uuid::Uuid;

use crate::{
    After, Located, Page, PageRequest, Seen, StoreResult,
    connection::Transaction,
    located::{Rows, fact_columns, resource, rule},
    sql::Sql,
};

/// An order: a column, unless it is that of ids alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    /// The expression and its Postgres type; `None` to order by id.
    pub column: Option<(&'static str, &'static str)>,
    pub descending: bool,
}

/// Lists what a listing shows. `filters` adds conditions of the user's to the statement, each beginning with ` and `.
pub(crate) async fn list<A: Action>(
    transaction: &mut Transaction,
    listing: &Listing<A>,
    filters: impl Fn(&mut Sql) -> StoreResult<String>,
    order: Order,
    request: &PageRequest,
) -> StoreResult<Page<Seen<A::Target>>>
where
    A::Target: Located,
{
    let uses = Arc::clone(transaction.uses());
    let seen = |row: &PgRow| {
        let resource = resource(listing.caller(), row)?;
        if let Decision::Allow(grant) = listing.caller().decide(A::PERMISSION, &resource) {
            uses.note(listing.caller(), grant);
        }
        Ok(Seen { item: A::Target::item(row)?, resource })
    };
    list_columns(transaction, listing, filters, order, request, (A::Target::COLUMNS, seen)).await
}

/// The same of other columns than a thing's own, with what reads them. They begin with a comma.
pub(crate) async fn list_columns<A: Action, T>(
    transaction: &mut Transaction,
    listing: &Listing<A>,
    filters: impl Fn(&mut Sql) -> StoreResult<String>,
    order: Order,
    request: &PageRequest,
    (columns, read): (&str, impl Fn(&PgRow) -> Result<T, sqlx::Error>),
) -> StoreResult<Page<T>>
where
    A::Target: Located,
{
    if *listing.filter() == ViewFilter::None {
        return Ok(Page::empty(request));
    }
    let rows = page(transaction, listing, &filters, order, request, columns).await?;
    let limit = request.limit as usize;
    let next = match rows.get(limit - 1) {
        Some(last) if rows.len() > limit => {
            Some(After { key: last.try_get("sort_key")?, id: last.try_get::<Uuid, _>("fact_id")? })
        }
        _ => None,
    };
    let items = rows.iter().take(limit).map(read).collect::<Result<_, sqlx::Error>>()?;
    let total = if request.total { Some(count(transaction, listing, &filters).await?) } else { None };
    Ok(Page { items, next, total })
}

/// A statement in which the places that conditions speak of are bound.
pub(crate) fn begin<A: Action>(listing: &Listing<A>) -> StoreResult<Sql> {
    let mut sql = Sql::default();
    sql.bind(listing.organization().uuid())?;
    sql.bind(listing.caller().member().uuid())?;
    sql.bind(listing.teams().to_vec())?;
    Ok(sql)
}

/// One row more than the page, which tells whether there is a next.
async fn page<A: Action>(
    transaction: &mut Transaction,
    listing: &Listing<A>,
    filters: &impl Fn(&mut Sql) -> StoreResult<String>,
    order: Order,
    request: &PageRequest,
    columns: &str,
) -> StoreResult<Vec<PgRow>>
where
    A::Target: Located,
{
    let mut sql = begin(listing)?;
    let (a, table) = (A::Target::ALIAS, A::Target::TABLE);
    let (direction, past) = if order.descending { ("desc", "<") } else { ("asc", ">") };
    let sort = order.column.map_or_else(|| "''".to_owned(), |(column, _)| column.to_owned());
    let (by, merged_by) = match order.column {
        Some((column, _)) => {
            (format!("{column} {direction}, {a}.id {direction}"), format!("k {direction}, id {direction}"))
        }
        None => (format!("{a}.id {direction}"), format!("id {direction}")),
    };
    let mut wanted = format!("{a}.org_id = $1{}", filters(&mut sql)?);
    if let Some(after) = &request.after {
        let id = sql.bind(after.id)?;
        wanted += &match order.column {
            Some((column, kind)) => {
                let key = sql.bind(after.key.clone())?;
                format!(" and ({column}, {a}.id) {past} ({key}::text::{kind}, {id})")
            }
            None => format!(" and {a}.id {past} {id}"),
        };
    }
    // Said and not bound: of a limit that it does not know Postgres expects a tenth of the table, and prepares for that.
    let limit = request.limit + 1;
    let first = |from: &str, on: &str| {
        format!("select {a}.id, {sort} as k from {from} where {wanted}{on} order by {by} limit {limit}")
    };
    let found = match listing.filter() {
        ViewFilter::None | ViewFilter::All => first(table, ""),
        ViewFilter::Any(clauses) => {
            let mut branches = Vec::new();
            for clause in clauses {
                branches.extend(branches_of::<A>(clause, &mut sql, &first)?);
            }
            format!("select id, k from ({}) found order by {merged_by} limit {limit}", branches.join(" union "))
        }
    };
    let text = format!(
        "select {facts}, found.k::text as sort_key{columns}
         from ({found}) found join {table} on {a}.org_id = $1 and {a}.id = found.id
         where $2::uuid is not null and $3::uuid[] is not null
         order by {by}",
        facts = fact_columns::<A::Target>(),
    );
    sql.query(text).fetch_all(&mut **transaction).await.map_err(|error| page_fault(error, request))
}

/// What became of reading a page. A data exception can only come of the one value that is sent as text: the cursor's key.
pub(crate) fn page_fault(error: sqlx::Error, request: &PageRequest) -> crate::StoreError {
    let data = error.as_database_error().and_then(|cause| cause.code()).is_some_and(|code| code.starts_with("22"));
    if data && request.after.is_some() { crate::StoreError::Cursor } else { error.into() }
}

/// The selects that find the first rows of one clause. Each condition finds its own: what a few of a team's many are for one
/// of its members is not looked for among all of them.
fn branches_of<A: Action>(
    clause: &Clause,
    sql: &mut Sql,
    first: &impl Fn(&str, &str) -> String,
) -> StoreResult<Vec<String>>
where
    A::Target: Located,
{
    let scoped = match &clause.place {
        Place::In(level, scopes) => Some((sql.bind(scopes.clone())?, scope::<A>(*level)?)),
        Place::Organization => None,
    };
    let in_each = |table: &str, on: &str| match &scoped {
        Some((scopes, column)) => {
            let each = first(table, &format!(" and {column} = s.scope{on}"));
            format!("(select x.* from unnest({scopes}::uuid[]) s(scope) cross join lateral ({each}) x)")
        }
        None => format!("({})", first(table, on)),
    };
    if clause.conditions == Mask::ALWAYS {
        return Ok(vec![in_each(A::Target::TABLE, "")]);
    }
    let of_condition = |condition| {
        let rule = rule::<A::Target>(condition)?;
        Ok(match rule.rows {
            Rows::Held => in_each(A::Target::TABLE, &format!(" and {}", rule.holds)),
            Rows::Of(table, picked) => in_each(table, &format!(" and {picked}")),
            Rows::OfEach(these, met) => {
                // Said so that no index of many places is read for it, out of the order.
                let within = scoped.as_ref().map_or_else(String::new, |(scopes, column)| {
                    format!(" and array_position({scopes}::uuid[], {column}) is not null")
                });
                let each = first(A::Target::TABLE, &format!(" and {met}{within}"));
                format!("(select x.* from {these} cross join lateral ({each}) x)")
            }
        })
    };
    clause.conditions.iter().map(of_condition).collect()
}

/// Whether a row is one that a listing shows, as a condition: for rows that were found another way.
pub(crate) fn shown<A: Action>(listing: &Listing<A>, sql: &mut Sql) -> StoreResult<String>
where
    A::Target: Located,
{
    let clauses = match listing.filter() {
        ViewFilter::None => return Ok("false".to_owned()),
        ViewFilter::All => return Ok("true".to_owned()),
        ViewFilter::Any(clauses) => clauses,
    };
    let clauses: Vec<String> = clauses
        .iter()
        .map(|clause| match &clause.place {
            Place::Organization => Ok(format!("(true{})", any_of::<A>(clause.conditions)?)),
            Place::In(level, scopes) => {
                let scopes = sql.bind(scopes.clone())?;
                Ok(format!("({} = any({scopes}){})", scope::<A>(*level)?, any_of::<A>(clause.conditions)?))
            }
        })
        .collect::<StoreResult<_>>()?;
    Ok(format!("({})", clauses.join(" or ")))
}

/// The rows that a listing shows and `filters` let through, in no order: what follows `from`, with a condition at its end. For what
/// is counted or summed up. Where conditions decide, each finds its own rows, as for a page.
pub(crate) fn rows<A: Action>(
    listing: &Listing<A>,
    sql: &mut Sql,
    filters: impl Fn(&mut Sql) -> StoreResult<String>,
) -> StoreResult<String>
where
    A::Target: Located,
{
    let (a, table) = (A::Target::ALIAS, A::Target::TABLE);
    let wanted = format!("{a}.org_id = $1{}", filters(sql)?);
    let typed = "$2::uuid is not null and $3::uuid[] is not null";
    let clauses = match listing.filter() {
        ViewFilter::Any(clauses) if clauses.iter().any(|clause| clause.conditions != Mask::ALWAYS) => clauses,
        // Nothing to be found out of each row: all of it, or of some places.
        _ => return Ok(format!("{table} where {wanted} and {} and {typed}", shown(listing, sql)?)),
    };
    let each = |from: &str, on: &str| format!("select {a}.id from {from} where {wanted}{on}");
    let mut branches = Vec::new();
    for clause in clauses {
        branches.extend(branches_of::<A>(clause, sql, &each)?);
    }
    let found = branches.join(" union ");
    Ok(format!("({found}) found join {table} on {a}.org_id = $1 and {a}.id = found.id where {typed}"))
}

/// How many rows there are in all.
async fn count<A: Action>(
    transaction: &mut Transaction,
    listing: &Listing<A>,
    filters: &impl Fn(&mut Sql) -> StoreResult<String>,
) -> StoreResult<i64>
where
    A::Target: Located,
{
    let mut sql = begin(listing)?;
    let rows = rows(listing, &mut sql, filters)?;
    Ok(sql
        .query(format!("select count(*) as total from {rows}"))
        .fetch_one(&mut **transaction)
        .await?
        .try_get("total")?)
}

fn scope<A: Action>(level: Level) -> StoreResult<&'static str>
where
    A::Target: Located,
{
    let found = A::Target::SCOPES.iter().find(|(of, _)| *of == level);
    found.map(|(_, expression)| *expression).ok_or_else(|| {
        let problem = format!("`{}` stands in no {level}", A::PERMISSION);
        crate::StoreError::Database(sqlx::Error::Configuration(problem.into()))
    })
}

/// ` and (… or …)`, or nothing where no condition is left to ask.
fn any_of<A: Action>(conditions: Mask) -> StoreResult<String>
where
    A::Target: Located,
{
    if conditions == Mask::ALWAYS {
        return Ok(String::new());
    }
    let rules: Vec<&str> =
        conditions.iter().map(|c| rule::<A::Target>(c).map(|r| r.holds)).collect::<StoreResult<_>>()?;
    Ok(format!(" and ({})", rules.iter().map(|holds| format!("({holds})")).collect::<Vec<_>>().join(" or ")))
}
