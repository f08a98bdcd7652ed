//! What is said on a ticket.

use actix_web::{get, post};
use serde::Deserialize;
use usher_domain::{Text, desk::Message};
use usher_policy::{Action, can};
use utoipa::ToSchema;

use super::TicketPath;
use crate::http::{Answer, Body, Call, Listed, Path, PlainPageQuery, Query, made, ok, paged};

/// What is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": "Have you tried to turn it off and on again?"}))]
pub struct NewMessage {
    /// The text.
    body: Text<1, 20_000>,
}

/// Answer a ticket
///
/// Publicly: the requester reads it too.
#[utoipa::path(tag = "tickets", params(TicketPath), request_body = NewMessage, responses((status = 201, body = Message)),
    extensions(("x-permission" = json!(can::ReplyToTicket::PERMISSION.key()))))]
#[post("/{ticket}/replies")]
pub async fn reply_to_ticket(call: Call, path: Path<TicketPath>, body: Body<NewMessage>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::ReplyToTicket>(path.ticket).await?;
    let reply = work.reply_to_ticket(permit, &body.parse()?.body).await?;
    work.commit(made(reply)).await
}

/// Write a note on a ticket
///
/// Internal: the public never reads it.
#[utoipa::path(tag = "tickets", params(TicketPath), request_body = NewMessage, responses((status = 201, body = Message)),
    extensions(("x-permission" = json!(can::NoteOnTicket::PERMISSION.key()))))]
#[post("/{ticket}/notes")]
pub async fn note_on_ticket(call: Call, path: Path<TicketPath>, body: Body<NewMessage>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::NoteOnTicket>(path.ticket).await?;
    let note = work.note_on_ticket(permit, &body.parse()?.body).await?;
    work.commit(made(note)).await
}

/// List a ticket's messages
///
/// The oldest first: its public replies, and for who may read its notes also those and what happened to it.
#[utoipa::path(tag = "tickets", params(TicketPath, PlainPageQuery), responses((status = 200, body = Listed<Message>)),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("/{ticket}/messages")]
pub async fn list_ticket_messages(call: Call, path: Path<TicketPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("messages")?;
    let mut work = call.read(&path.organization).await?;
    let (permit, notes) = work.permit_with::<can::ViewTicket, can::ViewTicketNotes>(path.ticket).await?;
    let page = work.list_ticket_messages(permit, notes, &request).await?;
    Ok(ok(paged(page, "messages")))
}
