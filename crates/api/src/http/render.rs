//! The outermost layer: a request id on everything, problems written out, one line of log for each request.

use std::time::Instant;

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};
use uuid::Uuid;

use super::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Takes the client's request id if it is a harmless one, or makes one.
fn request_id(headers: &HeaderMap) -> String {
    let harmless =
        |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let given = headers.get(&REQUEST_ID).and_then(|id| id.to_str().ok()).filter(harmless);
    given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// Wraps every request.
///
/// # Errors
/// What the wrapped service returns that is no problem of ours.
pub async fn render<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let started = Instant::now();
    let id = request_id(request.headers());

    let response = match next.call(request).await {
        Ok(response) => response,
        Err(error) => return Err(error),
    };
    let problem = response.response().extensions().get::<Problem>().cloned();
    let route = response.request().match_pattern().unwrap_or_default();
    let status = response.status().as_u16();
    tracing::info!(
        target: "usher::request",
        request_id = id,
        method = %response.request().method(),
        route,
        status,
        code = problem.as_ref().map(|problem| problem.code),
        micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
    );
    let mut response = match problem {
        Some(problem) => {
            response.map_body(|head, _| EitherBody::right(BoxBody::new(write(problem, &id, &mut head.headers))))
        }
        None => response.map_into_left_body(),
    };
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

fn write(mut problem: Problem, id: &str, headers: &mut HeaderMap) -> String {
    problem.request_id = Some(id.to_owned());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    serde_json::to_string(&problem).unwrap_or_default()
}

/// The answer to a path that leads nowhere.
pub async fn nowhere() -> Result<HttpResponse, Problem> {
    Err(Problem::missing("address"))
}
