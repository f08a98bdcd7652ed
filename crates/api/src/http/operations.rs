//! What every operation of the contract takes, read from the contract itself: so that nothing else is taken, and an address
//! that was asked in another method can say which it knows.

use std::collections::HashMap;

use actix_web::{HttpRequest, dev::ResourceDef, http::Method, http::header};
use serde_json::Value;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::{FieldError, Problem, query};

/// What an operation takes beside its path and its body.
#[derive(Debug, Default)]
struct Takes {
    query: Vec<String>,
    /// Whether `If-Match` is required, where it is taken.
    version: Option<bool>,
    key: bool,
}

/// The operations of the contract, by their addresses.
pub struct Operations {
    paths: Vec<(ResourceDef, Vec<&'static str>)>,
    takes: HashMap<String, HashMap<Method, Takes>>,
}

/// What the headers of a request say, once they have been read.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The version in `If-Match`.
    pub version: Option<i64>,
    /// Whether there is an `If-Match`.
    pub conditional: bool,
    /// The idempotency key.
    pub key: Option<String>,
}

/// Declares that an operation heeds `If-Match`.
pub struct IfMatch;

/// Declares that an operation needs `If-Match`, since a lost update would hurt.
pub struct MustMatch;

fn declared(required: Required, description: &str) -> Vec<Parameter> {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    let header = ParameterBuilder::new().name("If-Match").parameter_in(ParameterIn::Header).required(required);
    vec![header.description(Some(description)).schema(Some(text)).example(Some("\"1\"".into())).build()]
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        declared(Required::False, "The `ETag` of what was read: nothing is done if it has changed since.")
    }
}

impl IntoParams for MustMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        declared(
            Required::True,
            "The `ETag` of what was read: nothing is done if it has changed since. `*`: in any case.",
        )
    }
}

/// The methods of operations, in the order in which `Allow` lists them.
const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

impl Operations {
    /// Those of a contract.
    #[must_use]
    pub fn of(contract: &Value) -> Self {
        let (mut paths, mut takes) = (Vec::new(), HashMap::new());
        for (path, item) in contract["paths"].as_object().into_iter().flatten() {
            let mut allowed = Vec::new();
            let mut of_path = HashMap::new();
            for (key, method) in METHODS.iter().filter(|(key, _)| item[key].is_object()) {
                allowed.extend(if *key == "get" { ["GET", "HEAD"].iter() } else { [].iter() });
                allowed.extend(["POST", "PUT", "PATCH", "DELETE"].iter().filter(|name| *name == method));
                of_path.insert(method.clone(), Takes::of(&item[key]));
            }
            paths.push((ResourceDef::new(path.as_str()), allowed));
            takes.insert(path.clone(), of_path);
        }
        Self { paths, takes }
    }

    /// The methods of an address as `Allow` lists them; empty if there is no such address.
    #[must_use]
    pub fn allowed(&self, path: &str) -> String {
        let mut methods: Vec<&str> = Vec::new();
        for (_, known) in self.paths.iter().filter(|(pattern, _)| pattern.is_match(path)) {
            methods.extend(known.iter().filter(|method| !methods.contains(method)).collect::<Vec<_>>());
        }
        methods.join(", ")
    }

    /// Reads the parameters and headers of a request, before anything is done.
    ///
    /// # Errors
    /// 400: a parameter that the operation does not have, or one that cannot be read. 428: `If-Match` is missing.
    pub fn read(&self, request: &HttpRequest) -> Result<Asked, Problem> {
        let pattern = request.match_pattern().unwrap_or_default();
        let Some(takes) = self.takes.get(&pattern).and_then(|methods| methods.get(request.method())) else {
            return Ok(Asked::default());
        };
        takes.check_query(request.query_string())?;
        let key = if takes.key { idempotency_key(request)? } else { None };
        let conditional = takes.version.is_some() && request.headers().contains_key(header::IF_MATCH);
        let version = if conditional { version(request)? } else { None };
        if takes.version == Some(true) && !conditional {
            return Err(Problem::unconditional());
        }
        Ok(Asked { version, conditional, key })
    }
}

impl Takes {
    fn of(operation: &Value) -> Self {
        let parameters = || operation["parameters"].as_array().into_iter().flatten();
        let header =
            |name: &str| parameters().find(|parameter| parameter["in"] == "header" && parameter["name"] == name);
        let query = parameters().filter(|parameter| parameter["in"] == "query");
        Self {
            query: query.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect(),
            version: header("If-Match").map(|parameter| parameter["required"] == true),
            key: header("Idempotency-Key").is_some(),
        }
    }

    fn check_query(&self, text: &str) -> Result<(), Problem> {
        let mut seen: Vec<String> = Vec::new();
        for (name, _) in query::pairs(text)? {
            if !self.query.contains(&name) {
                let known = if self.query.is_empty() { "none".to_owned() } else { self.query.join(", ") };
                let detail = format!("There is no parameter `{name}` here; there is: {known}.");
                return Err(Problem::malformed(FieldError::of(name, "unknown_parameter", detail)));
            }
            if seen.contains(&name) {
                let detail = format!("The parameter `{name}` stands twice.");
                return Err(Problem::malformed(FieldError::of(name, "duplicate", detail)));
            }
            seen.push(name);
        }
        Ok(())
    }
}

/// The version in `If-Match`; none where any will do.
fn version(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    let text = request.headers().get(header::IF_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    // A weak tag matches nothing here (RFC 9110): like version 0, which no thing has.
    let (text, weak) = text.strip_prefix("W/").map_or((text, false), |strong| (strong, true));
    let tag = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|tag| tag.parse().ok());
    tag.map(|tag: i64| Some(if weak { 0 } else { tag })).ok_or_else(|| {
        let detail = "`If-Match` must be the `ETag` that came with the thing.";
        Problem::malformed(FieldError::of("If-Match", "invalid", detail))
    })
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if (1..=255).contains(&key.len()) {
        return Ok(Some(key.to_owned()));
    }
    let detail = "`Idempotency-Key` is 1 to 255 printable ASCII characters.";
    Err(Problem::malformed(FieldError::of("Idempotency-Key", "invalid", detail)))
}
