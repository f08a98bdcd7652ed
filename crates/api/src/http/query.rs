//! Query parameters, typed and strict: an unknown one, or a value that cannot be one, is a problem that names it.

use std::{
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::Datelike;
use serde::de::DeserializeOwned;

use super::{FieldError, Problem, operations::invalid};

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

    /// Which parameters there are was checked before, with the headers: see [`super::Operations::read`].
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request).map(Self))
    }
}

fn parse<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    let encoded = serde_urlencoded::Deserializer::new(form_urlencoded::parse(request.query_string().as_bytes()));
    serde_path_to_error::deserialize(encoded).map_err(|error| {
        let parameter = error.path().to_string();
        invalid(request, &parameter, &format!("The parameter `{parameter}`"), &error.into_inner().to_string())
    })
}

/// The parameters of a query, in their order.
///
/// # Errors
/// 400: a name or a value that is no text, or contains NUL.
pub(super) fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decode(name).ok_or_else(|| unreadable("query"))?;
            let value = decode(value).ok_or_else(|| unreadable(&name))?;
            match name.contains('\0') || value.contains('\0') {
                true => Err(Problem::malformed(FieldError::of(
                    &name,
                    "nul",
                    format!("`{name}` contains the NUL character."),
                ))),
                false => Ok((name, value)),
            }
        })
        .collect()
}

fn unreadable(name: &str) -> Problem {
    let detail = format!("The parameter `{name}` is not UTF-8.");
    Problem::malformed(FieldError::of(name, "not_utf8", detail))
}

/// A part of a query as text; what follows a percent sign and is no byte stands for itself.
fn decode(part: &str) -> Option<String> {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = part.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(byte) = bytes.get(index) {
        index += 1;
        decoded.push(match (byte, hex(bytes.get(index)), hex(bytes.get(index + 1))) {
            (b'%', Some(high), Some(low)) => {
                index += 2;
                u8::try_from(16 * high + low).ok()?
            }
            (b'+', ..) => b' ',
            _ => *byte,
        });
    }
    String::from_utf8(decoded).ok()
}

/// A time in a parameter that Postgres can hold.
///
/// # Errors
/// 400: it is of another age.
pub fn storable<T: Datelike>(parameter: &str, time: Option<T>) -> Result<Option<T>, Problem> {
    if time.as_ref().is_none_or(|time| (0..=9999).contains(&time.year())) {
        return Ok(time);
    }
    Err(Problem::malformed(FieldError::of(parameter, "out_of_range", format!("`{parameter}` is of another age."))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_no_query() {
        assert_eq!(
            pairs("a=%C3%A4+b&c").unwrap(),
            [("a", "ä b"), ("c", "")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert_eq!(pairs("a=100%&b=%zz").unwrap()[0].1, "100%");
        for (query, name) in [("q=%FF", "q"), ("a=1&%ff=2", "query"), ("q=%00", "q"), ("q=%c3", "q")] {
            assert_eq!(pairs(query).unwrap_err().errors[0].parameter.as_deref(), Some(name), "{query}");
        }
    }
}
