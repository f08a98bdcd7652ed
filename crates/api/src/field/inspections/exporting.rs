//! Inspections as rows of a table.

use actix_web::get;
use usher_domain::field::Inspection;
use usher_policy::{Action, can};
use usher_store::field::InspectionNames;

use super::listing::with_inspection_filters;
use crate::{
    http::{Answer, Call, Listed, Path, Query, cell, paged, table, table_request, time_cell},
    tenancy::OrganizationPath,
};

with_inspection_filters! {
    /// Which inspections, in which order, and which part of them.
    ExportInspections {
        /// Where to go on: the header `Next-Cursor` of the file before.
        cursor: Option<String>,
    }
}

/// Export inspections
///
/// As CSV: those that the list with the same filters shows, in the order asked for, with the names of what you see of what they
/// refer to. One file holds 10,000 at most: where there are more, the header `Next-Cursor` says where the next goes on. A cell
/// that a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(tag = "inspections", params(OrganizationPath, ExportInspections),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!(can::ViewInspection::PERMISSION.key()))))]
#[get("/export")]
pub async fn export_inspections(call: Call, path: Path<OrganizationPath>, query: Query<ExportInspections>) -> Answer {
    let (order, list) = query.sort.order();
    let request = table_request(query.cursor.as_deref(), list)?;
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let page = work.list_inspections(work.listing(), &filter, order, &request).await?;
    let Listed { items, next_cursor, .. } = paged(page, list);
    let inspections: Vec<Inspection> = items.into_iter().map(|seen| seen.item).collect();
    let names = work.names_in(&work.listing(), &inspections).await?;
    let rows = inspections.into_iter().map(|inspection| row(inspection, &names));
    table("inspections", HEADER, rows, next_cursor.as_deref())
}

const HEADER: [&str; 20] = [
    "id",
    "title",
    "state",
    "team_id",
    "team",
    "site_id",
    "site",
    "template_id",
    "template",
    "due_on",
    "shared",
    "assignee_ids",
    "assignees",
    "answered",
    "questions",
    "created_by",
    "created_by_name",
    "created_at",
    "updated_at",
    "submitted_at",
];

fn row(inspection: Inspection, names: &InspectionNames) -> [String; 20] {
    let ids: Vec<String> = inspection.assignee_ids.iter().map(ToString::to_string).collect();
    let assignees: Vec<&str> =
        inspection.assignee_ids.iter().filter_map(|id| names.members.get(id)).map(String::as_str).collect();
    let maker = inspection.created_by.and_then(|maker| names.members.get(&maker.uuid().into()));
    [
        inspection.id.to_string(),
        inspection.title,
        inspection.state.key().to_owned(),
        inspection.team_id.to_string(),
        cell(names.teams.get(&inspection.team_id)),
        cell(inspection.site_id),
        cell(inspection.site_id.and_then(|site| names.sites.get(&site))),
        cell(inspection.template_id),
        cell(inspection.template_id.and_then(|template| names.templates.get(&template))),
        cell(inspection.due_on),
        inspection.shared.to_string(),
        ids.join(" "),
        assignees.join(", "),
        inspection.answered.to_string(),
        inspection.questions.to_string(),
        cell(inspection.created_by),
        cell(maker),
        time_cell(inspection.created_at),
        time_cell(inspection.updated_at),
        inspection.submitted_at.map(time_cell).unwrap_or_default(),
    ]
}
