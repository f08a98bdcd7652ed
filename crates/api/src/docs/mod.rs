//! Swagger UI, the access models drawn for people, and the contract itself. All files come from this program; nothing is
//! fetched from elsewhere.

mod permissions;

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, Resource, Route,
    http::header,
    web::{self, Bytes},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa_swagger_ui::Config;

use crate::{App, http::Problem};

/// What the pages may load and who may show them in a frame: themselves, and nobody. Swagger UI styles its elements in place,
/// has pictures in its style sheet, and shows an image that was answered from memory.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The contract as it is sent, and its entity tag.
pub(crate) struct Contract {
    bytes: Bytes,
    etag: String,
}

impl Contract {
    /// The contract, written out once.
    pub(crate) fn of(document: &Value) -> Self {
        let bytes = Bytes::from(document.to_string());
        let hash = Sha256::digest(&bytes);
        let etag = hash.iter().take(8).fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"));
        Self { bytes, etag: format!("\"{etag}\"") }
    }
}

/// Serves the contract at `/openapi.json` and Swagger UI at `/docs/`.
pub(crate) fn routes(config: &mut web::ServiceConfig, contract: web::Data<Contract>) {
    config
        .app_data(contract)
        .service(page("/openapi.json", web::get().to(contract_json)))
        .service(web::redirect("/", "/docs/"))
        .service(web::redirect("/docs", "/docs/"))
        .service(page("/docs/people.json", web::get().to(people)))
        .service(page("/docs/permissions", web::get().to(permissions_html)))
        .service(page("/docs/{file:.*}", web::get().to(file)));
}

/// An address that is read, and nothing else.
fn page(path: &str, read: Route) -> Resource {
    let refused = || async { Err::<HttpResponse, _>(Problem::method_not_allowed("GET, HEAD".to_owned())) };
    web::resource(path).route(read).default_service(web::to(refused))
}

async fn contract_json(request: HttpRequest, contract: web::Data<Contract>) -> HttpResponse {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let same =
        known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == contract.etag));
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, contract.etag.clone())).insert_header((header::CACHE_CONTROL, "no-cache"));
    if same { answer.finish() } else { answer.content_type("application/json").body(contract.bytes.clone()) }
}

/// Whom the page offers to sign in as: nobody, outside the demo.
async fn people(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(&app.settings.demo_people)
}

/// The access models, drawn for people: a page, whole in itself.
#[must_use]
pub fn permissions_page() -> &'static str {
    &permissions::PAGE
}

async fn permissions_html() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, permissions::CONTENT_SECURITY_POLICY.as_str()))
        .content_type("text/html; charset=utf-8")
        .body(permissions_page())
}

async fn file(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (kind, bytes) = match name.as_str() {
        "" | "index.html" => ("text/html; charset=utf-8".to_owned(), Bytes::from_static(include_bytes!("index.html"))),
        "usher.js" => ("text/javascript; charset=utf-8".to_owned(), Bytes::from_static(include_bytes!("usher.js"))),
        name => match utoipa_swagger_ui::serve(name, Arc::new(Config::default())) {
            Ok(Some(file)) => (file.content_type, Bytes::from(file.bytes.into_owned())),
            _ => return Err(Problem::missing("page")),
        },
    };
    let policy = (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    Ok(HttpResponse::Ok().insert_header(policy).content_type(kind).body(bytes))
}
