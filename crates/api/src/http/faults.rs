//! What is wrong with a body: every fault of it, each with its place and in plain words.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;
use usher_domain::{InvalidText, Slug, pointer::escaped, tenancy::Color};

use super::{FieldError, Problem, words};

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
    let shown = problem.errors.len();
    Problem { detail: format!("Many fields are invalid; these are the first {shown}."), ..problem }
}

/// Faults by their codes, those first that say most of what is wrong.
const TELLING: [&str; 8] = ["type", "nul", "unknown_value", "format", "too_short", "too_long", "blank", "pattern"];

/// Of several faults of one place the most telling, where the first of them stood.
pub(super) fn once_each(faults: Vec<FieldError>) -> Vec<FieldError> {
    let rank = |fault: &FieldError| TELLING.iter().position(|code| *code == fault.code).unwrap_or(TELLING.len());
    let mut told: Vec<FieldError> = Vec::new();
    for fault in faults {
        let same = |one: &&mut FieldError| (&one.pointer, &one.parameter) == (&fault.pointer, &fault.parameter);
        match told.iter_mut().find(same) {
            Some(one) if rank(&fault) < rank(one) => *one = fault,
            Some(_) => {}
            None => told.push(fault),
        }
    }
    told
}

/// What a type says of a value that its schema lets pass, as a sentence: what a parser says is not for people.
pub(super) fn sentence(text: &str) -> String {
    if ["invalid ", "unknown ", "missing "].iter().any(|words| text.starts_with(words)) {
        return "It is not what the contract describes.".to_owned();
    }
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

pub(super) fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST).chain(['…']).collect()
}

/// Adds what an error of the schema says.
pub(super) fn add(schema: &Value, error: &ValidationError<'_>, faults: &mut Vec<FieldError>) {
    let at: String = error.instance_path().to_string();
    let below = |name: &str| format!("{at}/{}", escaped(&shortened(name)));
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            faults.push(FieldError::at(below(name), "required", format!("`{name}` is missing.")));
        }
        Kind::AdditionalProperties { unexpected } => {
            let object = error.schema_path().as_str().rsplit_once('/').and_then(|(object, _)| schema.pointer(object));
            let known = object.and_then(|object| object["properties"].as_object()).into_iter().flatten();
            let known: Vec<&str> = known.map(|(name, _)| name.as_str()).collect();
            // Which there are is told once.
            let detail = |index, name: &str| match index {
                0 => words::unknown("field", &shortened(name), &known),
                _ => format!("There is no field `{}` here.", shortened(name)),
            };
            let unknown = unexpected.iter().take(MOST).enumerate();
            faults.extend(unknown.map(|(at, name)| FieldError::at(below(name), "unknown_field", detail(at, name))));
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => match likeliest(context) {
            Some(branch) => branch.iter().for_each(|error| add(schema, error, faults)),
            None => faults.push(FieldError::at(at, "type", of_no_kind(context))),
        },
        kind => {
            let (code, detail) = in_words(kind);
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
        "null" => format!("`{name}`"),
        "integer" | "array" | "object" => format!("an {name}"),
        _ => format!("a {name}"),
    };
    match kind {
        TypeKind::Single(of) => one(of.to_string()),
        TypeKind::Multiple(of) => of.iter().map(|of| one(of.to_string())).collect::<Vec<_>>().join(" or "),
    }
}

/// A fault's code, and what it says.
fn in_words(kind: &Kind) -> (&'static str, String) {
    let plural = |limit: u64, what: &str| format!("{limit} {what}{}", if limit == 1 { "" } else { "s" });
    match kind {
        Kind::Type { kind } => ("type", format!("It must be {}.", type_words(kind))),
        Kind::MinLength { limit } => ("too_short", format!("It needs at least {}.", plural(*limit, "character"))),
        Kind::MaxLength { limit } => ("too_long", format!("It may have at most {}.", plural(*limit, "character"))),
        Kind::MinItems { limit } => ("min_items", format!("It needs at least {}.", plural(*limit, "item"))),
        Kind::MaxItems { limit } => ("max_items", format!("It may have at most {}.", plural(*limit, "item"))),
        Kind::MinProperties { limit } => ("too_few_fields", format!("It needs at least {}.", plural(*limit, "field"))),
        Kind::MaxProperties { limit } => {
            ("too_many_fields", format!("It may have at most {}.", plural(*limit, "field")))
        }
        Kind::UniqueItems => ("not_unique", "Something stands in it twice.".to_owned()),
        Kind::Minimum { limit } => ("out_of_range", format!("It must be {limit} or more.")),
        Kind::Maximum { limit } => ("out_of_range", format!("It must be {limit} or less.")),
        Kind::Enum { options } => {
            ("unknown_value", format!("It must be {}.", words::one_of(options.as_array().map_or(&[], Vec::as_slice))))
        }
        Kind::Format { format } => {
            ("format", format!("It must be {}.", words::of_format(format).unwrap_or("of another form")))
        }
        Kind::Pattern { pattern } if pattern == usher_domain::NOT_BLANK => ("blank", "It is blank.".to_owned()),
        Kind::Pattern { pattern } if pattern == Slug::PATTERN => ("pattern", of_our_own(&InvalidText::NotASlug)),
        Kind::Pattern { pattern } if pattern == Color::PATTERN => {
            ("pattern", "It must be a colour, such as `#1f6feb`.".to_owned())
        }
        Kind::Pattern { pattern } => ("pattern", format!("It does not fit the pattern `{pattern}`.")),
        _ => ("invalid", "It is not what the contract describes.".to_owned()),
    }
}

/// What a type of ours says of a value that it refuses.
fn of_our_own(why: &InvalidText) -> String {
    format!("It {why}.")
}
