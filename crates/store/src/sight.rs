//! Nobody comes to read a thing by an act of their own on it: there are permissions that go without the one to view (law 7).

use usher_domain::Id;
use usher_policy::{Action, Caller, Denial, Permission, Resource, Target};

use crate::{Located, StoreError, StoreResult, Work};

/// How much of a thing somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    thing: bool,
    notes: bool,
}

impl Work {
    /// How much of a thing the caller may read, as it stands at this point of the work: whoever they are, and whatever the
    /// scopes of the token that they act with. What a token does not see now, its owner might the moment after.
    pub(crate) async fn sight<K: Located>(&mut self, id: Id<K>) -> StoreResult<Sight> {
        let caller = self.caller().without_token();
        let facts = self.facts(&caller, id).await?;
        Ok(self.sight_of(&facts))
    }

    /// The same of a thing with these facts.
    pub(crate) fn sight_of<K: Target>(&self, facts: &Resource<K>) -> Sight {
        let caller = self.caller().without_token();
        let notes = caller.decide(Permission::TicketViewNotes, facts).is_allow();
        Sight { thing: caller.sees(facts), notes }
    }

    /// Refuses an act by which the caller would come to read what they did not before. `saw` is how much they saw before the
    /// act of what stands in this thing after it.
    ///
    /// # Errors
    /// Forbidden.
    pub(crate) async fn must_not_reveal<K: Located>(&mut self, saw: Sight, id: Id<K>) -> StoreResult<()> {
        let sees = self.sight(id).await?;
        saw.must_not_become::<K>(sees)
    }
}

impl Work {
    /// Whether the caller sees a thing, as they act: through a token what its scopes let them.
    pub(crate) async fn sees<K: Located>(&mut self, id: Id<K>) -> StoreResult<bool> {
        let caller = self.caller().clone();
        let facts = self.facts(&caller, id).await?;
        Ok(caller.sees(&facts))
    }

    /// Refuses to show others a thing that the caller does not see.
    ///
    /// # Errors
    /// Forbidden.
    pub(crate) async fn must_see<K: Located>(&mut self, id: Id<K>) -> StoreResult<()> {
        if self.sees(id).await? { Ok(()) } else { Err(forbidden(<K::View as Action>::PERMISSION)) }
    }

    /// Refuses an act by which somebody comes to be allowed with a thing what the caller is not, be it themselves. `before` and
    /// `after` are how it stands to them, `mine` how it stands to the caller.
    ///
    /// # Errors
    /// Forbidden.
    pub(crate) fn must_hold_what_opens<K: Target>(
        &self,
        member: &Caller,
        before: &Resource<K>,
        after: &Resource<K>,
        mine: &Resource<K>,
    ) -> StoreResult<()> {
        let is_new = |permission: &Permission| !member.decide(*permission, before).is_allow();
        let lacks = |permission: &Permission| !self.caller().decide(*permission, mine).is_allow();
        let beyond = member.permissions_on(after).filter(is_new).find(lacks);
        beyond.map_or(Ok(()), |permission| Err(forbidden(permission)))
    }
}

const fn forbidden(permission: Permission) -> StoreError {
    StoreError::Forbidden { permission, denial: Denial::NoGrant }
}

impl Sight {
    /// # Errors
    /// Forbidden where more would be seen.
    pub(crate) fn must_not_become<K: Target>(self, sees: Self) -> StoreResult<()> {
        let refused = |permission| Err(forbidden(permission));
        match (self.thing, self.notes, sees.thing, sees.notes) {
            (false, _, true, _) => refused(<K::View as Action>::PERMISSION),
            (_, false, true, true) => refused(Permission::TicketViewNotes),
            _ => Ok(()),
        }
    }
}
