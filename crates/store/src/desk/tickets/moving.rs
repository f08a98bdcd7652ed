//! Who handles a ticket, and where it stands.

use usher_domain::{MemberId, TicketId};
use usher_policy::{Permit, can};

use crate::{StoreError, StoreResult, Work};

/// Where a ticket is to move: what is `None` stays.
#[derive(Debug)]
pub struct TicketMove {
    /// The team; `Some(None)` takes it from its team.
    pub team: Option<Option<Permit<can::ViewTeam>>>,
    /// The queue.
    pub queue: Option<Permit<can::ViewQueue>>,
}

impl Work {
    /// Sets who handles a ticket, or that nobody does. The work involves the assignee's membership, so that they see the
    /// ticket until the commit.
    ///
    /// # Errors
    /// The assignee is no active member who may view the ticket; or is no member at all, as far as the caller may know.
    pub async fn assign_ticket(
        &mut self,
        permit: Permit<can::AssignTicket>,
        assignee: Option<MemberId>,
    ) -> StoreResult<()> {
        let ticket = permit.target();
        if let Some(member) = assignee
            && !self.would_see(member, ticket).await?
        {
            // Whom the caller may not know of is not told of.
            let _known = self.permit::<can::ViewMember>(member).await?;
            return Err(StoreError::Invalid {
                pointer: "/assignee_id",
                code: "cannot_view",
                detail: "The assignee must be an active member who may view the ticket.".to_owned(),
            });
        }
        self.set_assignee(ticket, assignee, "Nobody handles it any more.").await
    }

    async fn set_assignee(&mut self, ticket: TicketId, assignee: Option<MemberId>, none: &str) -> StoreResult<()> {
        let assignee = assignee.map(MemberId::uuid);
        let changed = sqlx::query!(
            "update tickets set assignee_id = $3, version = version + 1, updated_at = now()
             where org_id = $1 and id = $2 and assignee_id is distinct from $3
             returning (select name from accounts where id = $3)",
            self.organization().uuid(),
            ticket.uuid(),
            assignee
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let Some(changed) = changed else { return Ok(()) };
        let event = changed.name.map_or_else(|| none.to_owned(), |name| format!("Assigned to {name}."));
        self.record(ticket, &[event]).await
    }

    /// Moves a ticket to another team or queue, and with it who sees it, from the commit on (VK-33, TK-28). An assignee
    /// who no longer sees it no longer handles it.
    ///
    /// # Errors
    /// The place was deleted meanwhile.
    pub async fn move_ticket(&mut self, permit: Permit<can::MoveTicket>, to: TicketMove) -> StoreResult<()> {
        let ticket = permit.target();
        let queue = to.queue.map(|permit| permit.target().uuid());
        let (moves_team, team) = match to.team {
            None => (false, None),
            Some(team) => (true, team.map(|permit| permit.target().uuid())),
        };
        let moved = sqlx::query!(
            r#"with old as (
                select o.team_id, g.name as team, q.name as queue from tickets o
                left join teams g on g.org_id = o.org_id and g.id = o.team_id
                left join queues q on q.org_id = o.org_id and q.id = o.queue_id
                where o.org_id = $1 and o.id = $2
             )
             update tickets t set team_id = case when $3::bool then $4::uuid else t.team_id end, queue_id = coalesce($5::uuid, t.queue_id),
                version = version + 1, updated_at = now()
             from old where t.org_id = $1 and t.id = $2
                and (($3 and t.team_id is distinct from $4) or ($5::uuid is not null and t.queue_id is distinct from $5))
             returning t.assignee_id, old.team as "from_team?", old.queue as "from_queue?",
                (select g.name from teams g where g.org_id = $1 and g.id = t.team_id) as to_team,
                (select q.name from queues q where q.org_id = $1 and q.id = t.queue_id) as to_queue"#,
            permit.organization().uuid(),
            ticket.uuid(),
            moves_team,
            team,
            queue
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let Some(moved) = moved else { return Ok(()) };
        let places = [("team", moved.from_team, moved.to_team), ("queue", moved.from_queue, moved.to_queue)];
        let events: Vec<String> =
            places.into_iter().filter_map(|(kind, from, to)| moved_event(kind, from, to)).collect();
        self.record(ticket, &events).await?;
        if let Some(assignee) = moved.assignee_id.map(MemberId::from)
            && !self.would_see(assignee, ticket).await?
        {
            self.set_assignee(ticket, None, "Nobody handles it any more: who did cannot see it here.").await?;
        }
        Ok(())
    }
}

fn moved_event(kind: &str, from: Option<String>, to: Option<String>) -> Option<String> {
    match (from, to) {
        (from, to) if from == to => None,
        (Some(from), Some(to)) => Some(format!("Moved from {kind} “{from}” to “{to}”.")),
        (None, Some(to)) => Some(format!("Moved to {kind} “{to}”.")),
        (Some(from), None) => Some(format!("Taken from {kind} “{from}”.")),
        (None, None) => None,
    }
}
