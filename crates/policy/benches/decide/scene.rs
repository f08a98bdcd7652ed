//! What all engines are asked: one caller with 5 teams and 20 queue assignments, ten mixed checks.

use usher_policy::{Condition, Level, Mask, Model, ModelKey, Permission, ResourceKind};
use uuid::Uuid;

use crate::{
    support::{ELSEWHERE, Person, Thing},
    synthetic::{self, Role},
};

/// A check and its answer.
pub struct Check {
    pub permission: Permission,
    pub thing: Thing,
    pub allowed: bool,
}

const ROLES: [Role; 10] = [
    (Level::Organization, "owner", "creator, at least one, staff"),
    (Level::Organization, "admin", "staff"),
    (Level::Organization, "member", "staff"),
    (Level::Team, "admin", "-"),
    (Level::Team, "member", "-"),
    (Level::Queue, "contribute", "-"),
    (Level::Queue, "manage", "-"),
    (Level::Queue, "delete", "-"),
    (Level::Queue, "administer_inbox", "-"),
    (Level::Queue, "notify_inbox_errors", "-"),
];

/// The organization and team roles of `helpdesk` with the queue roles of `queues`.
pub fn model() -> &'static std::sync::Arc<Model> {
    let (helpdesk, queues) = (Model::built_in(ModelKey::Helpdesk), Model::built_in(ModelKey::Queues));
    synthetic::compile(&synthetic::document(&ROLES, "one", |(level, role, _), permission| {
        let source = if *level == Level::Queue { queues } else { helpdesk };
        source.cell(source.role(*level, role).unwrap(), permission).to_string()
    }))
}

/// Ids as they come: spread over the whole range, the first ones time-ordered.
fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0199_1c5e_0000_7000_8000_0000_0000_0000 | (n << 80) | n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn team(n: u128) -> Uuid {
    id(0x100 + n)
}

fn queue(n: u128) -> Uuid {
    id(0x200 + n)
}

/// Member of five teams and admin of one of them; contributes to twelve queues, manages five (one of which they do not
/// see), deletes in three.
pub fn person() -> Person {
    let mut person = Person::new(model()).with("organization.member", crate::support::HOME);
    for n in 0..5 {
        person = person.with(if n == 2 { "team.admin" } else { "team.member" }, team(n));
    }
    for n in 0..12 {
        person = person.with("queue.contribute", queue(n));
    }
    for n in [1, 4, 7, 10, 12] {
        person = person.with("queue.manage", queue(n));
    }
    for n in [4, 7, 11] {
        person = person.with("queue.delete", queue(n));
    }
    // As the database returns them: ordered by level, then scope.
    person.assignments.sort_unstable();
    person
}

pub fn checks() -> [Check; 10] {
    use Permission::{OrganizationUpdate, TeamUpdate, TicketDelete, TicketReply, TicketUpdate, TicketView};
    let check = |permission: Permission, thing: Thing, allowed| Check { permission, thing, allowed };
    let ticket = Thing::new(ResourceKind::Ticket);
    let in_team = |n| ticket.at(Level::Team, team(n));
    let in_queue = |n| ticket.at(Level::Queue, queue(n));
    let elsewhere = Thing { organization: ELSEWHERE, ..in_queue(3) };
    [
        check(TicketView, in_team(3), true),
        check(TicketReply, in_queue(8), true),
        check(TicketUpdate, in_queue(12), true),
        check(TicketDelete, in_queue(5), false),
        check(TicketView, ticket.at(Level::Team, team(90)).at(Level::Queue, queue(91)), false),
        check(TicketView, ticket.holding(Mask::of(Condition::TemplateVisible)), true),
        check(TicketReply, elsewhere, false),
        check(TeamUpdate, Thing::new(ResourceKind::Team).at(Level::Team, team(2)), true),
        check(TeamUpdate, Thing::new(ResourceKind::Team).at(Level::Team, team(4)), false),
        check(OrganizationUpdate, Thing::new(ResourceKind::Organization), false),
    ]
}

/// A hundred tickets in teams and queues, of which the caller sees some.
pub fn rows() -> Vec<Thing> {
    (0..100)
        .map(|n| {
            let ticket = Thing::new(ResourceKind::Ticket).at(Level::Queue, queue(n % 30));
            if n % 3 == 0 { ticket.at(Level::Team, team(n % 11)) } else { ticket }
        })
        .collect()
}
