//! The facts of `box_office` that a cell or the ladder decides. Everybody is an employee, so `-` is who holds no other role.

use usher_policy::{Condition, Holders, Level, Mask, Model, ModelKey, Module, Permission, Verb};

use crate::{facts::facts, support::role};

fn model() -> &'static Model {
    Model::built_in(ModelKey::BoxOffice)
}

#[test]
fn to_1_to_6_to_63_the_roles() {
    let roles: Vec<&str> = model().roles().map(|(_, role)| role.key.as_str()).collect();
    assert_eq!(roles, ["employee", "manager", "ticket_manager", "inventory_manager", "super_user"], "TO-1");
    assert!(model().several_organization_roles(), "TO-1");
    assert_eq!(model().everybodys_role(), Some(role(model(), "organization.employee")), "TO-6");
    let super_user = role(model(), "organization.super_user");
    assert_eq!(model().role_at(super_user).holders, Holders::AtLeastOne, "TO-63");
    assert_eq!(model().creator_role(), Some(super_user));
}

#[test]
fn to_54_to_55_to_57_to_64_only_a_super_user_gives_and_takes_roles() {
    for (giver, by) in model().roles() {
        for (given, of) in model().roles() {
            for verb in Verb::ALL {
                let expected = by.key == "super_user" && of.key != "employee";
                assert_eq!(model().may(giver, verb, given), expected, "{} {verb:?} {}", by.key, of.key);
            }
        }
    }
}

#[test]
fn to_66_a_super_user_has_every_action_without_a_condition() {
    let super_user = role(model(), "organization.super_user");
    let of_the_module = |p: &&Permission| p.module() == Module::BoxOffice && p.levels().contains(&Level::Organization);
    for permission in Permission::ALL.iter().filter(of_the_module) {
        assert_eq!(model().cell(super_user, *permission), Mask::ALWAYS, "{permission}");
    }
    // And whatever else any role gives; who may be acted for, and leaving, are said of the single member.
    for (role, about) in model().roles() {
        for permission in Permission::ALL.iter().filter(|p| !model().cell(role, **p).is_empty()) {
            let cell = model().cell(super_user, *permission);
            let expected = match permission {
                Permission::ProxyUse => [Condition::NamedAsProxy, Condition::NotSuperUser].into_iter().collect(),
                Permission::MemberLeave => Mask::of(Condition::Own),
                _ => Mask::ALWAYS,
            };
            assert_eq!(cell, expected, "{} {permission}", about.key);
        }
    }
}

facts! { BoxOffice;
    to_2_order_approve: "organization.manager+organization.inventory_manager order.approve,order.fulfill here+direct_report allowed";
    to_3_order_approve: "
        organization.manager+organization.ticket_manager order.approve here+direct_report allowed
        organization.manager+organization.ticket_manager inventory.assign here allowed
        organization.manager+organization.ticket_manager inventory.load here forbidden
        organization.manager+organization.ticket_manager inventory.view here hidden
        organization.manager+organization.ticket_manager order.fulfill here+direct_report forbidden
    ";
    to_4_order_approve: "
        organization.manager+organization.inventory_manager order.approve here+direct_report allowed
        organization.manager+organization.inventory_manager inventory.load,order.fulfill here allowed
    ";
    to_5_order_approve: "organization.ticket_manager+organization.manager order.approve,order.deny here+direct_report allowed";
    to_6_order_place: "
        - order.place here allowed
        - order.view,order.cancel here+own allowed
        - order.view,order.cancel here hidden
        organization.manager order.view,order.cancel here+own allowed
    ";
    to_7_order_approve: "organization.manager order.approve here+direct_report allowed";
    to_8_order_deny: "organization.manager order.deny here+direct_report allowed";
    to_9_order_approve: "organization.manager order.approve,order.deny here hidden";
    to_10_order_approve: "organization.manager order.approve,order.deny,order.view here hidden";
    to_11_order_approve: "organization.manager order.approve,order.deny here+own forbidden";
    to_12_order_view: "
        organization.manager order.view here+direct_report allowed
        organization.manager order.view here+own allowed
        organization.manager order.view here hidden
        organization.manager member.view here+direct_report allowed
        organization.manager member.view here hidden
    ";
    to_13_order_approve: "
        organization.ticket_manager order.approve,order.deny here+own forbidden
        organization.ticket_manager order.approve,order.deny here+direct_report hidden
    ";
    to_14_order_approve: "
        organization.inventory_manager order.approve,order.deny here forbidden
        organization.inventory_manager order.approve,order.deny here+direct_report forbidden
    ";
    to_15_order_approve: "organization.super_user order.approve,order.deny here allowed";
    to_17_order_approve: "
        organization.manager order.approve here+direct_report allowed
        organization.manager order.approve here hidden
    ";
    to_18_order_approve: "
        organization.manager order.approve,order.deny here hidden
        - order.approve,order.deny here+direct_report hidden
    ";
    to_36_order_fulfill: "
        organization.inventory_manager order.fulfill here allowed
        organization.super_user order.fulfill here allowed
        organization.manager order.fulfill here+direct_report forbidden
        organization.ticket_manager order.fulfill here+own forbidden
        organization.ticket_manager order.fulfill here hidden
        - order.fulfill here+own forbidden
    ";
    to_45_order_report: "
        organization.manager order.report here+direct_report allowed
        organization.manager order.report here+own allowed
        organization.ticket_manager order.report here allowed
        organization.inventory_manager order.report here allowed
        organization.super_user order.report here allowed
    ";
    to_46_order_report: "
        organization.manager order.report here hidden
        - order.report here+own forbidden
    ";
    to_20_inventory_assign: "
        organization.ticket_manager inventory.assign here allowed
        organization.inventory_manager inventory.assign here allowed
        organization.super_user inventory.assign here allowed
        organization.manager inventory.assign here hidden
        - inventory.assign here hidden
    ";
    to_21_inventory_reclaim: "
        organization.ticket_manager inventory.reclaim here allowed
        organization.inventory_manager inventory.reclaim here allowed
        organization.super_user inventory.reclaim here allowed
        organization.manager inventory.reclaim here hidden
    ";
    to_23_inventory_backfill: "
        organization.ticket_manager inventory.backfill here allowed
        organization.inventory_manager inventory.backfill here allowed
        organization.super_user inventory.backfill here allowed
        organization.manager inventory.backfill here hidden
    ";
    to_27_inventory_load: "
        organization.inventory_manager inventory.load here allowed
        organization.super_user inventory.load here allowed
        organization.manager inventory.load here forbidden
        organization.ticket_manager inventory.load here forbidden
        - inventory.load here forbidden
    ";
    to_28_inventory_view: "
        organization.inventory_manager inventory.view here allowed
        organization.super_user inventory.view here allowed
        organization.manager inventory.view here hidden
        organization.ticket_manager inventory.view here hidden
    ";
    to_29_assignment_view: "
        organization.ticket_manager assignment.view here allowed
        organization.ticket_manager inventory.view here+in_transit hidden
        organization.manager assignment.view here forbidden
    ";
    to_30_inventory_update: "organization.inventory_manager inventory.update here+in_transit allowed";
    to_31_inventory_update: "organization.inventory_manager inventory.update here forbidden";
    to_32_inventory_update: "
        organization.super_user inventory.update here allowed
        organization.super_user inventory.update here+in_transit allowed
    ";
    to_33_inventory_update: "
        organization.manager inventory.update here hidden
        organization.manager inventory.update here+in_transit hidden
        organization.ticket_manager inventory.update here hidden
        organization.ticket_manager inventory.update here+in_transit hidden
    ";
    to_34_inventory_load: "
        organization.inventory_manager inventory.load here allowed
        organization.inventory_manager inventory.update here forbidden
    ";
    to_39_survey_create: "organization.ticket_manager survey.create here allowed";
    to_40_survey_view: "organization.ticket_manager survey.view,survey.update,survey.delete here+own allowed";
    to_41_survey_view: "organization.ticket_manager survey.view,survey.update,survey.delete here hidden";
    to_42_survey_view: "
        organization.inventory_manager survey.view,survey.update,survey.delete here allowed
        organization.inventory_manager survey.create here allowed
    ";
    to_43_survey_create: "organization.super_user survey.create,survey.view,survey.update,survey.delete here allowed";
    to_44_survey_create: "
        organization.manager survey.create here forbidden
        organization.manager survey.view,survey.update,survey.delete here+own hidden
    ";
    to_47_proxy_use: "
        organization.manager proxy.use here+named_as_proxy+direct_report allowed
        organization.ticket_manager proxy.use here+named_as_proxy allowed
        organization.inventory_manager proxy.use here+named_as_proxy allowed
        organization.super_user proxy.use here+named_as_proxy allowed
    ";
    to_48_proxy_grant: "
        - proxy.grant here allowed
        organization.manager proxy.use here+direct_report forbidden
        organization.ticket_manager proxy.use here+not_super_user forbidden
        organization.inventory_manager proxy.use here+not_super_user forbidden
        organization.super_user proxy.use here+not_super_user allowed
        organization.super_user proxy.use here forbidden
    ";
    to_50_proxy_use: "
        - proxy.use here+named_as_proxy hidden
        - proxy.grant here allowed
    ";
    to_54_invitation_create: "
        organization.manager invitation.create,role.manage here forbidden
        organization.ticket_manager invitation.create,role.manage here forbidden
        organization.inventory_manager invitation.create,role.manage here forbidden
        - invitation.create,role.manage here forbidden
        organization.manager member.update,member.change_role,member.block,member.remove here+direct_report forbidden
        organization.ticket_manager member.update,member.change_role,member.block,member.remove here forbidden
        organization.inventory_manager member.update,member.change_role,member.block,member.remove here forbidden
        - member.update,member.change_role,member.block,member.remove here hidden
        organization.super_user member.view,member.update,member.change_role,member.block,member.remove here allowed
    ";
    to_55_invitation_create: "organization.super_user invitation.create here allowed";
    to_56_member_update: "organization.super_user member.update here allowed";
    to_57_member_change_role: "organization.super_user member.change_role here allowed";
    to_58_member_update: "organization.super_user member.update here allowed";
    to_59_member_block: "organization.super_user member.block here allowed";
    to_60_member_block: "organization.super_user member.block here allowed";
    to_61_member_block: "organization.super_user member.block here allowed";
    to_64_member_change_role: "
        - member.change_role,member.update here+own forbidden
        organization.manager member.change_role,member.update here+own forbidden
        organization.ticket_manager member.change_role,member.update here+own forbidden
        organization.inventory_manager member.change_role,member.update here+own forbidden
    ";
}
