//! Organizations, members, invitations and teams.

mod acceptance;
mod invitations;
mod organizations;

pub use acceptance::*;
pub use invitations::*;
pub use organizations::*;
use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this module.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create_organization).service(list_organizations).service(get_organization);
    config.service(update_organization).service(delete_organization);
    config.service(create_invitation).service(list_invitations).service(get_invitation).service(revoke_invitation);
    config.service(inspect_invitation).service(accept_invitation).service(register_invited);
}
