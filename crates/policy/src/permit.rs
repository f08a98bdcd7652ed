//! Proofs of a decision, which the store asks for before it acts.

use std::marker::PhantomData;

use usher_domain::{Id, kind};
use uuid::Uuid;

use crate::{Action, Caller, Denial, Grant, Level, Outcome, Resource, Target, ViewFilter};

/// The proof that one caller may do `A` to one thing, once. Only [`Caller::permit`] makes one.
#[derive(Debug)]
#[must_use = "a permit is for one act"]
pub struct Permit<A: Action> {
    organization: Id<kind::Organization>,
    target: Id<A::Target>,
    member: Id<kind::Member>,
    grant: Grant,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> Permit<A> {
    /// The organization in which the act is allowed.
    #[must_use]
    pub const fn organization(&self) -> Id<kind::Organization> {
        self.organization
    }

    /// The thing that the act may be done to.
    #[must_use]
    pub const fn target(&self) -> Id<A::Target> {
        self.target
    }

    /// Who may do it.
    #[must_use]
    pub const fn member(&self) -> Id<kind::Member> {
        self.member
    }

    /// What allows it.
    #[must_use]
    pub const fn grant(&self) -> Grant {
        self.grant
    }
}

/// The proof that one caller may list what `A` shows, with the filter that a list must obey. Only [`Caller::listing`]
/// makes one.
#[derive(Debug, Clone)]
pub struct Listing<A: Action> {
    caller: Caller,
    teams: Vec<Uuid>,
    filter: ViewFilter,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> Listing<A> {
    /// The organization whose things may be listed.
    #[must_use]
    pub const fn organization(&self) -> Id<kind::Organization> {
        self.caller.organization()
    }

    /// Who lists.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The teams that the caller is in, which some conditions speak of.
    #[must_use]
    pub fn teams(&self) -> &[Uuid] {
        &self.teams
    }

    /// Which rows may be shown.
    #[must_use]
    pub const fn filter(&self) -> &ViewFilter {
        &self.filter
    }
}

/// Why no permit was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The caller may not even see the thing: the answer is that of a thing that does not exist.
    Hidden,
    /// The caller sees the thing and may not do this to it.
    Forbidden(Denial),
}

impl Caller {
    /// Asks for a permit.
    ///
    /// # Errors
    /// [`Refusal`], in which what may not be viewed is hidden and what may be viewed is forbidden (law 8).
    pub fn permit<A: Action>(&self, resource: &Resource<A::Target>) -> Result<Permit<A>, Refusal> {
        match self.outcome(A::PERMISSION, resource) {
            Outcome::Allowed(grant) => Ok(Permit {
                organization: self.organization,
                target: resource.id,
                member: self.member(),
                grant,
                action: PhantomData,
            }),
            Outcome::Forbidden(denial) => Err(Refusal::Forbidden(denial)),
            Outcome::Hidden(_) => Err(Refusal::Hidden),
        }
    }

    /// Asks for a permit to name a thing in another act, as the place of what is made. It is what the member sees that
    /// counts: the scopes of a token that they act with are asked of the act, and seeing is none of it.
    ///
    /// # Errors
    /// [`Refusal::Hidden`].
    #[allow(clippy::disallowed_methods, reason = "it is one of those that are not to be asked")]
    pub fn permit_to_name<K: Target>(&self, resource: &Resource<K>) -> Result<Permit<K::View>, Refusal> {
        self.with_scope(K::KIND.view()).permit(resource)
    }

    /// Whether there is a [permit to name](Caller::permit_to_name) a thing.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the permit is not given away")]
    pub fn may_name<K: Target>(&self, resource: &Resource<K>) -> bool {
        self.permit_to_name(resource).is_ok()
    }

    /// The right to list whatever `A` shows, which may be nothing at all.
    #[must_use]
    pub fn listing<A: Action>(&self) -> Listing<A> {
        Listing {
            caller: self.clone(),
            teams: self.scopes_at(Level::Team),
            filter: self.filter(A::PERMISSION),
            action: PhantomData,
        }
    }
}
