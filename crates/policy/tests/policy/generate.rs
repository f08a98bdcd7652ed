//! Generated people and things, and the runner of the laws.
//!
//! A law runs 100,000 cases unless `LAW_CASES` says otherwise. Each case draws one of the models, built in or random, and
//! asks the law of every permission, or of some where that takes long.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock},
};

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseResult, TestRunner},
};
use usher_policy::{
    CustomRole, Level, Mask, Model, ModelKey, Permission, PermissionSet, ResourceKind, Scopes, Standing,
};
use uuid::Uuid;

use crate::{
    support::{ELSEWHERE, HOME, Person, Thing},
    synthetic,
};

/// The built-in models, as many again drawn by lot, and the built-in ones with roles of an organization's own.
pub static MODELS: LazyLock<Vec<&'static Arc<Model>>> = LazyLock::new(|| {
    let built_in = ModelKey::ALL.into_iter().map(Model::built_in);
    let random = (0..ModelKey::ALL.len() as u64).map(synthetic::random);
    built_in.chain(random).chain(ModelKey::ALL.into_iter().map(with_custom_roles)).collect()
});

/// A built-in model with two roles more at each level, which give what was drawn by lot.
fn with_custom_roles(key: ModelKey) -> &'static Arc<Model> {
    let model = Model::built_in(key);
    let role = |level, number| {
        let lot = |permission: &Permission| {
            let mut hasher = DefaultHasher::new();
            (key, level, number, permission).hash(&mut hasher);
            hasher.finish()
        };
        let wanted = Permission::ALL.iter().filter(|permission| lot(permission) % 4 == 0);
        let cell = |permission: &Permission| {
            let drawn = Mask::from_bits((lot(permission) >> 8) as u32).iter();
            let fitting = drawn.filter(|condition| condition.applies_to(permission.target()));
            model.grant(level, *permission, fitting).ok().map(|mask| (*permission, mask))
        };
        CustomRole {
            level,
            key: format!("own-{number}"),
            title: String::new(),
            grants: wanted.filter_map(cell).collect(),
        }
    };
    let roles: Vec<CustomRole> = Level::ALL.into_iter().flat_map(|level| [role(level, 1), role(level, 2)]).collect();
    Box::leak(Box::new(Arc::new(model.with_roles(&roles))))
}

/// How many different scopes there are at each level: few, so that people and things meet.
const SCOPES: u8 = 3;

/// Runs a law over as many cases as the run asks for.
pub fn law<T: std::fmt::Debug>(cases: &impl Strategy<Value = T>, test: impl Fn(T) -> TestCaseResult) {
    one_in(1, cases, test);
}

/// Runs a law whose cases are slow: over a part of the cases that the run asks for.
pub fn one_in<T: std::fmt::Debug>(part: u32, cases: &impl Strategy<Value = T>, test: impl Fn(T) -> TestCaseResult) {
    let count: u32 = std::env::var("LAW_CASES").map_or(100_000, |count| count.parse().unwrap());
    let config = Config { cases: count / part, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(cases, test).unwrap_or_else(|failure| panic!("{failure}"));
}

pub const fn scope(level: Level, number: u8) -> Uuid {
    Uuid::from_u128(((level as u128 + 1) << 64) | number as u128)
}

/// Any person of any model: no role or several, known and unknown, blocked or not, with a token or without.
pub fn person() -> impl Strategy<Value = Person> {
    let standing = prop_oneof![
        8 => Just(Standing::Active),
        1 => Just(Standing::Blocked),
        1 => Just(Standing::Deactivated),
    ];
    let scopes = prop_oneof![3 => Just(None), 1 => permissions().prop_map(Some)];
    let assignments = proptest::collection::vec(any::<(u8, u8)>(), 0..7);
    (any::<u8>(), standing, scopes, any::<u32>(), assignments).prop_map(
        |(model, standing, scopes, conditions, assignments)| {
            let model = MODELS[usize::from(model) % MODELS.len()];
            let assignments = assignments.into_iter().map(|(role, scope)| assignment(model, role, scope)).collect();
            Person {
                model,
                standing,
                conditions: Mask::from_bits(conditions),
                service: scopes.is_some(),
                scopes,
                assignments,
            }
        },
    )
}

/// A person whom no guard stops.
pub fn unguarded() -> impl Strategy<Value = Person> {
    person().prop_map(|mut person| {
        person.standing = Standing::Active;
        person.scopes = None;
        person.assignments.retain(|(level, _, role)| {
            person.model.role(*level, role).is_none_or(|role| !person.model.role_at(role).read_only)
        });
        person
    })
}

/// Any thing, of the organization unless drawn otherwise, in any scopes, with any conditions holding.
pub fn thing() -> impl Strategy<Value = Thing> {
    (any::<u8>(), prop::bool::weighted(0.1), any::<[u8; Level::COUNT - 1]>(), any::<u32>()).prop_map(
        |(kind, elsewhere, at, holding)| {
            let scopes = Level::ALL[1..].iter().zip(at).fold(Scopes::NONE, |scopes, (level, number)| {
                let number = number % (SCOPES + 2);
                scopes.with(*level, (number < SCOPES).then(|| scope(*level, number)))
            });
            Thing {
                kind: ResourceKind::ALL[usize::from(kind) % ResourceKind::ALL.len()],
                organization: if elsewhere { ELSEWHERE } else { HOME },
                scopes,
                holding: Mask::from_bits(holding),
            }
        },
    )
}

/// Any thing of the organization.
pub fn thing_at_home() -> impl Strategy<Value = Thing> {
    thing().prop_map(|thing| Thing { organization: HOME, ..thing })
}

/// Any set of permissions, as a token has.
pub fn permissions() -> impl Strategy<Value = PermissionSet> {
    proptest::collection::vec(any::<u64>(), Permission::COUNT.div_ceil(64)).prop_map(|bits| {
        let drawn = |p: &Permission| bits[*p as usize / 64] >> (*p as usize % 64) & 1 == 1;
        Permission::ALL.iter().copied().filter(drawn).collect()
    })
}

/// Any assignment in a model; one in about ten names a role that the model does not know.
pub fn assignment(model: &'static Arc<Model>, role: u8, at: u8) -> (Level, Uuid, &'static str) {
    let roles: Vec<_> = model.roles().map(|(_, role)| role).collect();
    let (level, key) = match roles.get(usize::from(role) % (roles.len() + 1)) {
        Some(role) => (role.level, role.key.as_str()),
        None => (Level::ALL[usize::from(at) % Level::COUNT], "nobody"),
    };
    let scope = if level == Level::Organization { HOME } else { scope(level, at % SCOPES) };
    (level, scope, key)
}

/// Ten permissions, for a law that takes long: over all its cases they are all of them.
pub fn some_permissions() -> impl Strategy<Value = [Permission; 10]> {
    any::<[u16; 10]>().prop_map(|drawn| drawn.map(|number| Permission::ALL[usize::from(number) % Permission::COUNT]))
}
