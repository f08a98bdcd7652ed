//! The outermost layer: a request id on everything, problems written out, one line of log for each request.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use uuid::Uuid;

use super::{Operations, Problem, limit::Counted};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// That the request is HEAD, for what would read much only to have it thrown away.
pub struct OnlyHead;

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
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    // HEAD is answered as GET is; that no body is sent is known where the answer is written.
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(OnlyHead);
    }

    let response = match next.call(request).await {
        Ok(response) => response,
        Err(error) => return Err(error),
    };
    let problem = response.response().extensions().get::<Problem>().cloned();
    let problem = problem.or_else(|| foreign_preflight(&method, &response));
    let route = response.request().match_pattern().unwrap_or_default();
    let status = response.status().as_u16();
    tracing::info!(
        target: "usher::request",
        request_id = id,
        %method,
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
    let counted = response.request().extensions().get::<Counted>().filter(|counted| !counted.left.is_empty()).cloned();
    if let Some(Counted { policy, left }) = counted {
        let headers = [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)];
        for (name, value) in
            headers.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)))
        {
            response.headers_mut().insert(name, value);
        }
    }
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// What a browser's question is refused with that comes from an origin that may not ask, or asks for what nobody may: that
/// answer is not ours.
fn foreign_preflight<B>(method: &Method, response: &ServiceResponse<B>) -> Option<Problem> {
    let refused = method == Method::OPTIONS && response.status() == StatusCode::BAD_REQUEST;
    let detail = "This origin may not call the API from a browser (the server's `--cors-origin` says which may), or not with this method or these headers.";
    refused.then(|| Problem::new(StatusCode::BAD_REQUEST, "cors_refused", detail))
}

fn write(mut problem: Problem, id: &str, headers: &mut HeaderMap) -> String {
    problem.request_id = Some(id.to_owned());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge(problem.code)));
    }
    if let Some(methods) = problem.allow.as_deref().and_then(|methods| HeaderValue::from_str(methods).ok()) {
        headers.insert(header::ALLOW, methods);
    }
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    serde_json::to_string(&problem).unwrap_or_default()
}

/// How to sign in; and as RFC 6750 has it, that it was a token that is not good.
fn challenge(code: &str) -> &'static str {
    match code {
        "token_invalid" | "token_expired" | "token_ended" | "session_ended" => "Bearer error=\"invalid_token\"",
        _ => "Bearer",
    }
}

/// The answer to a request that no operation takes: there is no such address, or it does not know the method.
pub async fn nowhere(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let operations = request.app_data::<web::Data<Operations>>();
    let allowed = operations.map(|operations| operations.allowed(request.path())).unwrap_or_default();
    if allowed.is_empty() {
        return Err(Problem::missing("address"));
    }
    Err(Problem::method_not_allowed(allowed))
}
