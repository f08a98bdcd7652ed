//! Finding tickets.

use actix_web::{HttpResponse, get, http::header};
use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use usher_domain::{
    AccountId, Email, MemberId, QueueId, TeamId, TemplateId, Text, WebsiteId,
    desk::{Requester, Ticket},
};
use usher_policy::{Action, can};
use usher_store::desk::tickets::{TicketFilter, TicketOrder};
use utoipa::{IntoParams, ToSchema};

use super::TicketPath;
use crate::{
    http::{
        Answer, Call, FieldError, Granted, Include, Listed, Path, Problem, Query, Stop, listed, page_request, seen,
    },
    tenancy::OrganizationPath,
};

/// The order of a list of tickets.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum TicketSort {
    /// The newest first.
    #[default]
    #[serde(rename = "-created_at")]
    CreatedDescending,
    /// The oldest first.
    #[serde(rename = "created_at")]
    Created,
    /// What changed last first.
    #[serde(rename = "-updated_at")]
    UpdatedDescending,
    /// What has rested longest first.
    #[serde(rename = "updated_at")]
    Updated,
}

impl TicketSort {
    const fn order(self) -> (TicketOrder, &'static str) {
        match self {
            Self::CreatedDescending => (TicketOrder::CreatedDescending, "-created_at"),
            Self::Created => (TicketOrder::Created, "created_at"),
            Self::UpdatedDescending => (TicketOrder::UpdatedDescending, "-updated_at"),
            Self::Updated => (TicketOrder::Updated, "updated_at"),
        }
    }
}

// The filters stand once, and both queries have them: a flattened struct would let unknown parameters pass.
macro_rules! with_ticket_filters {
    ($(#[$about:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// The key of the status.
            status: Option<String>,
            /// The key of the priority.
            priority: Option<String>,
            /// The team that has it.
            #[param(value_type = Option<uuid::Uuid>)]
            team: Option<TeamId>,
            /// The queue that it waits in.
            #[param(value_type = Option<uuid::Uuid>)]
            queue: Option<QueueId>,
            /// The template that it was made from.
            #[param(value_type = Option<uuid::Uuid>)]
            template: Option<TemplateId>,
            /// The website that it came from.
            #[param(value_type = Option<uuid::Uuid>)]
            website: Option<WebsiteId>,
            /// The member who handles it.
            #[param(value_type = Option<uuid::Uuid>)]
            assignee: Option<MemberId>,
            /// `true`: nobody handles it. `false`: somebody does.
            unassigned: Option<bool>,
            /// `true`: no team has it. `false`: one does.
            without_team: Option<bool>,
            /// The requester's address.
            #[param(value_type = Option<String>, example = "ada@example.org")]
            requester: Option<Email>,
            /// The account that made it.
            #[param(value_type = Option<uuid::Uuid>)]
            created_by: Option<AccountId>,
            /// A member who was added to it.
            #[param(value_type = Option<uuid::Uuid>)]
            participant: Option<MemberId>,
            /// Words of the subject or the description; `"a phrase"`, `or` and `-without` work.
            #[param(value_type = Option<String>, min_length = 1, max_length = 200, example = "printer")]
            q: Option<Text<1, 200>>,
            /// Changed or answered at this time or later.
            updated_since: Option<DateTime<Utc>>,
            /// The order.
            #[serde(default)]
            #[param(inline, value_type = Option<TicketSort>)]
            sort: TicketSort,
            $($(#[$more])* $field: $type,)*
        }

        impl $name {
            fn filter(&self) -> Result<TicketFilter, Problem> {
                Ok(TicketFilter {
                    status: self.status.clone(),
                    priority: self.priority.clone(),
                    team: self.team,
                    queue: self.queue,
                    template: self.template,
                    website: self.website,
                    assignee: self.assignee,
                    unassigned: self.unassigned,
                    without_team: self.without_team,
                    requester: self.requester.clone(),
                    created_by: self.created_by,
                    participant: self.participant,
                    q: self.q.clone().map(Text::into_string),
                    updated_since: self.updated_since.map(storable).transpose()?,
                })
            }
        }
    };
}

with_ticket_filters! {
    /// Which tickets, in which order, and which part of them.
    ListTickets {
        /// How many at most, 1 to 100; 20 if not said.
        #[param(minimum = 1, maximum = 100)]
        limit: Option<u32>,
        /// Where to go on: the `next_cursor` of the page before.
        cursor: Option<String>,
        /// `total`, `permissions`, or both with a comma.
        #[param(example = "total,permissions")]
        include: Option<String>,
    }
}

with_ticket_filters! {
    /// Which tickets, in which order.
    ExportTickets {}
}

/// A time that the database can hold: of a year with four digits.
fn storable(time: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
    if (0..=9999).contains(&time.year()) {
        return Ok(time);
    }
    Err(Problem::malformed(FieldError::of("updated_since", "out_of_range", "`updated_since` is of another age.")))
}

/// List tickets
///
/// Those that you may see. A filter that names what is not there, or what you may not see, fits none.
#[utoipa::path(tag = "tickets", params(OrganizationPath, ListTickets),
    responses((status = 200, body = Listed<Granted<Ticket>>)),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("/v1/organizations/{organization}/desk/tickets")]
pub async fn list_tickets(call: Call, path: Path<OrganizationPath>, query: Query<ListTickets>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let include = Include::parse(query.include.as_deref(), &["total", "permissions"])?;
    let (order, sort) = query.sort.order();
    let request = page_request(query.limit, query.cursor.as_deref(), sort, include)?;
    let page = work.list_tickets(work.listing::<can::ViewTicket>(), &query.filter()?, order, &request).await?;
    Ok(listed(work.caller(), page, sort, include))
}

/// What to include with one thing.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GetTicket {
    /// `permissions`: what you may do with it.
    #[param(example = "permissions")]
    include: Option<String>,
}

/// Get a ticket
#[utoipa::path(tag = "tickets", params(TicketPath, GetTicket), responses((status = 200, body = Granted<Ticket>)),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("/v1/organizations/{organization}/desk/tickets/{ticket}")]
pub async fn get_ticket(call: Call, path: Path<TicketPath>, query: Query<GetTicket>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["permissions"])?;
    let (caller, ticket) = call.see(&path.organization, path.ticket).await?;
    Ok(seen(&caller, ticket, include))
}

/// How many tickets one file holds at most.
const EXPORTED: u32 = 10_000;

/// Export tickets
///
/// As CSV, in the order asked for: the first 10,000 of those that the list with the same filters shows. A cell that a
/// spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(tag = "tickets", params(OrganizationPath, ExportTickets),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("/v1/organizations/{organization}/desk/tickets/export")]
pub async fn export_tickets(call: Call, path: Path<OrganizationPath>, query: Query<ExportTickets>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let (order, _) = query.sort.order();
    let listing = work.listing::<can::ViewTicket>();
    let tickets = work.export_tickets(listing, &query.filter()?, order, EXPORTED).await?;
    let file = csv_of(&tickets).map_err(|_| Stop::from(Problem::missing("file")))?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"tickets.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(file))
}

fn csv_of(tickets: &[Ticket]) -> Result<Vec<u8>, csv::Error> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record([
        "number",
        "id",
        "subject",
        "status",
        "priority",
        "team_id",
        "queue_id",
        "template_id",
        "website_id",
        "requester_name",
        "requester_email",
        "assignee_id",
        "merged",
        "created_at",
        "updated_at",
    ])?;
    fn text(value: Option<impl ToString>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    for ticket in tickets {
        let Requester { name, email } = ticket.requester.clone().unwrap_or(Requester { name: None, email: None });
        let cells = [
            ticket.number.to_string(),
            ticket.id.to_string(),
            ticket.subject.clone(),
            ticket.status.clone(),
            ticket.priority.clone(),
            text(ticket.team_id),
            text(ticket.queue_id),
            text(ticket.template_id),
            text(ticket.website_id),
            text(name),
            text(email),
            text(ticket.assignee_id),
            ticket.merged.to_string(),
            ticket.created_at.to_rfc3339(),
            ticket.updated_at.to_rfc3339(),
        ];
        file.write_record(cells.map(harmless))?;
    }
    file.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// A cell that no spreadsheet evaluates.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
