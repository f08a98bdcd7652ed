//! Members.

use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use usher_domain::{
    TeamId, Text,
    tenancy::{Invitation, Member, MemberKind},
};
use usher_policy::{Action, Level, Permit, Standing, ViewFilter, can};
use usher_store::{
    Expected, Work,
    tenancy::{MemberFilter, MemberOrder},
};
use utoipa::{IntoParams, ToSchema};

use super::{OrganizationPath, roles};
use crate::http::{
    Answer, Body, Call, Granted, IfMatch, Include, Listed, MemberPath, Path, Problem, Query, Stop, ThingQuery,
    filtered_by, granted, no_content, ok, page_request, seen, shown_if,
};

/// The state of a membership.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// May act.
    Active,
    /// Blocked by an administrator.
    Blocked,
    /// No longer taking part.
    Deactivated,
}

impl From<MemberState> for Standing {
    fn from(state: MemberState) -> Self {
        match state {
            MemberState::Active => Self::Active,
            MemberState::Blocked => Self::Blocked,
            MemberState::Deactivated => Self::Deactivated,
        }
    }
}

/// Which members are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MembersQuery {
    /// Who holds this organization role.
    role: Option<Text<1, 60>>,
    /// Who is in this team.
    team: Option<TeamId>,
    /// Who is a person, or who is a service.
    #[param(inline)]
    kind: Option<MemberKind>,
    /// Whose membership is in this state.
    #[param(inline)]
    state: Option<MemberState>,
    /// Whose name or address contains this.
    #[param(inline)]
    q: Option<Text<1, 100>>,
    /// The order: `name`, `joined_at`, `last_active_at`, with `-` in front for the reverse. Who never was active comes
    /// first by `last_active_at`. By name, which it is unless told, and by `last_active_at` a page costs as much as there
    /// are members; by `joined_at` as much as the page holds.
    #[serde(default)]
    #[param(inline)]
    sort: MemberSort,
    /// How many at most.
    limit: Option<u32>,
    /// Where to go on.
    cursor: Option<String>,
    /// `total`, `permissions`, or both with a comma between.
    include: Option<String>,
}

/// An order of members.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum MemberSort {
    /// By name.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// By name, backwards.
    #[serde(rename = "-name")]
    NameDescending,
    /// The longest members first.
    #[serde(rename = "joined_at")]
    JoinedAt,
    /// The newest members first.
    #[serde(rename = "-joined_at")]
    JoinedAtDescending,
    /// Who has been idle longest first.
    #[serde(rename = "last_active_at")]
    LastActiveAt,
    /// Who was active last first.
    #[serde(rename = "-last_active_at")]
    LastActiveAtDescending,
}

impl MemberSort {
    /// The order, whether it is reversed, and the name of the list in it.
    const fn order(self) -> (MemberOrder, bool, &'static str) {
        match self {
            Self::Name => (MemberOrder::Name, false, "members:name"),
            Self::NameDescending => (MemberOrder::Name, true, "members:-name"),
            Self::JoinedAt => (MemberOrder::JoinedAt, false, "members:joined_at"),
            Self::JoinedAtDescending => (MemberOrder::JoinedAt, true, "members:-joined_at"),
            Self::LastActiveAt => (MemberOrder::LastActiveAt, false, "members:last_active_at"),
            Self::LastActiveAtDescending => (MemberOrder::LastActiveAt, true, "members:-last_active_at"),
        }
    }
}

/// Makes a filter of what a query asks for.
pub(super) async fn filter(
    work: &mut Work,
    role: Option<&Text<1, 60>>,
    team: Option<TeamId>,
    (kind, state): (Option<MemberKind>, Option<MemberState>),
    search: Option<Text<1, 100>>,
) -> Result<MemberFilter, Stop> {
    let role = match role {
        Some(role) => wanted(work, role).await?,
        None => None,
    };
    let team = filtered_by(work, team, "team").await?;
    Ok(MemberFilter { role, team, kind, state: state.map(Standing::from), search })
}

/// The organization role by which members are looked for: one that the caller may be told of, or is told of by the list.
/// Asking for those with everybody's role is asking for everybody.
async fn wanted(work: &mut Work, role: &str) -> Result<Option<String>, Stop> {
    let named = roles::role_of(work.caller(), Level::Organization, role, "role");
    let sees_all = *work.listing::<can::ViewMember>().filter() == ViewFilter::All;
    match named {
        Ok(named) if work.caller().model().everybodys_role() == Some(named) => Ok(None),
        Err(unknown) if !(sees_all && work.role_is_held(role, false).await?) => Err(Problem::malformed(unknown).into()),
        _ => Ok(Some(role.to_owned())),
    }
}

/// A page of members.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberList {
    #[serde(flatten)]
    page: Listed<Granted<Member>>,
    /// Who was invited and has not come yet, newest first, at most 100: on the first page, for who may see invitations.
    /// The filters hold for them too; nobody who is only invited is in a team, in a state of membership, or a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pending_invitations: Option<Vec<Invitation>>,
}

/// List members
///
/// With their roles, their teams, and when they joined and were last active. Who was invited and has not come yet stands
/// beside them, in `pending_invitations`.
#[utoipa::path(tag = "members", params(OrganizationPath, MembersQuery), responses((status = 200, body = MemberList)),
    extensions(("x-permission" = json!(can::ViewMember::PERMISSION.key()))))]
#[get("/members")]
pub async fn list_members(call: Call, path: Path<OrganizationPath>, Query(query): Query<MembersQuery>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total", "permissions"])?;
    let (order, descending, list) = query.sort.order();
    let request = page_request(query.limit, query.cursor.as_deref(), list, include)?;
    let mut work = call.read(&path.organization).await?;
    let filter = filter(&mut work, query.role.as_ref(), query.team, (query.kind, query.state), query.q).await?;
    let page = work.list_members(&work.listing(), &filter, order, descending, &request).await?;
    let page = granted(work.caller(), page, list, include);
    let pending_invitations = match work.permit_here::<can::ViewInvitations>() {
        Ok(permit) if request.after.is_none() => Some(work.pending_invitations(permit, &filter, 100).await?),
        _ => None,
    };
    Ok(ok(MemberList { page, pending_invitations }))
}

/// Get a member
#[utoipa::path(tag = "members", params(MemberPath, ThingQuery), responses((status = 200, body = Granted<Member>)),
    extensions(("x-permission" = json!(can::ViewMember::PERMISSION.key()))))]
#[get("/members/{member}")]
pub async fn get_member(call: Call, path: Path<MemberPath>, query: Query<ThingQuery>) -> Answer {
    let include = query.include()?;
    let mut work = call.read(&path.organization).await?;
    let member = work.member(path.member).await?;
    Ok(seen(work.caller(), member, include))
}

/// The organization roles that a member is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"roles": ["admin"]}))]
pub struct MemberPatch {
    /// All of them, by name: what is missing is taken. An access model with one organization role a member takes one.
    #[schema(max_items = 20)]
    roles: Vec<Text<1, 60>>,
}

impl MemberPatch {
    /// Makes the change.
    ///
    /// # Errors
    /// As [`Work::change_member_roles`]; 422: the access model has no such roles, or they cannot go together.
    pub(crate) async fn apply(
        &self,
        work: &mut Work,
        permit: Permit<can::ChangeMemberRole>,
        version: &Expected,
    ) -> Result<Member, Stop> {
        let held = work.roles_to_change(&permit).await?;
        let roles = roles::organization_roles(work.caller(), &held, &self.roles).map_err(Problem::invalid)?;
        Ok(work.change_member_roles(permit, version, &roles).await?)
    }
}

/// Change a member's organization roles
///
/// Every role that is new must be one that the caller's roles may give, every role that goes one that they may take; the
/// access model's table of givers says which. It holds from the next request of that member on, with the token they have.
#[utoipa::path(tag = "members", params(MemberPath, IfMatch), request_body = MemberPatch,
    responses((status = 200, body = Member), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::ChangeMemberRole::PERMISSION.key()))))]
#[patch("/members/{member}")]
pub async fn change_member_roles(call: Call, path: Path<MemberPath>, body: Body<MemberPatch>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit::<can::ChangeMemberRole>(path.member).await?;
    let member = body.parse()?.apply(&mut work, permit, call.if_match()).await?;
    shown_if::<can::ViewMember>(work, path.member, member).await
}

/// Remove a member
///
/// Their roles and teams end with the membership, tickets that they handled are unassigned and keep their history. Their
/// account and its other organizations are not touched.
#[utoipa::path(tag = "members", params(MemberPath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::RemoveMember::PERMISSION.key()))))]
#[delete("/members/{member}")]
pub async fn remove_member(call: Call, path: Path<MemberPath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit::<can::RemoveMember>(path.member).await?;
    work.remove_member(permit, call.if_match()).await?;
    work.commit(no_content()).await
}

/// Leave an organization
///
/// Ends my own membership, as if I were removed.
#[utoipa::path(tag = "members", params(OrganizationPath), responses((status = 204)),
    extensions(("x-permission" = json!(can::LeaveOrganization::PERMISSION.key()))))]
#[post("/leave")]
pub async fn leave_organization(call: Call, path: Path<OrganizationPath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let me = work.caller().member();
    let permit = work.permit::<can::LeaveOrganization>(me).await?;
    work.leave_organization(permit).await?;
    work.commit(no_content()).await
}
