//! Tokens, and who acts with them.

use serde_json::{Value, json};

use crate::{Organization, Person};

/// Makes a personal token of somebody's. Returns its id, and them as whoever acts with it.
pub async fn personal_token(org: &Organization, person: &Person, scopes: Option<&[&str]>) -> (String, Person) {
    let mut body = json!({"name": "Script"});
    if let Some(scopes) = scopes {
        body["scopes"] = json!(scopes);
    }
    issued(person, person.post(&format!("{}/personal-tokens", org.path), body).await.is(201))
}

/// Has somebody make a service of these roles. Returns its token's id, and the service as whoever acts with it.
pub async fn service_token(
    org: &Organization,
    by: &Person,
    roles: &[&str],
    scopes: Option<&[&str]>,
) -> (String, Person) {
    let mut body = json!({"name": "Shop", "roles": roles});
    if let Some(scopes) = scopes {
        body["scopes"] = json!(scopes);
    }
    issued(by, by.post(&format!("{}/service-tokens", org.path), body).await.is(201))
}

/// What the answer that makes a token says: its id, and who acts with it.
pub fn issued(person: &Person, answer: Value) -> (String, Person) {
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    let mut bearer = person.with_token(&text("token").unwrap());
    bearer.id = text("member_id").unwrap_or(bearer.id);
    (text("id").unwrap(), bearer)
}

impl Organization {
    /// Somebody, by a new personal token that has only these scopes.
    pub async fn with_scopes(&self, person: &Person, scopes: &[&str]) -> Person {
        personal_token(self, person, Some(scopes)).await.1
    }
}
