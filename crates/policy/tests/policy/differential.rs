//! The engine and its documents against the same rules in Cedar, which were written from the requirements.

use std::collections::BTreeMap;

use proptest::prelude::*;
use usher_policy::{Condition, Level, Mask, Model, ModelKey, Permission, Role};
use uuid::Uuid;

use crate::{
    cedar::{self, Cedar},
    generate::{MODELS, one_in, person, some_permissions, thing},
    support::{HOME, Person, Thing, allows, without_everybody},
    written,
};

/// A case takes Cedar several milliseconds where the program is not optimized, and a tenth of that where it is.
const ONE_IN: u32 = if cfg!(debug_assertions) { 100 } else { 10 };

/// Any person and thing. Models that were drawn by lot have no requirements: there Cedar has their cells.
#[test]
fn cedar_answers_the_same() {
    let written = ModelKey::ALL.into_iter().map(written::engine);
    let generated = MODELS[ModelKey::ALL.len()..].iter().map(|model| Cedar::generated(model).by_permission());
    let engines: Vec<Cedar> = written.chain(generated).collect();
    let id = cedar::uid("Thing", "it");
    one_in(ONE_IN, &(person(), thing(), some_permissions()), |(person, thing, permissions)| {
        let model = MODELS.iter().position(|model| std::ptr::eq(*model, person.model)).unwrap();
        let (engine, caller) = (&engines[model], person.caller());
        let entities = engine.entities(&person, &id, &thing);
        for permission in permissions {
            let ours = allows(&caller, permission, &thing.about(permission));
            prop_assert_eq!(ours, engine.allows(permission, &id, &entities), "{}", permission);
        }
        Ok(())
    });
}

/// Every cell: each role alone, for each permission, with nothing holding and with each condition alone that can hold; and
/// the same beside a role that caps.
#[test]
fn cedar_says_the_same_of_every_cell() {
    let differences: Vec<String> = ModelKey::ALL.into_iter().flat_map(differences).collect();
    assert!(differences.is_empty(), "{} cells differ:\n{}", differences.len(), differences.join("\n"));
}

fn differences(key: ModelKey) -> Vec<String> {
    let engine = written::engine(key);
    let model = without_everybody(Model::built_in(key));
    let mut found: BTreeMap<String, Mask> = BTreeMap::new();
    for (_, role) in model.roles() {
        for condition in Condition::ALL {
            let (person, thing) = alone(model, role, condition);
            let mut note = |beside: &str, (permission, ours): (Permission, bool)| {
                let says = if ours { "allows" } else { "denies" };
                let cell = format!("{key:?}: {}.{}{beside} {permission}: the document {says}", role.level, role.key);
                let conditions = found.entry(cell).or_default();
                *conditions = conditions.with(condition, true);
            };
            disagreed(&engine, &person, &thing, condition).for_each(|about| note("", about));
            if let Some(person) = capped(&person) {
                disagreed(&engine, &person, &thing, condition).for_each(|about| note(" and a role that caps", about));
            }
        }
    }
    found.into_iter().map(|(cell, conditions)| format!("{cell} {conditions}")).collect()
}

/// The permissions about which the two differ, of those that the condition can be asked of, with our answer.
fn disagreed(
    engine: &Cedar,
    person: &Person,
    thing: &Thing,
    condition: Condition,
) -> impl Iterator<Item = (Permission, bool)> {
    let id = cedar::uid("Thing", "it");
    let (caller, entities) = (person.caller(), engine.entities(person, &id, thing));
    let asked = Permission::ALL.iter().copied().filter(move |permission| condition.applies_to(permission.target()));
    asked.filter_map(move |permission| {
        let ours = allows(&caller, permission, &thing.about(permission));
        (ours != engine.allows(permission, &id, &entities)).then_some((permission, ours))
    })
}

/// The same person with the role of the model that caps, if it has one that they do not hold yet.
fn capped(person: &Person) -> Option<Person> {
    let (_, role) = person.model.roles().find(|(_, role)| role.read_only)?;
    let holds = person.assignments.iter().any(|(level, _, key)| *level == role.level && *key == role.key);
    let mut after = person.clone();
    after.assignments.push((role.level, HOME, &role.key));
    (!holds).then_some(after)
}

/// A person with one role where a thing is, of which one condition holds. Nobody is staff by a condition alone, so for
/// that one they have a staff role besides.
fn alone(model: &'static std::sync::Arc<Model>, role: &'static Role, condition: Condition) -> (Person, Thing) {
    let scope = if role.level == Level::Organization { HOME } else { Uuid::from_u128(0x0E) };
    let mut person = Person::new(model);
    person.assignments.push((role.level, scope, &role.key));
    let mut thing = Thing::new(usher_policy::ResourceKind::Organization).at(role.level, scope);
    match condition {
        Condition::Always => {}
        Condition::Staff => {
            // The last is the least.
            let staff = model.roles().filter(|(_, role)| role.staff).last();
            person.assignments.extend(staff.map(|(_, staff)| (staff.level, HOME, staff.key.as_str())));
        }
        standing if standing.is_standing() => person.conditions = Mask::of(standing),
        of_the_thing => thing.holding = Mask::of(of_the_thing),
    }
    (person, thing)
}
