//! Questions about access: who may do what, of many things and for any caller of the organization.

mod own;
mod places;
mod preview;
mod review;
mod together;
mod who_can;

use std::sync::Arc;

use usher_domain::{Id, kind};
use usher_policy::{
    Caller, Condition, Decision, Explanation, Level, Mask, Outcome, Permission, Permit, Resource, ResourceKind, Scopes,
    Target, ViewFilter, can,
};
use uuid::Uuid;

use crate::{
    StoreResult, Work,
    things::{Thing, Things, Wanted},
};

pub(crate) use together::Together;

pub use places::Place;
pub use preview::{Concerned, Somebody};
pub use review::{HeldRole, HeldRoleFilter, HeldRoleOrder};
pub use who_can::{GivenBy, WhoMay};

/// A permission, and what it would be used on.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The permission.
    pub permission: Permission,
    /// A thing of the permission's kind, or the place where one would be; `None`: the organization.
    pub resource: Option<Uuid>,
}

/// The kinds of places that a ticket can be created in.
const PLACES: [ResourceKind; 3] = [ResourceKind::Team, ResourceKind::Queue, ResourceKind::Template];

/// What questions about access are answered from. Who asks is the first caller, whoever else it is about stands after them.
pub struct AccessFacts {
    callers: Vec<Caller>,
    things: Arc<Things>,
}

impl AccessFacts {
    /// Who asks.
    #[must_use]
    pub fn asker(&self) -> &Caller {
        &self.callers[0]
    }

    /// The number of the last caller: who it is about, where that is one.
    #[must_use]
    pub const fn subject(&self) -> usize {
        self.callers.len() - 1
    }

    /// What is decided of a caller, by their number. `None` where there is no such thing, or who asks may not see it: to
    /// them that is the same.
    #[must_use]
    pub fn decide(&self, caller: usize, question: &Asked) -> Option<Decision> {
        let decide = |thing: &dyn Thing, of: &Caller| thing.decide(of, question.permission);
        self.answer(caller, question, decide, |decision| decision.is_allow())
    }

    /// The same, explained.
    #[must_use]
    pub fn explain(&self, caller: usize, question: &Asked) -> Option<Explanation> {
        let explain = |thing: &dyn Thing, of: &Caller| thing.explain(of, question.permission);
        let mut explanation =
            self.answer(caller, question, explain, |told| !matches!(told.outcome, Outcome::Hidden(_)))?;
        if question.permission.is_of_a_place() {
            // What is not there yet cannot be hidden.
            if let Outcome::Hidden(denial) = explanation.outcome {
                explanation.outcome = Outcome::Forbidden(denial);
            }
        } else if !self.shows_thing(question) {
            // Where a hidden thing stands is told by what allows, as the act itself would, and by nothing that does not.
            explanation.considered.retain(|considered| !considered.met.is_empty());
        }
        Some(explanation)
    }

    /// `tells`: whether an answer about who asks is one that the act itself would give away.
    fn answer<T>(
        &self,
        caller: usize,
        question: &Asked,
        ask: impl Fn(&dyn Thing, &Caller) -> T,
        tells: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let of = self.callers.get(caller)?;
        let kind = question.permission.target();
        if question.permission.is_of_a_place() {
            return Some(ask(&*self.prospect(caller, question)?, of));
        }
        if kind == ResourceKind::Organization {
            return Some(ask(&Resource::organization(of.organization()), of));
        }
        let id = question.resource?;
        let answer = ask(self.things.get(caller, kind, id)?, of);
        // What the asking person may not see does not exist for them; what they may do all the same, they may know.
        (self.asker_sees(kind, id) || (caller == 0 && tells(&answer))).then_some(answer)
    }

    /// Whether who asks sees what a question is about.
    fn shows_thing(&self, question: &Asked) -> bool {
        let kind = question.permission.target();
        kind == ResourceKind::Organization || question.resource.is_some_and(|id| self.asker_sees(kind, id))
    }

    fn asker_sees(&self, kind: ResourceKind, id: Uuid) -> bool {
        self.things.get(0, kind, id).is_some_and(|thing| thing.is_seen_by(self.asker()))
    }

    /// Whether who asks sees the place that a question is about.
    #[must_use]
    pub fn shows_place(&self, question: &Asked) -> bool {
        question.resource.is_some_and(|id| PLACES.into_iter().any(|kind| self.asker_sees(kind, id)))
    }

    /// Whether who asks may be told that a place is there: they see it, or the act would tell them. It tells nothing to who
    /// may create nothing anywhere, for their roles or for their token's scopes: they are refused before it looks at the
    /// place.
    fn asker_names(&self, permission: Permission, kind: ResourceKind, id: Uuid) -> bool {
        let creates = || self.asker().filter(permission) != ViewFilter::None;
        self.asker_sees(kind, id) || (self.names(0, kind, id) && creates())
    }

    /// Whether a caller may name a place.
    fn names(&self, caller: usize, kind: ResourceKind, id: Uuid) -> bool {
        let (thing, caller) = (self.things.get(caller, kind, id), self.callers.get(caller));
        thing.zip(caller).is_some_and(|(thing, caller)| thing.is_named_by(caller))
    }

    /// What the facts of a thing would be if a caller created it in a place: of what is no ticket a team is the only one.
    fn prospect(&self, caller: usize, question: &Asked) -> Option<Box<dyn Thing>> {
        match question.permission.target() {
            ResourceKind::InspectionTemplate => self.prospect_in_team::<kind::InspectionTemplate>(caller, question),
            ResourceKind::Site => self.prospect_in_team::<kind::Site>(caller, question),
            ResourceKind::Inspection => self.prospect_in_team::<kind::Inspection>(caller, question),
            _ => Some(Box::new(self.prospective_ticket(caller, question.resource)?)),
        }
    }

    fn prospect_in_team<K: Target>(&self, caller: usize, question: &Asked) -> Option<Box<dyn Thing>> {
        let (of, team) = (self.callers.get(caller)?, question.resource);
        let named = |id| {
            self.asker_names(question.permission, ResourceKind::Team, id) && self.names(caller, ResourceKind::Team, id)
        };
        team.is_none_or(named).then(|| -> Box<dyn Thing> {
            Box::new(Resource::<K> {
                scopes: Scopes::NONE.with(Level::Team, team),
                holding: Mask::of(Condition::Own),
                ..Resource::new(of.organization(), Id::new())
            })
        })
    }

    /// What a ticket's facts would be if a caller created it in a place: a team, a queue, a template, or none of them, which
    /// is the organization itself. A place that is not there, that the caller may not name, or that who asks may not be told
    /// of, has no facts.
    fn prospective_ticket(&self, caller: usize, place: Option<Uuid>) -> Option<Resource<kind::Ticket>> {
        let of = self.callers.get(caller)?;
        let has_queues = of.model().roles_at(Level::Queue).next().is_some();
        let inbox = self.things.inbox.filter(|_| has_queues);
        let (mut team, mut queue, mut visible) = (None, None, false);
        if let Some(id) = place {
            let named = |kind: &ResourceKind| {
                self.asker_names(Permission::TicketCreate, *kind, id) && self.names(caller, *kind, id)
            };
            match PLACES.into_iter().find(named)? {
                ResourceKind::Team => team = place,
                ResourceKind::Queue => queue = place,
                kind => visible = self.things.get(caller, kind, id)?.holds(Condition::SharedWithTeam),
            }
        }
        Some(Resource {
            scopes: Scopes::NONE.with(Level::Team, team).with(Level::Queue, queue.or(inbox)),
            holding: Mask::of(Condition::Own).with(Condition::TemplateVisible, visible),
            ..Resource::new(of.organization(), Id::new())
        })
    }

    /// The scopes below the organization that a question is decided by, for a caller.
    #[must_use]
    pub fn scopes(&self, caller: usize, question: &Asked) -> Option<Scopes> {
        self.answer(caller, question, |thing, _| thing.scopes(), |_| false)
    }
}

/// What has to be known to answer questions.
fn wanted(questions: &[Asked]) -> Wanted {
    let mut wanted = Wanted::default();
    for Asked { permission, resource } in questions {
        match resource {
            Some(id) if permission.is_of_a_place() => PLACES.into_iter().for_each(|kind| wanted.thing(kind, *id)),
            Some(id) => wanted.thing(permission.target(), *id),
            None => {}
        }
        if permission.is_of_a_place() {
            wanted.inbox();
        }
    }
    wanted
}

impl Work {
    /// The facts that questions about access rest on, between every thing that they name and every caller: one statement,
    /// however many questions there are and of however many kinds. `others`: who is asked about beside who asks.
    ///
    /// # Errors
    /// The database's.
    pub async fn access_facts(
        &mut self,
        _permit: &Permit<can::ViewOrganization>,
        others: impl IntoIterator<Item = Caller>,
        questions: &[Asked],
    ) -> StoreResult<AccessFacts> {
        self.facts_for(others, &wanted(questions)).await
    }

    async fn facts_for(
        &mut self,
        others: impl IntoIterator<Item = Caller>,
        wanted: &Wanted,
    ) -> StoreResult<AccessFacts> {
        let callers: Vec<Caller> = std::iter::once(self.caller().clone()).chain(others).collect();
        let things = Arc::new(self.things(&callers, wanted).await?);
        Ok(AccessFacts { callers, things })
    }

    /// Another member of this organization as a caller, to ask what they may do: a round trip of its own.
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
