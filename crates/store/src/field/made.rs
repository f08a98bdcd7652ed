//! Making things: in a team, and with identifiers that devices give while they are offline.

use usher_domain::{AccountId, Id};
use usher_policy::{Action, Condition, Mask, Permit, Resource, Target, can};

use crate::{Conflict, Located, StoreError, StoreResult, Work};

/// What became of making a thing whose identifier may have been given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It was made.
    Now,
    /// It is there already, made by the same account: by the same request, sent again.
    Before,
}

const DELETED: Conflict = Conflict {
    code: "deleted",
    detail: "What you made with this id was deleted since. To make it anew, give it another id.",
};

const ID_TAKEN: Conflict = Conflict { code: "id_taken", detail: "Something else has this id: give it another one." };

impl Work {
    /// A permit to make a thing in a team, as the caller's own and with this identifier.
    pub(super) fn permit_in_team<A: Action>(
        &self,
        team: &Permit<can::ViewTeam>,
        id: Id<A::Target>,
    ) -> StoreResult<Permit<A>> {
        let holding = Mask::of(Condition::Own);
        self.permit_new(&Resource { holding, ..Resource::in_team(self.organization(), id, team.target()) })
    }

    /// What has an identifier that a device gave, if the caller made it before and sees it still. A request that is sent again is
    /// known by it, whatever has become of the places that it names.
    ///
    /// # Errors
    /// Gone: the caller made it, and it was deleted.
    pub async fn made_before<K: Located>(&mut self, id: Option<Id<K>>) -> StoreResult<Option<Id<K>>> {
        let Some(id) = id else { return Ok(None) };
        let caller = self.caller().clone();
        // Without a lock: for what is not theirs nobody waits.
        match self.facts(&caller, id).await {
            Ok(resource) if self.is_theirs(&resource) => {}
            Ok(_) => return Ok(None),
            Err(StoreError::Missing(_)) => {
                let deleted = self.deleted_by(id).await?;
                return if deleted == Some(Some(self.account())) { Err(StoreError::Gone(DELETED)) } else { Ok(None) };
            }
            Err(error) => return Err(error),
        }
        let _before = self.must_be_made_before(id).await?;
        Ok(Some(id))
    }

    /// Whose it was that had an identifier and was deleted, within the time for which that is known.
    async fn deleted_by<K>(&mut self, id: Id<K>) -> StoreResult<Option<Option<AccountId>>> {
        let deleted = sqlx::query_scalar!(
            "select created_by from deleted_ids where org_id = $1 and id = $2",
            self.organization().uuid(),
            id.uuid()
        );
        Ok(deleted.fetch_optional(&mut *self.transaction).await?.map(|by| by.map(Id::from)))
    }

    /// Makes sure that an identifier which a device gave, and under which something has just been made, is not that of what
    /// was deleted: looked for afterwards, so that it is seen if it went while this waited.
    ///
    /// # Errors
    /// Gone: the caller's own was deleted. `id_taken`: another's.
    pub(super) async fn must_not_come_back<K>(&mut self, id: Option<Id<K>>) -> StoreResult<()> {
        // One that is made here is new.
        let Some(id) = id else { return Ok(()) };
        match self.deleted_by(id).await? {
            None => Ok(()),
            Some(by) if by == Some(self.account()) => Err(StoreError::Gone(DELETED)),
            Some(_) => Err(ID_TAKEN.into()),
        }
    }

    fn is_theirs<K: Target>(&self, resource: &Resource<K>) -> bool {
        resource.holding.contains(Condition::Own) && self.caller().may_name(resource)
    }

    /// Makes sure that an identifier which a device gave is one that grows with time, and not of tomorrow's tomorrow: a clock
    /// may be wrong, but by no more than a day.
    ///
    /// # Errors
    /// Invalid, at `/id`.
    pub(super) async fn check_id<K>(&mut self, id: Id<K>) -> StoreResult<()> {
        let invalid = |code, detail: &str| StoreError::Invalid { pointer: "/id", code, detail: detail.to_owned() };
        let made_at = id.made_at().ok_or_else(|| invalid("format", "A UUID of version 7 is wanted."))?;
        let late = sqlx::query_scalar!(r#"select $1 > now() + interval '1 day' as "late!""#, made_at)
            .fetch_one(&mut *self.transaction)
            .await?;
        if late {
            Err(invalid(
                "out_of_range",
                "The time that it begins with is more than a day ahead: look at the device's clock.",
            ))
        } else {
            Ok(())
        }
    }

    /// Makes sure that what has an identifier already, which a device gave, is what the caller made before and sees still.
    ///
    /// # Errors
    /// `id_taken`: it is another's, or out of their sight.
    pub(super) async fn must_be_made_before<K: Located>(&mut self, id: Id<K>) -> StoreResult<Made> {
        let resource = self.resource::<K::View>(id.into()).await.map_err(|error| match error {
            // It was there a moment ago.
            StoreError::Missing(_) => StoreError::CONTENTION,
            other => other,
        })?;
        if self.is_theirs(&resource) { Ok(Made::Before) } else { Err(ID_TAKEN.into()) }
    }
}
