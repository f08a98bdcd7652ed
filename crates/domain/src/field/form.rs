//! What an inspection asks.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{Text, desk::FieldFault};

/// A part of a form: questions that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// What the questions are about.
    pub title: Text<1, 200>,
    /// What is asked, in this order.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub questions: Vec<InspectionQuestion>,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "key": "exits", "label": "Are the emergency exits clear?", "kind": "choice", "required": true,
    "options": [{"value": "Yes", "score": 10}, {"value": "No", "score": 0}, {"value": "There are none"}]
})))]
#[serde(deny_unknown_fields)]
pub struct InspectionQuestion {
    /// Its name in answers and in their addresses, unique in the form: letters `a` to `z` and `A` to `Z`, digits, `_` and `-`.
    pub key: Text<1, 60>,
    /// What is asked.
    pub label: Text<1, 200>,
    /// What helps to answer it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = ""))]
    pub help: Text<0, 1000>,
    /// How it is answered.
    pub kind: InspectionQuestionKind,
    /// Whether an inspection without an answer cannot be submitted.
    #[serde(default)]
    pub required: bool,
    /// What can be chosen, for `choice`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub options: Vec<ScoredOption>,
    /// How many points it gives to be ticked, for `checkbox`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(maximum = 1000))]
    pub score: Option<u16>,
    /// What a number counts, for `number`: `°C`, `bar`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text<1, 20>>,
    /// The least that a number may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// The most that a number may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoredOption {
    /// What it says: the answer of who chooses it.
    pub value: Text<1, 120>,
    /// How many points it gives. Without one, who chooses it is not scored on the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(maximum = 1000))]
    pub score: Option<u16>,
}

/// How a question of a form is answered: `text` by at most 10,000 characters, `number` by a number between the bounds, `choice`
/// by the value of an option, `checkbox` by `true` or `false`, `date` by a day such as `2026-02-28`, `photo` by a list of 1
/// to 20 ids of the inspection's photos, `signature` by `{"name": "Ada", "photo_id": "…"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InspectionQuestionKind {
    /// A text of at most 10,000 characters.
    Text,
    /// A number, between the bounds if there are any.
    Number,
    /// One of the options.
    Choice,
    /// `true` or `false`.
    Checkbox,
    /// A day, as `2026-02-28`.
    Date,
    /// Some of the inspection's photos: a list of 1 to 20 ids.
    Photo,
    /// Who signs, and the photo of the inspection that shows it: `{"name": "Ada", "photo_id": "…"}`.
    Signature,
}

/// The most sections of a form.
const MOST_SECTIONS: usize = 50;
/// The most questions of a section.
const MOST_IN_SECTION: usize = 100;
/// The most questions of a form.
const MOST_QUESTIONS: usize = 500;
/// The most options of a question.
const MOST_OPTIONS: usize = 100;
/// The most points of an answer.
const MOST_POINTS: u16 = 1000;

/// What is wrong so far, each at its place.
#[derive(Default)]
struct Faults(Vec<FieldFault>);

impl Faults {
    fn add(&mut self, pointer: String, code: &'static str, detail: impl Into<String>) {
        self.0.push(FieldFault { pointer, code, detail: detail.into() });
    }

    /// Notes that there are none of these things, or too many.
    fn count(&mut self, pointer: &str, count: usize, most: usize, things: &str) {
        if count == 0 {
            self.add(pointer.to_owned(), "min_items", format!("There are no {things}."));
        } else if count > most {
            self.add(pointer.to_owned(), "max_items", format!("At most {most} {things} are wanted."));
        }
    }
}

/// Checks a form: 1 to 50 sections of 1 to 100 questions each, and no more than 500 questions together, whose keys are
/// unique in the form; options, a score, a unit and bounds where the question's kind has them and nowhere else.
///
/// # Errors
/// Every fault that was found, at pointers such as `/0/questions/2/key`.
pub fn check_sections(sections: &[Section]) -> Result<(), Vec<FieldFault>> {
    let mut faults = Faults::default();
    faults.count("", sections.len(), MOST_SECTIONS, "sections");
    if sections.iter().map(|section| section.questions.len()).sum::<usize>() > MOST_QUESTIONS {
        faults.add(String::new(), "max_items", "At most 500 questions are wanted in all.");
    }
    let mut keys = HashSet::new();
    for (at, section) in sections.iter().enumerate() {
        faults.count(&format!("/{at}/questions"), section.questions.len(), MOST_IN_SECTION, "questions");
        for (number, question) in section.questions.iter().enumerate() {
            let place = format!("/{at}/questions/{number}");
            if !question.key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                let detail = "Letters without accents, digits, `_` and `-` are wanted: it stands in addresses.";
                faults.add(format!("{place}/key"), "pattern", detail);
            }
            if !keys.insert(&*question.key) {
                faults.add(format!("{place}/key"), "duplicate", "Another question has this key.");
            }
            question.check_options(&place, &mut faults);
            question.check_measures(&place, &mut faults);
        }
    }
    if faults.0.is_empty() { Ok(()) } else { Err(faults.0) }
}

impl InspectionQuestion {
    fn check_options(&self, place: &str, faults: &mut Faults) {
        let place = format!("{place}/options");
        if self.kind == InspectionQuestionKind::Choice {
            faults.count(&place, self.options.len(), MOST_OPTIONS, "options");
        } else if !self.options.is_empty() {
            faults.add(place, "max_items", "Nothing is chosen here.");
            return;
        }
        let mut values = HashSet::new();
        for (at, option) in self.options.iter().enumerate() {
            if !values.insert(&*option.value) {
                faults.add(format!("{place}/{at}/value"), "duplicate", "Another option says the same.");
            }
            if option.score.is_some_and(|score| score > MOST_POINTS) {
                faults.add(format!("{place}/{at}/score"), "out_of_range", "At most 1000 points are given.");
            }
        }
    }

    fn check_measures(&self, place: &str, faults: &mut Faults) {
        let (scored, measured) =
            (self.kind == InspectionQuestionKind::Checkbox, self.kind == InspectionQuestionKind::Number);
        let misplaced = [
            ("score", self.score.is_some() && !scored, "Only a checkbox has points of its own."),
            ("unit", self.unit.is_some() && !measured, "Only a number has a unit."),
            ("minimum", self.minimum.is_some() && !measured, "Only a number has bounds."),
            ("maximum", self.maximum.is_some() && !measured, "Only a number has bounds."),
        ];
        for (field, _, detail) in misplaced.into_iter().filter(|(_, misplaced, _)| *misplaced) {
            faults.add(format!("{place}/{field}"), "misplaced", detail);
        }
        if self.score.is_some_and(|score| score > MOST_POINTS) {
            faults.add(format!("{place}/score"), "out_of_range", "At most 1000 points are given.");
        }
        if measured && self.minimum.zip(self.maximum).is_some_and(|(minimum, maximum)| minimum > maximum) {
            faults.add(format!("{place}/maximum"), "out_of_range", "The most is less than the least.");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn faults(sections: Value) -> Vec<(String, &'static str)> {
        let sections: Vec<Section> = serde_json::from_value(sections).unwrap();
        let faults = check_sections(&sections).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    /// A section of so many questions, whose keys begin with the code of a letter.
    fn section(letter: char, questions: usize) -> Value {
        let text = |n| json!({"key": format!("{:x}-{n}", u32::from(letter)), "label": "?", "kind": "text"});
        json!({"title": "Part", "questions": (0..questions).map(text).collect::<Vec<_>>()})
    }

    fn of(question: Value) -> Vec<(String, &'static str)> {
        let mut whole = json!({"key": "a", "label": "?"});
        whole.as_object_mut().unwrap().extend(question.as_object().unwrap().clone());
        faults(json!([{"title": "Part", "questions": [whole]}]))
    }

    #[test]
    fn a_form_has_some_questions_and_not_too_many() {
        let parts =
            |counts: &[usize]| json!(('\u{100}'..).zip(counts).map(|(l, n)| section(l, *n)).collect::<Vec<_>>());
        assert_eq!(faults(parts(&[])), [(String::new(), "min_items")]);
        assert_eq!(faults(parts(&[1, 0])), [("/1/questions".to_owned(), "min_items")]);
        assert_eq!(faults(parts(&[100])), []);
        assert_eq!(faults(parts(&[101])), [("/0/questions".to_owned(), "max_items")]);
        assert_eq!(faults(parts(&[1; 50])), []);
        assert_eq!(faults(parts(&[1; 51])), [(String::new(), "max_items")]);
        assert_eq!(faults(parts(&[100; 5])), []);
        assert_eq!(faults(parts(&[100, 100, 100, 100, 100, 1])), [(String::new(), "max_items")]);
    }

    #[test]
    fn a_key_can_stand_in_an_address() {
        for key in ["in/out", "50%", "x+y", "a%2Fb", "..", ".", "é", "a b", "a?b"] {
            let form = json!([{"title": "Part", "questions": [{"key": key, "label": "?", "kind": "text"}]}]);
            assert_eq!(faults(form), [("/0/questions/0/key".to_owned(), "pattern")], "{key}");
        }
        let form = json!([{"title": "Part", "questions": [{"key": "Exit_2-b", "label": "?", "kind": "text"}]}]);
        assert_eq!(faults(form), []);
    }

    #[test]
    fn a_key_is_used_once_in_the_whole_form() {
        assert_eq!(faults(json!([section('a', 2), section('a', 1)])), [("/1/questions/0/key".to_owned(), "duplicate")]);
    }

    #[test]
    fn a_question_has_what_its_kind_has_and_nothing_else() {
        let at = |place: &str, code| vec![(format!("/0/questions/0/{place}"), code)];
        let options = |count: usize| (0..count).map(|n| json!({"value": n.to_string()})).collect::<Vec<_>>();
        for (question, expected) in [
            (json!({"kind": "choice", "options": [{"value": "Yes", "score": 1000}, {"value": "No"}]}), vec![]),
            (json!({"kind": "choice", "options": options(100)}), vec![]),
            (json!({"kind": "choice", "options": options(101)}), at("options", "max_items")),
            (json!({"kind": "choice"}), at("options", "min_items")),
            (json!({"kind": "text", "options": options(1)}), at("options", "max_items")),
            (
                json!({"kind": "choice", "options": [{"value": "Yes"}, {"value": "Yes"}]}),
                at("options/1/value", "duplicate"),
            ),
            (
                json!({"kind": "choice", "options": [{"value": "Yes", "score": 1001}]}),
                at("options/0/score", "out_of_range"),
            ),
            (json!({"kind": "choice", "options": options(1), "score": 1}), at("score", "misplaced")),
            (json!({"kind": "checkbox", "score": 1000}), vec![]),
            (json!({"kind": "checkbox", "score": 1001}), at("score", "out_of_range")),
            (json!({"kind": "number", "unit": "°C", "minimum": -1.5, "maximum": -1.5}), vec![]),
            (json!({"kind": "number", "minimum": 1, "maximum": 0}), at("maximum", "out_of_range")),
            (json!({"kind": "date", "unit": "bar"}), at("unit", "misplaced")),
            (json!({"kind": "photo", "minimum": 1}), at("minimum", "misplaced")),
            (json!({"kind": "signature", "maximum": 1}), at("maximum", "misplaced")),
        ] {
            assert_eq!(of(question.clone()), expected, "{question}");
        }
    }
}
