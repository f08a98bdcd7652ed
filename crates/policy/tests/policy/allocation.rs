//! A decision does not touch the heap: measured by a counting allocator, which counts for each thread by itself.

use usher_domain::kind;
use usher_policy::{Condition, Level, Mask, ModelKey, Permission, Resource, ResourceKind, Standing};
use uuid::Uuid;

use crate::support::{Person, Thing};

#[test]
fn a_decision_allocates_nothing() {
    let queue = Uuid::from_u128(7);
    let staff = Person::of(ModelKey::Queues, "organization.staff");
    let held = staff.clone().with("queue.contribute", queue).with("queue.manage", queue);
    let people = [staff, Person { standing: Standing::Blocked, ..held.clone() }, held].map(|person| person.caller());
    let ticket = Thing::new(ResourceKind::Ticket);
    let things = [ticket, ticket.at(Level::Queue, queue), ticket.holding(Mask::of(Condition::Participant))];
    let tickets: [Resource<kind::Ticket>; 3] = things.map(|thing| thing.resource());
    let mut allowed = 0;
    let heap = allocation_counter::measure(|| {
        for caller in &people {
            for ticket in &tickets {
                for permission in Permission::ALL {
                    allowed += u32::from(caller.decide(*permission, ticket).is_allow());
                }
            }
        }
    });
    assert!(allowed > 20, "{allowed}: the paths that allow are walked too");
    assert_eq!(heap.count_total, 0, "{heap:?}");
}
