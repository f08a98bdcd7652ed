//! Where a ticket stands.

use usher_domain::TicketId;
use usher_policy::{Permit, can};

use crate::{StoreResult, Work};

/// Where a ticket is to move: what is `None` stays.
#[derive(Debug)]
pub struct TicketMove {
    /// The team; `Some(None)` takes it from its team.
    pub team: Option<Option<Permit<can::ViewTeam>>>,
    /// The queue.
    pub queue: Option<Permit<can::ViewQueue>>,
}

/// The names of the places that a ticket left and of those that it came to.
struct Moved {
    from_team: Option<String>,
    from_queue: Option<String>,
    to_team: Option<String>,
    to_queue: Option<String>,
}

impl Work {
    /// Moves a ticket to another team or queue, and with it who sees it, from the commit on (VK-33, TK-28). An assignee
    /// who no longer sees it no longer handles it.
    ///
    /// # Errors
    /// The place was deleted meanwhile; or the ticket was merged. Forbidden to who does not see the ticket and would see
    /// it in its new place: that is no way to read it.
    pub async fn move_ticket(&mut self, permit: Permit<can::MoveTicket>, to: TicketMove) -> StoreResult<()> {
        let ticket = permit.target();
        self.must_not_be_merged(&[ticket]).await?;
        let saw = self.sight(ticket).await?;
        let Some(moved) = self.set_place(ticket, to).await? else { return self.hide_no_change(ticket).await };
        self.must_not_reveal(saw, ticket).await?;
        let places = [("team", moved.from_team, moved.to_team), ("queue", moved.from_queue, moved.to_queue)];
        let events: Vec<String> =
            places.into_iter().filter_map(|(kind, from, to)| moved_event(kind, from, to)).collect();
        self.record(ticket, &events).await?;
        self.release_if_unseen(ticket).await.map(drop)
    }

    /// Nothing is returned where nothing changes.
    async fn set_place(&mut self, ticket: TicketId, to: TicketMove) -> StoreResult<Option<Moved>> {
        let queue = to.queue.map(|permit| permit.target().uuid());
        let (moves_team, team) = match to.team {
            None => (false, None),
            Some(team) => (true, team.map(|permit| permit.target().uuid())),
        };
        let moved = sqlx::query_as!(
            Moved,
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
             returning old.team as "from_team?", old.queue as "from_queue?",
                (select g.name from teams g where g.org_id = $1 and g.id = t.team_id) as to_team,
                (select q.name from queues q where q.org_id = $1 and q.id = t.queue_id) as to_queue"#,
            self.organization().uuid(),
            ticket.uuid(),
            moves_team,
            team,
            queue
        );
        Ok(moved.fetch_optional(&mut *self.transaction).await?)
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
