//! How tickets are related.

use std::collections::HashMap;

use usher_domain::{
    LinkId, TicketId,
    desk::{LinkKind, LinkedTicket, TicketLink},
    kind,
};
use usher_policy::{Permit, can};

use crate::{Conflict, Key, StoreError, StoreResult, Work, located};

/// What is done to two tickets was asked of one.
pub(super) const fn same_ticket() -> StoreError {
    StoreError::Conflict(Conflict { code: "same_ticket", detail: "The two tickets are one and the same." })
}

impl Work {
    /// Links two tickets. Neither's history tells of which the other is.
    ///
    /// # Errors
    /// The two are one, or are linked like this already.
    pub async fn link_tickets(
        &mut self,
        one: Permit<can::LinkTicket>,
        other: Permit<can::LinkTicket>,
        kind: LinkKind,
    ) -> StoreResult<LinkId> {
        let (mut from, mut to) = (one.target(), other.target());
        if from == to {
            return Err(same_ticket());
        }
        // This one has no direction, and is kept in one only so that it is kept once.
        if kind == LinkKind::Related {
            (from, to) = (from.min(to), from.max(to));
        }
        let link = self.insert_link(from, to, kind.key()).await?;
        for ticket in [from, to] {
            self.record(ticket, &["Linked with another ticket.".to_owned()]).await?;
        }
        Ok(link)
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

    /// The ticket at the other end of a link, whoever may see it: to ask for a permit on it.
    ///
    /// # Errors
    /// There is no such ticket.
    pub async fn other_end(&mut self, ticket: Key<kind::Ticket>, link: LinkId) -> StoreResult<Option<TicketId>> {
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

    /// How a ticket is related to others, of which only those are told of that the caller sees (TK-30).
    ///
    /// # Errors
    /// The database's.
    pub async fn list_ticket_links(&mut self, permit: Permit<can::ViewTicket>) -> StoreResult<Vec<TicketLink>> {
        self.links_of(permit.target()).await
    }

    /// One link that was just made, if the caller sees the ticket at its other end.
    ///
    /// # Errors
    /// The database's.
    pub async fn made_link(&mut self, ticket: TicketId, link: LinkId) -> StoreResult<Option<TicketLink>> {
        Ok(self.links_of(ticket).await?.into_iter().find(|one| one.id == Some(link)))
    }

    async fn links_of(&mut self, ticket: TicketId) -> StoreResult<Vec<TicketLink>> {
        let links = sqlx::query!(
            r#"select l.id as "id?", l.other_id as "other!", case l.kind when 'clone' then 'clone_of' else l.kind end as "relation!"
             from ticket_links l where l.org_id = $1 and l.ticket_id = $2
             union all
             select l.id, l.ticket_id, case l.kind when 'blocks' then 'blocked_by' when 'duplicates' then 'duplicated_by'
                when 'clone' then 'cloned_as' else l.kind end
             from ticket_links l where l.org_id = $1 and l.other_id = $2
             union all
             select null, t.merged_into, 'merged_into' from tickets t
             where t.org_id = $1 and t.id = $2 and t.merged_into is not null
             union all
             select null, t.id, 'merged_from' from tickets t where t.org_id = $1 and t.merged_into = $2
             order by 2, 3"#,
            self.organization().uuid(),
            ticket.uuid()
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let others: Vec<_> = links.iter().map(|link| link.other).collect();
        let caller = self.caller().clone();
        let others = located::visible::<kind::Ticket>(&mut self.transaction, &caller, &others).await?;
        let others: HashMap<_, _> = others.into_iter().map(|other| (other.id.uuid(), other)).collect();
        let shown = links.into_iter().filter_map(|link| {
            let other = others.get(&link.other)?;
            Some(TicketLink {
                id: link.id.map(LinkId::from),
                relation: link.relation,
                ticket: LinkedTicket {
                    id: other.id,
                    number: other.number,
                    subject: other.subject.clone(),
                    status: other.status.clone(),
                },
            })
        });
        Ok(shown.collect())
    }
}
