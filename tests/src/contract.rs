//! The published contract, held against every answer that a test gets.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use jsonschema::Validator;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

static CONTRACT: LazyLock<Value> = LazyLock::new(usher_api::document);

/// The validators of the schemas that answers have had so far, by the reference or the text of the schema.
static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// Headers that an answer must bear if the contract declares them, and must not if it does not.
const TOLD: [&str; 3] = ["etag", "location", "retry-after"];

/// The operation that a request is one of, if it is any.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &str| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        let same = |(pattern, part): (&&str, &&str)| pattern == part || pattern.starts_with('{') && !part.is_empty();
        pattern.len() == parts.len() && pattern.iter().zip(&parts).all(same)
    };
    let found = CONTRACT["paths"].as_object().unwrap().iter().filter(|(pattern, _)| fits(pattern));
    // A path without a parameter in the same place comes before one with.
    let (_, item) = found.min_by_key(|(pattern, _)| pattern.matches('{').count())?;
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    Some(&item[method]).filter(|operation| operation.is_object())
}

/// Panics if an answer is none that the contract declares for what was asked.
pub(crate) fn check(method: &str, path: &str, status: u16, headers: &HeaderMap, body: &Value) {
    // A browser's question before a request is no operation.
    if method == "OPTIONS" {
        return;
    }
    if let Some(code) = body["code"].as_str().filter(|_| status >= 400) {
        let codes = CONTRACT["components"]["schemas"]["ProblemCode"]["x-extensible-enum"].as_array().unwrap();
        assert!(codes.iter().any(|known| known == code), "{method} {path}: the contract does not list `{code}`");
    }
    for fault in body["errors"].as_array().into_iter().flatten().filter(|_| status >= 400) {
        let codes = CONTRACT["components"]["schemas"]["FieldCode"]["x-extensible-enum"].as_array().unwrap();
        let listed = fault["code"] == body["code"] || codes.contains(&fault["code"]);
        assert!(listed, "{method} {path}: the contract does not list the code of {fault}");
    }
    let Some(operation) = operation(method, path) else {
        return assert!(status >= 400 || !path.starts_with("/v1/"), "{method} {path} is in no contract: {status}");
    };
    let told = format!("{method} {path} ({}) answered {status}", operation["operationId"]);
    let declared = &operation["responses"][status.to_string()];
    assert!(declared.is_object(), "{told}, which the contract does not declare: {body:#}");
    for name in TOLD {
        let declares = |declared: &str| declared.eq_ignore_ascii_case(name);
        let declared = declared["headers"].as_object().is_some_and(|headers| headers.keys().any(|name| declares(name)));
        assert_eq!(headers.contains_key(name), declared, "{told} with the header {name}, or without it: {body:#}");
    }
    let Some((kind, content)) = declared["content"].as_object().and_then(|content| content.iter().next()) else {
        return assert_eq!(body, "", "{told} with a body that the contract does not declare");
    };
    let sent = headers["content-type"].to_str().unwrap();
    let fits = |sent: &str| sent == kind || kind.strip_suffix('*').is_some_and(|range| sent.starts_with(range));
    assert!(fits(sent.split(';').next().unwrap()), "{told}: {sent} should be {kind}");
    if kind.contains("json") && method != "HEAD" {
        let faults = faults(&content["schema"], body);
        assert!(faults.is_empty(), "{told} with a body that the contract does not describe: {faults:#?}\n{body:#}");
    }
}

/// What is wrong with a value, held against a schema of the contract; a field that the schema does not name is wrong too.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = *VALIDATORS.lock().unwrap().entry(schema.to_string()).or_insert_with(|| {
        let mut whole = schema.clone();
        whole["components"] = CONTRACT["components"].clone();
        close(&mut whole, false);
        Box::leak(Box::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap()))
    });
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Lets no object have fields that are not named, whether they are named at once or part by part.
fn close(schema: &mut Value, part: bool) {
    let Value::Object(fields) = schema else { unreachable!("a schema is an object: {schema}") };
    for (key, field) in fields.iter_mut() {
        match (key.as_str(), field) {
            ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|one| close(one, true)),
            ("oneOf" | "anyOf", Value::Array(choices)) => choices.iter_mut().for_each(|one| close(one, false)),
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(|one| close(one, false)),
            ("items", items) => close(items, false),
            // Closed where they are referred to, since one may be a part of another.
            ("components", Value::Object(kinds)) => {
                kinds["schemas"].as_object_mut().unwrap().values_mut().for_each(|one| close(one, true));
            }
            _ => {}
        }
    }
    if !part && ["properties", "allOf", "$ref"].iter().any(|key| fields.contains_key(*key)) {
        fields.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}

/// The published contract.
pub fn contract() -> &'static Value {
    &CONTRACT
}
