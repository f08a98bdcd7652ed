//! Permits that lock nothing, for changes of rights.
//!
//! Locks are taken in one order: memberships, then things. A normal write holds memberships before its first permit. A
//! change of rights learns only on the way whose rights it changes; were it to lock the thing first, it would wait for a
//! member who writes, who waits for the thing. So it asks for its permits here, locks the members, and then the thing.

use usher_domain::Id;
use usher_policy::{Action, Permit, Resource};
use uuid::Uuid;

use crate::{Key, Located, StoreError, StoreResult, Work, located};

/// Why one thing of several gave no permit.
#[derive(Debug)]
pub struct Refused {
    /// Its place in the list, from 0.
    pub index: usize,
    /// The refusal.
    pub error: StoreError,
}

impl Work {
    /// A permit on one thing without a lock on it. Only for works begun with [`crate::Store::change_rights`], and for things
    /// whose facts change under that alone: it is what keeps them from changing.
    ///
    /// # Errors
    /// Refused: missing where the caller may not see it either.
    pub async fn permit_unlocked<A: Action>(&mut self, id: Id<A::Target>) -> StoreResult<Permit<A>>
    where
        A::Target: Located,
    {
        let caller = self.caller().clone();
        let resource = self.facts(&caller, id).await?;
        self.permit_for(&resource)
    }

    /// Permits on several things, in one statement and in the order of `ids`; as [`Work::permit_unlocked`], without locks.
    ///
    /// # Errors
    /// The first that is refused.
    pub async fn permit_each_unlocked<A: Action>(&mut self, ids: &[Id<A::Target>]) -> Result<Vec<Permit<A>>, Refused>
    where
        A::Target: Located,
    {
        let facts = self.facts_of_each(ids).await.map_err(|error| Refused { index: 0, error })?;
        ids.iter()
            .enumerate()
            .map(|(index, id)| {
                let resource = facts.iter().find(|resource| resource.id == *id);
                let permit = match resource {
                    Some(resource) => self.permit_for::<A>(resource),
                    None => Err(StoreError::Missing(<A::Target as usher_domain::Kind>::NAME)),
                };
                permit.map_err(|error| Refused { index, error })
            })
            .collect()
    }

    pub(crate) async fn facts_of_each<K: Located>(&mut self, ids: &[Id<K>]) -> StoreResult<Vec<Resource<K>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let caller = self.caller().clone();
        let rows = located::fetch_each::<K>(&mut self.transaction, &caller, &ids, "").await?;
        rows.iter().map(|row| Ok(located::resource(&caller, row)?)).collect()
    }

    /// A thing that has just been made or changed, shown to whoever did it.
    pub(crate) async fn item<K: Located>(&mut self, id: Id<K>) -> StoreResult<K::Item> {
        let caller = self.caller().clone();
        let row = located::fetch::<K>(&mut self.transaction, &caller, Key::Id(id), K::COLUMNS).await?;
        Ok(K::item(&row.ok_or(StoreError::Missing(K::NAME))?)?)
    }
}
