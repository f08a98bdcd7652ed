//! Law 8: what may not be viewed is hidden, and what may be viewed and not done is forbidden.

#![allow(clippy::disallowed_methods, reason = "the permits themselves are what is tested")]

use proptest::prelude::*;
use usher_policy::{Action, Caller, Decision, Level, Outcome, Refusal, can};

use super::each_permission;
use crate::{
    generate::{law, person, thing},
    queues::{SUPPORT, staff, ticket},
    support::{HOME, Thing, allows, decide, outcome},
};

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

fn permit<A: Action>(caller: &Caller, thing: &Thing) -> Result<(), TestCaseError> {
    let thing = thing.about(A::PERMISSION);
    let resource = thing.resource::<A::Target>();
    match (caller.permit::<A>(&resource), outcome(caller, A::PERMISSION, &thing)) {
        (Ok(permit), Outcome::Allowed(_)) => {
            let named = (permit.organization(), permit.target(), permit.member());
            prop_assert_eq!(named, (HOME.into(), resource.id, caller.member()));
        }
        (Err(Refusal::Forbidden(denial)), Outcome::Forbidden(expected)) => {
            prop_assert_eq!(denial, expected);
        }
        (Err(Refusal::Hidden), Outcome::Hidden(_)) => {}
        (permit, outcome) => prop_assert!(false, "{:?} for {outcome:?}", permit.err()),
    }
    Ok(())
}

/// In the one model that asks for it: manage without contribute may be done and not viewed.
#[test]
fn law_8_what_may_be_done_need_not_be_viewed() {
    let caller = staff().with("queue.manage", SUPPORT).caller();
    let ticket = ticket().at(Level::Queue, SUPPORT);
    assert!(caller.permit::<can::UpdateTicket>(&ticket.resource()).is_ok());
    assert!(matches!(caller.permit::<can::ViewTicket>(&ticket.resource()), Err(Refusal::Hidden)));
    assert!(matches!(caller.permit::<can::DeleteTicket>(&ticket.resource()), Err(Refusal::Hidden)));
}
