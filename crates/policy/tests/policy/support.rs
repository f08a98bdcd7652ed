//! People and things, as plain as the store reads them: what the tests and the bench make callers and resources from.

use std::marker::PhantomData;

use usher_domain::{Id, kind};
use usher_policy::{
    Caller, CallerFacts, Decision, Explanation, Level, Mask, Model, ModelKey, Outcome, Permission, PermissionSet,
    Resource, ResourceKind, RoleIx, Scopes, Standing, Target,
};
use uuid::Uuid;

/// The organization of every person and, unless told otherwise, of every thing.
pub const HOME: Uuid = Uuid::from_u128(0x0A);
/// Another tenant.
pub const ELSEWHERE: Uuid = Uuid::from_u128(0x0B);

/// The facts of one caller.
#[derive(Debug, Clone)]
pub struct Person {
    pub model: &'static Model,
    pub standing: Standing,
    pub conditions: Mask,
    pub scopes: Option<PermissionSet>,
    pub assignments: Vec<(Level, Uuid, &'static str)>,
}

impl Person {
    pub fn new(model: &'static Model) -> Self {
        Self { model, standing: Standing::Active, conditions: Mask::NONE, scopes: None, assignments: Vec::new() }
    }

    /// A person of a built-in model with a role named as the documents name it: `organization.member`.
    pub fn of(key: ModelKey, role: &'static str) -> Self {
        Self::new(Model::built_in(key)).with(role, HOME)
    }

    pub fn with(mut self, role: &'static str, scope: Uuid) -> Self {
        let (level, role) = role.split_once('.').unwrap();
        self.assignments.push((Level::parse(level).unwrap(), scope, role));
        self
    }

    /// The person once given a role: where members have one organization role, a new one replaces theirs.
    pub fn given(&self, role: RoleIx, scope: Uuid) -> Self {
        let about = self.model.role_at(role);
        let mut after = self.clone();
        if about.level == Level::Organization && !self.model.several_organization_roles() {
            after.assignments.retain(|(level, ..)| *level != Level::Organization);
        }
        after.assignments.push((about.level, scope, about.key.as_str()));
        after
    }

    pub fn caller(&self) -> Caller {
        Caller::new(CallerFacts {
            model: self.model,
            organization: HOME.into(),
            member: Uuid::from_u128(0x0C).into(),
            standing: self.standing,
            conditions: self.conditions,
            scopes: self.scopes,
            assignments: self.assignments.iter().copied(),
            names: PhantomData,
        })
    }
}

/// The facts of one resource, of a kind known only when the test runs.
#[derive(Debug, Clone, Copy)]
pub struct Thing {
    pub kind: ResourceKind,
    pub organization: Uuid,
    pub scopes: Scopes,
    pub holding: Mask,
}

/// Runs the body with the thing as a resource of its kind.
macro_rules! typed {
    ($thing:expr, $resource:ident => $body:expr) => {
        typed!(@ $thing, $resource => $body; Organization Member Team Website Queue Ticket Template)
    };
    (@ $thing:expr, $resource:ident => $body:expr; $($kind:ident)*) => {
        match $thing.kind {
            $(ResourceKind::$kind => {
                let $resource = &$thing.resource::<kind::$kind>();
                $body
            })*
        }
    };
}

impl Thing {
    pub const fn new(kind: ResourceKind) -> Self {
        Self { kind, organization: HOME, scopes: Scopes::NONE, holding: Mask::NONE }
    }

    pub fn at(mut self, level: Level, scope: Uuid) -> Self {
        self.scopes = self.scopes.with(level, Some(scope));
        self
    }

    pub const fn holding(mut self, holding: Mask) -> Self {
        self.holding = holding;
        self
    }

    /// The same facts, of the kind that a permission is about.
    pub const fn about(mut self, permission: Permission) -> Self {
        self.kind = permission.target();
        self
    }

    pub fn resource<K: Target>(&self) -> Resource<K> {
        let id = Id::from(Uuid::from_u128(0x0D));
        Resource { organization: self.organization.into(), id, scopes: self.scopes, holding: self.holding }
    }
}

pub fn decide(caller: &Caller, permission: Permission, thing: &Thing) -> Decision {
    typed!(thing, resource => caller.decide(permission, resource))
}

pub fn allows(caller: &Caller, permission: Permission, thing: &Thing) -> bool {
    decide(caller, permission, thing).is_allow()
}

pub fn outcome(caller: &Caller, permission: Permission, thing: &Thing) -> Outcome {
    typed!(thing, resource => caller.outcome(permission, resource))
}

pub fn explain(caller: &Caller, permission: Permission, thing: &Thing) -> Explanation {
    typed!(thing, resource => caller.explain(permission, resource))
}
