//! Who handles a ticket, and where it stands.

use actix_web::post;
use serde::Deserialize;
use usher_domain::{MemberId, QueueId, TeamId, desk::Ticket};
use usher_policy::{Action, can};
use usher_store::{Work, desk::tickets::TicketMove};
use utoipa::ToSchema;

use super::TicketPath;
use crate::http::{Answer, Body, Call, Change, Granted, Path, Problem, Stop, answer_if_visible, placed};

/// Who is to handle a ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"assignee_id": "019f0000-0000-7000-8000-000000000005"}))]
pub struct Assignment {
    /// The member; `null` for nobody.
    #[schema(required = true)]
    assignee_id: Option<MemberId>,
}

/// Assign a ticket
///
/// To an active member who may view it, or to nobody.
#[utoipa::path(tag = "tickets", params(TicketPath), request_body = Assignment,
    responses(
        (status = 200, body = Granted<Ticket>),
        (status = 204, description = "Assigned, and you may not see it."),
    ),
    extensions(("x-permission" = json!(can::AssignTicket::PERMISSION.key()))))]
#[post("/{ticket}/assign")]
pub async fn assign_ticket(call: Call, path: Path<TicketPath>, body: Body<Assignment>) -> Answer {
    let involved: Vec<MemberId> = body.id_ahead("assignee_id").into_iter().collect();
    let mut work = call.write_involving(&path.organization, &involved).await?;
    let permit = work.permit::<can::AssignTicket>(path.ticket).await?;
    let ticket = permit.target();
    let assignee = match body.parse()?.assignee_id {
        Some(member) => {
            let known = work.known_on(&permit, member).await;
            Some(known.map_err(|error| Problem::from(error).about("/assignee_id"))?)
        }
        None => None,
    };
    work.assign_ticket(permit, assignee).await?;
    answer_if_visible(work, ticket).await
}

/// Where a ticket is to move.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"team_id": "019f0000-0000-7000-8000-000000000002"}))]
pub struct MoveTicket {
    /// The team; `null` takes it from its team. Not said: it stays.
    #[serde(default)]
    #[schema(value_type = Option<TeamId>)]
    team_id: Change<TeamId>,
    /// The queue. Not said: it stays.
    #[schema(value_type = QueueId, required = false)]
    queue_id: Option<QueueId>,
}

impl MoveTicket {
    async fn place(self, work: &mut Work) -> Result<TicketMove, Stop> {
        let team = match self.team_id.into_option() {
            None => None,
            Some(team) => Some(placed(work, team, "/team_id").await?),
        };
        Ok(TicketMove { team, queue: placed(work, self.queue_id, "/queue_id").await? })
    }
}

/// Move a ticket
///
/// To another team or queue, and with it who sees it, at once. An assignee who no longer sees it no longer handles it.
#[utoipa::path(tag = "tickets", params(TicketPath), request_body = MoveTicket,
    responses(
        (status = 200, body = Granted<Ticket>),
        (status = 204, description = "Moved, and you may not see it there."),
    ),
    extensions(("x-permission" = json!(can::MoveTicket::PERMISSION.key()))))]
#[post("/{ticket}/move")]
pub async fn move_ticket(call: Call, path: Path<TicketPath>, body: Body<MoveTicket>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::MoveTicket>(path.ticket).await?;
    let ticket = permit.target();
    let to = body.parse()?.place(&mut work).await?;
    work.move_ticket(permit, to).await?;
    answer_if_visible(work, ticket).await
}
