//! The facts that questions about access rest on: of many things at once, for any caller of the organization.

use std::collections::HashMap;

use usher_domain::{Id, kind};
use usher_policy::{Caller, Permit, Resource, can};
use uuid::Uuid;

use crate::{Located, StoreResult, Work, located};

impl Work {
    /// The facts of things of one kind between them and a caller, in one statement, to answer a question about access.
    /// Things that are not there are not in the answer. What the asking person may be told of it is for the answer to say.
    ///
    /// # Errors
    /// The database's.
    pub async fn resources<K: Located>(
        &mut self,
        _permit: &Permit<can::ViewOrganization>,
        caller: &Caller,
        ids: &[Uuid],
    ) -> StoreResult<HashMap<Uuid, Resource<K>>> {
        self.facts_between(caller, ids).await
    }

    /// The facts of things of one kind between them and a caller.
    pub(crate) async fn facts_between<K: Located>(
        &mut self,
        caller: &Caller,
        ids: &[Uuid],
    ) -> StoreResult<HashMap<Uuid, Resource<K>>> {
        let rows = located::fetch_each::<K>(&mut self.transaction, caller, ids, "").await?;
        let organization = self.organization();
        let resources =
            rows.iter().map(|row| located::resource::<K>(organization, row).map(|found| (found.id.uuid(), found)));
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
