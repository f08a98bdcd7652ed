//! Questions that somebody asks about themselves, in a single round trip: see `seeing`.

use std::sync::Arc;

use usher_policy::{Action, Caller, Resource, can};

use super::{AccessFacts, Asked, together::Read, wanted};
use crate::{
    Identity, OrganizationKey, Store, StoreError, StoreResult,
    sql::Sql,
    things::{Names, Things, Wanted},
};

/// Who has been entered as.
const ENTERED: Names = Names {
    from: "",
    number: "1::bigint",
    organization: "entered.caller_org",
    member: "$3",
    teams: "entered.caller_teams",
};

impl Store {
    /// The facts that a caller's questions about themselves rest on: one statement, whatever and however much they ask, which
    /// also sets the tenant and reads the caller's own facts.
    ///
    /// # Errors
    /// As [`Store::read`]; or the caller may not see the organization.
    pub async fn access_facts(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        questions: &[Asked],
    ) -> StoreResult<AccessFacts> {
        let (caller, things) = self.read_together(identity, organization, wanted(questions)).await?;
        Ok(AccessFacts { callers: vec![caller], things })
    }

    /// What is wanted, as it stands to the caller.
    pub(super) async fn read_access(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        wanted: &Wanted,
    ) -> StoreResult<Read> {
        let (id, name) = organization.either();
        let query = || {
            let mut sql = Sql::default();
            sql.bind(id)?;
            sql.bind(name)?;
            sql.bind(identity.account.uuid())?;
            sql.bind(identity.session.uuid())?;
            sql.bind(identity.token.map(|token| token.secret_hash.to_vec()))?;
            let things = wanted.select(&mut sql, &ENTERED)?;
            let things = things.as_deref().unwrap_or("select null::int as kind");
            Ok(sql.query(format!(
                "select * from enter($1, $2, $3, $4, $5) entered left join lateral ({things}) found on true"
            )))
        };
        let rows = self.read_once(query).await?;
        let first = rows.first().ok_or(StoreError::SessionEnded)?;
        let here = |caller: &Caller| Resource::organization(caller.organization());
        let caller = self.entered(identity, organization, first).await?;
        let lets_in = |caller: &Caller| caller.decide(can::ViewOrganization::PERMISSION, &here(caller)).is_allow();
        let Some(caller) = caller.filter(lets_in) else {
            let mut work = self.read(identity, organization).await?;
            let _permit = work.permit_here::<can::ViewOrganization>()?;
            let facts = work.facts_for([], wanted).await?;
            return Ok((facts.asker().clone(), facts.things));
        };
        let things = Things::read(&rows, std::slice::from_ref(&caller))?;
        Ok((caller, Arc::new(things)))
    }
}
