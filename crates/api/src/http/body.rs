//! Bodies: JSON, bounded, and checked against the very schema that the contract publishes, so that every field that is
//! wrong is named at once and the contract cannot say one thing and the server another.

use std::{
    any::TypeId,
    collections::HashMap,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::{Arc, LazyLock, RwLock},
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::StatusCode, http::header, web::Bytes};
use jsonschema::{Validator, error::ValidationErrorKind};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::Segment;
use sha2::{Digest, Sha256};
use usher_domain::Id;
use utoipa::{PartialSchema, ToSchema};

use super::{FieldError, Problem};

/// The largest body, in bytes.
pub const LIMIT: usize = 256 * 1024;

/// A JSON body that was read, and is checked by [`Body::parse`]: after the permission, so that who may not do a thing is
/// not told how to say it.
pub struct Body<T> {
    value: Value,
    kind: PhantomData<fn() -> T>,
}

/// The hash of the body that came with a request, in its extensions: part of what an idempotency key stands for.
#[derive(Debug, Clone, Copy)]
pub struct BodyHash(pub [u8; 32]);

impl<T: 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let json = |value: &header::HeaderValue| {
                value.to_str().is_ok_and(|v| v.starts_with("application/") && v.contains("json"))
            };
            if !request.headers().get(header::CONTENT_TYPE).is_some_and(json) {
                let detail = "Send the body as `application/json`.";
                return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
            }
            let bytes = bytes.await.map_err(|error| unreadable(&error))?;
            request.extensions_mut().insert(BodyHash(Sha256::digest(&bytes).into()));
            let value = serde_json::from_slice(&bytes).map_err(|error| {
                let detail = format!("The body is not JSON: {error}.");
                Problem::malformed(FieldError::at("", "not_json", detail))
            })?;
            Ok(Self { value, kind: PhantomData })
        })
    }
}

fn unreadable(error: &actix_web::Error) -> Problem {
    if error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("The body is larger than {LIMIT} bytes.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    } else {
        Problem::malformed(FieldError::at("", "incomplete", "The body could not be read to its end."))
    }
}

impl<T> Body<T> {
    /// The identifier in a field, read ahead of the check, for what must be locked before anything is decided.
    pub fn id_ahead<K>(&self, field: &str) -> Option<Id<K>> {
        self.value.get(field)?.as_str()?.parse().ok()
    }
}

impl<T: DeserializeOwned + ToSchema + 'static> Body<T> {
    /// Checks the body: the schema first, which names every fault, then the types.
    ///
    /// # Errors
    /// A 422 with every field that is wrong.
    pub fn parse(self) -> Result<T, Problem> {
        let mut faults = Vec::new();
        find_nul(&self.value, &mut String::new(), &mut faults);
        faults.extend(validator::<T>().iter_errors(&self.value).flat_map(|error| faults_of(&error)));
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        serde_path_to_error::deserialize(self.value).map_err(|error| {
            let path = error.path().iter().fold(String::new(), |path, segment| match segment {
                Segment::Seq { index } => format!("{path}/{index}"),
                segment => format!("{path}/{segment}"),
            });
            Problem::invalid(vec![FieldError::at(path, "invalid", sentence(&error.into_inner().to_string()))])
        })
    }
}

fn sentence(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

/// U+0000 is JSON and is nothing that Postgres could hold.
fn find_nul(value: &Value, path: &mut String, faults: &mut Vec<FieldError>) {
    let mut below = |key: &str, value: &Value, faults: &mut Vec<FieldError>| {
        let length = path.len();
        path.push('/');
        path.push_str(key);
        find_nul(value, path, faults);
        path.truncate(length);
    };
    match value {
        Value::String(text) if text.contains('\0') => {
            faults.push(FieldError::at(path.clone(), "nul", "Contains the NUL character."));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| below(&i.to_string(), item, faults)),
        Value::Object(fields) => {
            for (key, field) in fields {
                if key.contains('\0') {
                    below("", &Value::String("\0".to_owned()), faults);
                } else {
                    below(key, field, faults);
                }
            }
        }
        _ => {}
    }
}

fn faults_of(error: &jsonschema::ValidationError<'_>) -> Vec<FieldError> {
    let at = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![FieldError::at(format!("{at}/{name}"), "required", format!("`{name}` is missing."))]
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| FieldError::at(format!("{at}/{name}"), "unknown_field", format!("There is no field `{name}`.")))
            .collect(),
        kind => {
            let code = match kind {
                ValidationErrorKind::Type { .. } => "type",
                ValidationErrorKind::MinLength { .. } => "too_short",
                ValidationErrorKind::MaxLength { .. } => "too_long",
                ValidationErrorKind::MinItems { .. } => "min_items",
                ValidationErrorKind::MaxItems { .. } => "max_items",
                ValidationErrorKind::Enum { .. } => "unknown_value",
                _ => "invalid",
            };
            vec![FieldError::at(at, code, sentence(&error.masked().to_string()))]
        }
    }
}

static VALIDATORS: LazyLock<RwLock<HashMap<TypeId, Arc<Validator>>>> = LazyLock::new(RwLock::default);

/// The validator of a type's schema, compiled at its first use.
fn validator<T: ToSchema + 'static>() -> Arc<Validator> {
    let id = TypeId::of::<T>();
    let known = VALIDATORS.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&id).cloned();
    known.unwrap_or_else(|| {
        let compiled = Arc::new(compile::<T>());
        VALIDATORS.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id, Arc::clone(&compiled));
        compiled
    })
}

/// # Panics
/// The schema that the type publishes is none: a fault of the type, found by its first request in any test.
fn compile<T: ToSchema>() -> Validator {
    let mut components = Vec::new();
    T::schemas(&mut components);
    let schemas: serde_json::Map<String, Value> =
        components.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect();
    let mut schema = serde_json::to_value(<T as PartialSchema>::schema()).unwrap_or_default();
    schema["components"] = serde_json::json!({ "schemas": schemas });
    jsonschema::options()
        .build(&schema)
        .unwrap_or_else(|error| panic!("the schema of {} is invalid: {error}", T::name()))
}

/// A field of a merge patch (RFC 7396): absent, `null`, or a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// The field is absent: keep what there is.
    #[default]
    Keep,
    /// The field is `null`: clear it.
    Clear,
    /// The field has a value.
    Set(T),
}

impl<T> Change<T> {
    /// What the field is to become, if it is to change.
    pub fn into_option(self) -> Option<Option<T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}
