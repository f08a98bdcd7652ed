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
use usher_domain::kind;
use usher_store::{Key, OrganizationKey};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

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
