//! Templates: the forms that tickets are made from.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{TeamId, TemplateId, Text, pointer::escaped};

/// A form with at least one question.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    /// The template.
    pub id: TemplateId,
    /// Its name, unique in the organization.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// What it asks.
    pub questions: Vec<Question>,
    /// The teams that see it.
    pub team_ids: Vec<TeamId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the entity tag.
    #[serde(skip)]
    pub version: i64,
}

/// One question of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "key": "reason", "label": "Why?", "kind": "select", "required": true, "options": ["Broken", "Wrong size"]
})))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name in answers, unique in the template.
    pub key: Text<1, 60>,
    /// What is asked.
    pub label: Text<1, 200>,
    /// How it is answered.
    pub kind: QuestionKind,
    /// Whether a ticket needs an answer.
    #[serde(default)]
    pub required: bool,
    /// What can be chosen, for `select` and `checkbox`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub options: Vec<Text<1, 120>>,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// A line of text.
    Text,
    /// Several lines of text.
    Textarea,
    /// One of the options.
    Select,
    /// Any of the options.
    Checkbox,
    /// A day, as `2026-02-28`.
    Date,
}

/// What is wrong with a field, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct FieldFault {
    /// The place below what was checked, as a JSON pointer.
    pub pointer: String,
    /// A stable name of what is wrong.
    pub code: &'static str,
    /// What is wrong, for people.
    pub detail: String,
}

fn wrong(pointer: String, code: &'static str, detail: impl Into<String>) -> FieldFault {
    FieldFault { pointer, code, detail: detail.into() }
}

/// The most options of one question.
const MOST_OPTIONS: usize = 100;

/// Checks a template's questions: at least one, keys unique, options where they are chosen from and nowhere else, at most
/// a hundred and none twice.
///
/// # Errors
/// Every fault that was found.
pub fn check_questions(questions: &[Question]) -> Result<(), Vec<FieldFault>> {
    let mut faults = Vec::new();
    if questions.is_empty() {
        faults.push(wrong(String::new(), "min_items", "A template asks at least one question."));
    }
    for (index, question) in questions.iter().enumerate() {
        if questions[..index].iter().any(|other| other.key == question.key) {
            faults.push(wrong(format!("/{index}/key"), "duplicate", "Another question has this key."));
        }
        let chosen = matches!(question.kind, QuestionKind::Select | QuestionKind::Checkbox);
        if chosen && question.options.is_empty() {
            faults.push(wrong(format!("/{index}/options"), "min_items", "There is nothing to choose from."));
        } else if !chosen && !question.options.is_empty() {
            faults.push(wrong(format!("/{index}/options"), "max_items", "Nothing is chosen here."));
        } else if question.options.len() > MOST_OPTIONS {
            faults.push(wrong(format!("/{index}/options"), "max_items", "At most 100 options are wanted."));
        } else if let Some(again) = repeated(&question.options) {
            faults.push(wrong(format!("/{index}/options/{again}"), "duplicate", "Another option is the same."));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The place of the first thing that stood before.
fn repeated<T: PartialEq>(things: &[T]) -> Option<usize> {
    (0..things.len()).find(|index| things[..*index].contains(&things[*index]))
}

/// The most bytes that a ticket's answers take together, as JSON: so much may each ticket of a list weigh.
pub const MOST_ANSWER_BYTES: usize = 32 * 1024;

/// Checks a ticket's answers against the questions of its template, and that they are not too much together.
///
/// # Errors
/// Every fault that was found.
pub fn check_answers(questions: &[Question], answers: &BTreeMap<String, Value>) -> Result<(), Vec<FieldFault>> {
    let mut faults = Vec::new();
    // Answers came as JSON, and are JSON again.
    if serde_json::to_string(answers).is_ok_and(|text| text.len() > MOST_ANSWER_BYTES) {
        faults.push(wrong(String::new(), "too_long", "All answers of a ticket take at most 32 kB together."));
    }
    for key in answers.keys().filter(|key| !questions.iter().any(|question| *question.key == ***key)) {
        faults.push(wrong(format!("/{}", escaped(key)), "unknown_field", "The template asks no such question."));
    }
    for question in questions {
        let answer = answers.get(&*question.key).filter(|answer| !answer.is_null());
        if let Some(Err(detail)) = answer.map(|answer| question.check(answer)) {
            faults.push(wrong(format!("/{}", escaped(&question.key)), "invalid", detail));
        } else if question.required && answer.is_none_or(says_nothing) {
            faults.push(wrong(format!("/{}", escaped(&question.key)), "required", "This question needs an answer."));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Whether an answer is none: a blank text, a choice of nothing.
fn says_nothing(answer: &Value) -> bool {
    answer.as_str().is_some_and(|text| text.trim().is_empty()) || answer.as_array().is_some_and(Vec::is_empty)
}

impl Question {
    fn check(&self, answer: &Value) -> Result<(), &'static str> {
        let known =
            |value: &Value| value.as_str().is_some_and(|text| self.options.iter().any(|option| **option == *text));
        let fits = match self.kind {
            QuestionKind::Text => answer.as_str().is_some_and(|text| text.chars().count() <= 500),
            QuestionKind::Textarea => answer.as_str().is_some_and(|text| text.chars().count() <= 20_000),
            QuestionKind::Select => known(answer),
            QuestionKind::Checkbox => {
                answer.as_array().is_some_and(|chosen| chosen.iter().all(known) && repeated(chosen).is_none())
            }
            QuestionKind::Date => answer.as_str().is_some_and(|text| text.parse::<NaiveDate>().is_ok()),
        };
        match self.kind {
            _ if fits => Ok(()),
            QuestionKind::Text => Err("A text of at most 500 characters is wanted."),
            QuestionKind::Textarea => Err("A text of at most 20000 characters is wanted."),
            QuestionKind::Select => Err("One of the options is wanted."),
            QuestionKind::Checkbox => Err("A list of options is wanted, each once."),
            QuestionKind::Date => Err("A date such as 2026-02-28 is wanted."),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn question(kind: &str, required: bool, options: &[&str]) -> Question {
        serde_json::from_value(
            json!({"key": kind, "label": "?", "kind": kind, "required": required, "options": options}),
        )
        .unwrap()
    }

    #[test]
    fn questions_want_options_exactly_where_something_is_chosen() {
        assert_eq!(check_questions(&[]).unwrap_err()[0].code, "min_items");
        assert!(check_questions(&[question("select", true, &["a"]), question("text", true, &[])]).is_ok());
        assert_eq!(check_questions(&[question("checkbox", true, &[])]).unwrap_err()[0].pointer, "/0/options");
        assert_eq!(check_questions(&[question("date", true, &["a"])]).unwrap_err()[0].code, "max_items");
        assert_eq!(
            check_questions(&[question("text", true, &[]), question("text", true, &[])]).unwrap_err()[0].pointer,
            "/1/key"
        );
        assert_eq!(
            check_questions(&[question("select", true, &["a", "b", "a"])]).unwrap_err()[0].pointer,
            "/0/options/2"
        );
        let options: Vec<String> = (0..=MOST_OPTIONS).map(|n| n.to_string()).collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        assert!(check_questions(&[question("select", true, &options[1..])]).is_ok());
        assert_eq!(check_questions(&[question("select", true, &options)]).unwrap_err()[0].code, "max_items");
    }

    #[test]
    fn answers_fit_their_questions() {
        let questions: Vec<Question> = ["text", "textarea", "date"]
            .map(|kind| question(kind, false, &[]))
            .into_iter()
            .chain([question("select", true, &["a", "b"]), question("checkbox", false, &["a", "b"])])
            .collect();
        let check = |answers: Value| check_answers(&questions, &serde_json::from_value(answers).unwrap());
        assert!(
            check(
                json!({"select": "a", "text": "x", "textarea": "x\ny", "date": "2026-02-28", "checkbox": ["a", "b"]})
            )
            .is_ok()
        );
        for (answers, pointer) in [
            (json!({}), "/select"),
            (json!({"select": "c"}), "/select"),
            (json!({"select": "a", "checkbox": ["c"]}), "/checkbox"),
            (json!({"select": "a", "checkbox": ["a", "a"]}), "/checkbox"),
            (json!({"select": "a", "date": "2026-02-30"}), "/date"),
            (json!({"select": "a", "text": 1}), "/text"),
            (json!({"select": "a", "other": 1}), "/other"),
            (json!({"select": "a", "o/t~r": 1}), "/o~1t~0r"),
        ] {
            assert_eq!(check(answers).unwrap_err()[0].pointer, pointer);
        }
    }

    #[test]
    fn a_required_question_is_answered_by_something() {
        for (kind, nothing) in [
            ("text", vec![json!(null), json!(""), json!(" \n")]),
            ("textarea", vec![json!(null), json!(""), json!("\t")]),
            ("checkbox", vec![json!(null), json!([])]),
            ("select", vec![json!(null)]),
            ("date", vec![json!(null)]),
        ] {
            let options: &[&str] = if matches!(kind, "select" | "checkbox") { &["a"] } else { &[] };
            for answer in nothing {
                let answers = BTreeMap::from([(kind.to_owned(), answer.clone())]);
                let faults = check_answers(&[question(kind, true, options)], &answers).unwrap_err();
                assert_eq!((faults[0].code, faults[0].pointer.clone()), ("required", format!("/{kind}")), "{answer}");
                assert!(check_answers(&[question(kind, false, options)], &answers).is_ok(), "{kind}: {answer}");
            }
        }
    }
}
