//! Bodies: JSON, bounded, and checked against the very schema that the contract publishes, so that every field that is
//! wrong is named at once and the contract cannot say one thing and the server another.

use std::{
    any::TypeId,
    collections::HashMap,
    future::{Future, ready},
    marker::PhantomData,
    pin::Pin,
    sync::{Arc, LazyLock, RwLock},
    time::Duration,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web::{self, Bytes},
};
use jsonschema::Validator;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::Segment;
use sha2::{Digest, Sha256};
use usher_domain::{Email, Id, pointer::escaped};
use utoipa::{PartialSchema, ToSchema};

use super::{FieldError, Problem, faults, json};
use crate::App;

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
        if let Err(problem) = readable(request) {
            return Box::pin(ready(Err(problem)));
        }
        let bytes = Bytes::from_request(request, payload);
        let request = request.clone();
        let patience = request.app_data::<web::Data<App>>().map_or(Duration::MAX, |app| app.settings.body_timeout);
        Box::pin(async move {
            let bytes = tokio::time::timeout(patience, bytes).await.map_err(|_| too_slow())?;
            let bytes = bytes.map_err(|error| unreadable(&error))?;
            request.extensions_mut().insert(BodyHash(Sha256::digest(&bytes).into()));
            let value = json::read(&bytes)?;
            Ok(Self { value, kind: PhantomData })
        })
    }
}

/// Whether a body is JSON as it stands. A compressed one is not read: a small one could become a large one.
fn readable(request: &HttpRequest) -> Result<(), Problem> {
    let detail = match request.mime_type() {
        Ok(Some(kind))
            if kind.type_() == "application"
                && (kind.subtype() == "json" || kind.suffix().is_some_and(|suffix| suffix == "json")) =>
        {
            let plain = |value: &header::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
            if request.headers().get_all(header::CONTENT_ENCODING).all(plain) {
                return Ok(());
            }
            "Send the body without a `Content-Encoding`."
        }
        _ => "Send the body as `application/json`.",
    };
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
}

fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", "The body did not come in time.")
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
    /// Whether the body has one of these fields.
    pub fn has_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.value.get(field).is_some())
    }

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
        faults::find_nul(&self.value, &mut String::new(), &mut faults);
        let checked = checked::<T>();
        for error in checked.validator.iter_errors(&self.value) {
            faults::add(&checked.schema, &error, &mut faults);
            if faults.len() >= faults::MOST {
                break;
            }
        }
        if !faults.is_empty() {
            return Err(faults::problem(faults));
        }
        serde_path_to_error::deserialize(self.value).map_err(|error| {
            let path = error.path().iter().fold(String::new(), |path, segment| match segment {
                Segment::Seq { index } => format!("{path}/{index}"),
                segment => format!("{path}/{}", escaped(&segment.to_string())),
            });
            Problem::invalid(vec![FieldError::at(path, "invalid", faults::sentence(&error.into_inner().to_string()))])
        })
    }
}

/// A schema, and what checks it.
struct Checked {
    schema: Value,
    validator: Validator,
}

static CHECKED: LazyLock<RwLock<HashMap<TypeId, Arc<Checked>>>> = LazyLock::new(RwLock::default);

/// A type's schema, compiled at its first use.
fn checked<T: ToSchema + 'static>() -> Arc<Checked> {
    let id = TypeId::of::<T>();
    let known = CHECKED.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&id).cloned();
    known.unwrap_or_else(|| {
        let compiled = Arc::new(compile::<T>());
        CHECKED.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id, Arc::clone(&compiled));
        compiled
    })
}

/// # Panics
/// The schema that the type publishes is none: a fault of the type, found by its first request in any test.
fn compile<T: ToSchema>() -> Checked {
    let mut components = Vec::new();
    T::schemas(&mut components);
    let schemas: serde_json::Map<String, Value> =
        components.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect();
    let mut schema = serde_json::to_value(<T as PartialSchema>::schema()).unwrap_or_default();
    schema["components"] = serde_json::json!({ "schemas": schemas });
    let validator = jsonschema::options()
        .should_validate_formats(true)
        // As the domain has it, white space around it included.
        .with_format("email", |text: &str| Email::parse(text).is_ok())
        .build(&schema)
        .unwrap_or_else(|error| panic!("the schema of {} is invalid: {error}", T::name()));
    Checked { schema, validator }
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
