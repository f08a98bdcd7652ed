//! The support desk.

pub mod tickets;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this module.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(tickets::routes);
}
