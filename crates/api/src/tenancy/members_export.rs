//! The members as a table for a spreadsheet, to be reviewed (VK-85).

use actix_web::get;
use serde::Deserialize;
use usher_domain::{
    TeamId, Text,
    tenancy::{Invitation, Member, MemberKind},
};
use usher_policy::{Action, can};
use usher_store::tenancy::MemberOrder;
use utoipa::IntoParams;

use super::{MemberState, OrganizationPath, members};
use crate::http::{Answer, Call, Listed, Path, Query, paged, table, table_request, time_cell};

/// The most invitations of one file.
const INVITATIONS: i64 = 10_000;

/// Which members are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
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
    /// Where to go on: the header `Next-Cursor` of the file before.
    cursor: Option<String>,
}

/// Export members
///
/// The list of members as CSV, with the same filters and for the same eyes: name, address, state, roles, teams, when they
/// joined and were last active. Who was invited and has not come yet has the state `pending`, for who may see invitations.
/// One file holds 10,000 members at most: where there are more, the header `Next-Cursor` says where the next goes on, and
/// the invitations stand in the last. A cell that a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(tag = "members", params(OrganizationPath, ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!(can::ViewMember::PERMISSION.key()))))]
#[get("/members/export")]
pub async fn export_members(call: Call, path: Path<OrganizationPath>, Query(query): Query<ExportQuery>) -> Answer {
    let request = table_request(query.cursor.as_deref(), "members:name")?;
    let mut work = call.read(&path.organization).await?;
    let filter =
        members::filter(&mut work, query.role.as_ref(), query.team, (query.kind, query.state), query.q).await?;
    let page = work.list_members(&work.listing(), &filter, MemberOrder::Name, false, &request).await?;
    let Listed { items, next_cursor, .. } = paged(page, "members:name");
    let pending = match work.permit_here::<can::ViewInvitations>() {
        Ok(permit) if next_cursor.is_none() => work.pending_invitations(permit, &filter, INVITATIONS).await?,
        _ => Vec::new(),
    };
    let rows = items.iter().map(|seen| member_row(&seen.item)).chain(pending.iter().map(invitation_row));
    table("members", HEADER, rows, next_cursor.as_deref())
}

type Row = [String; 7];

const HEADER: [&str; 7] = ["name", "email", "state", "roles", "teams", "joined_at", "last_active_at"];

fn member_row(member: &Member) -> Row {
    let teams = member.teams.iter().map(|team| format!("{} ({})", team.name, team.role));
    [
        member.name.clone(),
        member.email.clone(),
        member.state.clone(),
        member.roles.join(", "),
        teams.collect::<Vec<_>>().join(", "),
        time_cell(member.joined_at),
        member.last_active_at.map(time_cell).unwrap_or_default(),
    ]
}

fn invitation_row(invitation: &Invitation) -> Row {
    let [name, teams, joined, active] = [(); 4].map(|()| String::new());
    [name, invitation.email.clone(), "pending".to_owned(), invitation.role.clone(), teams, joined, active]
}
