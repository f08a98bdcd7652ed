//! The members as a table for a spreadsheet, to be reviewed (VK-85).

use actix_web::{
    HttpResponse, get,
    http::{StatusCode, header},
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use usher_domain::{
    TeamId, Text,
    tenancy::{Invitation, Member},
};
use usher_policy::{Action, can};
use usher_store::{PageRequest, tenancy::MemberOrder};
use utoipa::IntoParams;

use super::{MemberState, OrganizationPath, members};
use crate::http::{Answer, Call, Path, Problem, Query};

/// The most rows of one export: what is made in memory is bounded.
const MOST: u32 = 20_000;

/// Which members are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Who holds this organization role.
    role: Option<Text<1, 60>>,
    /// Who is in this team.
    team: Option<TeamId>,
    /// Whose membership is in this state.
    #[param(inline)]
    state: Option<MemberState>,
    /// Whose name or address contains this.
    #[param(inline)]
    q: Option<Text<1, 100>>,
}

/// Export members
///
/// The list of members as CSV, with the same filters and for the same eyes: name, address, state, roles, teams, when they
/// joined and were last active. Who was invited and has not come yet has the state `pending`, for who may see invitations.
/// A cell that a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(tag = "members", params(OrganizationPath, ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!(can::ViewMember::PERMISSION.key()))))]
#[get("/v1/organizations/{organization}/members/export")]
pub async fn export_members(call: Call, path: Path<OrganizationPath>, Query(query): Query<ExportQuery>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let filter = members::filter(&mut work, query.role.as_ref(), query.team, query.state, query.q).await?;
    let request = PageRequest { limit: MOST, after: None, total: false };
    let page = work.list_members(&work.listing(), &filter, MemberOrder::Name, false, &request).await?;
    if page.next.is_some() {
        return Err(too_many().into());
    }
    let members = page.items.iter().map(|seen| member_row(&seen.item));
    let pending = match work.permit_here::<can::ViewInvitations>() {
        Ok(permit) => work.pending_invitations(permit, &filter, i64::from(MOST)).await?,
        Err(_) => Vec::new(),
    };
    let rows = members.chain(pending.iter().map(invitation_row));
    Ok(answer(table(rows).map_err(|error| unwritten(&error))?))
}

fn too_many() -> Problem {
    let detail = format!("There are more than {MOST} members: ask for fewer, by role, team, state or name.");
    Problem::new(StatusCode::BAD_REQUEST, "too_many_rows", detail)
}

fn unwritten(error: &csv::Error) -> Problem {
    tracing::error!(%error, "a table could not be written");
    let detail = "Something went wrong on our side. Nothing was changed.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail)
}

fn answer(table: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"members.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(table)
}

type Row = [String; 7];

const HEADER: [&str; 7] = ["name", "email", "state", "roles", "teams", "joined_at", "last_active_at"];

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn member_row(member: &Member) -> Row {
    let teams = member.teams.iter().map(|team| format!("{} ({})", team.name, team.role));
    [
        member.name.clone(),
        member.email.clone(),
        member.state.clone(),
        member.roles.join(", "),
        teams.collect::<Vec<_>>().join(", "),
        time(member.joined_at),
        member.last_active_at.map(time).unwrap_or_default(),
    ]
}

fn invitation_row(invitation: &Invitation) -> Row {
    let [name, teams, joined, active] = [(); 4].map(|()| String::new());
    [name, invitation.email.clone(), "pending".to_owned(), invitation.role.clone(), teams, joined, active]
}

fn table(rows: impl Iterator<Item = Row>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for row in rows {
        writer.write_record(row.map(harmless))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_text_and_what_holds_a_comma_is_one_cell() {
        let row = |name: &str| [name, "a@example.org", "active", "owner", "x, y", "", ""].map(str::to_owned);
        let names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "Ada \"the\" first", "a=b"];
        let table = table(names.iter().map(|name| row(name))).unwrap();
        let mut reader = csv::Reader::from_reader(table.as_slice());
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
        let expected = ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "Ada \"the\" first", "a=b"];
        assert_eq!(read, expected);
    }
}
