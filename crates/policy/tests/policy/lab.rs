//! The facts of `lab` that a cell or the ladder decides.

use usher_policy::{Access, Condition, Holders, Level, Mask, Model, ModelKey, Permission, Verb};
use uuid::Uuid;

use crate::{
    facts::facts,
    support::{HOME, Person, Thing, allows, role},
};

fn model() -> &'static Model {
    Model::built_in(ModelKey::Lab)
}

#[test]
fn ve_1_ve_18_ve_19_ve_20_ve_34_ve_37_ve_39_ve_40_the_roles() {
    let roles = |level| model().roles_at(level).map(|(_, role)| role.key.as_str()).collect::<Vec<_>>();
    assert_eq!(roles(Level::Organization), ["admin", "member", "viewer"], "VE-1");
    assert!(!model().several_organization_roles(), "VE-1");
    assert_eq!(roles(Level::Workspace), ["manager", "editor"], "VE-20");
    assert_eq!(roles(Level::Project), ["owner", "creator", "contributor"], "VE-37, VE-39, VE-40");
    let about = |name| model().role_at(role(model(), name));
    assert!(
        about("organization.viewer").read_only && about("organization.viewer").title.contains("beta"),
        "VE-18, VE-19"
    );
    assert_eq!(about("workspace.manager").holders, Holders::AtLeastOne, "VE-34");
    assert_eq!(about("project.creator").holders, Holders::ExactlyOne, "VE-37");
    assert_eq!(about("project.owner").holders, Holders::ExactlyOne, "VE-39");
    assert_eq!(about("project.contributor").holders, Holders::Any, "VE-40");
}

#[test]
fn ve_27_ve_28_ve_37_who_gives_and_takes() {
    let may = |giver, verb, given| model().may(role(model(), giver), verb, role(model(), given));
    assert!(may("workspace.editor", Verb::Give, "workspace.editor"), "VE-26, VE-27");
    assert!(!may("workspace.editor", Verb::Give, "workspace.manager"), "VE-27");
    assert!(!may("workspace.editor", Verb::Take, "workspace.editor"), "VE-28");
    for given in ["workspace.editor", "workspace.manager"] {
        assert!(may("workspace.manager", Verb::Give, given), "VE-25");
        assert!(may("workspace.manager", Verb::Take, given), "VE-28");
    }
    for (giver, by) in model().roles() {
        for given in ["project.owner", "project.creator"] {
            let given = role(model(), given);
            let verbs = Verb::ALL.into_iter().filter(|verb| model().may(giver, *verb, given)).count();
            assert_eq!(verbs, 0, "VE-37, VE-47: {}", by.key);
        }
    }
}

#[test]
fn ve_17_ve_18_a_viewer_writes_nothing_whatever_else_they_hold() {
    let scope = Uuid::from_u128(0xC3);
    let everything: Mask = Condition::ALL.into_iter().collect();
    let roles = ["workspace.manager", "workspace.editor", "project.owner", "project.creator", "project.contributor"];
    let mut viewer = Person::of(ModelKey::Lab, "organization.viewer");
    viewer.conditions = everything;
    let viewer = roles.into_iter().fold(viewer, |person, role| person.with(role, scope)).caller();
    for permission in Permission::ALL.iter().filter(|permission| permission.access() == Access::Write) {
        let thing = Thing::new(permission.target()).at(Level::Workspace, scope).at(Level::Project, scope);
        assert!(!allows(&viewer, *permission, &thing.holding(everything)), "{permission}");
    }
    assert_eq!(viewer.organization().uuid(), HOME);
}

facts! { Lab;
    ve_2_workspace_view: "organization.admin workspace.view here+workspace_member allowed";
    ve_3_workspace_view: "organization.member workspace.view here+workspace_member allowed";
    ve_4_workspace_view: "organization.viewer workspace.view here+workspace_member allowed";
    ve_5_workspace_view: "
        organization.member workspace.view,project.view,phase.view,model.view,dataset.view here hidden
        organization.viewer workspace.view,project.view,phase.view,model.view,dataset.view here hidden
    ";
    ve_6_workspace_view: "
        organization.admin workspace.view,project.view,phase.view,model.view,dataset.view here hidden
        organization.admin workspace.delete here allowed
    ";
    ve_7_workspace_create: "
        organization.admin workspace.create here allowed
        organization.admin workspace.create here+setting:members_create_workspaces allowed
    ";
    ve_8_workspace_create: "organization.member workspace.create here forbidden";
    ve_9_workspace_create: "organization.member workspace.create here+setting:members_create_workspaces allowed";
    ve_10_workspace_create: "
        organization.viewer workspace.create here forbidden
        organization.viewer workspace.create here+setting:members_create_workspaces forbidden
    ";
    ve_12_organization_update: "
        organization.admin organization.update here allowed
        organization.member organization.update here forbidden
        organization.viewer organization.update here forbidden
    ";
    ve_13_workspace_delete: "
        organization.admin workspace.delete here allowed
        organization.member workspace.delete here hidden
        organization.member workspace.delete here+workspace_member forbidden
        organization.viewer workspace.delete here+workspace_member forbidden
    ";
    ve_14_organization_update: "
        organization.admin organization.update here allowed
        organization.member organization.update here forbidden
        organization.viewer organization.update here forbidden
    ";
    ve_15_member_view: "
        organization.admin member.view,member.change_role,member.block,member.remove here allowed
        organization.member member.view,member.change_role,member.block,member.remove here hidden
        organization.viewer member.view,member.change_role,member.block,member.remove here hidden
        organization.member member.change_role,member.block,member.remove here+own forbidden
    ";
    ve_16_invitation_view: "
        organization.admin invitation.view,invitation.create,invitation.revoke here allowed
        organization.member invitation.view,invitation.create,invitation.revoke here forbidden
        organization.viewer invitation.view,invitation.create,invitation.revoke here forbidden
    ";
    ve_36_workspace_delete: "
        organization.admin workspace.delete there allowed
        organization.admin workspace.add_member,workspace.remove_member,workspace.update there hidden
    ";
    ve_21_workspace_view: "
        organization.member+workspace.manager workspace.view,project.view,phase.view,iteration.view,model.view,dataset.view here allowed
        organization.member+workspace.editor workspace.view,project.view,phase.view,iteration.view,model.view,dataset.view here allowed
    ";
    ve_22_project_create: "
        organization.member+workspace.manager project.create here allowed
        organization.member+workspace.editor project.create here allowed
    ";
    ve_23_phase_create: "
        organization.member+workspace.manager phase.create,model.create,dataset.create here allowed
        organization.member+workspace.editor phase.create,model.create,dataset.create here allowed
    ";
    ve_24_workspace_view_dashboard: "
        organization.member+workspace.manager workspace.view_dashboard here allowed
        organization.member+workspace.editor workspace.view_dashboard here allowed
    ";
    ve_25_workspace_add_member: "organization.member+workspace.manager workspace.add_member here allowed";
    ve_26_workspace_add_member: "organization.member+workspace.editor workspace.add_member here allowed";
    ve_28_workspace_remove_member: "
        organization.member+workspace.manager workspace.remove_member here allowed
        organization.member+workspace.editor workspace.remove_member here forbidden
    ";
    ve_29_workspace_update: "
        organization.member+workspace.manager workspace.update here allowed
        organization.member+workspace.editor workspace.update here forbidden
    ";
    ve_30_workspace_delete: "
        organization.member+workspace.manager workspace.delete here allowed
        organization.member+workspace.editor workspace.delete here forbidden
    ";
    ve_31_workspace_view: "
        organization.member workspace.view,workspace.view_dashboard,workspace.update,workspace.add_member,project.create here hidden
        organization.member+workspace.manager workspace.view,workspace.update,project.view,phase.view there hidden
    ";
    ve_32_workspace_update: "
        organization.member+workspace.manager+workspace.editor@there workspace.update here allowed
        organization.member+workspace.manager+workspace.editor@there workspace.update,workspace.delete,workspace.remove_member there forbidden
    ";
    ve_51_project_view: "
        organization.member+workspace.editor project.view,project.contribute,phase.update here allowed
        organization.member+workspace.editor phase.request_review,project.transfer,project.delete here forbidden
        organization.member+workspace.manager project.view,project.contribute,phase.update here allowed
        organization.member+workspace.manager phase.request_review,project.transfer,project.delete here forbidden
    ";
    ve_54_phase_update: "organization.member+workspace.editor phase.update here allowed";
    ve_57_phase_request_review: "
        organization.member+workspace.editor phase.request_review here+own allowed
        organization.member+workspace.editor+project.contributor phase.request_review here+workspace_member+own allowed
    ";
    ve_59_iteration_update: "
        organization.member+workspace.editor iteration.update here+own allowed
        organization.member+workspace.editor iteration.update here forbidden
        organization.member+workspace.manager iteration.update here forbidden
    ";
    ve_41_project_view: "
        organization.member+project.owner project.view here+workspace_member allowed
        organization.member+project.creator project.view here+workspace_member allowed
        organization.member+project.contributor project.view here+workspace_member allowed
    ";
    ve_42_project_contribute: "
        organization.member+project.owner project.contribute,phase.create,phase.update,iteration.create,model.create,model.update,dataset.create,dataset.update here+workspace_member allowed
        organization.member+project.creator project.contribute,phase.create,phase.update,iteration.create,model.create,model.update,dataset.create,dataset.update here+workspace_member allowed
        organization.member+project.contributor project.contribute,phase.create,phase.update,iteration.create,model.create,model.update,dataset.create,dataset.update here+workspace_member allowed
    ";
    ve_43_phase_review: "
        organization.member+workspace.editor+project.owner phase.review here+workspace_member+asked allowed
        organization.member+workspace.editor+project.creator phase.review here+workspace_member+asked allowed
        organization.member+workspace.editor+project.contributor phase.review here+workspace_member+asked allowed
    ";
    ve_44_phase_request_review: "organization.member+workspace.editor+project.owner phase.request_review here+workspace_member allowed";
    ve_45_phase_request_review: "organization.member+workspace.editor+project.creator phase.request_review here+workspace_member allowed";
    ve_46_phase_request_review: "organization.member+workspace.editor+project.contributor phase.request_review here+workspace_member forbidden";
    ve_47_project_transfer: "
        organization.member+workspace.editor+project.owner project.transfer here+workspace_member allowed
        organization.member+workspace.editor+project.creator project.transfer here+workspace_member allowed
        organization.member+workspace.editor+project.contributor project.transfer here+workspace_member forbidden
    ";
    ve_48_project_transfer: "organization.member+workspace.editor project.transfer,project.delete,phase.request_review here+workspace_member forbidden";
    ve_49_project_transfer: "organization.member+workspace.editor+project.creator project.transfer,project.delete,phase.request_review here+workspace_member allowed";
    ve_50_project_delete: "
        organization.member+workspace.editor+project.owner project.delete here+workspace_member allowed
        organization.member+workspace.editor+project.creator project.delete here+workspace_member allowed
        organization.member+workspace.editor+project.contributor project.delete here+workspace_member forbidden
    ";
    ve_52_project_view: "
        organization.member+project.owner project.view,project.contribute,project.transfer,project.delete,phase.request_review,phase.review here hidden
        organization.member+project.creator project.view,project.contribute,project.transfer,project.delete,phase.request_review,phase.review here hidden
    ";
    ve_56_phase_review: "
        organization.member+workspace.editor+project.owner phase.review here+workspace_member forbidden
        organization.member+workspace.editor phase.review here+workspace_member+asked forbidden
    ";
}
