//! Questions about access itself: which models there are, what I may do, whether, and why not.

mod check;
mod explain;
mod mine;
mod models;
mod question;
mod told;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this module.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(models::list_access_models).service(models::get_access_model);
    config.service(mine::get_my_permissions).service(check::check_access).service(explain::explain_access);
}
