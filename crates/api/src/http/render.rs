//! The outermost layer: a request id on everything, problems written out, one line of log for each request.

use std::time::Instant;

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use uuid::Uuid;

use super::{Methods, Problem};

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
    if let Some(methods) = problem.allow.as_deref().and_then(|methods| HeaderValue::from_str(methods).ok()) {
        headers.insert(header::ALLOW, methods);
    }
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    serde_json::to_string(&problem).unwrap_or_default()
}

/// The answer to a request that no operation takes: there is no such address, or it does not know the method.
pub async fn nowhere(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let methods = request.app_data::<web::Data<Methods>>();
    let allowed = methods.map(|methods| methods.allowed(request.path())).unwrap_or_default();
    if allowed.is_empty() {
        return Err(Problem::missing("address"));
    }
    let detail = format!("This address knows the methods {allowed}.");
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
    Err(Problem { allow: Some(allowed), ..problem })
}
