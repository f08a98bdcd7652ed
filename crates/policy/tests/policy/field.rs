//! The facts of `field` that a cell or the ladder decides.

use usher_policy::{Holders, Level, Model, ModelKey, Module, Permission, Verb};

use crate::{facts::facts, support::role};

fn model() -> &'static Model {
    Model::built_in(ModelKey::Field)
}

/// The permissions that two organization roles have under different conditions.
fn differing(one: &str, other: &str) -> Vec<&'static str> {
    let (one, other) = (role(model(), one), role(model(), other));
    let differs = |p: &&Permission| model().cell(one, **p) != model().cell(other, **p);
    Permission::ALL.iter().filter(differs).map(|permission| permission.key()).collect()
}

#[test]
fn vx_1_vx_2_vx_3_vx_42_the_roles() {
    let roles = |level| model().roles_at(level).map(|(_, role)| role.key.as_str()).collect::<Vec<_>>();
    assert_eq!(roles(Level::Organization), ["owner", "super_admin", "admin", "member"], "VX-1");
    assert!(!model().several_organization_roles(), "VX-1");
    let owner = role(model(), "organization.owner");
    assert_eq!(model().creator_role(), Some(owner), "VX-2");
    assert_eq!(model().role_at(owner).holders, Holders::ExactlyOne, "VX-3");
    let super_admin = model().role(Level::Organization, "super_admin").unwrap();
    assert_eq!(model().succession(), Some((owner, super_admin)), "VX-34");
    // VX-42: a contributor has exactly one level, so the levels are roles.
    let team = ["admin", "contributor_full", "contributor_limited", "contributor_focused", "viewer"];
    assert_eq!(roles(Level::Team), team, "VX-42");
}

#[test]
fn vx_37_a_super_admin_has_everything_but_deletion_and_handing_over() {
    let super_admin = differing("organization.owner", "organization.super_admin");
    assert_eq!(super_admin, ["organization.delete", "organization.transfer"]);
}

#[test]
fn vx_38_an_administrator_has_everything_of_a_super_admin_but_billing() {
    assert_eq!(differing("organization.super_admin", "organization.admin"), ["billing.view", "billing.manage"]);
}

/// Of what the source says two things is one row of the document: switched, nobody reaches content by an organization role, and
/// all else stays as it is.
#[test]
fn vx_31_whether_organization_roles_reach_content_is_one_row() {
    let (row, document) = ("| organization roles reach content | yes ", model().document());
    assert_eq!(document.matches(row).count(), 1);
    let switched = Model::parse(ModelKey::Field, &document.replace(row, &row.replace("yes", "no "))).unwrap();
    for (role, about) in model().roles() {
        for permission in Permission::ALL {
            let (now, then) = (model().cell(role, *permission), switched.cell(role, *permission));
            if about.level == Level::Organization && permission.module() == Module::Field {
                assert_eq!(now.is_empty(), about.key == "member", "{} {permission}", about.key);
                assert!(then.is_empty(), "{} {permission}", about.key);
            } else {
                assert_eq!(now, then, "{} {permission}", about.key);
            }
        }
    }
}

#[test]
fn vx_33_vx_35_vx_39_vx_40_vx_73_nobody_gives_the_owners_role_and_nobody_reaches_above_their_own() {
    let ladder = ["organization.owner", "organization.super_admin", "organization.admin", "organization.member"];
    let givers = ladder.map(|name| role(model(), name));
    for (giver, by) in givers.iter().enumerate() {
        for (given, of) in givers.iter().enumerate() {
            for verb in Verb::ALL {
                // The owner's role is handed over; a member gives nothing; all others reach to their own.
                let expected = given > 0 && giver < 3 && given >= giver;
                assert_eq!(model().may(*by, verb, *of), expected, "{} {verb:?} {}", ladder[giver], ladder[given]);
            }
        }
    }
}

#[test]
fn vx_43_vx_44_vx_45_vx_75_who_gives_team_roles() {
    for (giver, by) in model().roles() {
        // The three of the organization, and the team admin, whose role has the name of one of them.
        let gives = ["owner", "super_admin", "admin"].contains(&by.key.as_str());
        for (given, _) in model().roles_at(Level::Team) {
            assert_eq!(model().may(giver, Verb::Give, given), gives, "{} {}", by.level, by.key);
            assert_eq!(model().may(giver, Verb::Take, given), gives, "{} {}", by.level, by.key);
        }
    }
}

facts! { Field;
    vx_4_organization_update: "organization.owner organization.update here allowed";
    vx_5_organization_update: "organization.super_admin organization.update here allowed";
    vx_6_organization_update: "organization.admin organization.update here allowed";
    vx_7_organization_update: "organization.member organization.update here forbidden";
    vx_8_organization_delete: "organization.owner organization.delete here allowed";
    vx_9_organization_delete: "organization.super_admin organization.delete here forbidden";
    vx_10_organization_delete: "organization.admin organization.delete here forbidden";
    vx_11_organization_delete: "organization.member organization.delete here forbidden";
    vx_12_invitation_view: "
        organization.owner invitation.view,invitation.create,invitation.revoke,member.change_role,member.remove here allowed
        organization.super_admin invitation.view,invitation.create,invitation.revoke,member.change_role,member.remove here allowed
        organization.admin invitation.view,invitation.create,invitation.revoke,member.change_role,member.remove here allowed
    ";
    vx_13_invitation_view: "
        organization.member invitation.view,invitation.create,invitation.revoke here forbidden
        organization.member member.change_role,member.remove here hidden
        organization.member member.change_role,member.remove here+own forbidden
    ";
    vx_14_billing_view: "
        organization.owner billing.view,billing.manage here allowed
        organization.super_admin billing.view,billing.manage here allowed
    ";
    vx_15_billing_view: "organization.admin billing.view,billing.manage here forbidden";
    vx_16_billing_view: "organization.member billing.view,billing.manage here forbidden";
    vx_17_team_create: "
        organization.owner team.create here allowed
        organization.super_admin team.create here allowed
        organization.admin team.create here allowed
    ";
    vx_18_team_create: "
        organization.member team.create here forbidden
        organization.member+team.admin team.create here forbidden
    ";
    vx_19_team_view: "
        organization.owner team.view there allowed
        organization.super_admin team.view there allowed
        organization.admin team.view there allowed
    ";
    vx_20_team_view: "
        organization.member+team.viewer team.view here allowed
        organization.member+team.viewer team.view there hidden
        organization.member+team.admin member.view here hidden
    ";
    vx_21_team_delete: "
        organization.owner team.delete there allowed
        organization.super_admin team.delete there allowed
        organization.admin team.delete there allowed
    ";
    vx_22_team_delete: "
        organization.member+team.admin team.delete here forbidden
        organization.member team.delete here hidden
    ";
    vx_23_team_update: "
        organization.owner team.update there allowed
        organization.super_admin team.update there allowed
        organization.admin team.update there allowed
    ";
    vx_24_team_update: "
        organization.member+team.admin team.update here allowed
        organization.member+team.admin team.update there hidden
        organization.member+team.contributor_full team.update here forbidden
    ";
    vx_25_inspection_view: "
        organization.owner inspection.view,site.view,inspection_template.view there allowed
        organization.super_admin inspection.view,site.view,inspection_template.view there allowed
        organization.admin inspection.view,site.view,inspection_template.view there allowed
    ";
    vx_26_inspection_view: "
        organization.member inspection.view,site.view,inspection_template.view there hidden
        organization.member+team.contributor_full inspection.view,site.view,inspection_template.view here allowed
    ";
    vx_27_inspection_update: "
        organization.owner inspection.update,site.update,inspection_template.update there allowed
        organization.super_admin inspection.update,site.update,inspection_template.update there allowed
        organization.admin inspection.update,site.update,inspection_template.update there allowed
    ";
    vx_28_inspection_update: "
        organization.member inspection.update,site.update,inspection_template.update there hidden
        organization.member+team.contributor_full inspection.update,site.update here allowed
        organization.member+team.contributor_limited inspection.update,site.update here forbidden
    ";
    vx_29_inspection_create: "
        organization.owner inspection.create,site.create,inspection_template.create there allowed
        organization.super_admin inspection.create,site.create,inspection_template.create there allowed
        organization.admin inspection.create,site.create,inspection_template.create there allowed
    ";
    vx_30_inspection_create: "
        organization.member inspection.create,site.create,inspection_template.create there hidden
        organization.member+team.contributor_focused inspection.create,site.create here allowed
        organization.member+team.admin inspection_template.create here allowed
    ";
    vx_31_inspection_view: "
        organization.owner inspection.view,inspection_template.view,report.view there allowed
        organization.super_admin inspection.view,inspection_template.view,report.view there allowed
        organization.admin inspection.view,inspection_template.view,report.view there allowed
        organization.member inspection.view,inspection_template.view,report.view there hidden
    ";
    vx_32_inspection_view: "
        organization.member inspection.view,site.view,report.view here+own hidden
        organization.member inspection.view,report.view here+assigned hidden
        organization.member inspection_template.view,team.view here hidden
    ";
    vx_33_organization_transfer: "
        organization.owner organization.transfer here allowed
        organization.super_admin organization.transfer here forbidden
        organization.admin organization.transfer here forbidden
        organization.member organization.transfer here forbidden
    ";
    vx_36_team_view: "organization.owner team.view,site.view,inspection.view,inspection_template.view,report.view,member.view,billing.view there allowed";
    vx_41_team_update: "
        organization.owner team.update,team.manage_members,inspection.update,site.delete there allowed
        organization.super_admin team.update,team.manage_members,inspection.update,site.delete there allowed
        organization.admin team.update,team.manage_members,inspection.update,site.delete there allowed
    ";
    vx_43_team_manage_members: "organization.member+team.admin team.manage_members here allowed";
    vx_44_team_manage_members: "
        organization.member+team.contributor_full team.manage_members here forbidden
        organization.member+team.contributor_limited team.manage_members here forbidden
        organization.member+team.contributor_focused team.manage_members here forbidden
    ";
    vx_45_team_manage_members: "organization.member+team.viewer team.manage_members here forbidden";
    vx_46_team_update: "organization.member+team.admin team.update here allowed";
    vx_47_team_update: "
        organization.member+team.contributor_full team.update here forbidden
        organization.member+team.contributor_limited team.update here forbidden
        organization.member+team.contributor_focused team.update here forbidden
        organization.member+team.viewer team.update here forbidden
    ";
    vx_48_site_view: "organization.member+team.admin site.view,site.create,site.update here allowed";
    vx_49_inspection_view: "organization.member+team.admin inspection.view,inspection.create,inspection.update here allowed";
    vx_50_team_view: "organization.member+team.admin team.view,team.update,site.view,inspection.view,inspection_template.view,report.view there hidden";
    vx_51_site_create: "
        organization.member+team.contributor_full site.create,inspection.create here allowed
        organization.member+team.contributor_limited site.create,inspection.create here allowed
        organization.member+team.contributor_focused site.create,inspection.create here allowed
    ";
    vx_52_inspection_view: "organization.member+team.contributor_full inspection.view,site.view here allowed";
    vx_53_inspection_update: "organization.member+team.contributor_full inspection.update,site.update here allowed";
    vx_54_inspection_view: "organization.member+team.contributor_limited inspection.view,site.view here allowed";
    vx_55_inspection_update: "organization.member+team.contributor_limited inspection.update here+own allowed";
    vx_56_inspection_update: "organization.member+team.contributor_limited inspection.update here+assigned allowed";
    vx_57_inspection_update: "organization.member+team.contributor_limited inspection.update here forbidden";
    vx_58_site_update: "
        organization.member+team.contributor_limited site.update here+own allowed
        organization.member+team.contributor_limited site.update here forbidden
        organization.member+team.contributor_limited inspection_template.update here forbidden
    ";
    vx_59_inspection_view: "organization.member+team.contributor_focused inspection.view,report.view here+own allowed";
    vx_60_inspection_view: "organization.member+team.contributor_focused inspection.view,report.view here+assigned allowed";
    vx_61_inspection_view: "organization.member+team.contributor_focused inspection.view,report.view here hidden";
    vx_62_inspection_update: "
        organization.member+team.contributor_focused inspection.update here+own allowed
        organization.member+team.contributor_focused inspection.update here+assigned allowed
        organization.member+team.contributor_focused inspection.update here hidden
    ";
    vx_63_site_view: "
        organization.member+team.contributor_focused site.view here+own allowed
        organization.member+team.contributor_focused site.view here+holds_theirs allowed
        organization.member+team.contributor_focused site.view here hidden
        organization.member+team.contributor_focused site.update here+holds_theirs forbidden
        organization.member+team.contributor_focused site.update here+own allowed
        organization.member+team.contributor_focused inspection.view here hidden
    ";
    vx_64_inspection_view: "
        organization.member+team.contributor_focused inspection.view,inspection.update,inspection.submit here+assigned allowed
        organization.member+team.contributor_focused inspection.view,inspection.update,inspection.submit here hidden
    ";
    vx_65_inspection_update: "
        organization.member+team.contributor_limited inspection.update here+own allowed
        organization.member+team.viewer inspection.update here+own+shared_with_team forbidden
    ";
    vx_66_inspection_view: "organization.member+team.viewer inspection.view here+shared_with_team allowed";
    vx_67_report_view: "organization.member+team.viewer report.view here+shared_with_team allowed";
    vx_68_inspection_create: "organization.member+team.viewer inspection.create,inspection.update,inspection.submit here+shared_with_team forbidden";
    vx_69_site_view: "
        organization.member+team.viewer site.view,site.update,inspection_template.view here hidden
        organization.member+team.viewer team.update here forbidden
    ";
    vx_70_inspection_view: "organization.member+team.viewer inspection.view,report.view here+own hidden";
    vx_71_inspection_update: "
        organization.member+team.admin+team.viewer@there inspection.update,team.update here allowed
        organization.member+team.admin+team.viewer@there inspection.update,inspection.view there hidden
        organization.member+team.admin+team.viewer@there inspection.view there+shared_with_team allowed
        organization.member+team.admin+team.viewer@there team.update there forbidden
    ";
    vx_72_inspection_update: "
        organization.member+team.contributor_full+team.contributor_focused@there inspection.update here allowed
        organization.member+team.contributor_full+team.contributor_focused@there inspection.view there hidden
        organization.member+team.contributor_full+team.contributor_focused@there inspection.update there+own allowed
    ";
    vx_75_team_manage_members: "
        organization.owner team.manage_members there allowed
        organization.super_admin team.manage_members there allowed
        organization.admin team.manage_members there allowed
        organization.member+team.admin team.manage_members there hidden
    ";
    vx_76_team_update: "
        organization.admin+team.admin team.update,inspection.view here allowed
        organization.admin+team.admin team.update,inspection.view there allowed
    ";
    vx_77_inspection_view: "
        organization.member+team.contributor_limited inspection.view here allowed
        organization.member+team.contributor_focused inspection.view here hidden
    ";
    vx_78_inspection_update: "organization.admin+team.viewer inspection.update,site.view here allowed";
}
