//! Law 5: an explanation says what was decided, and what it names as a remedy is one.

use proptest::prelude::*;
use usher_policy::{Condition, Decision, Denial, Level, Mask, Outcome, PermissionSet, Remedy};

use crate::{
    generate::{assignment, law, person, some_permissions, thing, thing_at_home, unguarded},
    support::{HOME, Person, Thing, allows, decide, explain},
};

#[test]
fn law_5_explain_agrees_with_decide() {
    law(&(person(), thing(), some_permissions()), |(person, thing, permissions)| {
        let caller = person.caller();
        for permission in permissions {
            let thing = thing.about(permission);
            let explanation = explain(&caller, permission, &thing);
            let decision = match explanation.outcome {
                Outcome::Allowed(grant) => Decision::Allow(grant),
                Outcome::Forbidden(denial) | Outcome::Hidden(denial) => Decision::Deny(denial),
            };
            prop_assert_eq!(decision, decide(&caller, permission, &thing), "{}", permission);
            let gives = explanation.considered.iter().find(|considered| !considered.met.is_empty());
            match decision {
                Decision::Allow(grant) => {
                    let considered = gives.unwrap();
                    let named = (considered.assignment.role, considered.assignment.scope);
                    prop_assert_eq!(named, (grant.role, grant.scope), "{}: the first that gives is named", permission);
                    prop_assert!(considered.met.contains(grant.condition), "{permission}");
                }
                Decision::Deny(Denial::NoGrant) => prop_assert!(gives.is_none(), "{permission}"),
                Decision::Deny(_) => {}
            }
            for considered in &explanation.considered {
                let source = person.model.source(considered.assignment.role, permission);
                prop_assert_eq!(considered.source, source, "{}", permission);
                let custom = person.model.role_at(considered.assignment.role).custom;
                prop_assert!(source.is_some() || considered.cell.is_empty() || custom, "{permission}: from where?");
                prop_assert_eq!(considered.cell, person.model.cell(considered.assignment.role, permission));
            }
        }
        Ok(())
    });
}

#[test]
fn law_5_what_would_allow_does() {
    law(&(person(), thing(), some_permissions()), |(person, thing, permissions)| {
        let caller = person.caller();
        for permission in permissions {
            let thing = thing.about(permission);
            for remedy in explain(&caller, permission, &thing).remedies {
                prop_assert!(!allows(&caller, permission, &thing), "{permission} needs no {remedy:?}");
                for (person, thing) in applied(&person, &thing, remedy) {
                    prop_assert!(allows(&person.caller(), permission, &thing), "{permission}: {remedy:?} is no help");
                }
            }
        }
        Ok(())
    });
}

/// The person and thing as a remedy would have them: one pair for each condition that it names, any one of which does.
fn applied(person: &Person, thing: &Thing, remedy: Remedy) -> Vec<(Person, Thing)> {
    let with = |condition| {
        let (mut person, mut thing) = (person.clone(), *thing);
        if Mask::ORGANIZATION.contains(condition) {
            person.conditions = person.conditions | Mask::of(condition);
        } else if condition == Condition::Staff {
            let (staff, _) = person.model.roles().find(|(_, role)| role.staff).unwrap();
            person.assignments.push((Level::Organization, HOME, &person.model.role_at(staff).key));
        } else {
            thing.holding = thing.holding | Mask::of(condition);
        }
        (person, thing)
    };
    match remedy {
        Remedy::Role { role, scope } => vec![(person.given(role, scope), *thing)],
        Remedy::Condition { conditions, .. } => conditions.iter().map(with).collect(),
        Remedy::Scope { permission } => {
            let scopes = person.scopes.map(|scopes| scopes.with(permission));
            vec![(Person { scopes, ..person.clone() }, *thing)]
        }
    }
}

/// Nobody is told that nothing helps when a role would: every role that would allow is named.
#[test]
fn law_5_every_role_that_would_allow_is_named() {
    law(&(unguarded(), thing_at_home(), some_permissions(), any::<(u8, u8)>()), |drawn| {
        let (person, thing, permissions, (role, at)) = drawn;
        let (level, scope, key) = assignment(person.model, role, at);
        let Some(role) = person.model.role(level, key) else { return Ok(()) };
        let (before, after) = (person.caller(), person.given(role, scope).caller());
        for permission in permissions {
            let thing = thing.about(permission);
            if !allows(&before, permission, &thing)
                && allows(&after, permission, &thing)
                && let Decision::Allow(grant) = decide(&after, permission, &thing)
                && grant.role == role
                && !person.model.role_at(role).read_only
            {
                let remedy = Remedy::Role { role, scope };
                prop_assert!(explain(&before, permission, &thing).remedies.contains(&remedy), "{permission}");
            }
        }
        Ok(())
    });
}

/// Nor that nothing helps when a condition would.
#[test]
fn law_5_every_condition_that_would_allow_is_named() {
    let condition = proptest::sample::select(&Condition::ALL[1..]);
    law(&(unguarded(), thing_at_home(), some_permissions(), condition), |(person, thing, permissions, condition)| {
        let mut granted = (person.clone(), thing);
        if condition.is_standing() {
            granted.0.conditions = person.conditions | Mask::of(condition);
        } else {
            granted.1.holding = thing.holding | Mask::of(condition);
        }
        let (before, after) = (person.caller(), granted.0.caller());
        for permission in permissions {
            let (thing, granted) = (thing.about(permission), granted.1.about(permission));
            if !allows(&before, permission, &thing) && allows(&after, permission, &granted) {
                let named = explain(&before, permission, &thing).remedies.into_iter().any(
                    |remedy| matches!(remedy, Remedy::Condition { conditions, .. } if conditions.contains(condition)),
                );
                prop_assert!(named, "{permission}: {condition:?}");
            }
        }
        Ok(())
    });
}

/// Nor that nothing helps when a scope would.
#[test]
fn law_5_the_scope_that_would_allow_is_named() {
    law(&(unguarded(), thing_at_home(), some_permissions()), |(person, thing, permissions)| {
        for permission in permissions {
            let thing = thing.about(permission);
            let scopes = PermissionSet::ALL.without(PermissionSet::NONE.with(permission));
            let narrowed = Person { scopes: Some(scopes), ..person.clone() }.caller();
            let named = explain(&narrowed, permission, &thing).remedies;
            let helps = allows(&person.caller(), permission, &thing);
            prop_assert_eq!(named == [Remedy::Scope { permission }], helps, "{}", permission);
        }
        Ok(())
    });
}
