//! The facts that questions about access rest on: of many things at once, for any caller of the organization.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use usher_domain::{Id, kind};
use usher_policy::{Caller, Level, Permit, Resource, can};
use uuid::Uuid;

use crate::{
    Located, StoreResult, Work,
    located::{fact_columns, resource},
};

impl Work {
    /// The facts of things of one kind between them and a caller, in one statement. Things that are not there are not in
    /// the answer.
    ///
    /// # Errors
    /// The database's.
    pub async fn resources<K: Located>(
        &mut self,
        caller: &Caller,
        ids: &[Uuid],
    ) -> StoreResult<HashMap<Uuid, Resource<K>>> {
        let (alias, table, facts) = (K::ALIAS, K::TABLE, fact_columns::<K>());
        let sql = format!(
            "select {facts} from {table}
             where {alias}.org_id = $1 and {alias}.id = any($4) and $2::uuid is not null and $3::uuid[] is not null"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(self.organization().uuid())
            .bind(caller.member().uuid())
            .bind(caller.scopes_at(Level::Team))
            .bind(ids)
            .fetch_all(&mut *self.transaction)
            .await?;
        let organization = self.organization();
        let resources = rows.iter().map(|row| resource::<K>(organization, row).map(|found| (found.id.uuid(), found)));
        Ok(resources.collect::<Result<_, sqlx::Error>>()?)
    }

    /// Another member of this organization as a caller, to ask what they may do.
    ///
    /// # Errors
    /// There is no such member.
    pub async fn member_as_caller(
        &mut self,
        _permit: &Permit<can::ReviewAccess>,
        member: Id<kind::Member>,
    ) -> StoreResult<Caller> {
        self.load(member).await
    }
}
