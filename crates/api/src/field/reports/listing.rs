//! Finding and sharing reports.

use actix_web::{get, post};
use serde::Deserialize;
use usher_domain::field::Report;
use usher_policy::{Action, can};
use usher_store::{Seen, field::ReportOrder};
use utoipa::ToSchema;

use super::ReportPath;
use crate::{
    field::inspections::Sharing,
    http::{
        Answer, Body, Call, Granted, Include, Listed, Path, Query, answer_if_visible, cell, listed, page_request,
        paged, table, table_request, time_cell,
    },
    tenancy::OrganizationPath,
};

/// The order of a list of reports.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum ReportSort {
    /// What was submitted last comes first.
    #[default]
    #[serde(rename = "-submitted_at")]
    SubmittedDescending,
    /// What was submitted first comes first.
    #[serde(rename = "submitted_at")]
    Submitted,
    /// What has rested longest first: with `updated_since`, what a device that syncs asks for.
    #[serde(rename = "updated_at")]
    Updated,
}

impl ReportSort {
    /// The order, and the name of the list in it.
    const fn order(self) -> (ReportOrder, &'static str) {
        match self {
            Self::SubmittedDescending => (ReportOrder::SubmittedDescending, "reports:-submitted_at"),
            Self::Submitted => (ReportOrder::Submitted, "reports:submitted_at"),
            Self::Updated => (ReportOrder::Updated, "reports:updated_at"),
        }
    }
}

// The filters stand once, and all queries have them: a flattened struct would let unknown parameters pass.
macro_rules! with_report_filters {
    ($(#[$about:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// The team whose they are.
            #[param(value_type = Option<uuid::Uuid>)]
            team: Option<usher_domain::TeamId>,
            /// Where the inspections happened.
            #[param(value_type = Option<uuid::Uuid>)]
            site: Option<usher_domain::SiteId>,
            /// What the inspections were made from.
            #[param(value_type = Option<uuid::Uuid>)]
            template: Option<usher_domain::InspectionTemplateId>,
            /// Submitted at this time or later.
            since: Option<chrono::DateTime<chrono::Utc>>,
            /// Submitted before this time.
            before: Option<chrono::DateTime<chrono::Utc>>,
            /// Submitted, shared or hidden at this time or later.
            updated_since: Option<chrono::DateTime<chrono::Utc>>,
            /// Words of the title; `"a phrase"`, `or` and `-without` work.
            #[param(value_type = Option<String>, min_length = 1, max_length = 200, example = "fire")]
            q: Option<usher_domain::Text<1, 200>>,
            $($(#[$more])* $field: $type,)*
        }

        impl $name {
            async fn filter(&self, work: &mut usher_store::Work) -> Result<usher_store::field::ReportFilter, $crate::http::Stop> {
                use $crate::http::{filtered_by, storable};
                Ok(usher_store::field::ReportFilter {
                    team: filtered_by(work, self.team, "team").await?,
                    site: filtered_by(work, self.site, "site").await?,
                    template: filtered_by(work, self.template, "template").await?,
                    since: storable("since", self.since)?,
                    before: storable("before", self.before)?,
                    updated_since: storable("updated_since", self.updated_since)?,
                    q: self.q.clone().map(usher_domain::Text::into_string),
                })
            }
        }
    };
}
pub(super) use with_report_filters;

with_report_filters! {
    /// Which reports, in which order, and which part of them.
    ListReports {
        /// The order.
        #[serde(default)]
        #[param(inline, value_type = Option<ReportSort>)]
        sort: ReportSort,
        /// How many at most.
        limit: Option<u32>,
        /// Where to go on.
        cursor: Option<String>,
        /// `total`, `permissions`, or both with a comma between.
        #[param(example = "total,permissions")]
        include: Option<String>,
    }
}

with_report_filters! {
    /// Which reports, in which order, and which part of them.
    ExportReports {
        /// The order.
        #[serde(default)]
        #[param(inline, value_type = Option<ReportSort>)]
        sort: ReportSort,
        /// Where to go on: the header `Next-Cursor` of the file before.
        cursor: Option<String>,
    }
}

/// List reports
///
/// Those that you may see: of inspections that are submitted. A device that syncs asks for `sort=updated_at` and `updated_since` as
/// with inspections, and so finds what was shared with its user's team long after it was submitted.
#[utoipa::path(tag = "reports", params(OrganizationPath, ListReports),
    responses((status = 200, body = Listed<Granted<Report>>)),
    extensions(("x-permission" = json!(can::ViewReport::PERMISSION.key()))))]
#[get("")]
pub async fn list_reports(call: Call, path: Path<OrganizationPath>, query: Query<ListReports>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total", "permissions"])?;
    let (order, list) = query.sort.order();
    let request = page_request(query.limit, query.cursor.as_deref(), list, include)?;
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let page = work.list_reports(work.listing(), &filter, order, &request).await?;
    Ok(listed(work.caller(), page, list, include))
}

/// Share a report
///
/// With the viewers of its team; or take that back. It ends as well when the inspection is reopened: the report that there is once
/// it is submitted again is not shared until somebody shares it.
#[utoipa::path(tag = "reports", params(ReportPath), request_body = Sharing,
    responses((status = 200, body = Granted<Report>),
        (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::ShareReport::PERMISSION.key()))))]
#[post("/{report}/share")]
pub async fn share_report(call: Call, path: Path<ReportPath>, body: Body<Sharing>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::ShareReport>(path.report).await?;
    work.share_report(permit, body.parse()?.shared).await?;
    answer_if_visible(work, path.report).await
}

/// Export reports
///
/// As CSV: those that the list with the same filters shows, in the order asked for. One file holds 10,000 at most: where
/// there are more, the header `Next-Cursor` says where the next goes on. A cell that a spreadsheet would take for a formula
/// begins with an apostrophe.
#[utoipa::path(tag = "reports", params(OrganizationPath, ExportReports),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!(can::ViewReport::PERMISSION.key()))))]
#[get("/export")]
pub async fn export_reports(call: Call, path: Path<OrganizationPath>, query: Query<ExportReports>) -> Answer {
    let (order, list) = query.sort.order();
    let request = table_request(query.cursor.as_deref(), list)?;
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let page = work.list_reports(work.listing(), &filter, order, &request).await?;
    let Listed { items, next_cursor, .. } = paged(page, list);
    table("reports", HEADER, items.into_iter().map(|Seen { item, .. }| row(item)), next_cursor.as_deref())
}

const HEADER: [&str; 15] = [
    "id",
    "title",
    "team_id",
    "team",
    "site_id",
    "site",
    "template_id",
    "template",
    "score",
    "max_score",
    "shared",
    "submitted_by",
    "submitted_by_name",
    "submitted_at",
    "updated_at",
];

fn row(report: Report) -> [String; 15] {
    [
        report.id.to_string(),
        report.title,
        report.team_id.to_string(),
        report.team,
        cell(report.site_id),
        cell(report.site),
        cell(report.template_id),
        cell(report.template),
        report.score.to_string(),
        report.max_score.to_string(),
        report.shared.to_string(),
        cell(report.submitted_by),
        cell(report.submitted_by_name),
        time_cell(report.submitted_at),
        time_cell(report.updated_at),
    ]
}
