//! The facts of `field` that a cell or the ladder decides.

use usher_policy::{Holders, Level, Model, ModelKey, Permission, Verb};

use crate::{facts::check, support::role};

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

const ORGANIZATION: &str = "
    VX-4  organization.owner        organization.update here allowed
    VX-5  organization.super_admin  organization.update here allowed
    VX-6  organization.admin        organization.update here allowed
    VX-7  organization.member       organization.update here forbidden
    VX-8  organization.owner        organization.delete here allowed
    VX-9  organization.super_admin  organization.delete here forbidden
    VX-10 organization.admin        organization.delete here forbidden
    VX-11 organization.member       organization.delete here forbidden
    VX-12 organization.owner        invitation.view,invitation.create,invitation.revoke,member.change_role,member.remove here allowed
    VX-12 organization.super_admin  invitation.view,invitation.create,invitation.revoke,member.change_role,member.remove here allowed
    VX-12 organization.admin        invitation.view,invitation.create,invitation.revoke,member.change_role,member.remove here allowed
    VX-13 organization.member       invitation.view,invitation.create,invitation.revoke here forbidden
    VX-13 organization.member       member.change_role,member.remove here hidden
    VX-13 organization.member       member.change_role,member.remove here+own forbidden
    VX-14 organization.owner        billing.view,billing.manage here allowed
    VX-14 organization.super_admin  billing.view,billing.manage here allowed
    VX-15 organization.admin        billing.view,billing.manage here forbidden
    VX-16 organization.member       billing.view,billing.manage here forbidden
    VX-17 organization.owner        team.create here allowed
    VX-17 organization.super_admin  team.create here allowed
    VX-17 organization.admin        team.create here allowed
    VX-18 organization.member       team.create here forbidden
    VX-18 organization.member+team.admin team.create here forbidden
    VX-19 organization.owner        team.view there allowed
    VX-19 organization.super_admin  team.view there allowed
    VX-19 organization.admin        team.view there allowed
    VX-20 organization.member+team.viewer team.view here allowed
    VX-20 organization.member+team.viewer team.view there hidden
    VX-20 organization.member+team.admin  member.view here hidden
    VX-21 organization.owner        team.delete there allowed
    VX-21 organization.super_admin  team.delete there allowed
    VX-21 organization.admin        team.delete there allowed
    VX-22 organization.member+team.admin team.delete here forbidden
    VX-22 organization.member       team.delete here hidden
    VX-23 organization.owner        team.update there allowed
    VX-23 organization.super_admin  team.update there allowed
    VX-23 organization.admin        team.update there allowed
    VX-24 organization.member+team.admin team.update here allowed
    VX-24 organization.member+team.admin team.update there hidden
    VX-24 organization.member+team.contributor_full team.update here forbidden
    VX-25 organization.owner        inspection.view,site.view,inspection_template.view there allowed
    VX-25 organization.super_admin  inspection.view,site.view,inspection_template.view there allowed
    VX-25 organization.admin        inspection.view,site.view,inspection_template.view there allowed
    VX-26 organization.member       inspection.view,site.view,inspection_template.view there hidden
    VX-26 organization.member+team.contributor_full inspection.view,site.view,inspection_template.view here allowed
    VX-27 organization.owner        inspection.update,site.update,inspection_template.update there allowed
    VX-27 organization.super_admin  inspection.update,site.update,inspection_template.update there allowed
    VX-27 organization.admin        inspection.update,site.update,inspection_template.update there allowed
    VX-28 organization.member       inspection.update,site.update,inspection_template.update there hidden
    VX-28 organization.member+team.contributor_full inspection.update,site.update here allowed
    VX-28 organization.member+team.contributor_limited inspection.update,site.update here forbidden
    VX-29 organization.owner        inspection.create,site.create,inspection_template.create there allowed
    VX-29 organization.super_admin  inspection.create,site.create,inspection_template.create there allowed
    VX-29 organization.admin        inspection.create,site.create,inspection_template.create there allowed
    VX-30 organization.member       inspection.create,site.create,inspection_template.create there hidden
    VX-30 organization.member+team.contributor_focused inspection.create,site.create here allowed
    VX-30 organization.member+team.admin inspection_template.create here allowed
    VX-31 organization.owner        inspection.view,inspection_template.view,report.view there allowed
    VX-31 organization.super_admin  inspection.view,inspection_template.view,report.view there allowed
    VX-31 organization.admin        inspection.view,inspection_template.view,report.view there allowed
    VX-31 organization.member       inspection.view,inspection_template.view,report.view there hidden
    VX-32 organization.member       inspection.view,site.view,report.view here+own hidden
    VX-32 organization.member       inspection.view,report.view here+assigned hidden
    VX-32 organization.member       inspection_template.view,team.view here hidden
    VX-33 organization.owner        organization.transfer here allowed
    VX-33 organization.super_admin  organization.transfer here forbidden
    VX-33 organization.admin        organization.transfer here forbidden
    VX-33 organization.member       organization.transfer here forbidden
    VX-36 organization.owner        team.view,site.view,inspection.view,inspection_template.view,report.view,member.view,billing.view there allowed
    VX-41 organization.owner        team.update,team.manage_members,inspection.update,site.delete there allowed
    VX-41 organization.super_admin  team.update,team.manage_members,inspection.update,site.delete there allowed
    VX-41 organization.admin        team.update,team.manage_members,inspection.update,site.delete there allowed
";

const TEAM: &str = "
    VX-43 organization.member+team.admin               team.manage_members here allowed
    VX-44 organization.member+team.contributor_full    team.manage_members here forbidden
    VX-44 organization.member+team.contributor_limited team.manage_members here forbidden
    VX-44 organization.member+team.contributor_focused team.manage_members here forbidden
    VX-45 organization.member+team.viewer              team.manage_members here forbidden
    VX-46 organization.member+team.admin               team.update here allowed
    VX-47 organization.member+team.contributor_full    team.update here forbidden
    VX-47 organization.member+team.contributor_limited team.update here forbidden
    VX-47 organization.member+team.contributor_focused team.update here forbidden
    VX-47 organization.member+team.viewer              team.update here forbidden
    VX-48 organization.member+team.admin               site.view,site.create,site.update here allowed
    VX-49 organization.member+team.admin               inspection.view,inspection.create,inspection.update here allowed
    VX-50 organization.member+team.admin               team.view,team.update,site.view,inspection.view,inspection_template.view,report.view there hidden
    VX-51 organization.member+team.contributor_full    site.create,inspection.create here allowed
    VX-51 organization.member+team.contributor_limited site.create,inspection.create here allowed
    VX-51 organization.member+team.contributor_focused site.create,inspection.create here allowed
    VX-52 organization.member+team.contributor_full    inspection.view,site.view here allowed
    VX-53 organization.member+team.contributor_full    inspection.update,site.update here allowed
    VX-54 organization.member+team.contributor_limited inspection.view,site.view here allowed
    VX-55 organization.member+team.contributor_limited inspection.update here+own allowed
    VX-56 organization.member+team.contributor_limited inspection.update here+assigned allowed
    VX-57 organization.member+team.contributor_limited inspection.update here forbidden
    VX-58 organization.member+team.contributor_limited site.update here+own allowed
    VX-58 organization.member+team.contributor_limited site.update here forbidden
    VX-58 organization.member+team.contributor_limited inspection_template.update here forbidden
    VX-59 organization.member+team.contributor_focused inspection.view,report.view here+own allowed
    VX-60 organization.member+team.contributor_focused inspection.view,report.view here+assigned allowed
    VX-61 organization.member+team.contributor_focused inspection.view,report.view here hidden
    VX-62 organization.member+team.contributor_focused inspection.update here+own allowed
    VX-62 organization.member+team.contributor_focused inspection.update here+assigned allowed
    VX-62 organization.member+team.contributor_focused inspection.update here hidden
    VX-63 organization.member+team.contributor_focused site.view here+own allowed
    VX-63 organization.member+team.contributor_focused site.view here+holds_theirs allowed
    VX-63 organization.member+team.contributor_focused site.view here hidden
    VX-63 organization.member+team.contributor_focused site.update here+holds_theirs forbidden
    VX-63 organization.member+team.contributor_focused site.update here+own allowed
    VX-63 organization.member+team.contributor_focused inspection.view here hidden
    VX-64 organization.member+team.contributor_focused inspection.view,inspection.update,inspection.submit here+assigned allowed
    VX-64 organization.member+team.contributor_focused inspection.view,inspection.update,inspection.submit here hidden
    VX-65 organization.member+team.contributor_limited inspection.update here+own allowed
    VX-65 organization.member+team.viewer              inspection.update here+own+shared_with_team forbidden
    VX-66 organization.member+team.viewer              inspection.view here+shared_with_team allowed
    VX-67 organization.member+team.viewer              report.view here+shared_with_team allowed
    VX-68 organization.member+team.viewer              inspection.create,inspection.update,inspection.submit here+shared_with_team forbidden
    VX-69 organization.member+team.viewer              site.view,site.update,inspection_template.view here hidden
    VX-69 organization.member+team.viewer              team.update here forbidden
    VX-70 organization.member+team.viewer              inspection.view,report.view here+own hidden
    VX-71 organization.member+team.admin+team.viewer@there inspection.update,team.update here allowed
    VX-71 organization.member+team.admin+team.viewer@there inspection.update,inspection.view there hidden
    VX-71 organization.member+team.admin+team.viewer@there inspection.view there+shared_with_team allowed
    VX-71 organization.member+team.admin+team.viewer@there team.update there forbidden
    VX-72 organization.member+team.contributor_full+team.contributor_focused@there inspection.update here allowed
    VX-72 organization.member+team.contributor_full+team.contributor_focused@there inspection.view there hidden
    VX-72 organization.member+team.contributor_full+team.contributor_focused@there inspection.update there+own allowed
    VX-75 organization.owner                           team.manage_members there allowed
    VX-75 organization.super_admin                     team.manage_members there allowed
    VX-75 organization.admin                           team.manage_members there allowed
    VX-75 organization.member+team.admin               team.manage_members there hidden
    VX-76 organization.admin+team.admin                team.update,inspection.view here allowed
    VX-76 organization.admin+team.admin                team.update,inspection.view there allowed
    VX-77 organization.member+team.contributor_limited inspection.view here allowed
    VX-77 organization.member+team.contributor_focused inspection.view here hidden
    VX-78 organization.admin+team.viewer               inspection.update,site.view here allowed
";

#[test]
fn vx_4_to_vx_41_organization_roles() {
    check(ModelKey::Field, ORGANIZATION);
}

#[test]
fn vx_43_to_vx_78_team_roles() {
    check(ModelKey::Field, TEAM);
}
