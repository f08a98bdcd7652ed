//! Query parameters, typed and strict: an unknown one, or a value that cannot be one, is a problem that names it.

use std::{
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::{FieldError, Problem};

/// The parameters of the query.
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|_| Problem::malformed(FieldError::of("query", "malformed", "The query cannot be read.")))?;
    if let Some((name, _)) = pairs.iter().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        let detail = format!("`{name}` contains the NUL character.");
        return Err(Problem::malformed(FieldError::of(name, "nul", detail)));
    }
    let encoded = serde_urlencoded::Deserializer::new(form_pairs(query));
    serde_path_to_error::deserialize(encoded).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner().to_string();
        // An unknown or repeated parameter is named in the message only.
        let named = inner.split('`').nth(1).unwrap_or("query").to_owned();
        let parameter = if path == "." || path == "?" { named } else { path };
        let code = if inner.starts_with("unknown field") { "unknown_parameter" } else { "invalid" };
        Problem::malformed(FieldError::of(&parameter, code, format!("The parameter `{parameter}`: {inner}.")))
    })
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}
