//! Laws 1, 2 and 6: what no role gives around.

use proptest::prelude::*;
use usher_policy::{Access, Condition, Denial, Level, Mask, Outcome, Permission, Standing, ViewFilter};

use super::each_permission;
use crate::{
    generate::{law, permissions, person, thing, thing_at_home},
    support::{ELSEWHERE, HOME, Thing, allows, decide, explain, outcome},
};

#[test]
fn law_1_another_organization_is_hidden() {
    law(&(person(), thing()), |(person, thing)| {
        let caller = person.caller();
        for permission in each_permission() {
            let elsewhere = Thing { organization: ELSEWHERE, ..thing.about(permission) };
            let expected = Outcome::Hidden(Denial::OtherOrganization);
            let explanation = explain(&caller, permission, &elsewhere);
            prop_assert_eq!(explanation.outcome, expected, "{}", permission);
            prop_assert!(explanation.considered.is_empty() && explanation.remedies.is_empty(), "{permission}");
        }
        Ok(())
    });
}

#[test]
fn law_1_a_role_held_in_another_organization_gives_nothing() {
    law(&(person(), thing_at_home()), |(mut person, thing)| {
        let mut without = person.clone();
        without.assignments.retain(|(level, ..)| *level != Level::Organization);
        person.assignments.iter_mut().filter(|a| a.0 == Level::Organization).for_each(|a| a.1 = ELSEWHERE);
        let (caller, without) = (person.caller(), without.caller());
        for permission in each_permission() {
            let thing = thing.about(permission);
            prop_assert_eq!(
                decide(&caller, permission, &thing),
                decide(&without, permission, &thing),
                "{}",
                permission
            );
            prop_assert_eq!(caller.filter(permission), without.filter(permission), "{}", permission);
        }
        Ok(())
    });
}

#[test]
fn law_2_without_an_active_membership_nothing() {
    let inactive = prop_oneof![Just(Standing::Blocked), Just(Standing::Deactivated), Just(Standing::TokenEnded)];
    law(&(person(), thing_at_home(), inactive), |(mut person, thing, standing)| {
        person.standing = standing;
        let caller = person.caller();
        for permission in each_permission() {
            let expected = Outcome::Hidden(Denial::Inactive(standing));
            prop_assert_eq!(outcome(&caller, permission, &thing.about(permission)), expected, "{}", permission);
            prop_assert_eq!(caller.filter(permission), ViewFilter::None, "{}", permission);
        }
        Ok(())
    });
}

/// Where a role is everybody's, being a member is the assignment: it gives what that role gives, and nothing more.
#[test]
fn law_2_without_a_known_assignment_nothing() {
    law(&(person(), thing_at_home()), |(mut person, thing)| {
        person.assignments.retain(|(.., role)| *role == "nobody");
        let caller = person.caller();
        for permission in each_permission() {
            let Some(everybodys) = person.model.everybodys_role() else {
                prop_assert!(!allows(&caller, permission, &thing.about(permission)), "{permission}");
                prop_assert_eq!(caller.filter(permission), ViewFilter::None, "{}", permission);
                continue;
            };
            if person.model.cell(everybodys, permission).is_empty() {
                prop_assert!(!allows(&caller, permission, &thing.about(permission)), "{permission}");
                prop_assert_eq!(caller.filter(permission), ViewFilter::None, "{}", permission);
            }
        }
        Ok(())
    });
}

#[test]
fn law_2_a_permission_about_another_kind_of_thing_is_denied() {
    law(&(person(), thing_at_home()), |(person, thing)| {
        let caller = person.caller();
        for permission in each_permission().filter(|permission| permission.target() != thing.kind) {
            prop_assert!(!allows(&caller, permission, &thing), "{permission}");
            let explanation = explain(&caller, permission, &thing);
            prop_assert!(explanation.remedies.is_empty() && explanation.considered.is_empty(), "{permission}");
        }
        Ok(())
    });
}

#[test]
fn law_2_what_is_unknown_gives_nothing() {
    assert_eq!(Standing::parse("Active"), Standing::Blocked);
    assert_eq!(Standing::parse(""), Standing::Blocked);
    assert_eq!(Mask::from_bits(u32::MAX).iter().count(), Condition::ALL.len());
    assert_eq!(Permission::parse("ticket.everything"), None);
}

/// A resource cannot say of the caller that they are staff, nor of the organization that its plan includes something.
#[test]
fn law_2_standing_conditions_come_from_the_facts_alone() {
    law(&(person(), thing_at_home()), |(mut person, thing)| {
        let plain = Thing { holding: thing.holding.without(Mask::STANDING), ..thing };
        let claimed = Thing { holding: thing.holding | Mask::STANDING, ..thing };
        let caller = person.caller();
        person.conditions = person.conditions.without(Mask::of(Condition::Staff));
        let without_claim = person.caller();
        for permission in each_permission() {
            let expected = decide(&caller, permission, &plain.about(permission));
            prop_assert_eq!(decide(&caller, permission, &claimed.about(permission)), expected, "{}", permission);
            prop_assert_eq!(decide(&without_claim, permission, &plain.about(permission)), expected, "{}", permission);
        }
        Ok(())
    });
}

#[test]
fn law_6_a_token_only_narrows() {
    law(&(person(), thing(), permissions()), |(mut person, thing, scopes)| {
        person.scopes = None;
        let whole = person.caller();
        person.scopes = Some(scopes);
        let narrow = person.caller();
        for permission in each_permission() {
            let thing = thing.about(permission);
            let expected = allows(&whole, permission, &thing) && scopes.contains(permission);
            prop_assert_eq!(allows(&narrow, permission, &thing), expected, "{}", permission);
        }
        Ok(())
    });
}

/// A role that only reads caps every other: nothing but reading is left, and all the reading is.
#[test]
fn law_6_a_role_that_only_reads_caps() {
    law(&(person(), thing()), |(person, thing)| {
        let caps = |role| person.model.role_at(role).read_only;
        let Some((auditor, _)) = person.model.roles().find(|(role, _)| caps(*role)) else { return Ok(()) };
        let mut capped = person.clone();
        capped.assignments.push((Level::Organization, HOME, &person.model.role_at(auditor).key));
        let (before, after) = (person.caller(), capped.caller());
        for permission in each_permission() {
            let thing = thing.about(permission);
            let after = allows(&after, permission, &thing);
            match permission.access() {
                Access::Write => prop_assert!(!after, "{permission}"),
                Access::Read => {
                    prop_assert!(after >= allows(&before, permission, &thing), "{permission}")
                }
            }
        }
        Ok(())
    });
}
