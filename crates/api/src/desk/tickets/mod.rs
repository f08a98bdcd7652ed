//! Tickets.

mod creating;
mod listing;
mod messages;
mod moving;
mod participants;
mod relations;
mod updating;

pub use creating::*;
pub use listing::*;
pub use messages::*;
pub use moving::*;
pub use participants::*;
pub use relations::*;
use serde::Deserialize;
pub use updating::*;
use usher_domain::{TicketId, kind};
use usher_store::{Key, OrganizationKey, StoreError, Work};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{Act, Answer, Include, Stop, no_content, seen};

/// A ticket in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TicketPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The ticket's id or number.
    #[param(value_type = String, example = "17")]
    ticket: Key<kind::Ticket>,
}

/// Commits what was done to a ticket, and answers with the ticket as it is now, to whoever may see it now: there are those
/// who may change a ticket and not see it (TK-25), and those who move one out of their own sight (TK-28).
async fn answer_if_visible(mut work: Act<Work>, ticket: TicketId) -> Answer {
    let answer = match work.see::<kind::Ticket>(ticket).await {
        Ok(ticket) => seen(work.caller(), ticket, Include::default()),
        Err(StoreError::Missing(_)) => no_content(),
        Err(error) => return Err(Stop::from(error)),
    };
    work.commit(answer).await
}

/// The same for a ticket that was made, with its address.
async fn answer_created_if_visible(mut work: Act<Work>, ticket: TicketId) -> Answer {
    let answer = match work.see::<kind::Ticket>(ticket).await {
        Ok(ticket) => {
            let location = format!("/v1/organizations/{}/desk/tickets/{}", work.organization(), ticket.item.id);
            crate::http::created(ticket.item, &location)
        }
        Err(StoreError::Missing(_)) => no_content(),
        Err(error) => return Err(Stop::from(error)),
    };
    work.commit(answer).await
}

/// The operations of tickets.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    // Before what has the ticket's name in the same place.
    config.service(export_tickets);
    config.service(create_ticket).service(list_tickets).service(get_ticket);
    config.service(update_ticket).service(delete_ticket);
    config.service(assign_ticket).service(move_ticket);
    config.service(reply_to_ticket).service(note_on_ticket).service(list_ticket_messages);
    config.service(list_participants).service(add_participant).service(remove_participant);
    config.service(merge_ticket).service(clone_ticket);
    config.service(link_ticket).service(list_ticket_links).service(unlink_ticket);
}
