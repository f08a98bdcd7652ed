//! Laws 3 and 4: roles add up, and a list shows what single reads allow.

use proptest::prelude::*;
use usher_domain::kind;
use usher_policy::{Level, Mask, Place, Resource, ViewFilter};

use super::each_permission;
use crate::{
    generate::{assignment, law, person, thing_at_home},
    support::allows,
};

/// Guards aside: a role that only reads is one.
#[test]
fn law_3_one_more_role_takes_nothing_away() {
    law(&(person(), thing_at_home(), any::<(u8, u8)>()), |(person, thing, (role, at))| {
        let (level, scope, role) = assignment(person.model, role, at);
        if person.model.role(level, role).is_some_and(|role| person.model.role_at(role).read_only) {
            return Ok(());
        }
        let mut more = person.clone();
        more.assignments.push((level, scope, role));
        let (before, after) = (person.caller(), more.caller());
        for permission in each_permission() {
            let thing = thing.about(permission);
            let kept = !allows(&before, permission, &thing) || allows(&after, permission, &thing);
            prop_assert!(kept, "{level}.{role} takes {permission} away");
        }
        Ok(())
    });
}

/// The pure half: that the database agrees with the filter is proved where the filter is rendered.
#[test]
fn law_4_list_is_read() {
    law(&(person(), thing_at_home()), |(person, thing)| {
        let caller = person.caller();
        // The filter asks of a row where it stands and what holds; it is made for rows of the permission's kind.
        let row: Resource<kind::Ticket> = thing.resource();
        for permission in each_permission() {
            let listed = caller.filter(permission).matches(&row);
            prop_assert_eq!(listed, allows(&caller, permission, &thing.about(permission)), "{}", permission);
        }
        Ok(())
    });
}

/// What the store relies on when it renders a filter.
#[test]
fn law_4_a_filter_is_in_its_simplest_form() {
    law(&person(), |person| {
        let caller = person.caller();
        for permission in each_permission() {
            let ViewFilter::Any(clauses) = caller.filter(permission) else { continue };
            prop_assert!(!clauses.is_empty(), "{permission}: nothing is `None`");
            for clause in clauses {
                let conditions = clause.conditions;
                let open = !conditions.is_empty() && conditions.and(Mask::STANDING).is_empty();
                prop_assert!(open || conditions == Mask::ALWAYS, "{permission}: {clause:?}");
                if let Place::In(level, scopes) = clause.place {
                    prop_assert!(level != Level::Organization && !scopes.is_empty(), "{permission}: {scopes:?}");
                    prop_assert!(scopes.is_sorted_by(|a, b| a < b), "{permission}: {scopes:?}");
                } else {
                    prop_assert!(open, "{permission}: all of the organization is `All`");
                }
            }
        }
        Ok(())
    });
}
