//! Where a ticket stands.

use usher_domain::TicketId;
use usher_policy::{Permit, can};
use uuid::Uuid;

use crate::{StoreResult, Work};

/// Where a ticket is to move: what is `None` stays.
#[derive(Debug)]
pub struct TicketMove {
    /// The team; `Some(None)` takes it from its team.
    pub team: Option<Option<Permit<can::ViewTeam>>>,
    /// The queue.
    pub queue: Option<Permit<can::ViewQueue>>,
}

/// The places that a ticket left and those that it came to.
struct Moved {
    from_team: Option<Uuid>,
    from_queue: Option<Uuid>,
    to_team: Option<Uuid>,
    to_queue: Option<Uuid>,
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
            r#"with old as (select o.team_id, o.queue_id from tickets o where o.org_id = $1 and o.id = $2)
             update tickets t set team_id = case when $3::bool then $4::uuid else t.team_id end, queue_id = coalesce($5::uuid, t.queue_id),
                version = version + 1, updated_at = now()
             from old where t.org_id = $1 and t.id = $2
                and (($3 and t.team_id is distinct from $4) or ($5::uuid is not null and t.queue_id is distinct from $5))
             returning old.team_id as "from_team?", old.queue_id as "from_queue?",
                t.team_id as "to_team?", t.queue_id as "to_queue?""#,
            self.organization().uuid(),
            ticket.uuid(),
            moves_team,
            team,
            queue
        );
        Ok(moved.fetch_optional(&mut *self.transaction).await?)
    }
}

/// What the history tells of a move. It names no place: who reads it may not see the one that the ticket left, and as one who was
/// added, or who made the ticket, not the one that it came to either (law 8).
fn moved_event(kind: &str, from: Option<Uuid>, to: Option<Uuid>) -> Option<String> {
    match (from, to) {
        (from, to) if from == to => None,
        (Some(_), Some(_)) => Some(format!("Moved to another {kind}.")),
        (None, Some(_)) => Some(format!("Moved to a {kind}.")),
        (Some(_), None) => Some(format!("Taken from its {kind}.")),
        (None, None) => None,
    }
}
