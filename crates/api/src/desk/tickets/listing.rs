//! Finding tickets.

use actix_web::get;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use usher_domain::{AccountId, Email, MemberId, QueueId, TeamId, TemplateId, Text, WebsiteId, desk::Ticket};
use usher_policy::{Action, can};
use usher_store::{
    Page, Work,
    desk::tickets::{TicketFilter, TicketOrder, TicketRow},
};
use utoipa::{IntoParams, ToSchema};

use super::TicketPath;
use crate::{
    http::{
        Answer, Call, Granted, Include, Listed, Path, Problem, Query, Stop, ThingQuery, cell, filtered_by, listed,
        page_request, paged, seen, storable, table, table_request, time_cell,
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
    /// The order, and the name of the list in it.
    const fn order(self) -> (TicketOrder, &'static str) {
        match self {
            Self::CreatedDescending => (TicketOrder::CreatedDescending, "tickets:-created_at"),
            Self::Created => (TicketOrder::Created, "tickets:created_at"),
            Self::UpdatedDescending => (TicketOrder::UpdatedDescending, "tickets:-updated_at"),
            Self::Updated => (TicketOrder::Updated, "tickets:updated_at"),
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
            /// The account that made it, be it a member still or not.
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
            async fn filter(&self, work: &mut Work) -> Result<TicketFilter, Stop> {
                Ok(TicketFilter {
                    status: self.status.clone(),
                    priority: self.priority.clone(),
                    team: filtered_by(work, self.team, "team").await?,
                    queue: filtered_by(work, self.queue, "queue").await?,
                    template: filtered_by(work, self.template, "template").await?,
                    website: filtered_by(work, self.website, "website").await?,
                    assignee: filtered_by(work, self.assignee, "assignee").await?,
                    unassigned: self.unassigned,
                    without_team: self.without_team,
                    requester: self.requester.clone(),
                    created_by: self.created_by,
                    participant: filtered_by(work, self.participant, "participant").await?,
                    q: self.q.clone().map(Text::into_string),
                    updated_since: storable("updated_since", self.updated_since)?,
                })
            }
        }
    };
}

with_ticket_filters! {
    /// Which tickets, in which order, and which part of them.
    ListTickets {
        /// How many at most.
        limit: Option<u32>,
        /// Where to go on.
        cursor: Option<String>,
        /// `total`, `permissions`, or both with a comma between.
        #[param(example = "total,permissions")]
        include: Option<String>,
    }
}

with_ticket_filters! {
    /// Which tickets, in which order, and which part of them.
    ExportTickets {
        /// Where to go on: the header `Next-Cursor` of the file before.
        cursor: Option<String>,
    }
}

/// Where nothing was found, makes sure that what the filter names by its key is there: else it says nothing to find nothing.
async fn known_if_empty<T>(work: &mut Work, filter: &TicketFilter, page: &Page<T>) -> Result<(), Stop> {
    let listing = work.listing();
    if page.items.is_empty()
        && let Some(key) = work.unknown_key(&listing, filter).await?
    {
        return Err(Problem::missing(key).about_parameter(key).into());
    }
    Ok(())
}

/// List tickets
///
/// Those that you may see. A filter that names a thing that is not there, or that you may not see, is answered with 404.
///
/// A page costs what it holds: by `created_at` with one filter, and by `updated_at` with none or with one of `team`, `queue`,
/// `status` and `assignee`. With several filters, with `participant`, and with `unassigned` or `without_team` of `false` it
/// costs what is passed over as well, and with `q` or another filter by `updated_at` all that fits.
#[utoipa::path(tag = "tickets", params(OrganizationPath, ListTickets),
    responses((status = 200, body = Listed<Granted<Ticket>>)),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("")]
pub async fn list_tickets(call: Call, path: Path<OrganizationPath>, query: Query<ListTickets>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total", "permissions"])?;
    let (order, list) = query.sort.order();
    let request = page_request(query.limit, query.cursor.as_deref(), list, include)?;
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let page = work.list_tickets(work.listing::<can::ViewTicket>(), &filter, order, &request).await?;
    known_if_empty(&mut work, &filter, &page).await?;
    Ok(listed(work.caller(), page, list, include))
}

/// Get a ticket
#[utoipa::path(tag = "tickets", params(TicketPath, ThingQuery), responses((status = 200, body = Granted<Ticket>)),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("/{ticket}")]
pub async fn get_ticket(call: Call, path: Path<TicketPath>, query: Query<ThingQuery>) -> Answer {
    let include = query.include()?;
    let (caller, ticket) = call.see(&path.organization, path.ticket).await?;
    Ok(seen(&caller, ticket, include))
}

/// Export tickets
///
/// As CSV: those that the list with the same filters shows, in the order asked for. One file holds 10,000 at most: where
/// there are more, the header `Next-Cursor` says where the next goes on. A cell that a spreadsheet would take for a formula
/// begins with an apostrophe.
#[utoipa::path(tag = "tickets", params(OrganizationPath, ExportTickets),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("/export")]
pub async fn export_tickets(call: Call, path: Path<OrganizationPath>, query: Query<ExportTickets>) -> Answer {
    let (order, list) = query.sort.order();
    let request = table_request(query.cursor.as_deref(), list)?;
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let page = work.export_tickets(work.listing(), &filter, order, &request).await?;
    known_if_empty(&mut work, &filter, &page).await?;
    let Listed { items, next_cursor, .. } = paged(page, list);
    table("tickets", HEADER, items.into_iter().map(row), next_cursor.as_deref())
}

const HEADER: [&str; 15] = [
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
];

fn row(ticket: TicketRow) -> [String; 15] {
    [
        ticket.number.to_string(),
        ticket.id.to_string(),
        ticket.subject,
        ticket.status,
        ticket.priority,
        cell(ticket.team_id),
        cell(ticket.queue_id),
        cell(ticket.template_id),
        cell(ticket.website_id),
        cell(ticket.requester_name),
        cell(ticket.requester_email),
        cell(ticket.assignee_id),
        ticket.merged.to_string(),
        time_cell(ticket.created_at),
        time_cell(ticket.updated_at),
    ]
}
