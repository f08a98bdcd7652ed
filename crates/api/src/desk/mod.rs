//! The support desk.

mod knowledge;
mod queue_permissions;
mod queues;
mod settings;
mod templates;
pub mod tickets;
mod websites;

pub use knowledge::*;
pub use queue_permissions::*;
pub use queues::*;
pub use settings::*;
pub use templates::*;
use utoipa_actix_web::{scope, service_config::ServiceConfig};
pub use websites::*;

/// The operations of this module.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(scope("/desk").configure(desk_routes));
    config.service(get_member_queue_permissions).service(set_queue_permissions).service(apply_queue_preset);
}

fn desk_routes(config: &mut ServiceConfig<'_>) {
    config.service(scope("/tickets").configure(tickets::routes));
    config.service(list_templates).service(create_template);
    config.service(get_template).service(update_template).service(delete_template);
    config.service(list_queues).service(create_queue);
    config.service(get_queue).service(update_queue).service(delete_queue);
    config.service(list_queue_permissions);
    config.service(list_statuses).service(list_priorities).service(list_websites).service(get_website);
    config.service(list_faqs).service(list_articles);
}
