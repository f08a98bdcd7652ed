//! The facts of `queues` that a cell or the ladder decides. 403 is forbidden, 404 is hidden.

use usher_policy::{Condition, Level, Mask, Model, ModelKey, Permission, ResourceKind, Verb};
use uuid::Uuid;

use crate::support::{Person, Thing, allows, assert_allowed, assert_forbidden, assert_hidden, role};

pub const SUPPORT: Uuid = Uuid::from_u128(0xB1);
const SALES: Uuid = Uuid::from_u128(0xB2);

fn admin() -> Person {
    Person::of(ModelKey::Queues, "organization.admin")
}

pub fn staff() -> Person {
    Person::of(ModelKey::Queues, "organization.staff")
}

fn user() -> Person {
    Person::of(ModelKey::Queues, "organization.user")
}

fn contributor() -> Person {
    staff().with("queue.contribute", SUPPORT)
}

fn manager() -> Person {
    staff().with("queue.manage", SUPPORT)
}

fn deleter() -> Person {
    staff().with("queue.delete", SUPPORT)
}

const ORGANIZATION: Thing = Thing::new(ResourceKind::Organization);
const MEMBER: Thing = Thing::new(ResourceKind::Member);

pub fn ticket() -> Thing {
    Thing::new(ResourceKind::Ticket).at(Level::Queue, SUPPORT)
}

fn as_participant() -> Thing {
    ticket().holding(Mask::of(Condition::Participant))
}

fn tickets() -> impl Iterator<Item = Permission> {
    Permission::of(ResourceKind::Ticket)
}

#[test]
fn tk_2_an_admin_sets_queue_permissions() {
    assert_allowed(&admin(), Permission::MemberSetQueuePermissions, &MEMBER);
    assert_forbidden(&staff(), Permission::MemberSetQueuePermissions, &MEMBER);
    assert_hidden(&user(), Permission::MemberSetQueuePermissions, &MEMBER);
    let model = Model::built_in(ModelKey::Queues);
    let giver = |name| role(model, name);
    for (given, _) in model.roles_at(Level::Queue) {
        for verb in [Verb::Give, Verb::Take] {
            assert!(model.may(giver("organization.admin"), verb, given));
            assert!(
                !model.may(giver("organization.staff"), verb, given)
                    && !model.may(giver("organization.user"), verb, given)
            );
        }
    }
}

#[test]
fn tk_3_without_a_queue_permission_no_ticket_is_seen() {
    for person in [admin(), staff(), user()] {
        for permission in tickets() {
            assert_hidden(&person, permission, &ticket());
        }
    }
}

/// TK-4, TK-5.
#[test]
fn tk_4_tk_5_contribute_views_and_responds() {
    for permission in [Permission::TicketView, Permission::TicketReply, Permission::TicketNote] {
        assert_allowed(&contributor(), permission, &ticket());
    }
}

/// TK-6, TK-7, TK-8, TK-9, TK-10, TK-11, TK-12, TK-13.
#[test]
fn tk_6_to_tk_13_contribute_changes_nothing() {
    for (fact, permission) in [
        ("TK-6, TK-7: status, priority", Permission::TicketUpdate),
        ("TK-8: assignee", Permission::TicketAssign),
        ("TK-9: queue", Permission::TicketMove),
        ("TK-10: merge", Permission::TicketMerge),
        ("TK-11: clone", Permission::TicketClone),
        ("TK-12: link", Permission::TicketLink),
        ("TK-13: delete", Permission::TicketDelete),
    ] {
        println!("{fact}");
        assert_forbidden(&contributor(), permission, &ticket());
    }
}

/// TK-14, TK-15, TK-16, TK-17, TK-18, TK-19, TK-20.
#[test]
fn tk_14_to_tk_20_manage_changes() {
    for (fact, permission) in [
        ("TK-14: queue", Permission::TicketMove),
        ("TK-15, TK-16: status, priority", Permission::TicketUpdate),
        ("TK-17: assignee", Permission::TicketAssign),
        ("TK-18: merge", Permission::TicketMerge),
        ("TK-19: clone", Permission::TicketClone),
        ("TK-20: link", Permission::TicketLink),
    ] {
        println!("{fact}");
        assert_allowed(&manager(), permission, &ticket());
    }
}

#[test]
fn tk_21_manage_without_delete_does_not_delete() {
    assert_forbidden(&manager().with("queue.contribute", SUPPORT), Permission::TicketDelete, &ticket());
    assert_hidden(&manager(), Permission::TicketDelete, &ticket());
}

#[test]
fn tk_22_delete_deletes() {
    assert_allowed(&deleter(), Permission::TicketDelete, &ticket());
}

#[test]
fn tk_23_delete_alone_does_nothing_else() {
    for permission in tickets().filter(|permission| *permission != Permission::TicketDelete) {
        assert_hidden(&deleter(), permission, &ticket());
    }
}

#[test]
fn tk_24_the_three_are_independent() {
    for combination in 0..8 {
        let has = |bit: i32| combination & bit != 0;
        let roles = [(1, "queue.contribute"), (2, "queue.manage"), (4, "queue.delete")];
        let held = roles.into_iter().filter(|(bit, _)| has(*bit));
        let caller = held.fold(staff(), |person, (_, role)| person.with(role, SUPPORT)).caller();
        for (bit, permission) in [
            (1, Permission::TicketView),
            (1, Permission::TicketReply),
            (2, Permission::TicketUpdate),
            (4, Permission::TicketDelete),
        ] {
            assert_eq!(allows(&caller, permission, &ticket()), has(bit), "{combination:03b}: {permission}");
        }
    }
}

#[test]
fn tk_25_manage_without_contribute_changes_what_it_does_not_see() {
    assert_allowed(&manager(), Permission::TicketUpdate, &ticket());
    assert_hidden(&manager(), Permission::TicketView, &ticket());
}

#[test]
fn tk_26_delete_without_contribute_deletes_what_it_does_not_see() {
    assert_allowed(&deleter(), Permission::TicketDelete, &ticket());
    assert_hidden(&deleter(), Permission::TicketView, &ticket());
}

#[test]
fn tk_27_one_queue_gives_nothing_on_another() {
    let person = staff().with("queue.contribute", SALES).with("queue.manage", SALES);
    for permission in tickets() {
        assert_hidden(&person, permission, &ticket());
    }
}

#[test]
fn tk_31_the_duties_are_no_permissions() {
    let person = staff().with("queue.administer_inbox", SUPPORT).with("queue.notify_inbox_errors", SUPPORT);
    let on_a_mailbox_target = ticket().holding(Mask::of(Condition::MailboxTarget));
    for permission in tickets() {
        assert_hidden(&person, permission, &ticket());
        assert_hidden(&person, permission, &on_a_mailbox_target);
    }
}

#[test]
fn tk_42_the_duties_work_while_the_queue_is_a_mailbox_target() {
    let queue = Thing::new(ResourceKind::Queue).at(Level::Queue, SUPPORT);
    let fed = queue.holding(Mask::of(Condition::MailboxTarget));
    for (role, duty) in [
        ("queue.administer_inbox", Permission::QueueReceiveEscalations),
        ("queue.notify_inbox_errors", Permission::QueueReceiveErrors),
    ] {
        assert_allowed(&staff().with(role, SUPPORT), duty, &fed);
        assert_forbidden(&staff().with(role, SUPPORT), duty, &queue);
        assert_forbidden(&staff().with(role, SALES), duty, &fed);
    }
}

#[test]
fn tk_51_only_an_admin_creates_queues_and_changes_the_setting() {
    for permission in [Permission::QueueCreate, Permission::OrganizationUpdate] {
        assert_allowed(&admin(), permission, &ORGANIZATION);
        assert_forbidden(&contributor().with("queue.manage", SUPPORT), permission, &ORGANIZATION);
        assert_forbidden(&user(), permission, &ORGANIZATION);
    }
}

#[test]
fn tk_58_a_staff_participant_reads_and_responds() {
    for person in [staff(), admin(), manager()] {
        for permission in [Permission::TicketView, Permission::TicketReply] {
            assert_allowed(&person, permission, &as_participant());
        }
    }
}

#[test]
fn tk_59_a_participant_gets_nothing_else() {
    for permission in [
        Permission::TicketUpdate,
        Permission::TicketAssign,
        Permission::TicketMove,
        Permission::TicketMerge,
        Permission::TicketClone,
        Permission::TicketLink,
        Permission::TicketDelete,
    ] {
        assert_forbidden(&staff(), permission, &as_participant());
    }
    assert_hidden(&staff(), Permission::TicketView, &ticket());
}

#[test]
fn tk_60_participation_needs_the_staff_role() {
    for permission in tickets() {
        assert_hidden(&user(), permission, &as_participant());
    }
    for permission in [Permission::TicketViewNotes, Permission::TicketNote] {
        assert_forbidden(&user().with("queue.contribute", SUPPORT), permission, &ticket());
    }
}
