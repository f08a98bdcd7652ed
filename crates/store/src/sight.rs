//! Nobody comes to read a thing by an act of their own on it: there are permissions that go without the one to view (law 7).
//! Not by bringing it into the sight of a service, either, whose secret they have or can get.

use std::collections::BTreeMap;

use usher_domain::{Id, TeamId};
use usher_policy::{Action, Caller, Condition, Denial, Level, Mask, Permission, Resource, ResourceKind, Target, can};
use uuid::Uuid;

use crate::{
    Located, StoreError, StoreResult, Work,
    things::{Thing, Wanted},
};

/// How much of a thing somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    thing: bool,
    /// The internal notes on it, or all of it where there are none.
    notes: bool,
}

/// How much of a thing the caller may read, and where that is not all, each of the services that they could act as.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    own: Extent,
    services: BTreeMap<Uuid, Extent>,
}

impl Work {
    /// How much of a thing is in the caller's sight, as it stands at this point of the work: whoever they are, and whatever
    /// the scopes of the token that they act with. What a token does not see now, its owner might the moment after.
    pub(crate) async fn sight<K: Located>(&mut self, id: Id<K>) -> StoreResult<Sight> {
        let caller = self.caller().without_token();
        let own = Extent::of(&caller, &self.facts(&caller, id).await?, K::KIND);
        let services = self.services_behind(own).await?;
        let mut wanted = Wanted::default();
        wanted.thing(K::KIND, id.uuid());
        let things = if services.is_empty() { None } else { Some(self.things(&services, &wanted).await?) };
        let extent = |(number, service): (usize, &Caller)| {
            let thing = things.as_ref()?.get(number, K::KIND, id.uuid())?;
            Some((service.member().uuid(), Extent::of(service, thing, K::KIND)))
        };
        Ok(Sight { own, services: services.iter().enumerate().filter_map(extent).collect() })
    }

    /// Refuses an act by which the caller would come to read what they did not before, or a service would that they could act
    /// as. `saw` is how much was in their sight before the act of what stands in this thing after it.
    ///
    /// # Errors
    /// Forbidden.
    pub(crate) async fn must_not_reveal<K: Located>(&mut self, saw: Sight, id: Id<K>) -> StoreResult<()> {
        if saw.own == Extent::ALL {
            return Ok(());
        }
        let sees = self.sight(id).await?;
        saw.must_not_become::<K>(&sees)
    }

    /// Refuses to take things of a kind from one team to another where some of them would come into the caller's sight: whichever
    /// condition holds of a thing, be it theirs or shared with its team.
    ///
    /// # Errors
    /// Forbidden.
    pub(crate) async fn must_not_reveal_in<K: Located>(&mut self, from: TeamId, to: TeamId) -> StoreResult<()> {
        let organization = self.organization();
        let extent = |somebody: &Caller, team: TeamId, condition: Condition| {
            // What is shared with a team is so with who is in it.
            let in_team = || somebody.scopes_at(Level::Team).contains(&team.uuid());
            let thing = Resource::<K> {
                holding: Mask::NONE.with(condition, condition != Condition::SharedWithTeam || in_team()),
                ..Resource::in_team(organization, Id::new(), team)
            };
            Extent::of(somebody, &thing, K::KIND)
        };
        let caller = self.caller().without_token();
        let own = extent(&caller, from, Condition::Always);
        let services = self.services_behind(own).await?;
        // What a team has is not seen by its template.
        let of_a_team = |condition: &Condition| *condition != Condition::TemplateVisible;
        let conditions = || K::RULES.iter().map(|rule| rule.condition).filter(of_a_team).chain([Condition::Always]);
        let reveals = |somebody: &Caller| {
            conditions().try_for_each(|condition| {
                let saw = extent(somebody, from, condition).or(own);
                saw.must_not_become::<K>(extent(somebody, to, condition))
            })
        };
        std::iter::once(&caller).chain(&services).try_for_each(reveals)
    }

    /// The services that matter where the caller does not read all of a thing: those whose secret they made, and every one
    /// where they may make secrets. Each as it would be if its token were renewed and its membership active.
    async fn services_behind(&mut self, own: Extent) -> StoreResult<Vec<Caller>> {
        if own == Extent::ALL {
            return Ok(Vec::new());
        }
        let here = Resource::organization(self.organization());
        let renews = self.caller().without_token().decide(can::ManageServiceTokens::PERMISSION, &here).is_allow();
        let services = sqlx::query_scalar!(
            "select member_id from api_tokens
             where org_id = $1 and kind = 'service' and member_id <> $2 and ($3 or created_by = $2)",
            self.organization().uuid(),
            self.account().uuid(),
            renews
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        if services.is_empty() {
            return Ok(Vec::new());
        }
        let services = self.somebodies(&services).await?;
        Ok(services.iter().map(|service| service.caller.reinstated()).collect())
    }
}

impl Extent {
    const ALL: Self = Self { thing: true, notes: true };
    const NONE: Self = Self { thing: false, notes: false };

    fn of(caller: &Caller, thing: &dyn Thing, kind: ResourceKind) -> Self {
        let sees = thing.is_seen_by(caller);
        let notes = || kind != ResourceKind::Ticket || thing.decide(caller, Permission::TicketViewNotes).is_allow();
        Self { thing: sees, notes: sees && notes() }
    }

    const fn or(self, other: Self) -> Self {
        Self { thing: self.thing || other.thing, notes: self.notes || other.notes }
    }

    /// # Errors
    /// Forbidden where more would be read.
    fn must_not_become<K: Target>(self, sees: Self) -> StoreResult<()> {
        let refused = |permission| Err(forbidden(permission));
        if sees.thing && !self.thing {
            refused(<K::View as Action>::PERMISSION)
        } else if sees.notes && !self.notes {
            refused(Permission::TicketViewNotes)
        } else {
            Ok(())
        }
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
        let caller = self.caller().clone();
        let facts = self.facts(&caller, id).await?;
        self.must_see_of(&facts)
    }

    /// The same of a thing with these facts.
    pub(crate) fn must_see_of<K: Target>(&self, facts: &Resource<K>) -> StoreResult<()> {
        if self.caller().sees(facts) { Ok(()) } else { Err(forbidden(<K::View as Action>::PERMISSION)) }
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
    /// Forbidden where more would be seen: what the caller saw a service may see as well.
    pub(crate) fn must_not_become<K: Target>(&self, sees: &Self) -> StoreResult<()> {
        self.own.must_not_become::<K>(sees.own)?;
        sees.services.iter().try_for_each(|(service, sees)| {
            let saw = self.services.get(service).copied().unwrap_or(Extent::NONE).or(self.own);
            saw.must_not_become::<K>(*sees)
        })
    }
}
