//! Who is in a team.

use actix_web::{delete, get, post, put};
use serde::Deserialize;
use usher_domain::{Email, MemberId, TeamId, Text, tenancy::TeamMember};
use usher_policy::{Action, Permit, can};
use usher_store::{OrganizationKey, StoreError, Work, tenancy::KnownMember};
use utoipa::{IntoParams, ToSchema};

use super::TeamPath;
use crate::http::{
    Answer, Body, Call, Listed, Path, PlainPageQuery, Problem, Query, Stop, made, no_content, ok, paged,
};

/// A member of a team in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TeamMemberPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The team's id.
    team: TeamId,
    /// The member's id.
    member: MemberId,
}

/// List a team's members
///
/// By name, each with the team role.
#[utoipa::path(tag = "teams", params(TeamPath, PlainPageQuery), responses((status = 200, body = Listed<TeamMember>)),
    extensions(("x-permission" = json!(can::ViewTeam::PERMISSION.key()))))]
#[get("/teams/{team}/members")]
pub async fn list_team_members(call: Call, path: Path<TeamPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("team_members")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewTeam>(path.team).await?;
    let page = work.list_team_members(permit, &request).await?;
    Ok(ok(paged(page, "team_members")))
}

/// A member's role in a team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "member"}))]
pub struct TeamMembership {
    /// A team role of the organization's access model.
    role: Text<1, 60>,
}

impl TeamMembership {
    /// Makes it so; whether they are new in the team.
    ///
    /// # Errors
    /// As [`Work::set_team_member`].
    pub(crate) async fn apply(
        &self,
        work: &mut Work,
        permit: Permit<can::ManageTeamMembers>,
        member: KnownMember,
    ) -> Result<(TeamMember, bool), Stop> {
        Ok(work.set_team_member(permit, member, &self.role).await?)
    }
}

/// Add a member to a team, or change their role in it
///
/// The role must be one that the caller's roles may give there, and one that goes one that they may take.
#[utoipa::path(tag = "teams", params(TeamMemberPath), request_body = TeamMembership,
    responses((status = 200, body = TeamMember), (status = 201, body = TeamMember, description = "Now in the team.")),
    extensions(("x-permission" = json!(can::ManageTeamMembers::PERMISSION.key()))))]
#[put("/teams/{team}/members/{member}")]
pub async fn set_team_member(call: Call, path: Path<TeamMemberPath>, body: Body<TeamMembership>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_unlocked::<can::ManageTeamMembers>(path.team).await?;
    let member = work.known_in_team(&permit, path.member).await?;
    let (member, new) = body.parse()?.apply(&mut work, permit, member).await?;
    work.commit(if new { made(member) } else { ok(member) }).await
}

/// Somebody of the organization who is to be in a team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "grace@example.org", "role": "admin"}))]
pub struct NewTeamMember {
    /// The member's address.
    email: Email,
    /// A team role of the organization's access model.
    role: Text<1, 60>,
}

/// Add a member to a team by e-mail address
///
/// For who does not see the list of members. The person must be a member of the organization: invite them first.
#[utoipa::path(tag = "teams", params(TeamPath), request_body = NewTeamMember,
    responses((status = 200, body = TeamMember, description = "They were in the team."),
        (status = 201, body = TeamMember, description = "Now in the team.")),
    extensions(("x-permission" = json!(can::ManageTeamMembers::PERMISSION.key()))))]
#[post("/teams/{team}/members")]
pub async fn add_team_member(call: Call, path: Path<TeamPath>, body: Body<NewTeamMember>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_unlocked::<can::ManageTeamMembers>(path.team).await?;
    let NewTeamMember { email, role } = body.parse()?;
    let (member, new) = work.add_team_member(permit, &email, &role).await.map_err(|error| match error {
        StoreError::Missing(_) => Problem::from(error).about("/email"),
        other => other.into(),
    })?;
    work.commit(if new { made(member) } else { ok(member) }).await
}

/// Take a member out of a team
///
/// What they see follows at once. They stay a member of the organization.
#[utoipa::path(tag = "teams", params(TeamMemberPath), responses((status = 204)),
    extensions(("x-permission" = json!(can::ManageTeamMembers::PERMISSION.key()))))]
#[delete("/teams/{team}/members/{member}")]
pub async fn remove_team_member(call: Call, path: Path<TeamMemberPath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_unlocked::<can::ManageTeamMembers>(path.team).await?;
    work.remove_team_member(permit, path.member).await?;
    work.commit(no_content()).await
}
