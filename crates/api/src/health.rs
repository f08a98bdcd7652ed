//! Whether the server lives, and whether it can work.

use actix_web::{get, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{Answer, Guest, Problem, ok};

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
}

/// Is the server alive?
#[utoipa::path(tag = "health", responses((status = 200, body = Health)),
    extensions(("x-permission" = json!("none"))), security(()))]
#[get("/health/live")]
pub async fn get_liveness(_guest: Guest) -> Answer {
    Ok(ok(Health { status: "ok" }))
}

/// Can the server work?
///
/// It can while the database answers.
#[utoipa::path(tag = "health", responses((status = 200, body = Health),
        (status = 503, description = "The database does not answer.")),
    extensions(("x-permission" = json!("none"))), security(()))]
#[get("/health/ready")]
pub async fn get_readiness(guest: Guest) -> Answer {
    match guest.app.store.ping().await {
        Ok(()) => Ok(ok(Health { status: "ok" })),
        Err(_) => {
            let detail = "The database does not answer.";
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "database_unreachable", detail);
            Err(Problem { retry_after: Some(1), ..problem }.into())
        }
    }
}

/// The operations of health.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_liveness).service(get_readiness);
}
