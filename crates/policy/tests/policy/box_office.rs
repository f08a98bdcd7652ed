//! The facts of `box_office` that a cell or the ladder decides. Everybody is an employee, so `-` is who holds no other role.

use usher_policy::{Condition, Holders, Level, Mask, Model, ModelKey, Module, Permission, Verb};

use crate::{facts::check, support::role};

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

const ORDERS: &str = "
    TO-2  organization.manager+organization.inventory_manager order.approve,order.fulfill here+direct_report allowed
    TO-3  organization.manager+organization.ticket_manager order.approve here+direct_report allowed
    TO-3  organization.manager+organization.ticket_manager inventory.assign here allowed
    TO-3  organization.manager+organization.ticket_manager inventory.load here forbidden
    TO-3  organization.manager+organization.ticket_manager inventory.view here hidden
    TO-3  organization.manager+organization.ticket_manager order.fulfill here+direct_report forbidden
    TO-4  organization.manager+organization.inventory_manager order.approve here+direct_report allowed
    TO-4  organization.manager+organization.inventory_manager inventory.load,order.fulfill here allowed
    TO-5  organization.ticket_manager+organization.manager order.approve,order.deny here+direct_report allowed
    TO-6  - order.place here allowed
    TO-6  - order.view,order.cancel here+own allowed
    TO-6  - order.view,order.cancel here hidden
    TO-6  organization.manager order.view,order.cancel here+own allowed
    TO-7  organization.manager order.approve here+direct_report allowed
    TO-8  organization.manager order.deny here+direct_report allowed
    TO-9  organization.manager order.approve,order.deny here hidden
    TO-10 organization.manager order.approve,order.deny,order.view here hidden
    TO-11 organization.manager order.approve,order.deny here+own forbidden
    TO-12 organization.manager order.view here+direct_report allowed
    TO-12 organization.manager order.view here+own allowed
    TO-12 organization.manager order.view here hidden
    TO-12 organization.manager member.view here+direct_report allowed
    TO-12 organization.manager member.view here hidden
    TO-13 organization.ticket_manager order.approve,order.deny here+own forbidden
    TO-13 organization.ticket_manager order.approve,order.deny here+direct_report hidden
    TO-14 organization.inventory_manager order.approve,order.deny here forbidden
    TO-14 organization.inventory_manager order.approve,order.deny here+direct_report forbidden
    TO-15 organization.super_user order.approve,order.deny here allowed
    TO-17 organization.manager order.approve here+direct_report allowed
    TO-17 organization.manager order.approve here hidden
    TO-18 organization.manager order.approve,order.deny here hidden
    TO-18 - order.approve,order.deny here+direct_report hidden
    TO-36 organization.inventory_manager order.fulfill here allowed
    TO-36 organization.super_user order.fulfill here allowed
    TO-36 organization.manager order.fulfill here+direct_report forbidden
    TO-36 organization.ticket_manager order.fulfill here+own forbidden
    TO-36 organization.ticket_manager order.fulfill here hidden
    TO-36 - order.fulfill here+own forbidden
    TO-45 organization.manager order.report here+direct_report allowed
    TO-45 organization.manager order.report here+own allowed
    TO-45 organization.ticket_manager order.report here allowed
    TO-45 organization.inventory_manager order.report here allowed
    TO-45 organization.super_user order.report here allowed
    TO-46 organization.manager order.report here hidden
    TO-46 - order.report here+own forbidden
";

const INVENTORY: &str = "
    TO-20 organization.ticket_manager inventory.assign here allowed
    TO-20 organization.inventory_manager inventory.assign here allowed
    TO-20 organization.super_user inventory.assign here allowed
    TO-20 organization.manager inventory.assign here hidden
    TO-20 - inventory.assign here hidden
    TO-21 organization.ticket_manager inventory.reclaim here allowed
    TO-21 organization.inventory_manager inventory.reclaim here allowed
    TO-21 organization.super_user inventory.reclaim here allowed
    TO-21 organization.manager inventory.reclaim here hidden
    TO-23 organization.ticket_manager inventory.backfill here allowed
    TO-23 organization.inventory_manager inventory.backfill here allowed
    TO-23 organization.super_user inventory.backfill here allowed
    TO-23 organization.manager inventory.backfill here hidden
    TO-27 organization.inventory_manager inventory.load here allowed
    TO-27 organization.super_user inventory.load here allowed
    TO-27 organization.manager inventory.load here forbidden
    TO-27 organization.ticket_manager inventory.load here forbidden
    TO-27 - inventory.load here forbidden
    TO-28 organization.inventory_manager inventory.view here allowed
    TO-28 organization.super_user inventory.view here allowed
    TO-28 organization.manager inventory.view here hidden
    TO-28 organization.ticket_manager inventory.view here hidden
    TO-29 organization.ticket_manager assignment.view here allowed
    TO-29 organization.ticket_manager inventory.view here+in_transit hidden
    TO-29 organization.manager assignment.view here forbidden
    TO-30 organization.inventory_manager inventory.update here+in_transit allowed
    TO-31 organization.inventory_manager inventory.update here forbidden
    TO-32 organization.super_user inventory.update here allowed
    TO-32 organization.super_user inventory.update here+in_transit allowed
    TO-33 organization.manager inventory.update here hidden
    TO-33 organization.manager inventory.update here+in_transit hidden
    TO-33 organization.ticket_manager inventory.update here hidden
    TO-33 organization.ticket_manager inventory.update here+in_transit hidden
    TO-34 organization.inventory_manager inventory.load here allowed
    TO-34 organization.inventory_manager inventory.update here forbidden
    TO-39 organization.ticket_manager survey.create here allowed
    TO-40 organization.ticket_manager survey.view,survey.update,survey.delete here+own allowed
    TO-41 organization.ticket_manager survey.view,survey.update,survey.delete here hidden
    TO-42 organization.inventory_manager survey.view,survey.update,survey.delete here allowed
    TO-42 organization.inventory_manager survey.create here allowed
    TO-43 organization.super_user survey.create,survey.view,survey.update,survey.delete here allowed
    TO-44 organization.manager survey.create here forbidden
    TO-44 organization.manager survey.view,survey.update,survey.delete here+own hidden
";

const EMPLOYEES: &str = "
    TO-47 organization.manager proxy.use here+named_as_proxy+direct_report allowed
    TO-47 organization.ticket_manager proxy.use here+named_as_proxy allowed
    TO-47 organization.inventory_manager proxy.use here+named_as_proxy allowed
    TO-47 organization.super_user proxy.use here+named_as_proxy allowed
    TO-48 - proxy.grant here allowed
    TO-48 organization.manager proxy.use here+direct_report forbidden
    TO-48 organization.ticket_manager proxy.use here+not_super_user forbidden
    TO-48 organization.inventory_manager proxy.use here+not_super_user forbidden
    TO-48 organization.super_user proxy.use here+not_super_user allowed
    TO-48 organization.super_user proxy.use here forbidden
    TO-50 - proxy.use here+named_as_proxy hidden
    TO-50 - proxy.grant here allowed
    TO-54 organization.manager invitation.create,role.manage here forbidden
    TO-54 organization.ticket_manager invitation.create,role.manage here forbidden
    TO-54 organization.inventory_manager invitation.create,role.manage here forbidden
    TO-54 - invitation.create,role.manage here forbidden
    TO-54 organization.manager member.update,member.change_role,member.block,member.remove here+direct_report forbidden
    TO-54 organization.ticket_manager member.update,member.change_role,member.block,member.remove here forbidden
    TO-54 organization.inventory_manager member.update,member.change_role,member.block,member.remove here forbidden
    TO-54 - member.update,member.change_role,member.block,member.remove here hidden
    TO-54 organization.super_user member.view,member.update,member.change_role,member.block,member.remove here allowed
    TO-55 organization.super_user invitation.create here allowed
    TO-56 organization.super_user member.update here allowed
    TO-57 organization.super_user member.change_role here allowed
    TO-58 organization.super_user member.update here allowed
    TO-59 organization.super_user member.block here allowed
    TO-60 organization.super_user member.block here allowed
    TO-61 organization.super_user member.block here allowed
    TO-64 - member.change_role,member.update here+own forbidden
    TO-64 organization.manager member.change_role,member.update here+own forbidden
    TO-64 organization.ticket_manager member.change_role,member.update here+own forbidden
    TO-64 organization.inventory_manager member.change_role,member.update here+own forbidden
";

#[test]
fn to_2_to_to_46_orders_and_reports() {
    check(ModelKey::BoxOffice, ORDERS);
}

#[test]
fn to_20_to_to_44_inventory_and_surveys() {
    check(ModelKey::BoxOffice, INVENTORY);
}

#[test]
fn to_47_to_to_64_proxies_and_employees() {
    check(ModelKey::BoxOffice, EMPLOYEES);
}
