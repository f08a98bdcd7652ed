//! Law 7, as far as the tables decide it: nobody gives what they do not hold.

use std::sync::Arc;

use proptest::prelude::*;
use usher_policy::{Level, Model, ModelKey, Permission, RoleIx, Verb};
use uuid::Uuid;

use super::each_permission;
use crate::{
    generate::{law, scope, thing_at_home, unguarded},
    support::{HOME, Person, allows},
};

/// Who may give a role that opens more than their own does, and where the document says why. A line that is not needed
/// any more fails the test.
const EXCEPTIONS: [(ModelKey, &str, &str); 15] = [
    // "Only an administrator gives, and gives any queue permission without holding it" (TK-2).
    (ModelKey::Queues, "organization.admin", "queue.contribute"),
    (ModelKey::Queues, "organization.admin", "queue.manage"),
    (ModelKey::Queues, "organization.admin", "queue.delete"),
    (ModelKey::Queues, "organization.admin", "queue.administer_inbox"),
    (ModelKey::Queues, "organization.admin", "queue.notify_inbox_errors"),
    // Who takes part in a project may review what they were asked to (VE-43); whoever works in the workspace lets them (VE-40).
    (ModelKey::Lab, "workspace.manager", "project.contributor"),
    (ModelKey::Lab, "workspace.editor", "project.contributor"),
    // As in its parts.
    (ModelKey::Suite, "organization.owner", "queue.administer_inbox"),
    (ModelKey::Suite, "organization.owner", "queue.notify_inbox_errors"),
    (ModelKey::Suite, "organization.super_admin", "queue.administer_inbox"),
    (ModelKey::Suite, "organization.super_admin", "queue.notify_inbox_errors"),
    (ModelKey::Suite, "organization.admin", "queue.administer_inbox"),
    (ModelKey::Suite, "organization.admin", "queue.notify_inbox_errors"),
    (ModelKey::Suite, "workspace.manager", "project.contributor"),
    (ModelKey::Suite, "workspace.editor", "project.contributor"),
];

fn name(model: &Model, role: RoleIx) -> String {
    let role = model.role_at(role);
    format!("{}.{}", role.level, role.key)
}

/// Whether whatever `role` opens at a scope is open to who holds `giver` there.
fn holds_all_of(model: &Model, giver: RoleIx, role: RoleIx) -> bool {
    let covered = |permission: &Permission| {
        let (mine, given) = (model.cell(giver, *permission), model.cell(role, *permission));
        mine.contains(usher_policy::Condition::Always) || given.without(mine).is_empty()
    };
    Permission::ALL.iter().all(covered) && (model.role_at(giver).staff || !model.role_at(role).staff)
}

fn is_exception(model: &Model, giver: RoleIx, role: RoleIx) -> bool {
    EXCEPTIONS.contains(&(model.key(), &name(model, giver), &name(model, role)))
}

#[test]
fn law_7_nobody_gives_what_they_do_not_hold() {
    let mut wider = Vec::new();
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        for (giver, _) in model.roles() {
            let given = model.roles().map(|(role, _)| role).filter(|role| model.may(giver, Verb::Give, *role));
            let given = given.filter(|role| !holds_all_of(model, giver, *role));
            wider.extend(given.map(|role| (key, name(model, giver), name(model, role))));
        }
    }
    assert_eq!(wider, EXCEPTIONS.map(|(key, giver, role)| (key, giver.to_owned(), role.to_owned())));
}

/// Whoever gives roles to themselves, as often as the ladder lets them, is allowed nothing that was not allowed before.
#[test]
fn law_7_no_sequence_of_gives_widens() {
    let gives = proptest::collection::vec(any::<(u8, u8)>(), 0..8);
    law(&(unguarded(), thing_at_home(), gives), |(person, thing, gives)| {
        let is_drawn = !Arc::ptr_eq(person.model, Model::built_in(person.model.key()));
        if is_drawn && !person.model.roles().any(|(_, role)| role.custom) {
            return Ok(()); // its ladder was drawn by lot as well
        }
        let mut after = person.clone();
        for (role, at) in gives {
            let roles: Vec<RoleIx> = person.model.roles().map(|(role, _)| role).collect();
            let role = roles[usize::from(role) % roles.len()];
            let level = person.model.role_at(role).level;
            let at = if level == Level::Organization { HOME } else { scope(level, at % 3) };
            if may_give(&after, role, at) {
                after = after.given(role, at);
            }
        }
        let (before, after) = (person.caller(), after.caller());
        for permission in each_permission() {
            let thing = thing.about(permission);
            let gained = !allows(&before, permission, &thing) && allows(&after, permission, &thing);
            prop_assert!(!gained, "{permission}");
        }
        Ok(())
    });
}

/// Whether the ladder lets the person give the role there, exceptions aside.
fn may_give(person: &Person, role: RoleIx, at: Uuid) -> bool {
    let excepted = person.assignments.iter().any(|(level, _, giver)| {
        person.model.role(*level, giver).is_some_and(|giver| is_exception(person.model, giver, role))
    });
    !excepted && person.caller().may_hand(Verb::Give, role, at)
}

/// A cell of the ladder that no operation could use would be a promise that is not kept: whoever gives at a level has the
/// permission by which roles are given there.
#[test]
fn who_gives_may_use_the_operation_that_gives() {
    for key in ModelKey::ALL {
        let model = Model::built_in(key);
        for (giver, _) in model.roles() {
            for (role, about) in model.roles().filter(|(role, _)| model.may(giver, Verb::Give, *role)) {
                let by = match about.level {
                    Level::Organization => Permission::MemberChangeRole,
                    Level::Team => Permission::TeamManageMembers,
                    Level::Queue => Permission::MemberSetQueuePermissions,
                    Level::Workspace => Permission::WorkspaceAddMember,
                    Level::Project => Permission::ProjectContribute,
                };
                let cell = model.cell(giver, by);
                assert!(!cell.is_empty(), "{key:?}: {} gives {}", name(model, giver), name(model, role));
            }
        }
    }
}
