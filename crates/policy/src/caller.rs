//! Who is asking, in one organization: what a decision needs to know of them, laid out for speed.

use std::sync::Arc;

use usher_domain::{Id, kind};
use uuid::Uuid;

use crate::{Condition, Level, Mask, Model, Permission, PermissionSet, RoleIx};

/// The state of a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// May act.
    Active,
    /// Blocked by an administrator.
    Blocked,
    /// No longer taking part; history stays.
    Deactivated,
    /// Of a service: its one token has run out. No membership is stored so; it is what somebody is told who asks about one.
    TokenEnded,
}

impl Standing {
    /// The state's name in the database and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Deactivated => "deactivated",
            Self::TokenEnded => "token_ended",
        }
    }

    /// The state of this name; a name that is not known does not let anybody act.
    #[must_use]
    pub fn parse(key: &str) -> Self {
        match key {
            "active" => Self::Active,
            "deactivated" => Self::Deactivated,
            "token_ended" => Self::TokenEnded,
            _ => Self::Blocked,
        }
    }
}

/// A role held at a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// The organization, team, queue … that it is held at.
    pub scope: Uuid,
    /// The role, which says the level.
    pub role: RoleIx,
}

/// What the store has read of a caller.
#[derive(Debug)]
pub struct CallerFacts<'a, A> {
    /// The organization's access model.
    pub model: &'a Arc<Model>,
    /// The organization.
    pub organization: Id<kind::Organization>,
    /// The caller's membership of it.
    pub member: Id<kind::Member>,
    /// The membership's state.
    pub standing: Standing,
    /// The standing conditions about the organization that hold (plan, settings). Those about the caller are derived.
    pub conditions: Mask,
    /// What the token allows at most; `None` for a signed-in person.
    pub scopes: Option<PermissionSet>,
    /// Whether this is a service, somebody's secret of which may be in other hands.
    pub service: bool,
    /// Level, scope and role of every assignment, best in the order of level and scope. A role that the model does not
    /// know gives nothing, nor does one of another organization.
    pub assignments: A,
    /// Ties the names of the assignments to where they were read from.
    pub names: std::marker::PhantomData<&'a str>,
}

/// A caller, ready to be decided about.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(crate) model: Arc<Model>,
    pub(crate) organization: Id<kind::Organization>,
    member: Id<kind::Member>,
    pub(crate) standing: Standing,
    /// What guards leave: token scopes, and reads only under a read-only role.
    pub(crate) allowed: PermissionSet,
    pub(crate) scopes: PermissionSet,
    pub(crate) service: bool,
    /// The conditions that hold for every resource.
    pub(crate) conditions: Mask,
    /// Sorted by level, then scope.
    held: Vec<Assignment>,
    /// Where each level starts in `held`, and the end.
    starts: [usize; Level::COUNT + 1],
}

impl Caller {
    /// Lays the facts out.
    pub fn new<'a>(facts: CallerFacts<'a, impl IntoIterator<Item = (Level, Uuid, &'a str)>>) -> Self {
        let model = Arc::clone(facts.model);
        let assignments = facts.assignments.into_iter();
        let mut held: Vec<Assignment> = Vec::with_capacity(assignments.size_hint().0);
        let mut starts = [0; Level::COUNT + 1];
        let everybodys = model.everybodys_role();
        if let Some(role) = everybodys {
            held.push(Assignment { scope: facts.organization.uuid(), role });
            starts[Level::Organization as usize + 1] += 1;
        }
        for (level, scope, role) in assignments {
            if level == Level::Organization && scope != facts.organization.uuid() {
                continue;
            }
            if let Some(role) = model.role(level, role).filter(|role| everybodys != Some(*role)) {
                held.push(Assignment { scope, role });
                starts[level as usize + 1] += 1;
            }
        }
        for level in 0..Level::COUNT {
            starts[level + 1] += starts[level];
        }
        // Stable, so that of several roles at a scope the one that was read first is the one that an allow names; and
        // cheap, because the store reads them in this order.
        held.sort_by_key(|a| (model.role_at(a.role).level, a.scope.as_u128()));
        let organization_roles = || held[..starts[1]].iter().map(|a| model.role_at(a.role));
        let staff = organization_roles().any(|role| role.staff);
        let capped = organization_roles().any(|role| role.read_only);
        let scopes = facts.scopes.unwrap_or(PermissionSet::ALL);
        Self {
            organization: facts.organization,
            member: facts.member,
            standing: facts.standing,
            allowed: if capped { scopes.and(PermissionSet::reads()) } else { scopes },
            scopes,
            service: facts.service,
            conditions: facts
                .conditions
                .and(Mask::ORGANIZATION)
                .with(Condition::Always, true)
                .with(Condition::Staff, staff),
            held,
            starts,
            model,
        }
    }

    /// The organization.
    #[must_use]
    pub const fn organization(&self) -> Id<kind::Organization> {
        self.organization
    }

    /// The caller's membership.
    #[must_use]
    pub const fn member(&self) -> Id<kind::Member> {
        self.member
    }

    /// The organization's access model.
    #[must_use]
    pub const fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The roles held at a level, each with its scope, in the order of the scopes.
    #[must_use]
    pub fn held_at(&self, level: Level) -> &[Assignment] {
        &self.held[self.starts[level as usize]..self.starts[level as usize + 1]]
    }

    /// The roles held at one scope of a level.
    #[must_use]
    #[inline]
    pub fn held_in(&self, level: Level, scope: Uuid) -> &[Assignment] {
        // As numbers, because two of those are compared in two instructions.
        let (held, wanted) = (self.held_at(level), scope.as_u128());
        let start = held.partition_point(|a| a.scope.as_u128() < wanted);
        let held = &held[start..];
        let end = held.iter().position(|a| a.scope != scope).unwrap_or(held.len());
        &held[..end]
    }

    /// The scopes of a level at which any role is held, each once.
    #[must_use]
    pub fn scopes_at(&self, level: Level) -> Vec<Uuid> {
        let mut scopes: Vec<Uuid> = self.held_at(level).iter().map(|a| a.scope).collect();
        scopes.dedup();
        scopes
    }

    /// Whether the membership is active: whose is not may do nothing.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }

    /// What the caller's token allows at most; everything for a signed-in person.
    #[must_use]
    pub const fn scopes(&self) -> PermissionSet {
        self.scopes
    }

    /// The same caller, as if the membership were active.
    #[must_use]
    pub fn reinstated(&self) -> Self {
        Self { standing: Standing::Active, ..self.clone() }
    }

    /// The same caller, as who they are without the token that they act with.
    #[must_use]
    pub fn without_token(&self) -> Self {
        self.scoped(PermissionSet::ALL)
    }

    /// The same caller, acting with a token that has one scope more.
    pub(crate) fn with_scope(&self, permission: Permission) -> Self {
        self.scoped(self.scopes.with(permission))
    }

    fn scoped(&self, scopes: PermissionSet) -> Self {
        let capped = self.held_at(Level::Organization).iter().any(|held| self.model.role_at(held.role).read_only);
        Self { allowed: if capped { scopes.and(PermissionSet::reads()) } else { scopes }, scopes, ..self.clone() }
    }

    /// Whether guards leave the permission at all: the membership is active, and neither the token's scopes nor a
    /// read-only role exclude it.
    #[must_use]
    pub fn is_open(&self, permission: Permission) -> bool {
        self.is_active() && self.allowed.contains(permission)
    }
}
