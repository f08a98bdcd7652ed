//! What is expected of a value, in words: from the schema that the contract publishes, so that no parser's words are told.

use serde_json::Value;

/// The most names that one answer lists.
const LISTED: usize = 30;

/// What must stand in a parameter of this schema: "a whole number from 1 to 100". `None`: whatever its type says.
pub(super) fn words(schema: &Value) -> Option<String> {
    if let Some(options) = schema["enum"].as_array() {
        return Some(one_of(options));
    }
    match (schema["type"].as_str()?, schema["format"].as_str()) {
        ("array", _) => words(&schema["items"]).map(|each| format!("{each}, or several with commas between")),
        ("integer", _) => Some(whole_number(schema)),
        ("boolean", _) => Some("`true` or `false`".to_owned()),
        ("string", Some(format)) => of_format(format).map(str::to_owned),
        _ => None,
    }
}

fn whole_number(schema: &Value) -> String {
    match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
        (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
        (Some(least), None) => format!("a whole number from {least} on"),
        _ => "a whole number".to_owned(),
    }
}

/// One of a few words.
pub(super) fn one_of(options: &[Value]) -> String {
    let options: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
    match options.as_slice() {
        [only] => format!("`{only}`"),
        options => format!("one of {}", listed(options)),
    }
}

/// A text of a format.
pub(super) fn of_format(format: &str) -> Option<&'static str> {
    Some(match format {
        "uuid" => "an id (a UUID), such as `019f0000-0000-7000-8000-000000000000`",
        "date-time" => "a time, such as `2026-02-28T09:00:00Z`",
        "date" => "a day, such as `2026-02-28`",
        "email" => "an e-mail address, such as `ada@example.org`",
        "uri" => "an address, such as `https://www.example.org`",
        _ => return None,
    })
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    format!("{}{}", quoted.join(", "), if names.len() > LISTED { " …" } else { "" })
}

/// That there is no such field or parameter, which there are, and which was perhaps meant.
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let meant = nearest(name, known).map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
    let there = if known.is_empty() { "none".to_owned() } else { listed(known) };
    match there.as_str() {
        "none" => format!("There is no {what} `{name}` here, and no other."),
        there => format!("There is no {what} `{name}` here.{meant} There is: {there}."),
    }
}

/// The known name that another one is a misspelling of.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_'], "");
    let name = plain(name);
    let distances = known.iter().map(|known| (strsim::osa_distance(&name, &plain(known)), *known));
    let (distance, meant) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + name.chars().count() / 5).then_some(meant).filter(|_| name.chars().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_is_told_and_a_stranger_is_not() {
        let known = ["name", "slug", "access_model", "q"];
        for (name, meant) in [
            ("nmae", Some("name")),
            ("Name", Some("name")),
            ("accessModel", Some("access_model")),
            ("acess_modle", Some("access_model")),
            ("plan", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, &known), meant, "{name}");
        }
        assert_eq!(nearest("name", &[]), None);
    }
}
