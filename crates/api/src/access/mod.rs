//! Questions about access itself: which models there are, what I may do, whether, why not,
//! who else, and what a change would change.

mod change;
mod check;
mod condition;
mod explain;
mod explanation;
mod mine;
mod models;
mod named;
mod preview;
mod question;
mod review;
mod told;
mod who_can;

use utoipa_actix_web::{scope, service_config::ServiceConfig};

/// The operations of this module outside any organization.
pub(crate) fn routes_outside(config: &mut ServiceConfig<'_>) {
    config.service(models::list_access_models).service(models::get_access_model);
}

/// The operations of this module in an organization.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(scope("/access").configure(|config| {
        config.service(check::check_access).service(explain::explain_access);
        config.service(who_can::list_who_can).service(preview::preview_access);
        config.service(review::review_access).service(review::export_access_review);
    }));
    config.service(mine::get_my_permissions);
}
