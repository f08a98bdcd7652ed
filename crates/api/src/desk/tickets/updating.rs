//! Changing and deleting tickets.

use actix_web::{delete, patch};
use serde::Deserialize;
use usher_domain::{Email, Text, desk::Ticket};
use usher_policy::{Action, can};
use usher_store::desk::tickets::TicketChange;
use utoipa::ToSchema;

use super::TicketPath;
use crate::http::{Answer, Body, Call, Change, Granted, IfMatch, Path, answer_if_visible, no_content};

/// What is to change about the requester.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequesterPatch {
    /// Their name.
    #[serde(default)]
    #[schema(value_type = Option<Text<1, 120>>)]
    name: Change<Text<1, 120>>,
    /// Their address.
    #[serde(default)]
    #[schema(value_type = Option<Email>)]
    email: Change<Email>,
}

/// What is to change about a ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "pending", "priority": "high"}))]
pub struct TicketPatch {
    /// What it is about.
    #[schema(value_type = Text<1, 200>, required = false)]
    subject: Option<Text<1, 200>>,
    /// What the requester wrote.
    #[schema(value_type = Text<0, 20_000>, required = false)]
    description: Option<Text<0, 20_000>>,
    /// The key of its status.
    #[schema(value_type = String, required = false)]
    status: Option<String>,
    /// The key of its priority.
    #[schema(value_type = String, required = false)]
    priority: Option<String>,
    /// Who it is for.
    #[serde(default)]
    #[schema(value_type = Option<RequesterPatch>)]
    requester: Change<RequesterPatch>,
}

impl From<TicketPatch> for TicketChange {
    fn from(patch: TicketPatch) -> Self {
        let TicketPatch { subject, description, status, priority, requester } = patch;
        let (requester_name, requester_email) = match requester {
            Change::Keep => (None, None),
            Change::Clear => (Some(None), Some(None)),
            Change::Set(RequesterPatch { name, email }) => (name.into_option(), email.into_option()),
        };
        Self { subject, description, status, priority, requester_name, requester_email }
    }
}

/// Change a ticket
///
/// Its history says what changed.
#[utoipa::path(tag = "tickets", params(TicketPath, IfMatch), request_body = TicketPatch,
    responses(
        (status = 200, body = Granted<Ticket>),
        (status = 204, description = "Changed, and you may not see it."),
    ),
    extensions(("x-permission" = json!(can::UpdateTicket::PERMISSION.key()))))]
#[patch("/{ticket}")]
pub async fn update_ticket(call: Call, path: Path<TicketPath>, body: Body<TicketPatch>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::UpdateTicket>(path.ticket).await?;
    let ticket = permit.target();
    work.update_ticket(permit, call.if_match(), body.parse()?.into()).await?;
    answer_if_visible(work, ticket).await
}

/// Delete a ticket
///
/// With its messages, participants and links, for good.
#[utoipa::path(tag = "tickets", params(TicketPath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::DeleteTicket::PERMISSION.key()))))]
#[delete("/{ticket}")]
pub async fn delete_ticket(call: Call, path: Path<TicketPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::DeleteTicket>(path.ticket).await?;
    work.delete_ticket(permit, call.if_match()).await?;
    work.commit(no_content()).await
}
