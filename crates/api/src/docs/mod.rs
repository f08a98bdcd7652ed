//! Swagger UI, and the contract itself. All files come from this program; nothing is fetched from elsewhere.

use std::sync::Arc;

use actix_web::{HttpResponse, http::header, web};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::{App, http::Problem};

/// Serves the contract at `/openapi.json` and Swagger UI at `/docs/`.
pub(crate) fn routes(config: &mut web::ServiceConfig, contract: web::Data<OpenApi>) {
    config
        .app_data(contract)
        .route("/openapi.json", web::get().to(contract_json))
        .service(web::redirect("/", "/docs/"))
        .service(web::redirect("/docs", "/docs/"))
        .route("/docs/people.json", web::get().to(people))
        .route("/docs/{file:.*}", web::get().to(file));
}

async fn contract_json(contract: web::Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(&**contract)
}

/// Whom the page offers to sign in as: nobody, outside the demo.
async fn people(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(&app.settings.demo_people)
}

async fn file(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let html = |text: &'static str| HttpResponse::Ok().content_type("text/html; charset=utf-8").body(text);
    match name.as_str() {
        "" | "index.html" => Ok(html(include_str!("index.html"))),
        "usher.js" => {
            Ok(HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(include_str!("usher.js")))
        }
        name => match utoipa_swagger_ui::serve(name, Arc::new(Config::default())) {
            Ok(Some(file)) => Ok(HttpResponse::Ok().content_type(file.content_type).body(file.bytes.into_owned())),
            _ => Err(Problem::missing("page")),
        },
    }
}
