//! What is wrong with a body: every fault of it, each with its place and in plain words.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;
use usher_domain::pointer::escaped;

use super::{FieldError, Problem};

/// The most faults that one answer names: or a small request would make a large one.
pub(super) const MOST: usize = 50;

/// The most characters of a name that is not ours in an answer.
const LONGEST: usize = 100;

/// A 422 with every fault, up to [`MOST`].
pub(super) fn problem(mut faults: Vec<FieldError>) -> Problem {
    let more = faults.len() >= MOST;
    faults.truncate(MOST);
    let problem = Problem::invalid(faults);
    if !more {
        return problem;
    }
    Problem { detail: format!("{MOST} fields or more are invalid; these are the first {MOST}."), ..problem }
}

/// A message as a sentence.
pub(super) fn sentence(text: &str) -> String {
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
pub(super) fn find_nul(value: &Value, path: &mut String, faults: &mut Vec<FieldError>) {
    if faults.len() >= MOST {
        return;
    }
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
                    below(&escaped(&shortened(key)), field, faults);
                }
            }
        }
        _ => {}
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST).chain(['…']).collect()
}

/// Adds what an error of the schema says.
pub(super) fn add(error: &ValidationError<'_>, faults: &mut Vec<FieldError>) {
    let at: String = error.instance_path().to_string();
    let below = |name: &str| format!("{at}/{}", escaped(&shortened(name)));
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            faults.push(FieldError::at(below(name), "required", format!("`{name}` is missing.")));
        }
        Kind::AdditionalProperties { unexpected } => {
            let unknown = unexpected.iter().take(MOST).map(|name| {
                FieldError::at(below(name), "unknown_field", format!("There is no field `{}`.", shortened(name)))
            });
            faults.extend(unknown);
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => match likeliest(context) {
            Some(branch) => branch.iter().for_each(|error| add(error, faults)),
            None => faults.push(FieldError::at(at, "type", of_no_kind(context))),
        },
        kind => {
            let (code, detail) = words(kind).unwrap_or_else(|| ("invalid", sentence(&error.masked().to_string())));
            faults.push(FieldError::at(at, code, detail));
        }
    }
}

/// The branch that the value was meant for: the one that does not refuse it for being of another type.
fn likeliest<'a>(branches: &'a [Vec<ValidationError<'static>>]) -> Option<&'a [ValidationError<'static>]> {
    let refused = |branch: &&Vec<ValidationError<'static>>| {
        let depth = |error: &ValidationError<'_>| error.instance_path().as_str().len();
        let shallowest = branches.iter().flatten().map(depth).min();
        branch.iter().any(|error| matches!(error.kind(), Kind::Type { .. }) && Some(depth(error)) == shallowest)
    };
    branches.iter().find(|branch| !branch.is_empty() && !refused(branch)).map(Vec::as_slice)
}

fn of_no_kind(branches: &[Vec<ValidationError<'static>>]) -> String {
    let types = branches.iter().flatten().filter_map(|error| match error.kind() {
        Kind::Type { kind } => Some(type_words(kind)),
        _ => None,
    });
    format!("It must be {}.", types.collect::<Vec<_>>().join(" or "))
}

fn type_words(kind: &TypeKind) -> String {
    let one = |name: String| match name.as_str() {
        "null" => name,
        "integer" | "array" | "object" => format!("an {name}"),
        _ => format!("a {name}"),
    };
    match kind {
        TypeKind::Single(of) => one(of.to_string()),
        TypeKind::Multiple(of) => of.iter().map(|of| one(of.to_string())).collect::<Vec<_>>().join(" or "),
    }
}

/// A fault that has a name of its own.
fn words(kind: &Kind) -> Option<(&'static str, String)> {
    let plural = |limit: u64, what: &str| format!("{limit} {what}{}", if limit == 1 { "" } else { "s" });
    Some(match kind {
        Kind::Type { kind } => ("type", format!("It must be {}.", type_words(kind))),
        Kind::MinLength { limit } => ("too_short", format!("It needs at least {}.", plural(*limit, "character"))),
        Kind::MaxLength { limit } => ("too_long", format!("It may have at most {}.", plural(*limit, "character"))),
        Kind::MinItems { limit } => ("min_items", format!("It needs at least {}.", plural(*limit, "item"))),
        Kind::MaxItems { limit } => ("max_items", format!("It may have at most {}.", plural(*limit, "item"))),
        Kind::Enum { options } => ("unknown_value", format!("It must be one of {options}.")),
        Kind::Format { format } => ("format", format!("It is not of the format `{format}`.")),
        Kind::Pattern { pattern } if pattern == usher_domain::NOT_BLANK => ("blank", "It is blank.".to_owned()),
        Kind::Pattern { pattern } => ("pattern", format!("It does not fit the pattern `{pattern}`.")),
        _ => return None,
    })
}
