//! The engine against the same rules in Cedar, which shares none of its code but the compiled cells.

use cedar_policy::Entities;
use proptest::prelude::*;

use crate::{
    cedar::{self, Cedar},
    generate::{MODELS, one_in, person, some_permissions, thing},
    support::allows,
};

/// Cedar takes a millisecond for an answer where the program is not optimized, and tens of microseconds where it is.
const ONE_IN: u32 = if cfg!(debug_assertions) { 100 } else { 20 };

#[test]
fn cedar_answers_the_same() {
    let engines: Vec<Cedar> = MODELS.iter().map(|model| Cedar::new(model)).collect();
    let id = cedar::uid("Thing", "it");
    one_in(ONE_IN, &(person(), thing(), some_permissions()), |(person, thing, permissions)| {
        let model = MODELS.iter().position(|model| std::ptr::eq(*model, person.model)).unwrap();
        let (engine, caller) = (&engines[model], person.caller());
        let entities = Entities::from_entities([engine.person(&person), cedar::thing(&id, &thing)], None).unwrap();
        for permission in permissions {
            let ours = allows(&caller, permission, &thing.about(permission));
            prop_assert_eq!(ours, engine.allows(permission, &id, &entities), "{}", permission);
        }
        Ok(())
    });
}
