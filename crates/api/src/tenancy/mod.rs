//! Organizations, members, invitations and teams.

mod organizations;

pub use organizations::*;
use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this module.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create_organization).service(list_organizations).service(get_organization);
    config.service(update_organization).service(delete_organization);
}
