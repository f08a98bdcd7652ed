//! Somebody who calls the API.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::Answer;

/// A signed-in person, or nobody in particular.
#[derive(Debug, Clone)]
pub struct Person {
    pub(crate) client: Client,
    pub(crate) base: String,
    /// The access token, if they have signed in.
    pub token: Option<String>,
    /// The refresh token, if they have signed in.
    pub refresh_token: Option<String>,
    /// The account, and the membership in every organization.
    pub id: String,
    /// The address.
    pub email: String,
}

impl Person {
    /// The same person with another access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same person at another server of the same database.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// A request, to be changed before it is sent with [`Person::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, url) = (request.method().to_string(), request.url().clone());
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        Answer::of(&method, &path, client.execute(request).await.unwrap()).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// PUT without a body.
    pub async fn put_empty(&self, path: &str) -> Answer {
        self.send(self.request(Method::PUT, path)).await
    }

    /// PUT with a JSON body and an entity tag.
    pub async fn put_if(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).header("if-match", etag).json(&body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// PATCH with a JSON body and an entity tag.
    pub async fn patch_if(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).header("if-match", etag).json(&body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Every item of a list, page by page.
    pub async fn walk(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let page = self.get(&format!("{path}{separator}{cursor}")).await.is(200);
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("cursor={next}"),
                None => return items,
            }
        }
    }
}
