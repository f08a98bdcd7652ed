//! People and things, as plain as the store reads them: what the tests and the bench make callers and resources from.

use std::{
    marker::PhantomData,
    sync::{Arc, Mutex},
};

use usher_domain::{Id, kind};
use usher_policy::{
    Caller, CallerFacts, Condition, Decision, Explanation, Level, Mask, Model, ModelKey, Outcome, Permission,
    PermissionSet, Resource, ResourceKind, RoleIx, Scopes, Standing, Target,
};
use uuid::Uuid;

/// The organization of every person and, unless told otherwise, of every thing.
pub const HOME: Uuid = Uuid::from_u128(0x0A);
/// Another tenant.
pub const ELSEWHERE: Uuid = Uuid::from_u128(0x0B);

/// The facts of one caller.
#[derive(Debug, Clone)]
pub struct Person {
    pub model: &'static Arc<Model>,
    pub standing: Standing,
    pub conditions: Mask,
    pub scopes: Option<PermissionSet>,
    pub service: bool,
    pub assignments: Vec<(Level, Uuid, &'static str)>,
}

impl Person {
    pub fn new(model: &'static Arc<Model>) -> Self {
        Self {
            model,
            standing: Standing::Active,
            conditions: Mask::NONE,
            scopes: None,
            service: false,
            assignments: Vec::new(),
        }
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
            service: self.service,
            assignments: self.assignments.iter().copied(),
            names: PhantomData,
        })
    }
}

/// The role that the documents name so: `organization.member`.
#[track_caller]
pub fn role(model: &Model, name: &str) -> RoleIx {
    let (level, key) = name.split_once('.').unwrap();
    model.role(Level::parse(level).unwrap(), key).unwrap_or_else(|| panic!("{name}"))
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
        typed!(@ $thing, $resource => $body; Organization Member Team Website Queue Ticket Template
            InspectionTemplate Site Inspection Report Event InventoryTicket Order Survey Workspace Project Phase Iteration Model Dataset)
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
        Resource { scopes: self.scopes, holding: self.holding, ..Resource::new(self.organization.into(), id) }
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

/// Asserts that the answer is yes.
#[track_caller]
pub fn assert_allowed(person: &Person, permission: Permission, thing: &Thing) {
    let outcome = outcome(&person.caller(), permission, thing);
    assert!(matches!(outcome, Outcome::Allowed(_)), "{permission}: {outcome:?}");
}

/// Asserts that the answer is 403: the thing is seen.
#[track_caller]
pub fn assert_forbidden(person: &Person, permission: Permission, thing: &Thing) {
    let outcome = outcome(&person.caller(), permission, thing);
    assert!(matches!(outcome, Outcome::Forbidden(_)), "{permission}: {outcome:?}");
}

/// Asserts that the answer is 404.
#[track_caller]
pub fn assert_hidden(person: &Person, permission: Permission, thing: &Thing) {
    let outcome = outcome(&person.caller(), permission, thing);
    assert!(matches!(outcome, Outcome::Hidden(_)), "{permission}: {outcome:?}");
}

/// The same model in which no role is everybody's, so that each can be asked about alone.
pub fn without_everybody(model: &'static Arc<Model>) -> &'static Arc<Model> {
    static MADE: Mutex<Vec<(ModelKey, &'static Arc<Model>)>> = Mutex::new(Vec::new());
    if model.everybodys_role().is_none() {
        return model;
    }
    let mut made = MADE.lock().unwrap();
    if let Some((_, found)) = made.iter().find(|(key, _)| *key == model.key()) {
        return found;
    }
    let document = model.document().replace("| everybody ", "| -         ");
    let model: &'static Arc<Model> = Box::leak(Box::new(Arc::new(Model::parse(model.key(), &document).unwrap())));
    made.push((model.key(), model));
    model
}

/// Whether a role gives a permission while one condition holds and no other does.
///
/// Nobody is staff by a condition alone, so for [`Condition::Staff`] a role of another level has a staff role beside it;
/// `None` where that one gives the permission already.
pub fn gives(model: &'static Arc<Model>, role: RoleIx, permission: Permission, condition: Condition) -> Option<bool> {
    let model = without_everybody(model);
    let scope = Uuid::from_u128(0x0E);
    let level = model.role_at(role).level;
    let mut thing = Thing::new(permission.target()).at(level, scope);
    let mut others = Person::new(model);
    match condition {
        Condition::Always => {}
        Condition::Staff if level != Level::Organization => {
            let staff = model.roles().find(|(_, role)| role.staff);
            others = staff.map_or_else(|| others.clone(), |(staff, _)| others.given(staff, HOME));
        }
        standing if standing.is_standing() => others.conditions = Mask::of(standing),
        condition => thing.holding = Mask::of(condition),
    }
    if allows(&others.caller(), permission, &thing) {
        return None;
    }
    others.assignments.push((level, if level == Level::Organization { HOME } else { scope }, &model.role_at(role).key));
    Some(allows(&others.caller(), permission, &thing))
}
