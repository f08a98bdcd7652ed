//! How tickets are related.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{
    LinkId, TicketId,
    desk::{LinkKind, LinkedTicket, TicketLink},
    kind,
};
use usher_policy::{Listing, Permit, can};
use uuid::Uuid;

use crate::{After, Conflict, Key, Page, PageRequest, StoreError, StoreResult, Work, listing, located};

/// The relations of the ticket `$4`: which link, with which other ticket, and what the other is to it. At most one row for
/// an other ticket and a relation.
const RELATIONS: &str = "
    select l.id as link, l.other_id as other, case l.kind when 'clone' then 'clone_of' else l.kind end as relation
    from ticket_links l where l.org_id = $1 and l.ticket_id = $4
    union all
    select l.id, l.ticket_id, case l.kind when 'blocks' then 'blocked_by' when 'duplicates' then 'duplicated_by'
        when 'clone' then 'cloned_as' else l.kind end
    from ticket_links l where l.org_id = $1 and l.other_id = $4
    union all
    select null, m.merged_into, 'merged_into' from tickets m
    where m.org_id = $1 and m.id = $4 and m.merged_into is not null
    union all
    select null, m.id, 'merged_from' from tickets m where m.org_id = $1 and m.merged_into = $4";

/// What is done to two tickets was asked of one.
pub(super) const fn same_ticket() -> StoreError {
    StoreError::Conflict(Conflict { code: "same_ticket", detail: "The two tickets are one and the same." })
}

impl Work {
    /// Links two tickets, and shows the link to who sees the other. Neither's history tells of which the other is.
    ///
    /// # Errors
    /// The two are one, are linked like this already, or one was merged.
    pub async fn link_tickets(
        &mut self,
        one: Permit<can::LinkTicket>,
        other: Permit<can::LinkTicket>,
        kind: LinkKind,
    ) -> StoreResult<Option<TicketLink>> {
        let (mut from, mut to) = (one.target(), other.target());
        if from == to {
            return Err(same_ticket());
        }
        self.must_not_be_merged(&[from, to]).await?;
        // This one has no direction, and is kept in one only so that it is kept once.
        if kind == LinkKind::Related {
            (from, to) = (from.min(to), from.max(to));
        }
        let link = self.insert_link(from, to, kind.key()).await?;
        for ticket in [from, to] {
            self.record(ticket, &["Linked with another ticket.".to_owned()]).await?;
        }
        let listing = self.listing::<can::ViewTicket>();
        let found = self.relations(one.target(), &listing, Wanted::One(link)).await?;
        found.first().map(link_of).transpose()
    }

    pub(super) async fn insert_link(&mut self, from: TicketId, to: TicketId, kind: &str) -> StoreResult<LinkId> {
        let link = LinkId::new();
        sqlx::query!(
            "insert into ticket_links (org_id, id, ticket_id, other_id, kind, created_by) values ($1, $2, $3, $4, $5, $6)",
            self.organization().uuid(),
            link.uuid(),
            from.uuid(),
            to.uuid(),
            kind,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(link)
    }

    /// Permits for both ends of a link of a ticket. That a link is with a ticket which the caller may not know of is not
    /// told from that there is none.
    ///
    /// # Errors
    /// Refused; or the ticket has no such link.
    pub async fn permits_on_link(
        &mut self,
        ticket: Key<kind::Ticket>,
        link: LinkId,
    ) -> StoreResult<(Permit<can::LinkTicket>, Permit<can::LinkTicket>)> {
        let Some(other) = self.other_end(ticket, link).await? else {
            let _permit = self.permit::<can::LinkTicket>(ticket).await?;
            return Err(StoreError::Missing("link"));
        };
        let (one, other) = self.permit_pair::<can::LinkTicket>(ticket, other.into()).await?;
        match other {
            Err(StoreError::Missing(_)) => Err(StoreError::Missing("link")),
            other => Ok((one, other?)),
        }
    }

    /// The ticket at the other end of a link, whoever may see it: to ask for a permit on it.
    async fn other_end(&mut self, ticket: Key<kind::Ticket>, link: LinkId) -> StoreResult<Option<TicketId>> {
        let organization = self.organization();
        let ticket = located::identify(&mut self.transaction, organization, ticket).await?.uuid();
        let other = sqlx::query_scalar!(
            r#"select case when ticket_id = $2 then other_id else ticket_id end as "other!" from ticket_links
             where org_id = $1 and id = $3 and $2 in (ticket_id, other_id)"#,
            organization.uuid(),
            ticket,
            link.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(other.map(TicketId::from))
    }

    /// Takes a link away.
    ///
    /// # Errors
    /// There is no such link any more.
    pub async fn unlink_tickets(
        &mut self,
        one: Permit<can::LinkTicket>,
        other: Permit<can::LinkTicket>,
        link: LinkId,
    ) -> StoreResult<()> {
        let deleted = sqlx::query!(
            "delete from ticket_links
             where org_id = $1 and id = $2 and (ticket_id, other_id) in (($3::uuid, $4::uuid), ($4, $3))",
            self.organization().uuid(),
            link.uuid(),
            one.target().uuid(),
            other.target().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        if deleted.rows_affected() == 0 {
            return Err(StoreError::Missing("link"));
        }
        for ticket in [one.target(), other.target()] {
            self.record(ticket, &["A link with another ticket was taken away.".to_owned()]).await?;
        }
        Ok(())
    }

    /// How a ticket is related to others, of which only those are told of that the caller sees (TK-30), the oldest other
    /// first. It reads all relations of the one ticket, and shows a page.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_ticket_links(
        &mut self,
        permit: Permit<can::ViewTicket>,
        listing: &Listing<can::ViewTicket>,
        request: &PageRequest,
    ) -> StoreResult<Page<TicketLink>> {
        let ticket = permit.target();
        let mut rows = self.relations(ticket, listing, Wanted::Page(request)).await?;
        let limit = request.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last().filter(|_| more) {
            Some(last) => Some(After { key: last.try_get("relation")?, id: last.try_get("id")? }),
            None => None,
        };
        let total = if request.total { Some(self.count_relations(ticket, listing).await?) } else { None };
        Ok(Page { items: rows.iter().map(link_of).collect::<StoreResult<_>>()?, next, total })
    }

    /// One row more than the page, of relations to tickets that the caller sees.
    async fn relations(
        &mut self,
        ticket: TicketId,
        listing: &Listing<can::ViewTicket>,
        wanted: Wanted<'_>,
    ) -> StoreResult<Vec<PgRow>> {
        let mut sql = listing::begin(listing)?;
        sql.bind(ticket.uuid())?;
        let seen = listing::shown(listing, &mut sql)?;
        let rest = match wanted {
            Wanted::One(link) => format!("r.link = {} limit 1", sql.bind(link.uuid())?),
            Wanted::Page(request) => {
                let after = match &request.after {
                    Some(After { key, id }) => {
                        format!("(t.id, r.relation) > ({}, {})", sql.bind(*id)?, sql.bind(key.clone())?)
                    }
                    None => "true".to_owned(),
                };
                format!("{after} order by t.id, r.relation limit {}", sql.bind(i64::from(request.limit) + 1)?)
            }
        };
        let text = format!(
            "select r.link, r.relation, t.id, t.number, t.subject, t.status
             from ({RELATIONS}) r join tickets t on t.org_id = $1 and t.id = r.other
             where $2::uuid is not null and $3::uuid[] is not null and {seen} and {rest}"
        );
        Ok(sql.query(text).fetch_all(&mut *self.transaction).await?)
    }

    async fn count_relations(&mut self, ticket: TicketId, listing: &Listing<can::ViewTicket>) -> StoreResult<i64> {
        let mut sql = listing::begin(listing)?;
        sql.bind(ticket.uuid())?;
        let seen = listing::shown(listing, &mut sql)?;
        let text = format!(
            "select count(*) from ({RELATIONS}) r join tickets t on t.org_id = $1 and t.id = r.other
             where $2::uuid is not null and $3::uuid[] is not null and {seen}"
        );
        Ok(sql.query(text).fetch_one(&mut *self.transaction).await?.try_get(0)?)
    }
}

/// Which relations of a ticket are wanted.
enum Wanted<'a> {
    One(LinkId),
    Page(&'a PageRequest),
}

fn link_of(row: &PgRow) -> StoreResult<TicketLink> {
    Ok(TicketLink {
        id: row.try_get::<Option<Uuid>, _>("link")?.map(LinkId::from),
        relation: row.try_get("relation")?,
        ticket: LinkedTicket {
            id: row.try_get::<Uuid, _>("id")?.into(),
            number: row.try_get("number")?,
            subject: row.try_get("subject")?,
            status: row.try_get("status")?,
        },
    })
}
