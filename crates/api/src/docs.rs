//! Swagger UI, and the contract itself.

use actix_web::web;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Serves the contract at `/openapi.json` and Swagger UI at `/docs/`.
pub(crate) fn routes(config: &mut web::ServiceConfig, contract: &web::Data<OpenApi>, _demo: &[(String, String)]) {
    let ui = Config::default().try_it_out_enabled(true).persist_authorization(true).display_request_duration(true);
    config.service(web::redirect("/docs", "/docs/"));
    config.service(SwaggerUi::new("/docs/{_:.*}").config(ui).url("/openapi.json", (***contract).clone()));
}
