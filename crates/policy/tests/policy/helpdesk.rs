//! The facts of `helpdesk` that a cell or the ladder decides. 403 is forbidden, 404 is hidden.

use usher_policy::{Condition, Holders, Level, Mask, Model, ModelKey, Permission, Remedy, ResourceKind, Verb};
use uuid::Uuid;

use crate::support::{Person, Thing, assert_allowed, assert_forbidden, assert_hidden, explain, role};

const TEAM: Uuid = Uuid::from_u128(0xA1);
const OTHER_TEAM: Uuid = Uuid::from_u128(0xA2);

fn owner() -> Person {
    Person::of(ModelKey::Helpdesk, "organization.owner")
}

fn admin() -> Person {
    Person::of(ModelKey::Helpdesk, "organization.admin")
}

fn member() -> Person {
    Person::of(ModelKey::Helpdesk, "organization.member")
}

fn team_admin() -> Person {
    member().with("team.admin", TEAM)
}

fn team_member() -> Person {
    member().with("team.member", TEAM)
}

const ORGANIZATION: Thing = Thing::new(ResourceKind::Organization);
const WEBSITE: Thing = Thing::new(ResourceKind::Website);
const MEMBER: Thing = Thing::new(ResourceKind::Member);

fn team(id: Uuid) -> Thing {
    Thing::new(ResourceKind::Team).at(Level::Team, id)
}

/// A ticket that no team has and whose template is open to no team of the caller's.
const TICKET: Thing = Thing::new(ResourceKind::Ticket);

fn ticket_of(team: Uuid) -> Thing {
    TICKET.at(Level::Team, team)
}

fn ticket_with_visible_template() -> Thing {
    TICKET.holding(Mask::of(Condition::TemplateVisible))
}

fn on_a_plan_with_workflows(person: Person) -> Person {
    Person { conditions: Mask::of(Condition::PlanWorkflows), ..person }
}

fn tickets() -> impl Iterator<Item = Permission> {
    Permission::of(ResourceKind::Ticket)
}

fn model() -> &'static std::sync::Arc<Model> {
    Model::built_in(ModelKey::Helpdesk)
}

fn may(giver: &str, verb: Verb, given: &str) -> bool {
    model().may(role(model(), giver), verb, role(model(), given))
}

/// A fact, the permission and thing it is about, and whether owner, admin and member may.
type Row = (&'static str, Permission, Thing, [bool; 3]);

fn check(rows: &[Row]) {
    for (fact, permission, thing, expected) in rows {
        for (person, expected) in [owner(), admin(), member()].into_iter().zip(expected) {
            println!("{fact}: {permission}");
            if *expected {
                assert_allowed(&person, *permission, thing);
            } else {
                assert_forbidden(&person, *permission, thing);
            }
        }
    }
}

/// VK-2, VK-3, VK-38.
#[test]
fn vk_2_vk_3_vk_38_only_the_owner_changes_settings_and_deletes_the_organization() {
    check(&[
        ("VK-2, VK-3", Permission::OrganizationUpdate, ORGANIZATION, [true, false, false]),
        ("VK-38", Permission::OrganizationDelete, ORGANIZATION, [true, false, false]),
    ]);
}

/// VK-4, VK-5.
#[test]
fn vk_4_vk_5_the_owner_bills_and_the_admin_reads_usage() {
    check(&[
        ("VK-4", Permission::BillingManage, ORGANIZATION, [true, false, false]),
        ("VK-5", Permission::BillingView, ORGANIZATION, [true, true, false]),
    ]);
}

/// VK-6, VK-7, VK-8.
#[test]
fn vk_6_vk_7_vk_8_owner_and_admin_invite() {
    check(&[
        ("VK-6", Permission::InvitationCreate, ORGANIZATION, [true, true, false]),
        ("VK-7", Permission::InvitationView, ORGANIZATION, [true, true, false]),
        ("VK-8", Permission::InvitationRevoke, ORGANIZATION, [true, true, false]),
    ]);
}

#[test]
fn vk_9_owner_and_admin_manage_workflows_on_an_eligible_plan() {
    for person in [owner(), admin()] {
        assert_allowed(&on_a_plan_with_workflows(person), Permission::WorkflowManage, &ORGANIZATION);
    }
}

#[test]
fn vk_10_a_member_manages_no_workflow_on_any_plan() {
    for person in [member(), on_a_plan_with_workflows(member()), on_a_plan_with_workflows(team_admin())] {
        assert_forbidden(&person, Permission::WorkflowManage, &ORGANIZATION);
    }
}

#[test]
fn vk_11_on_another_plan_the_refusal_names_the_plan() {
    for (person, name) in [(owner(), "organization.owner"), (admin(), "organization.admin")] {
        assert_forbidden(&person, Permission::WorkflowManage, &ORGANIZATION);
        let remedies = explain(&person.caller(), Permission::WorkflowManage, &ORGANIZATION).remedies;
        let plan = Remedy::Condition { role: role(model(), name), conditions: Mask::of(Condition::PlanWorkflows) };
        assert_eq!(remedies, [plan]);
    }
}

/// VK-13, VK-14, VK-15.
#[test]
fn vk_13_vk_14_vk_15_owner_and_admin_make_websites_and_only_the_owner_deletes() {
    check(&[
        ("VK-13", Permission::WebsiteCreate, ORGANIZATION, [true, true, false]),
        ("VK-14", Permission::WebsiteUpdate, WEBSITE, [true, true, false]),
        ("VK-15", Permission::WebsiteDelete, WEBSITE, [true, false, false]),
    ]);
}

#[test]
fn vk_17_a_team_admin_configures_the_team() {
    assert_allowed(&team_admin(), Permission::TeamUpdate, &team(TEAM));
    assert_allowed(&team_admin(), Permission::TeamManageMembers, &team(TEAM));
}

#[test]
fn vk_18_owner_and_admin_configure_any_team() {
    for person in [owner(), admin()] {
        assert_allowed(&person, Permission::TeamUpdate, &team(TEAM));
        assert_allowed(&person, Permission::TeamManageMembers, &team(OTHER_TEAM));
    }
}

#[test]
fn vk_19_a_plain_team_member_does_not_configure() {
    assert_forbidden(&team_member(), Permission::TeamUpdate, &team(TEAM));
    assert_forbidden(&team_member(), Permission::TeamManageMembers, &team(TEAM));
}

#[test]
fn vk_20_a_team_admin_does_not_configure_another_team() {
    assert_forbidden(&team_admin(), Permission::TeamUpdate, &team(OTHER_TEAM));
    assert_forbidden(&team_admin(), Permission::TeamManageMembers, &team(OTHER_TEAM));
}

#[test]
fn vk_21_a_team_admin_has_no_power_over_the_organization() {
    let person = on_a_plan_with_workflows(team_admin());
    for permission in [
        Permission::OrganizationUpdate,
        Permission::InvitationCreate,
        Permission::InvitationView,
        Permission::WebsiteCreate,
        Permission::WorkflowManage,
    ] {
        assert_forbidden(&person, permission, &ORGANIZATION);
    }
    assert_forbidden(&person, Permission::WebsiteUpdate, &WEBSITE);
}

/// VK-25, VK-26.
#[test]
fn vk_25_vk_26_owner_and_admin_read_every_ticket() {
    for person in [owner(), admin()] {
        for ticket in [TICKET, ticket_of(TEAM), ticket_of(OTHER_TEAM), ticket_with_visible_template()] {
            assert_allowed(&person, Permission::TicketView, &ticket);
        }
    }
}

#[test]
fn vk_27_a_member_reads_a_ticket_of_their_team() {
    assert_allowed(&team_member(), Permission::TicketView, &ticket_of(TEAM));
}

#[test]
fn vk_28_a_ticket_of_another_team_is_hidden() {
    for permission in tickets() {
        assert_hidden(&team_member(), permission, &ticket_of(OTHER_TEAM));
    }
}

#[test]
fn vk_29_a_ticket_without_a_team_follows_its_template() {
    assert_allowed(&team_member(), Permission::TicketView, &ticket_with_visible_template());
}

#[test]
fn vk_30_a_ticket_without_a_team_whose_template_is_not_visible_is_hidden() {
    for permission in tickets() {
        assert_hidden(&team_member(), permission, &TICKET);
    }
}

/// That the condition holds only without a team is its meaning; here: no other one opens the ticket.
#[test]
fn vk_31_a_template_does_not_open_a_ticket_of_another_team() {
    let template = Thing::new(ResourceKind::Template).holding(Mask::of(Condition::SharedWithTeam));
    assert_allowed(&team_member(), Permission::TemplateView, &template);
    let every_other = Condition::ALL.into_iter().filter(|condition| *condition != Condition::TemplateVisible).collect();
    assert_hidden(&team_member(), Permission::TicketView, &ticket_of(OTHER_TEAM).holding(every_other));
}

#[test]
fn vk_32_a_member_of_no_team_sees_no_ticket() {
    for ticket in [TICKET, ticket_of(TEAM)] {
        for permission in tickets() {
            assert_hidden(&member(), permission, &ticket);
        }
    }
}

#[test]
fn vk_34_a_team_admin_may_do_with_tickets_what_a_team_member_may() {
    for permission in tickets() {
        let cells = ["team.admin", "team.member"].map(|name| model().cell(role(model(), name), permission));
        assert_eq!(cells[0], cells[1], "{permission}");
    }
}

/// VK-52, VK-57.
#[test]
fn vk_52_vk_57_an_admin_gives_nobody_the_role_of_owner() {
    assert_allowed(&admin(), Permission::InvitationCreate, &ORGANIZATION);
    assert!(!may("organization.admin", Verb::Give, "organization.owner"));
}

#[test]
fn vk_54_the_owner_sets_any_role_in_both_directions() {
    assert_allowed(&owner(), Permission::MemberChangeRole, &MEMBER);
    for role in ["organization.owner", "organization.admin", "organization.member"] {
        assert!(may("organization.owner", Verb::Give, role), "{role}");
        assert!(may("organization.owner", Verb::Take, role), "{role}");
    }
}

#[test]
fn vk_55_there_may_be_several_owners() {
    assert!(may("organization.owner", Verb::Give, "organization.owner"));
    assert_eq!(model().role_at(role(model(), "organization.owner")).holders, Holders::AtLeastOne);
}

#[test]
fn vk_56_an_admin_promotes_a_member() {
    assert_allowed(&admin(), Permission::MemberChangeRole, &MEMBER);
    assert!(may("organization.admin", Verb::Take, "organization.member"));
    assert!(may("organization.admin", Verb::Give, "organization.admin"));
}

/// VK-58, VK-59.
#[test]
fn vk_58_vk_59_an_admin_demotes_neither_admin_nor_owner() {
    assert!(!may("organization.admin", Verb::Take, "organization.admin"));
    assert!(!may("organization.admin", Verb::Take, "organization.owner"));
}

#[test]
fn vk_60_a_member_changes_no_role() {
    for thing in [MEMBER, MEMBER.holding(Mask::of(Condition::Own))] {
        assert_forbidden(&team_admin(), Permission::MemberChangeRole, &thing);
    }
    for (_, role) in model().roles() {
        let role = format!("{}.{}", role.level, role.key);
        assert!(!Verb::ALL.into_iter().any(|verb| may("organization.member", verb, &role)), "{role}");
    }
}

#[test]
fn vk_63_owner_and_admin_remove_a_member() {
    check(&[("VK-63", Permission::MemberRemove, MEMBER, [true, true, false])]);
    assert!(may("organization.owner", Verb::Remove, "organization.member"));
    assert!(may("organization.admin", Verb::Remove, "organization.member"));
}

#[test]
fn vk_64_an_admin_removes_an_admin_and_no_owner() {
    assert!(may("organization.admin", Verb::Remove, "organization.admin"));
    assert!(!may("organization.admin", Verb::Remove, "organization.owner"));
}
