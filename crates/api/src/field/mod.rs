//! Field inspections.

mod inspections;
mod listing;
mod reports;
mod sites;
mod templates;

pub use listing::*;
pub use sites::*;
pub use templates::*;
use utoipa_actix_web::{scope, service_config::ServiceConfig};

/// The operations of this module.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(scope("/field").configure(field_routes));
}

fn field_routes(config: &mut ServiceConfig<'_>) {
    config.service(scope("/inspections").configure(inspections::routes));
    config.service(scope("/reports").configure(reports::routes));
    config.service(list_inspection_templates).service(create_inspection_template);
    config.service(get_inspection_template).service(update_inspection_template).service(delete_inspection_template);
    config.service(list_sites).service(create_site);
    config.service(get_site).service(update_site).service(delete_site);
}
