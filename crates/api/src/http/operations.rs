//! What every operation of the contract takes, read from the contract itself: so that nothing else is taken, and an address
//! that was asked in another method can say which it knows.

use std::collections::HashMap;

use actix_web::{HttpRequest, dev::ResourceDef, http::Method, http::header, web};
use serde_json::Value;
use usher_policy::Permission;
use usher_store::Expected;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::{FieldError, Problem, entity_tag, faults, query, words};

/// What an operation takes beside its path and its body.
#[derive(Debug, Default)]
struct Takes {
    /// The schemas of its parameters, by where they stand and their names.
    query: Vec<(String, Value)>,
    path: Vec<(String, Value)>,
    body: bool,
    /// Whether `If-Match` is required, where it is taken.
    version: Option<bool>,
    key: bool,
    /// The permission that it names, or the one that a token needs for it.
    permission: Option<Permission>,
}

/// The operations of the contract, by their addresses.
pub struct Operations {
    paths: Vec<(ResourceDef, Vec<&'static str>)>,
    takes: HashMap<String, HashMap<Method, Takes>>,
}

/// What the headers of a request say, once they have been read.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The versions in `If-Match`.
    pub versions: Expected,
    /// Whether there is an `If-Match`.
    pub conditional: bool,
    /// The idempotency key.
    pub key: Option<String>,
    /// The permission that the operation names, or the one that a token needs for it.
    pub permission: Option<Permission>,
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
                of_path.insert(method.clone(), Takes::of(&item[key], &contract["components"]["schemas"]));
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
        let Some(takes) = self.takes_of(request) else { return Ok(Asked::default()) };
        takes.check_query(request.query_string())?;
        if !takes.body && has_body(request) {
            let detail = "This operation takes no body: send none.";
            return Err(Problem::malformed(FieldError::at("", "unexpected_body", detail)));
        }
        let key = if takes.key { idempotency_key(request)? } else { None };
        let conditional = takes.version.is_some() && request.headers().contains_key(header::IF_MATCH);
        let versions = if conditional { entity_tag::expected(request.headers())? } else { Expected::default() };
        if takes.version == Some(true) && !conditional {
            return Err(Problem::unconditional());
        }
        Ok(Asked { versions, conditional, key, permission: takes.permission })
    }

    /// What must stand in a parameter of the query or the path, in words.
    pub(super) fn expects(&self, request: &HttpRequest, parameter: &str) -> Option<String> {
        let takes = self.takes_of(request)?;
        let mut parameters = takes.query.iter().chain(&takes.path);
        parameters.find(|(name, _)| name == parameter).and_then(|(_, schema)| words::words(schema))
    }

    fn takes_of(&self, request: &HttpRequest) -> Option<&Takes> {
        self.takes.get(&request.match_pattern()?)?.get(request.method())
    }
}

/// The fault of a parameter that cannot be read: what the contract expects of it, or else what its type has to say.
pub(super) fn invalid(request: &HttpRequest, parameter: &str, told_of: &str, why: &str) -> Problem {
    let operations = request.app_data::<web::Data<Operations>>();
    let detail = match operations.and_then(|operations| operations.expects(request, parameter)) {
        Some(expected) => format!("{told_of} must be {expected}."),
        None => format!("{told_of} {why}."),
    };
    Problem::malformed(FieldError::of(parameter, "invalid", detail))
}

/// Whether something is sent after the head: a length says so, or that it is none.
fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.is_some_and(|length| length.trim() != "0") || headers.contains_key(header::TRANSFER_ENCODING)
}

impl Takes {
    fn of(operation: &Value, schemas: &Value) -> Self {
        let parameters = || operation["parameters"].as_array().into_iter().flatten();
        let header =
            |name: &str| parameters().find(|parameter| parameter["in"] == "header" && parameter["name"] == name);
        let schema = |parameter: &Value| {
            let name = parameter["schema"]["$ref"].as_str().and_then(|to| to.rsplit('/').next());
            name.map_or(&parameter["schema"], |name| &schemas[name]).clone()
        };
        let of = |place: &str| {
            let there = parameters().filter(|parameter| parameter["in"] == place);
            there.filter_map(|it| Some((it["name"].as_str()?.to_owned(), schema(it)))).collect()
        };
        Self {
            query: of("query"),
            path: of("path"),
            body: operation["requestBody"].is_object(),
            version: header("If-Match").map(|parameter| parameter["required"] == true),
            key: header("Idempotency-Key").is_some(),
            permission: ["x-permission", "x-scope"].iter().find_map(|it| Permission::parse(operation[it].as_str()?)),
        }
    }

    fn check_query(&self, text: &str) -> Result<(), Problem> {
        let mut seen: Vec<String> = Vec::new();
        for (name, _) in query::pairs(text)? {
            let known: Vec<&str> = self.query.iter().map(|(known, _)| known.as_str()).collect();
            if !known.contains(&name.as_str()) {
                let name = faults::shortened(&name);
                let detail = words::unknown("parameter", &name, &known);
                return Err(Problem::malformed(FieldError::of(name, "unknown_parameter", detail)));
            }
            if seen.contains(&name) {
                let detail = format!(
                    "The parameter `{name}` stands twice. One that takes several values has them in one, with commas."
                );
                return Err(Problem::malformed(FieldError::of(name, "duplicate", detail)));
            }
            seen.push(name);
        }
        Ok(())
    }
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
