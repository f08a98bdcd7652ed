//! The facts of `lab` that a cell or the ladder decides.

use usher_policy::{Access, Condition, Holders, Level, Mask, Model, ModelKey, Permission, Verb};
use uuid::Uuid;

use crate::{
    facts::check,
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

const ORGANIZATION: &str = "
    VE-2  organization.admin  workspace.view here+workspace_member allowed
    VE-3  organization.member workspace.view here+workspace_member allowed
    VE-4  organization.viewer workspace.view here+workspace_member allowed
    VE-5  organization.member workspace.view,project.view,phase.view,model.view,dataset.view here hidden
    VE-5  organization.viewer workspace.view,project.view,phase.view,model.view,dataset.view here hidden
    VE-6  organization.admin  workspace.view,project.view,phase.view,model.view,dataset.view here hidden
    VE-6  organization.admin  workspace.delete here allowed
    VE-7  organization.admin  workspace.create here allowed
    VE-7  organization.admin  workspace.create here+setting:members_create_workspaces allowed
    VE-8  organization.member workspace.create here forbidden
    VE-9  organization.member workspace.create here+setting:members_create_workspaces allowed
    VE-10 organization.viewer workspace.create here forbidden
    VE-10 organization.viewer workspace.create here+setting:members_create_workspaces forbidden
    VE-12 organization.admin  organization.update here allowed
    VE-12 organization.member organization.update here forbidden
    VE-12 organization.viewer organization.update here forbidden
    VE-13 organization.admin  workspace.delete here allowed
    VE-13 organization.member workspace.delete here hidden
    VE-13 organization.member workspace.delete here+workspace_member forbidden
    VE-13 organization.viewer workspace.delete here+workspace_member forbidden
    VE-14 organization.admin  organization.update here allowed
    VE-14 organization.member organization.update here forbidden
    VE-14 organization.viewer organization.update here forbidden
    VE-15 organization.admin  member.view,member.change_role,member.block,member.remove here allowed
    VE-15 organization.member member.view,member.change_role,member.block,member.remove here hidden
    VE-15 organization.viewer member.view,member.change_role,member.block,member.remove here hidden
    VE-15 organization.member member.change_role,member.block,member.remove here+own forbidden
    VE-16 organization.admin  invitation.view,invitation.create,invitation.revoke here allowed
    VE-16 organization.member invitation.view,invitation.create,invitation.revoke here forbidden
    VE-16 organization.viewer invitation.view,invitation.create,invitation.revoke here forbidden
    VE-36 organization.admin  workspace.delete there allowed
    VE-36 organization.admin  workspace.add_member,workspace.remove_member,workspace.update there hidden
";

const WORKSPACE: &str = "
    VE-21 organization.member+workspace.manager workspace.view,project.view,phase.view,iteration.view,model.view,dataset.view here allowed
    VE-21 organization.member+workspace.editor  workspace.view,project.view,phase.view,iteration.view,model.view,dataset.view here allowed
    VE-22 organization.member+workspace.manager project.create here allowed
    VE-22 organization.member+workspace.editor  project.create here allowed
    VE-23 organization.member+workspace.manager phase.create,model.create,dataset.create here allowed
    VE-23 organization.member+workspace.editor  phase.create,model.create,dataset.create here allowed
    VE-24 organization.member+workspace.manager workspace.view_dashboard here allowed
    VE-24 organization.member+workspace.editor  workspace.view_dashboard here allowed
    VE-25 organization.member+workspace.manager workspace.add_member here allowed
    VE-26 organization.member+workspace.editor  workspace.add_member here allowed
    VE-28 organization.member+workspace.manager workspace.remove_member here allowed
    VE-28 organization.member+workspace.editor  workspace.remove_member here forbidden
    VE-29 organization.member+workspace.manager workspace.update here allowed
    VE-29 organization.member+workspace.editor  workspace.update here forbidden
    VE-30 organization.member+workspace.manager workspace.delete here allowed
    VE-30 organization.member+workspace.editor  workspace.delete here forbidden
    VE-31 organization.member workspace.view,workspace.view_dashboard,workspace.update,workspace.add_member,project.create here hidden
    VE-31 organization.member+workspace.manager workspace.view,workspace.update,project.view,phase.view there hidden
    VE-32 organization.member+workspace.manager+workspace.editor@there workspace.update here allowed
    VE-32 organization.member+workspace.manager+workspace.editor@there workspace.update,workspace.delete,workspace.remove_member there forbidden
    VE-51 organization.member+workspace.editor  project.view,project.contribute,phase.update here allowed
    VE-51 organization.member+workspace.editor  phase.request_review,project.transfer,project.delete here forbidden
    VE-51 organization.member+workspace.manager project.view,project.contribute,phase.update here allowed
    VE-51 organization.member+workspace.manager phase.request_review,project.transfer,project.delete here forbidden
    VE-54 organization.member+workspace.editor  phase.update here allowed
    VE-57 organization.member+workspace.editor  phase.request_review here+own allowed
    VE-59 organization.member+workspace.editor  iteration.update here+own allowed
    VE-59 organization.member+workspace.editor  iteration.update here forbidden
    VE-59 organization.member+workspace.manager iteration.update here forbidden
";

const PROJECT: &str = "
    VE-41 organization.member+project.owner       project.view here+workspace_member allowed
    VE-41 organization.member+project.creator     project.view here+workspace_member allowed
    VE-41 organization.member+project.contributor project.view here+workspace_member allowed
    VE-42 organization.member+project.owner       project.contribute,phase.create,phase.update,iteration.create,model.create,model.update,dataset.create,dataset.update here+workspace_member allowed
    VE-42 organization.member+project.creator     project.contribute,phase.create,phase.update,iteration.create,model.create,model.update,dataset.create,dataset.update here+workspace_member allowed
    VE-42 organization.member+project.contributor project.contribute,phase.create,phase.update,iteration.create,model.create,model.update,dataset.create,dataset.update here+workspace_member allowed
    VE-43 organization.member+workspace.editor+project.owner       phase.review here+workspace_member+asked allowed
    VE-43 organization.member+workspace.editor+project.creator     phase.review here+workspace_member+asked allowed
    VE-43 organization.member+workspace.editor+project.contributor phase.review here+workspace_member+asked allowed
    VE-44 organization.member+workspace.editor+project.owner       phase.request_review here+workspace_member allowed
    VE-45 organization.member+workspace.editor+project.creator     phase.request_review here+workspace_member allowed
    VE-46 organization.member+workspace.editor+project.contributor phase.request_review here+workspace_member forbidden
    VE-47 organization.member+workspace.editor+project.owner       project.transfer here+workspace_member allowed
    VE-47 organization.member+workspace.editor+project.creator     project.transfer here+workspace_member allowed
    VE-47 organization.member+workspace.editor+project.contributor project.transfer here+workspace_member forbidden
    VE-48 organization.member+workspace.editor                     project.transfer,project.delete,phase.request_review here+workspace_member forbidden
    VE-49 organization.member+workspace.editor+project.creator     project.transfer,project.delete,phase.request_review here+workspace_member allowed
    VE-50 organization.member+workspace.editor+project.owner       project.delete here+workspace_member allowed
    VE-50 organization.member+workspace.editor+project.creator     project.delete here+workspace_member allowed
    VE-50 organization.member+workspace.editor+project.contributor project.delete here+workspace_member forbidden
    VE-52 organization.member+project.owner   project.view,project.contribute,project.transfer,project.delete,phase.request_review,phase.review here hidden
    VE-52 organization.member+project.creator project.view,project.contribute,project.transfer,project.delete,phase.request_review,phase.review here hidden
    VE-56 organization.member+workspace.editor+project.owner phase.review here+workspace_member forbidden
    VE-56 organization.member+workspace.editor               phase.review here+workspace_member+asked forbidden
    VE-57 organization.member+workspace.editor+project.contributor phase.request_review here+workspace_member+own allowed
";

#[test]
fn ve_2_to_ve_36_organization_roles() {
    check(ModelKey::Lab, ORGANIZATION);
}

#[test]
fn ve_21_to_ve_59_workspace_roles() {
    check(ModelKey::Lab, WORKSPACE);
}

#[test]
fn ve_41_to_ve_57_project_roles() {
    check(ModelKey::Lab, PROJECT);
}
