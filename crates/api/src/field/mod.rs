//! Field inspections.

mod inspections;

use utoipa_actix_web::{scope, service_config::ServiceConfig};

/// The operations of this module.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(scope("/field").configure(|config| {
        config.service(scope("/inspections").configure(inspections::routes));
    }));
}
