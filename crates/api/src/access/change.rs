//! The changes of rights that can be previewed: each is made by what makes it otherwise.

use serde::Deserialize;
use usher_domain::{MemberId, RoleId, TeamId};
use usher_policy::{Permit, can};
use usher_store::{Concerned, Expected, Work};
use utoipa::ToSchema;

use crate::{
    desk::SetQueuePermissions,
    http::{FieldError, Problem, Stop},
    tenancy::{CreateRole, MemberPatch, RolePatch, TeamMembership},
};

/// A change of rights, under the name of the operation that makes it: exactly one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1, max_properties = 1, example = json!({"create_role": {"body": {"level": "team", "key": "greeter",
    "title": "Greeter", "grants": [{"permission": "ticket.view"}]}}}))]
pub struct AccessChange {
    /// A member's organization roles change.
    #[schema(value_type = MemberRolesChange, required = false)]
    change_member_roles: Option<MemberRolesChange>,
    /// A member is removed from the organization.
    #[schema(value_type = MemberRemoval, required = false)]
    remove_member: Option<MemberRemoval>,
    /// A member comes into a team, or has another role in it.
    #[schema(value_type = TeamMemberChange, required = false)]
    set_team_member: Option<TeamMemberChange>,
    /// A member is taken out of a team.
    #[schema(value_type = TeamMemberRemoval, required = false)]
    remove_team_member: Option<TeamMemberRemoval>,
    /// A member's whole table of queue permissions is set.
    #[schema(value_type = QueuePermissionsChange, required = false)]
    set_queue_permissions: Option<QueuePermissionsChange>,
    /// A role of the organization's own is added.
    #[schema(value_type = RoleCreation, required = false)]
    create_role: Option<RoleCreation>,
    /// A role of the organization's own changes.
    #[schema(value_type = RoleUpdate, required = false)]
    update_role: Option<RoleUpdate>,
    /// A role of the organization's own is deleted.
    #[schema(value_type = RoleDeletion, required = false)]
    delete_role: Option<RoleDeletion>,
}

/// A member's organization roles change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"member_id": "019f0000-0000-7000-8000-000000000005", "body": {"roles": ["admin"]}}))]
pub struct MemberRolesChange {
    /// The member.
    member_id: MemberId,
    /// What would be sent to change them.
    body: MemberPatch,
}

/// A member is removed from the organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"member_id": "019f0000-0000-7000-8000-000000000005"}))]
pub struct MemberRemoval {
    /// The member.
    member_id: MemberId,
}

/// A member comes into a team, or has another role in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"team_id": "019f0000-0000-7000-8000-000000000002", "member_id": "019f0000-0000-7000-8000-000000000005", "body": {"role": "member"}}))]
pub struct TeamMemberChange {
    /// The team.
    team_id: TeamId,
    /// The member.
    member_id: MemberId,
    /// What would be sent to set their role.
    body: TeamMembership,
}

/// A member is taken out of a team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"team_id": "019f0000-0000-7000-8000-000000000002", "member_id": "019f0000-0000-7000-8000-000000000005"}))]
pub struct TeamMemberRemoval {
    /// The team.
    team_id: TeamId,
    /// The member.
    member_id: MemberId,
}

/// A member's whole table of queue permissions is set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"member_id": "019f0000-0000-7000-8000-000000000005", "body": {"permissions": [{"queue_id": "019f0000-0000-7000-8000-000000000001", "contribute": true}]}}))]
pub struct QueuePermissionsChange {
    /// The member.
    member_id: MemberId,
    /// What would be sent to set the table.
    body: SetQueuePermissions,
}

/// A role of the organization's own is added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": {"level": "team", "key": "greeter", "title": "Greeter", "grants": [{"permission": "ticket.view"}]}}))]
pub struct RoleCreation {
    /// What would be sent to add it.
    body: CreateRole,
}

/// A role of the organization's own changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role_id": "019f0000-0000-7000-8000-000000000006", "body": {"grants": [{"permission": "ticket.view"}]}}))]
pub struct RoleUpdate {
    /// The role.
    role_id: RoleId,
    /// What would be sent to change it.
    body: RolePatch,
}

/// A role of the organization's own is deleted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role_id": "019f0000-0000-7000-8000-000000000006"}))]
pub struct RoleDeletion {
    /// The role.
    role_id: RoleId,
}

/// The one change that is asked about.
pub(super) enum Change {
    MemberRoles(MemberRolesChange),
    MemberRemoval(MemberRemoval),
    TeamMember(TeamMemberChange),
    TeamMemberRemoval(TeamMemberRemoval),
    QueuePermissions(QueuePermissionsChange),
    RoleCreation(RoleCreation),
    RoleUpdate(RoleUpdate),
    RoleDeletion(RoleDeletion),
}

impl AccessChange {
    /// # Errors
    /// 422: there is none, or there are several.
    pub(super) fn only(self) -> Result<Change, Problem> {
        let changes = [
            self.change_member_roles.map(Change::MemberRoles),
            self.remove_member.map(Change::MemberRemoval),
            self.set_team_member.map(Change::TeamMember),
            self.remove_team_member.map(Change::TeamMemberRemoval),
            self.set_queue_permissions.map(Change::QueuePermissions),
            self.create_role.map(Change::RoleCreation),
            self.update_role.map(Change::RoleUpdate),
            self.delete_role.map(Change::RoleDeletion),
        ];
        let mut changes = changes.into_iter().flatten();
        match (changes.next(), changes.next()) {
            (Some(change), None) => Ok(change),
            _ => Err(Problem::invalid(vec![FieldError::at("", "one_change", "Name exactly one change.")])),
        }
    }
}

impl Change {
    /// The change's name: the place of the body that a fault is in.
    const fn name(&self) -> &'static str {
        match self {
            Self::MemberRoles(_) => "change_member_roles",
            Self::MemberRemoval(_) => "remove_member",
            Self::TeamMember(_) => "set_team_member",
            Self::TeamMemberRemoval(_) => "remove_team_member",
            Self::QueuePermissions(_) => "set_queue_permissions",
            Self::RoleCreation(_) => "create_role",
            Self::RoleUpdate(_) => "update_role",
            Self::RoleDeletion(_) => "delete_role",
        }
    }

    /// The members that it concerns.
    pub(super) async fn concerned(
        &self,
        work: &mut Work,
        permit: &Permit<can::ReviewAccess>,
    ) -> Result<Concerned, Stop> {
        let member = match self {
            Self::MemberRoles(change) => change.member_id,
            Self::MemberRemoval(change) => change.member_id,
            Self::TeamMember(change) => change.member_id,
            Self::TeamMemberRemoval(change) => change.member_id,
            Self::QueuePermissions(change) => change.member_id,
            Self::RoleCreation(_) => return Ok(Concerned::default()),
            Self::RoleUpdate(RoleUpdate { role_id, .. }) | Self::RoleDeletion(RoleDeletion { role_id }) => {
                // Who may not change roles is told that, and nothing of which there are.
                if work.permit_here::<can::ManageRoles>().is_err() {
                    return Ok(Concerned::default());
                }
                let holders = work.holders_of_role(permit, *role_id).await;
                return Ok(holders.map_err(|error| self.at("role_id")(error.into()))?);
            }
        };
        Ok(Concerned { members: vec![member], total: 1 })
    }

    /// Tells a problem of what a field of the change names, if it tells nothing nearer.
    fn at(&self, field: &'static str) -> impl Fn(Problem) -> Problem + use<> {
        let name = self.name();
        move |problem| match problem.status {
            404 if problem.errors.is_empty() => problem.about(&format!("/{name}/{field}")),
            _ => problem,
        }
    }

    /// Makes the change in the transaction, as the operation of its name does. To be taken back.
    ///
    /// # Errors
    /// The operation's, of places in the body of the preview.
    pub(super) async fn make(self, work: &mut Work) -> Result<(), Stop> {
        let (name, any) = (self.name(), Expected::default());
        let (of_member, of_team, of_role) = (self.at("member_id"), self.at("team_id"), self.at("role_id"));
        let made = match self {
            Self::MemberRoles(MemberRolesChange { member_id, body }) => {
                let permit = work.permit(member_id).await.map_err(|error| of_member(error.into()))?;
                body.apply(work, permit, &any).await.map(drop)
            }
            Self::MemberRemoval(MemberRemoval { member_id }) => {
                let permit = work.permit(member_id).await.map_err(|error| of_member(error.into()))?;
                work.remove_member(permit, &any).await.map_err(Stop::from)
            }
            Self::TeamMember(TeamMemberChange { team_id, member_id, body }) => {
                let permit = work.permit_unlocked(team_id).await.map_err(|error| of_team(error.into()))?;
                let known = work.known_in_team(&permit, member_id).await;
                body.apply(work, permit, known.map_err(|error| of_member(error.into()))?).await.map(drop)
            }
            Self::TeamMemberRemoval(TeamMemberRemoval { team_id, member_id }) => {
                let permit = work.permit_unlocked(team_id).await.map_err(|error| of_team(error.into()))?;
                Ok(work.remove_team_member(permit, member_id).await.map_err(|error| of_member(error.into()))?)
            }
            Self::QueuePermissions(QueuePermissionsChange { member_id, body }) => {
                let permit = work.permit(member_id).await.map_err(|error| of_member(error.into()))?;
                body.apply(work, permit, &any).await.map(drop)
            }
            Self::RoleCreation(RoleCreation { body }) => body.apply(work, work.permit_here()?).await.map(drop),
            Self::RoleUpdate(RoleUpdate { role_id, body }) => {
                body.apply(work, work.permit_here()?, role_id, &any).await.map(drop)
            }
            Self::RoleDeletion(RoleDeletion { role_id }) => {
                let permit = work.permit_here()?;
                Ok(work.delete_role(permit, role_id, &any).await.map_err(|error| of_role(error.into()))?)
            }
        };
        made.map_err(|stop| within(name, stop))
    }
}

/// A problem of the operation's body, told of its place in the body of the preview.
fn within(name: &str, stop: Stop) -> Stop {
    let Stop::Problem(mut problem) = stop else { return stop };
    for pointer in problem.errors.iter_mut().filter_map(|error| error.pointer.as_mut()) {
        *pointer = format!("/{name}/body{pointer}");
    }
    Stop::Problem(problem)
}
