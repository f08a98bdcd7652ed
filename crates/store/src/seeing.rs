//! Reading one thing.

use usher_policy::Caller;

use crate::{Identity, Key, Located, OrganizationKey, Seen, Store, StoreResult};

impl Store {
    /// One thing, if the caller may see it, and the caller.
    ///
    /// # Errors
    /// As [`Store::read`]; missing, or hidden: the same.
    pub async fn see<K: Located>(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        key: impl Into<Key<K>>,
    ) -> StoreResult<(Caller, Seen<K>)> {
        let mut work = self.read(identity, organization).await?;
        let seen = work.see(key).await?;
        Ok((work.caller().clone(), seen))
    }
}
