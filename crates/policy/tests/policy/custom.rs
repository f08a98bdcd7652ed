//! Roles of an organization's own, beside those of its model.

use std::sync::Arc;

use usher_policy::{Condition, CustomRole, GrantFault, Level, Mask, Model, ModelKey, Permission, ResourceKind, Verb};
use uuid::Uuid;

use crate::support::{HOME, Person, Thing, allows, role};

const TEAM: Uuid = Uuid::from_u128(7);

fn custom(level: Level, key: &str, grants: &[(Permission, Mask)]) -> CustomRole {
    CustomRole { level, key: key.to_owned(), title: key.to_owned(), grants: grants.to_vec() }
}

fn with(key: ModelKey, roles: &[CustomRole]) -> &'static Arc<Model> {
    Box::leak(Box::new(Arc::new(Model::built_in(key).with_roles(roles))))
}

/// A role at every level that the model has, with nothing in it that matters.
fn at_every_level() -> Vec<CustomRole> {
    Level::ALL.into_iter().map(|level| custom(level, "added", &[(Permission::TeamView, Mask::ALWAYS)])).collect()
}

#[test]
fn the_models_own_roles_stay_what_they_are() {
    for key in ModelKey::ALL {
        let (before, after) = (Model::built_in(key), with(key, &at_every_level()));
        let moved: Vec<_> =
            before.roles().map(|(old, about)| (old, after.role(about.level, &about.key).unwrap())).collect();
        for (old, new) in &moved {
            assert_eq!(format!("{:?}", before.role_at(*old).title), format!("{:?}", after.role_at(*new).title));
            for permission in Permission::ALL {
                assert_eq!(before.cell(*old, *permission), after.cell(*new, *permission), "{key:?} {permission}");
                assert_eq!(before.source(*old, *permission), after.source(*new, *permission), "{key:?} {permission}");
            }
            for (other_old, other_new) in &moved {
                for verb in Verb::ALL {
                    assert_eq!(before.may(*old, verb, *other_old), after.may(*new, verb, *other_new), "{key:?}");
                }
            }
        }
        let everybodys = |model: &Model| model.everybodys_role().map(|role| model.role_at(role).key.clone());
        assert_eq!(everybodys(before), everybodys(after));
        let levels = Level::ALL.into_iter().filter(|level| before.has_level(*level)).count();
        assert_eq!(after.roles().count(), before.roles().count() + levels, "one more at each level that the model has");
        assert!(after.roles().is_sorted_by_key(|(_, role)| role.level));
        assert!(
            after
                .roles()
                .filter(|(_, role)| role.custom)
                .all(|(role, _)| after.source(role, Permission::TeamView).is_none())
        );
    }
}

#[test]
fn a_role_gives_what_it_says_where_it_is_held() {
    let model = with(
        ModelKey::Helpdesk,
        &[
            custom(Level::Organization, "auditor", &[(Permission::TicketView, Mask::ALWAYS)]),
            custom(Level::Team, "reader", &[(Permission::TicketView, Mask::of(Condition::Assigned))]),
        ],
    );
    let ticket = Thing::new(ResourceKind::Ticket);
    let auditor = Person::new(model).with("organization.auditor", HOME).caller();
    assert!(allows(&auditor, Permission::TicketView, &ticket));
    assert!(!allows(&auditor, Permission::TicketReply, &ticket));
    // Who has an organization role belongs to the organization, and sees it and themselves.
    assert!(allows(&auditor, Permission::OrganizationView, &Thing::new(ResourceKind::Organization)));
    let member = Thing::new(ResourceKind::Member);
    assert!(allows(&auditor, Permission::MemberView, &member.holding(Mask::of(Condition::Own))));
    assert!(!allows(&auditor, Permission::MemberView, &member));
    let reader = Person::new(model).with("team.reader", TEAM).caller();
    let theirs = ticket.holding(Mask::of(Condition::Assigned));
    assert!(allows(&reader, Permission::TicketView, &theirs.at(Level::Team, TEAM)));
    assert!(!allows(&reader, Permission::TicketView, &ticket.at(Level::Team, TEAM)));
    assert!(!allows(&reader, Permission::TicketView, &theirs));
}

#[test]
fn what_a_document_could_not_say_a_role_cannot_give() {
    let model = Model::built_in(ModelKey::Helpdesk);
    let grant =
        |level, permission, conditions: &[Condition]| model.grant(level, permission, conditions.iter().copied());
    assert_eq!(grant(Level::Team, Permission::TicketView, &[Condition::Own, Condition::Always]), Ok(Mask::ALWAYS));
    assert_eq!(grant(Level::Team, Permission::BillingManage, &[Condition::Always]), Err(GrantFault::Permission));
    assert_eq!(grant(Level::Organization, Permission::OrderView, &[Condition::Always]), Err(GrantFault::Permission));
    assert_eq!(grant(Level::Team, Permission::TicketView, &[Condition::MailboxTarget]), Err(GrantFault::Condition));
    assert_eq!(grant(Level::Team, Permission::TicketView, &[]), Err(GrantFault::Empty));
    // Were such a role to come from elsewhere, it would give nothing, and would stand in for no other.
    let model = with(
        ModelKey::Helpdesk,
        &[
            custom(
                Level::Team,
                "odd",
                &[(Permission::BillingManage, Mask::ALWAYS), (Permission::TicketView, Mask::NONE)],
            ),
            custom(Level::Organization, "owner", &[]),
            custom(Level::Workspace, "nowhere", &[]),
        ],
    );
    let odd = role(model, "team.odd");
    assert!(Permission::ALL.iter().all(|permission| model.cell(odd, *permission).is_empty()));
    assert_eq!(model.roles().count(), Model::built_in(ModelKey::Helpdesk).roles().count() + 1);
}

#[test]
fn law_7_a_custom_role_is_handled_by_who_has_all_that_it_gives() {
    let model = with(
        ModelKey::Helpdesk,
        &[
            custom(Level::Organization, "biller", &[(Permission::BillingManage, Mask::ALWAYS)]),
            custom(Level::Organization, "greeter", &[(Permission::MemberView, Mask::ALWAYS)]),
            custom(Level::Team, "helper", &[(Permission::TicketView, Mask::of(Condition::Assigned))]),
            custom(Level::Team, "keeper", &[(Permission::TeamManageMembers, Mask::ALWAYS)]),
        ],
    );
    for (holder, scope, given, at, expected) in [
        ("organization.owner", HOME, "organization.biller", HOME, true),
        ("organization.admin", HOME, "organization.biller", HOME, false),
        ("organization.biller", HOME, "organization.biller", HOME, true),
        ("organization.member", HOME, "organization.greeter", HOME, true),
        ("organization.admin", HOME, "team.helper", TEAM, true),
        ("team.member", TEAM, "team.helper", TEAM, true),
        ("team.member", TEAM, "team.helper", Uuid::from_u128(8), false),
        ("team.member", TEAM, "team.keeper", TEAM, false),
        ("team.admin", TEAM, "team.keeper", TEAM, true),
    ] {
        let caller = Person::new(model).with(holder, scope).caller();
        for verb in Verb::ALL {
            assert_eq!(caller.may_hand(verb, role(model, given), at), expected, "{holder} and {given}");
        }
    }
    // Who is no staff does not have what is given to staff, though their role says so.
    let queues = with(
        ModelKey::Queues,
        &[custom(Level::Organization, "desk", &[(Permission::MemberView, Mask::of(Condition::Staff))])],
    );
    let given = role(queues, "organization.desk");
    let holder = |name| Person::new(queues).with(name, HOME).caller();
    assert!(!holder("organization.desk").may_hand(Verb::Give, given, HOME));
    assert!(holder("organization.admin").may_hand(Verb::Give, given, HOME));
    // The narrower condition does not cover the wider one, nor a token or a block what the roles have.
    let helper = Person::new(model).with("team.helper", TEAM);
    let viewer = with(ModelKey::Helpdesk, &[custom(Level::Team, "viewer", &[(Permission::TicketView, Mask::ALWAYS)])]);
    assert!(!Person { model: viewer, ..helper }.caller().may_hand(Verb::Give, role(viewer, "team.viewer"), TEAM));
    let owner = Person::new(model).with("organization.owner", HOME);
    let narrowed = Person { scopes: Some([Permission::MemberChangeRole].into_iter().collect()), ..owner };
    assert!(!narrowed.caller().may_hand(Verb::Give, role(model, "organization.greeter"), HOME));
}
