//! What the server answered.

use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::contract;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// What was asked, for messages.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, if it is JSON; else a JSON string of it.
    pub body: Value,
}

impl Answer {
    pub(crate) async fn of(method: &str, path: &str, response: reqwest::Response) -> Self {
        let request = format!("{method} {path}");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        assert!(status < 500 || status == 503, "{request} answered {status}: {body}");
        let json =
            headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
        assert!(status < 400 || json || method == "HEAD", "{request} answered {status} with no problem: {body}");
        contract::check(method, path.split('?').next().unwrap_or_default(), status, &headers, &body);
        Self { request, status, headers, body }
    }

    /// The body of an answer of this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {:#}", self.request, self.body);
        self.body
    }

    /// A problem of this status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}: {:#}",
            self.request,
            self.body
        );
        self.body
    }

    /// A problem of this status, which names this place in the body or this parameter.
    #[track_caller]
    pub fn names(self, status: u16, place: &str) -> Value {
        assert_eq!(self.status, status, "{}: {:#}", self.request, self.body);
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let named = errors.iter().any(|error| error["pointer"] == place || error["parameter"] == place);
        assert!(named, "{} should name {place}: {:#}", self.request, self.body);
        self.body
    }

    /// A refusal for want of this permission.
    #[track_caller]
    pub fn lacks(self, permission: &str) {
        let request = self.request.clone();
        assert_eq!(self.problem(403, "forbidden")["permission"], permission, "{request}");
    }

    /// The entity tag.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.headers.get("etag").expect("an ETag").to_str().unwrap().to_owned()
    }

    /// The items of a list, each by its `id`.
    #[track_caller]
    pub fn ids(self) -> Vec<String> {
        let body = self.is(200);
        body["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    }
}
