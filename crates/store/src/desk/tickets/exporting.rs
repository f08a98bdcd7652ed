//! Tickets as rows of a table.

use chrono::{DateTime, Utc};
use sqlx::{Row, postgres::PgRow};
use usher_domain::{MemberId, QueueId, TeamId, TemplateId, TicketId, WebsiteId};
use usher_policy::{Listing, can};
use uuid::Uuid;

use super::{TicketFilter, TicketOrder};
use crate::{Page, PageRequest, StoreResult, Work, listing};

/// A ticket without its long texts: a file of many thousands stays of a size that can be foretold.
#[derive(Debug)]
#[non_exhaustive]
pub struct TicketRow {
    /// The ticket.
    pub id: TicketId,
    /// Its number in the organization.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// The key of its status.
    pub status: String,
    /// The key of its priority.
    pub priority: String,
    /// The team that has it.
    pub team_id: Option<TeamId>,
    /// The queue that it waits in.
    pub queue_id: Option<QueueId>,
    /// The template that it was made from.
    pub template_id: Option<TemplateId>,
    /// The website that it came from.
    pub website_id: Option<WebsiteId>,
    /// The requester's name.
    pub requester_name: Option<String>,
    /// The requester's address.
    pub requester_email: Option<String>,
    /// Who handles it.
    pub assignee_id: Option<MemberId>,
    /// Whether it was merged into another.
    pub merged: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed or was answered.
    pub updated_at: DateTime<Utc>,
}

const COLUMNS: &str = ", t.id, t.number, t.subject, t.status, t.priority, t.team_id, t.queue_id, t.template_id, \
    t.website_id, t.requester_name, t.requester_email, t.assignee_id, t.merged, t.created_at, t.updated_at";

fn read(row: &PgRow) -> Result<TicketRow, sqlx::Error> {
    let id = |column: &str| row.try_get::<Option<Uuid>, _>(column);
    Ok(TicketRow {
        id: row.try_get::<Uuid, _>("id")?.into(),
        number: row.try_get("number")?,
        subject: row.try_get("subject")?,
        status: row.try_get("status")?,
        priority: row.try_get("priority")?,
        team_id: id("team_id")?.map(TeamId::from),
        queue_id: id("queue_id")?.map(QueueId::from),
        template_id: id("template_id")?.map(TemplateId::from),
        website_id: id("website_id")?.map(WebsiteId::from),
        requester_name: row.try_get("requester_name")?,
        requester_email: row.try_get("requester_email")?,
        assignee_id: id("assignee_id")?.map(MemberId::from),
        merged: row.try_get("merged")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

impl Work {
    /// The tickets that [`Work::list_tickets`] lists, as rows of a table.
    ///
    /// # Errors
    /// The cursor is none of this order.
    pub async fn export_tickets(
        &mut self,
        listing: Listing<can::ViewTicket>,
        filter: &TicketFilter,
        order: TicketOrder,
        request: &PageRequest,
    ) -> StoreResult<Page<TicketRow>> {
        let filters = |sql: &mut _| filter.render(sql);
        listing::list_columns(&mut self.transaction, &listing, filters, order.into(), request, (COLUMNS, read)).await
    }
}
