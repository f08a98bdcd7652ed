//! The laws of a decision (design: the permission engine), over every model and permission.

use proptest::prelude::*;
use usher_policy::{
    Caller, Condition, Decision, Denial, Level, Mask, Outcome, Permission, Remedy, Resource, ResourceKind, Standing,
    ViewFilter, can,
};
use usher_domain::kind;

use crate::{
    generate::{assignment, law, permissions, person, thing, thing_at_home, unguarded},
    support::{ELSEWHERE, HOME, Person, Thing, allows, decide, explain, outcome},
};

fn each_permission() -> impl Iterator<Item = Permission> {
    Permission::ALL.iter().copied()
}

#[test]
fn law_1_another_organization_is_hidden() {
    law(&(person(), thing()), |(person, thing)| {
        let caller = person.caller();
        for permission in each_permission() {
            let elsewhere = Thing { organization: ELSEWHERE, ..thing.about(permission) };
            let expected = Outcome::Hidden(Denial::OtherOrganization);
            prop_assert_eq!(outcome(&caller, permission, &elsewhere), expected, "{}", permission);
        }
        Ok(())
    });
}

#[test]
fn law_2_without_an_active_membership_nothing() {
    let inactive = prop_oneof![Just(Standing::Blocked), Just(Standing::Deactivated)];
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

#[test]
fn law_2_without_a_known_assignment_nothing() {
    law(&(person(), thing_at_home()), |(mut person, thing)| {
        person.assignments.retain(|(.., role)| *role == "nobody");
        let caller = person.caller();
        for permission in each_permission() {
            prop_assert!(!allows(&caller, permission, &thing.about(permission)), "{permission}");
            prop_assert_eq!(caller.filter(permission), ViewFilter::None, "{}", permission);
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
                if let usher_policy::Place::In(level, scopes) = clause.place {
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

#[test]
fn law_5_explain_agrees_with_decide() {
    law(&(person(), thing()), |(person, thing)| {
        let caller = person.caller();
        for permission in each_permission() {
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
                let role = person.model.role_at(considered.assignment.role);
                let line = person.model.line(role.level, permission);
                prop_assert_eq!(considered.line, line, "{}", permission);
                prop_assert_eq!(considered.cell, person.model.cell(considered.assignment.role, permission));
            }
        }
        Ok(())
    });
}

#[test]
fn law_5_what_would_allow_does() {
    law(&(person(), thing()), |(person, thing)| {
        let caller = person.caller();
        for permission in each_permission() {
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
    }
}

/// Nobody is told that nothing helps when a role would: every role that would allow is named.
#[test]
fn law_5_every_role_that_would_allow_is_named() {
    law(&(unguarded(), thing_at_home(), any::<(u8, u8)>()), |(person, thing, (role, at))| {
        let (level, scope, key) = assignment(person.model, role, at);
        let Some(role) = person.model.role(level, key) else { return Ok(()) };
        let (before, after) = (person.caller(), person.given(role, scope).caller());
        for permission in each_permission() {
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
                usher_policy::Access::Write => prop_assert!(!after, "{permission}"),
                usher_policy::Access::Read => prop_assert!(after >= allows(&before, permission, &thing), "{permission}"),
            }
        }
        Ok(())
    });
}

#[test]
fn law_8_what_may_not_be_viewed_is_hidden() {
    law(&(person(), thing()), |(person, thing)| {
        let caller = person.caller();
        for permission in each_permission() {
            let thing = thing.about(permission);
            let seen = allows(&caller, thing.kind.view(), &thing);
            let expected = match decide(&caller, permission, &thing) {
                Decision::Allow(grant) => Outcome::Allowed(grant),
                Decision::Deny(denial) if seen => Outcome::Forbidden(denial),
                Decision::Deny(denial) => Outcome::Hidden(denial),
            };
            prop_assert_eq!(outcome(&caller, permission, &thing), expected, "{}", permission);
        }
        Ok(())
    });
}

#[test]
fn law_8_a_permit_is_made_only_of_an_allow() {
    law(&(person(), thing()), |(person, thing)| {
        let caller = person.caller();
        permit::<can::ViewOrganization>(&caller, &thing)?;
        permit::<can::ManageBilling>(&caller, &thing)?;
        permit::<can::LeaveOrganization>(&caller, &thing)?;
        permit::<can::ManageTeamMembers>(&caller, &thing)?;
        permit::<can::DeleteWebsite>(&caller, &thing)?;
        permit::<can::ReceiveEscalations>(&caller, &thing)?;
        permit::<can::ViewTicket>(&caller, &thing)?;
        permit::<can::UpdateTicket>(&caller, &thing)?;
        permit::<can::DeleteTicket>(&caller, &thing)?;
        permit::<can::ViewTemplate>(&caller, &thing)
    });
}

fn permit<A: usher_policy::Action>(caller: &Caller, thing: &Thing) -> Result<(), TestCaseError> {
    let thing = thing.about(A::PERMISSION);
    let resource = thing.resource::<A::Target>();
    match (caller.permit::<A>(&resource), outcome(caller, A::PERMISSION, &thing)) {
        (Ok(permit), Outcome::Allowed(_)) => {
            let named = (permit.organization(), permit.target(), permit.member());
            prop_assert_eq!(named, (HOME.into(), resource.id, caller.member()));
        }
        (Err(usher_policy::Refusal::Forbidden(denial)), Outcome::Forbidden(expected)) => {
            prop_assert_eq!(denial, expected);
        }
        (Err(usher_policy::Refusal::Hidden), Outcome::Hidden(_)) => {}
        (permit, outcome) => prop_assert!(false, "{permit:?} for {outcome:?}"),
    }
    Ok(())
}

/// In the one model that asks for it: manage without contribute may be done and not viewed.
#[test]
fn law_8_what_may_be_done_need_not_be_viewed() {
    use crate::queues::{SUPPORT, staff, ticket};
    let caller = staff().with("queue.manage", SUPPORT).caller();
    let ticket = ticket().at(Level::Queue, SUPPORT);
    assert_eq!(ticket.kind, ResourceKind::Ticket);
    assert!(caller.permit::<can::UpdateTicket>(&ticket.resource()).is_ok());
    assert!(matches!(caller.permit::<can::ViewTicket>(&ticket.resource()), Err(usher_policy::Refusal::Hidden)));
    assert!(matches!(caller.permit::<can::DeleteTicket>(&ticket.resource()), Err(usher_policy::Refusal::Hidden)));
}
