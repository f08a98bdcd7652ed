//! Who was added to a ticket.

use actix_web::{delete, get, put};
use serde::Deserialize;
use usher_domain::{MemberId, desk::Participant, kind};
use usher_policy::{Action, can};
use usher_store::{Key, OrganizationKey};
use utoipa::IntoParams;

use super::TicketPath;
use crate::{
    http::{Answer, Call, Listed, Path, PlainPageQuery, Query, no_content, ok, paged},
    mail,
};

/// A ticket and a member in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ParticipantPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The ticket's id or number.
    #[param(value_type = String, example = "17")]
    ticket: Key<kind::Ticket>,
    /// The member.
    #[param(value_type = uuid::Uuid)]
    member: MemberId,
}

/// List a ticket's participants
#[utoipa::path(tag = "tickets", params(TicketPath, PlainPageQuery), responses((status = 200, body = Listed<Participant>)),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("/{ticket}/participants")]
pub async fn list_participants(call: Call, path: Path<TicketPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("participants")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewTicket>(path.ticket).await?;
    let page = work.list_participants(permit, &request).await?;
    Ok(ok(paged(page, "participants")))
}

/// Add a participant
///
/// Somebody who may then view the ticket. They are told by mail, unless they had been added before: of one ticket once an
/// hour, and of an organization's tickets a hundred times a day. Beyond that they are added all the same, and not told.
#[utoipa::path(tag = "tickets", params(ParticipantPath), responses((status = 204, description = "Added."),
        (status = 422, description = "They would gain nothing by it.")),
    extensions(("x-permission" = json!(can::AddParticipant::PERMISSION.key()))))]
#[put("/{ticket}/participants/{member}")]
pub async fn add_participant(call: Call, path: Path<ParticipantPath>) -> Answer {
    let mut work = call.write_involving(&path.organization, &[path.member]).await?;
    let permit = work.permit::<can::AddParticipant>(path.ticket).await?;
    let member = work.known_on(&permit, path.member).await?;
    if let Some(added) = work.add_participant(permit, member).await? {
        work.enqueue_mail(&added, mail::participant(&added)).await?;
    }
    work.commit(no_content()).await
}

/// Remove a participant
///
/// What they saw as a participant they no longer see, at once. That somebody was none is not told.
#[utoipa::path(tag = "tickets", params(ParticipantPath), responses((status = 204, description = "No participant now.")),
    extensions(("x-permission" = json!(can::RemoveParticipant::PERMISSION.key()))))]
#[delete("/{ticket}/participants/{member}")]
pub async fn remove_participant(call: Call, path: Path<ParticipantPath>) -> Answer {
    let mut work = call.write_involving(&path.organization, &[path.member]).await?;
    let permit = work.permit::<can::RemoveParticipant>(path.ticket).await?;
    work.remove_participant(permit, path.member).await?;
    work.commit(no_content()).await
}
