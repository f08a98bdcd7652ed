//! How things stand to those who have to do with them: each thing to its own member, and not to all of them.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row};
use usher_policy::{Caller, Resource};
use uuid::Uuid;

use crate::{
    Located, StoreResult, Work,
    located::{fact_columns, resource},
};

/// Somebody, and a thing that they have to do with.
pub(crate) type Pair = (Uuid, Uuid);

/// Things, each as it stands to one member.
pub(crate) struct Pairs<K: Located> {
    callers: HashMap<Uuid, Caller>,
    things: Vec<(Uuid, Resource<K>)>,
}

impl<K: Located> Pairs<K> {
    /// Each member with their thing.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Caller, &Resource<K>)> {
        self.things.iter().filter_map(|(member, thing)| Some((self.callers.get(member)?, thing)))
    }

    /// The pairs of which something does not hold.
    pub(crate) fn without(&self, holds: impl Fn(&Caller, &Resource<K>) -> bool) -> Vec<Pair> {
        let lost = self.iter().filter(|(member, thing)| !holds(member, thing));
        lost.map(|(member, thing)| (member.member().uuid(), thing.id.uuid())).collect()
    }
}

impl Work {
    /// How things stand to members, in two statements, however many there are. Who is no member, and what is not there, is
    /// left out.
    pub(crate) async fn pairs<K: Located>(&mut self, pairs: &[Pair]) -> StoreResult<Pairs<K>> {
        if pairs.is_empty() {
            return Ok(Pairs { callers: HashMap::new(), things: Vec::new() });
        }
        let (mut members, things): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().copied().unzip();
        // The places of the rules' texts, named as this statement has them.
        let facts = fact_columns::<K>().replace("$3", "m.teams").replace("$2", "m.id");
        let (alias, table) = (K::ALIAS, K::TABLE);
        let sql = format!(
            "select m.id as pair_member, {facts} from unnest($2::uuid[], $3::uuid[]) as pair (member, thing)
             join members m on m.org_id = $1 and m.id = pair.member
             join {table} on {alias}.org_id = $1 and {alias}.id = pair.thing"
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(self.organization().uuid()).bind(&members).bind(&things);
        let rows = rows.fetch_all(&mut *self.transaction).await?;
        members.sort_unstable();
        members.dedup();
        let callers = self.somebodies(&members).await?.into_iter().map(|somebody| somebody.caller);
        let callers: HashMap<Uuid, Caller> = callers.map(|caller| (caller.member().uuid(), caller)).collect();
        let mut things = Vec::new();
        for row in &rows {
            let member: Uuid = row.try_get("pair_member")?;
            if let Some(caller) = callers.get(&member) {
                things.push((member, resource::<K>(caller, row)?));
            }
        }
        Ok(Pairs { callers, things })
    }
}
