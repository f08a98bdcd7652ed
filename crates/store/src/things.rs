//! Things of several kinds at once, and how each stands to several callers: one statement, however many there are.

use std::{collections::HashMap, fmt::Write, marker::PhantomData};

use sqlx::{Row, postgres::PgRow};
use usher_domain::kind;
use usher_policy::{
    Caller, Condition, Decision, Explanation, Level, Permission, Resource, ResourceKind, Scopes, Target,
};
use uuid::Uuid;

use crate::{
    Located, StoreResult, Work,
    connection::PgQuery,
    located::{fact_columns, resource},
    sql::Sql,
};

/// How a thing stands to a caller, whatever its kind.
pub(crate) trait Thing: Send + Sync {
    /// Whether the caller may use a permission on it.
    fn decide(&self, caller: &Caller, permission: Permission) -> Decision;
    /// The same, explained.
    fn explain(&self, caller: &Caller, permission: Permission) -> Explanation;
    /// Whether the caller may see it.
    fn is_seen_by(&self, caller: &Caller) -> bool;
    /// Whether the caller may name it as the place of what they make.
    fn is_named_by(&self, caller: &Caller) -> bool;
    /// Whether a condition holds between it and the caller.
    fn holds(&self, condition: Condition) -> bool;
    /// The scopes that it stands in.
    fn scopes(&self) -> Scopes;
}

impl<K: Target> Thing for Resource<K> {
    fn decide(&self, caller: &Caller, permission: Permission) -> Decision {
        caller.decide(permission, self)
    }

    fn explain(&self, caller: &Caller, permission: Permission) -> Explanation {
        caller.explain(permission, self)
    }

    fn is_seen_by(&self, caller: &Caller) -> bool {
        caller.sees(self)
    }

    fn is_named_by(&self, caller: &Caller) -> bool {
        caller.may_name(self)
    }

    fn holds(&self, condition: Condition) -> bool {
        self.holding.contains(condition)
    }

    fn scopes(&self) -> Scopes {
        self.scopes
    }
}

/// A kind of thing that has rows, as a value: what [`Located`] says of it as a type.
trait Rows: Sync {
    fn kind(&self) -> ResourceKind;
    /// The conditions that can hold for a row.
    #[cfg(test)]
    fn rules(&self) -> &'static [crate::located::Rule];
    /// Selects the facts of rows between them and who is named: the columns are the same for every kind.
    fn statement(&self, number: usize, which: &str, names: &Names) -> String;
    /// Reads what was selected.
    fn thing(&self, caller: &Caller, row: &PgRow) -> Result<Box<dyn Thing>, sqlx::Error>;
}

/// How a statement names who things stand to.
pub(crate) struct Names {
    /// What goes before the things' table.
    pub(crate) from: &'static str,
    /// The caller's number, from 1.
    pub(crate) number: &'static str,
    /// The organization's id.
    pub(crate) organization: &'static str,
    /// The caller's membership.
    pub(crate) member: &'static str,
    /// The ids of the caller's teams.
    pub(crate) teams: &'static str,
}

/// Every row of `caller`.
const CALLERS: Names = Names {
    from: "caller cross join ",
    number: "caller.n",
    organization: "$1",
    member: "caller.id",
    teams: "caller.teams",
};

struct Of<K>(PhantomData<fn() -> K>);

impl<K: Located + 'static> Rows for Of<K> {
    fn kind(&self) -> ResourceKind {
        K::KIND
    }

    #[cfg(test)]
    fn rules(&self) -> &'static [crate::located::Rule] {
        K::RULES
    }

    fn statement(&self, number: usize, which: &str, names: &Names) -> String {
        let mut sql = format!("select {number} as kind, n, fact_id");
        for level in Level::ALL.into_iter().filter(|level| *level != Level::Organization) {
            let stands_in_one = K::SCOPES.iter().any(|(of, _)| *of == level);
            let _ = write!(sql, ", {}fact_{level}", if stands_in_one { "" } else { "null::uuid as " });
        }
        let reach = if K::REACH.is_empty() { "null::text[] as " } else { "" };
        let (alias, table, facts) = (K::ALIAS, K::TABLE, fact_columns::<K>());
        // The places of a rule's text, named as this statement has them.
        let Names { from, number, organization, member, teams } = names;
        let facts = facts.replace("$3", teams).replace("$2", member).replace("$1", organization);
        let _ = write!(
            sql,
            ", fact_holding, {reach}fact_roles from (select {number} as n, {facts} from {from}{table}
                where {alias}.org_id = {organization} and {alias}.id = {which}) found"
        );
        sql
    }

    fn thing(&self, caller: &Caller, row: &PgRow) -> Result<Box<dyn Thing>, sqlx::Error> {
        Ok(Box::new(resource::<K>(caller, row)?))
    }
}

/// The kinds of the catalogue that have rows; of the others there is nothing yet.
static KINDS: [&dyn Rows; 10] = [
    &Of::<kind::Member>(PhantomData),
    &Of::<kind::Team>(PhantomData),
    &Of::<kind::Website>(PhantomData),
    &Of::<kind::Queue>(PhantomData),
    &Of::<kind::Ticket>(PhantomData),
    &Of::<kind::Template>(PhantomData),
    &Of::<kind::InspectionTemplate>(PhantomData),
    &Of::<kind::Site>(PhantomData),
    &Of::<kind::Inspection>(PhantomData),
    &Of::<kind::Report>(PhantomData),
];

/// The queue in which a ticket waits that is created without one.
const INBOX: &str = "(select b.id from queues b where b.org_id = $1 and b.built_in order by b.id limit 1)";

/// No kind's number, but the queue's.
const INBOX_NUMBER: usize = KINDS.len();

/// What is wanted of the database.
#[derive(Debug, Default, Clone)]
pub(crate) struct Wanted {
    things: Vec<(ResourceKind, Uuid)>,
    inbox: bool,
}

impl Wanted {
    /// A thing.
    pub(crate) fn thing(&mut self, kind: ResourceKind, id: Uuid) {
        self.things.push((kind, id));
    }

    /// The queue in which a ticket waits that is created without one.
    pub(crate) fn inbox(&mut self) {
        self.inbox = true;
    }

    /// What else is wanted.
    pub(crate) fn add(&mut self, other: Self) {
        self.things.extend(other.things);
        self.inbox |= other.inbox;
    }

    /// Selects all of it, as one table; `None` where nothing is wanted that has rows.
    pub(crate) fn select(&self, sql: &mut Sql, names: &Names) -> StoreResult<Option<String>> {
        let mut selects = Vec::new();
        for (number, kind) in KINDS.iter().enumerate() {
            let of_kind = self.things.iter().filter(|(of, _)| *of == kind.kind());
            let things: Vec<Uuid> = of_kind.map(|(_, id)| *id).collect();
            if !things.is_empty() {
                let place = sql.bind(things)?;
                selects.push(kind.statement(number, &format!("any({place})"), names));
            }
        }
        if self.inbox {
            let (inbox, nothing) = (
                INBOX.replace("$1", names.organization),
                "null::uuid, null::uuid, null::uuid, null::uuid, 0, null::text[]",
            );
            selects.push(format!(
                "select {INBOX_NUMBER} as kind, 0::bigint as n, inbox.id as fact_id, {nothing} from {inbox} inbox"
            ));
        }
        Ok((!selects.is_empty()).then(|| selects.join(" union all ")))
    }
}

/// Things, each as it stands to each of several callers.
pub(crate) struct Things {
    found: HashMap<(usize, ResourceKind, Uuid), Box<dyn Thing>>,
    /// The queue in which a ticket waits that is created without one, if it was wanted and there is one.
    pub(crate) inbox: Option<Uuid>,
}

impl Things {
    /// Reads what [`Wanted::select`] selected.
    pub(crate) fn read(rows: &[PgRow], callers: &[Caller]) -> StoreResult<Self> {
        let mut things = Self { found: HashMap::new(), inbox: None };
        for row in rows {
            let Some(number) = row.try_get::<Option<i32>, _>("kind")? else { continue };
            let caller = usize::try_from(row.try_get::<i64, _>("n")? - 1).unwrap_or(usize::MAX);
            let id: Uuid = row.try_get("fact_id")?;
            match (usize::try_from(number).ok().and_then(|number| KINDS.get(number)), callers.get(caller)) {
                (Some(kind), Some(who)) => {
                    things.found.insert((caller, kind.kind(), id), kind.thing(who, row)?);
                }
                _ => things.inbox = Some(id),
            }
        }
        Ok(things)
    }

    /// A thing, as it stands to the caller of this number; `None` where there is none.
    pub(crate) fn get(&self, caller: usize, kind: ResourceKind, id: Uuid) -> Option<&dyn Thing> {
        self.found.get(&(caller, kind, id)).map(|thing| &**thing)
    }
}

impl Work {
    /// Reads things as they stand to each of these callers, who are numbered in their order. One statement; none where
    /// nothing is wanted that has rows.
    pub(crate) async fn things(&mut self, callers: &[Caller], wanted: &Wanted) -> StoreResult<Things> {
        match self.query(callers, wanted)? {
            Some(query) => Things::read(&query.fetch_all(&mut *self.transaction).await?, callers),
            None => Things::read(&[], callers),
        }
    }

    fn query(&self, callers: &[Caller], wanted: &Wanted) -> StoreResult<Option<PgQuery<'static>>> {
        let ids: Vec<Uuid> = callers.iter().map(|caller| caller.member().uuid()).collect();
        // One text for each: arrays of arrays are all of one length.
        let teams = |caller: &Caller| {
            let teams: Vec<String> = caller.scopes_at(Level::Team).iter().map(Uuid::to_string).collect();
            teams.join(",")
        };
        let teams: Vec<String> = callers.iter().map(teams).collect();
        let mut sql = Sql::default();
        let (_org, ids, teams) = (sql.bind(self.organization().uuid())?, sql.bind(ids)?, sql.bind(teams)?);
        let Some(selects) = wanted.select(&mut sql, &CALLERS)? else { return Ok(None) };
        let text = format!(
            "with caller as materialized (
                select c.n, c.id, string_to_array(c.teams, ',')::uuid[] as teams
                from unnest({ids}::uuid[], {teams}::text[]) with ordinality c(id, teams, n)
             ) {selects}"
        );
        Ok(Some(sql.query(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_that_a_document_may_name_is_rendered() {
        for kind in ResourceKind::ALL {
            let rows = KINDS.iter().find(|rows| rows.kind() == kind);
            // The organization has no conditions; of the other kinds without rows there is nothing yet.
            let rules = match (rows, kind) {
                (Some(rows), _) => rows.rules(),
                (None, ResourceKind::Organization) => &[],
                (None, _) => continue,
            };
            for condition in Condition::ALL.into_iter().filter(|c| !c.is_standing()) {
                let rendered = rules.iter().any(|rule| rule.condition == condition);
                assert_eq!(rendered, condition.applies_to(kind), "{} of a {}", condition.key(), kind.key());
            }
        }
    }
}
