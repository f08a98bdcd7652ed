//! Questions about access itself.

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this module.
pub(crate) fn routes(_config: &mut ServiceConfig<'_>) {}
