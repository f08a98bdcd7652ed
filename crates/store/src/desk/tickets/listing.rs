//! Finding tickets.

use chrono::{DateTime, Utc};
use usher_domain::{AccountId, Email, kind};
use usher_policy::{Listing, Permit, can};

use crate::{
    Page, PageRequest, Seen, StoreResult, Work,
    listing::{self, Order},
    search::searched,
    sql::Sql,
};

/// Which of the tickets that the caller may see are wanted: those that fit everything that is said. What is named is what
/// the caller may see.
///
/// An index leads to the tickets of one filter in the order of age, and in the order of change to those of a team, a queue, a
/// status and an assignee: there a page costs what it holds. With other orders and combinations the rest is sifted out of
/// what one index leads to, and a search finds all that fits before it sorts.
#[derive(Debug, Default)]
pub struct TicketFilter {
    /// The key of the status.
    pub status: Option<String>,
    /// The key of the priority.
    pub priority: Option<String>,
    /// The team.
    pub team: Option<Permit<can::ViewTeam>>,
    /// The queue.
    pub queue: Option<Permit<can::ViewQueue>>,
    /// The template.
    pub template: Option<Permit<can::ViewTemplate>>,
    /// The website.
    pub website: Option<Permit<can::ViewWebsite>>,
    /// Who handles it.
    pub assignee: Option<Permit<can::ViewMember>>,
    /// Whether nobody handles it.
    pub unassigned: Option<bool>,
    /// Whether it has no team (VK-36).
    pub without_team: Option<bool>,
    /// The requester's address.
    pub requester: Option<Email>,
    /// Which account made it, be it a member still or not.
    pub created_by: Option<AccountId>,
    /// Who was added to it.
    pub participant: Option<Permit<can::ViewMember>>,
    /// Words of the subject or the description, as one types them into a search engine.
    pub q: Option<String>,
    /// Changed or answered at this time or later.
    pub updated_since: Option<DateTime<Utc>>,
}

/// The order of a list of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TicketOrder {
    /// The oldest first.
    Created,
    /// The newest first.
    #[default]
    CreatedDescending,
    /// What has rested longest first.
    Updated,
    /// What changed last first.
    UpdatedDescending,
}

impl From<TicketOrder> for Order {
    fn from(order: TicketOrder) -> Self {
        let (column, descending) = match order {
            // Identifiers grow with time.
            TicketOrder::Created => (None, false),
            TicketOrder::CreatedDescending => (None, true),
            TicketOrder::Updated => (Some(("t.updated_at", "timestamptz")), false),
            TicketOrder::UpdatedDescending => (Some(("t.updated_at", "timestamptz")), true),
        };
        Self { column, descending }
    }
}

impl TicketFilter {
    pub(super) fn render(&self, sql: &mut Sql) -> StoreResult<String> {
        let mut text = String::new();
        let mut equal = |column: &str, place: String| text.push_str(&format!(" and t.{column} = {place}"));
        if let Some(status) = &self.status {
            equal("status", sql.bind(status.clone())?);
        }
        if let Some(priority) = &self.priority {
            equal("priority", sql.bind(priority.clone())?);
        }
        if let Some(requester) = &self.requester {
            equal("requester_email", sql.bind(requester.to_string())?);
        }
        let ids = [
            ("team_id", self.team.as_ref().map(|permit| permit.target().uuid())),
            ("queue_id", self.queue.as_ref().map(|permit| permit.target().uuid())),
            ("template_id", self.template.as_ref().map(|permit| permit.target().uuid())),
            ("website_id", self.website.as_ref().map(|permit| permit.target().uuid())),
            ("assignee_id", self.assignee.as_ref().map(|permit| permit.target().uuid())),
            ("created_by", self.created_by.map(AccountId::uuid)),
        ];
        for (column, id) in ids {
            if let Some(id) = id {
                equal(column, sql.bind(id)?);
            }
        }
        for (column, null) in [("assignee_id", self.unassigned), ("team_id", self.without_team)] {
            if let Some(null) = null {
                text.push_str(&format!(" and t.{column} is {}null", if null { "" } else { "not " }));
            }
        }
        if let Some(participant) = &self.participant {
            let place = sql.bind(participant.target().uuid())?;
            text.push_str(&format!(
                " and exists (select 1 from ticket_participants f
                    where f.org_id = t.org_id and f.ticket_id = t.id and f.member_id = {place})"
            ));
        }
        if let Some(words) = &self.q {
            let place = sql.bind(searched(words))?;
            text.push_str(&format!(" and t.search @@ websearch_to_tsquery('simple', {place})"));
        }
        if let Some(since) = self.updated_since {
            let place = sql.bind(since)?;
            text.push_str(&format!(" and t.updated_at >= {place}"));
        }
        Ok(text)
    }
}

impl Work {
    /// Lists the tickets that the caller may see.
    ///
    /// # Errors
    /// The cursor is none of this order.
    pub async fn list_tickets(
        &mut self,
        listing: Listing<can::ViewTicket>,
        filter: &TicketFilter,
        order: TicketOrder,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Ticket>>> {
        listing::list(&mut self.transaction, &listing, |sql| filter.render(sql), order.into(), request).await
    }
}

impl Work {
    /// Which of the keys that a filter names the organization does not have, if any: to be asked where nothing was found.
    ///
    /// # Errors
    /// The database's.
    pub async fn unknown_key(
        &mut self,
        listing: &Listing<can::ViewTicket>,
        filter: &TicketFilter,
    ) -> StoreResult<Option<&'static str>> {
        if filter.status.is_none() && filter.priority.is_none() {
            return Ok(None);
        }
        let known = sqlx::query!(
            r#"select $2::text is null or exists (select 1 from statuses where org_id = $1 and key = $2) as "status!",
                $3::text is null or exists (select 1 from priorities where org_id = $1 and key = $3) as "priority!""#,
            listing.organization().uuid(),
            filter.status.as_deref(),
            filter.priority.as_deref()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok([("status", known.status), ("priority", known.priority)]
            .into_iter()
            .find_map(|(key, is)| (!is).then_some(key)))
    }
}
