//! Reading one thing in a single round trip: the tenant is set, the caller's facts and the row are read, by one statement.
//! The first read after an organization's roles have changed takes one more, for what they give.

use sqlx::{AssertSqlSafe, Row, postgres::PgRow};
use usher_policy::{Action, Caller, Decision, Denial, Level};
use uuid::Uuid;

use crate::{
    Identity, Key, Located, OrganizationKey, Seen, Store, StoreError, StoreResult, caller,
    located::{fact_columns, resource},
};

impl Store {
    /// One thing, if the caller may see it, and the caller. The same as [`Store::read`] and [`crate::Work::see`] in a third
    /// of the round trips.
    ///
    /// # Errors
    /// As [`Store::read`]; missing, or hidden: the same.
    pub async fn see<K: Located>(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        key: impl Into<Key<K>>,
    ) -> StoreResult<(Caller, Seen<K>)> {
        let key = key.into();
        let missing = StoreError::Missing(K::NAME);
        let Some(statement) = statement::<K>(key) else { return Err(missing) };
        let (id, name) = organization.either();
        let query = || {
            let query = sqlx::query(AssertSqlSafe(statement.clone()));
            let query = query.bind(id).bind(name).bind(identity.account.uuid()).bind(identity.session.uuid());
            let query = query.bind(identity.token.map(|token| token.secret_hash.to_vec()));
            Ok(match key {
                Key::Id(id) => query.bind(id.uuid()),
                Key::Number(number) => query.bind(number),
            })
        };
        let row = self.read_once(query).await?.pop().ok_or(StoreError::SessionEnded)?;
        let Some(caller) = self.entered(identity, organization, &row).await? else {
            return self.see_in_turn(identity, organization, key).await;
        };
        let permission = <K::View as Action>::PERMISSION;
        if caller.is_active() && !caller.scopes().contains(permission) {
            return Err(StoreError::Forbidden { permission, denial: Denial::TokenScope });
        }
        if row.try_get::<Option<Uuid>, _>("fact_id")?.is_none() {
            return Err(missing);
        }
        let resource = resource::<K>(&caller, &row)?;
        let Decision::Allow(grant) = caller.decide(permission, &resource) else { return Err(missing) };
        self.uses().note(&caller, grant);
        Ok((caller, Seen { item: K::item(&row)?, resource }))
    }

    /// The caller, of a row of `enter` beside which facts were read with the teams that it says. `None` where they have to be
    /// read in turn: what the organization's roles give is not known yet, or not all of those teams count for the engine,
    /// which knows the roles of its model alone.
    pub(crate) async fn entered(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        row: &PgRow,
    ) -> StoreResult<Option<Caller>> {
        if caller::must_be_signed_in(identity, row).is_err() {
            return Err(self.not_let_in(identity, organization).await);
        }
        let Some(model) = self.models().known(caller::version_of(row)?) else { return Ok(None) };
        let caller = caller::from_row(identity, row, &model)?;
        let mut teams: Vec<Uuid> = row.try_get("caller_teams")?;
        teams.sort_unstable();
        Ok((teams == caller.scopes_at(Level::Team)).then_some(caller))
    }

    async fn see_in_turn<K: Located>(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        key: Key<K>,
    ) -> StoreResult<(Caller, Seen<K>)> {
        let mut work = self.read(identity, organization).await?;
        let seen = work.see(key).await?;
        Ok((work.caller().clone(), seen))
    }
}

/// The statement; `None` for a kind that has no numbers, asked for by one.
fn statement<K: Located>(key: Key<K>) -> Option<String> {
    let named = match key {
        Key::Id(_) => "id",
        Key::Number(_) if K::NUMBERED => "number",
        Key::Number(_) => return None,
    };
    // The places of a rule's text, named as this statement has them.
    let columns = format!("{}{}", fact_columns::<K>(), K::COLUMNS);
    let columns = columns.replace("$3", "enter.caller_teams").replace("$2", "$3").replace("$1", "enter.caller_org");
    let (alias, table) = (K::ALIAS, K::TABLE);
    Some(format!(
        "select * from enter($1, $2, $3, $4, $5) left join lateral (
             select {columns} from {table} where {alias}.org_id = enter.caller_org and {alias}.{named} = $6
         ) found on true"
    ))
}
