//! What is answered to the questions of an inspection, and what it comes to.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::{InspectionQuestion, InspectionQuestionKind as Kind, Section};
use crate::Text;

/// The most characters of a text.
const LONGEST_TEXT: usize = 10_000;
/// The most photos of one answer.
const MOST_PHOTOS: usize = 20;

/// Whether an answer says something: a blank text and a list of nothing do not, `false` does.
#[must_use]
pub fn says_something(answer: &Value) -> bool {
    match answer {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

impl InspectionQuestion {
    /// Checks an answer. `null` is none, and no business of the question's.
    ///
    /// # Errors
    /// What is wanted instead, for people.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let fits = match self.kind {
            Kind::Text => value.as_str().is_some_and(|text| text.chars().count() <= LONGEST_TEXT),
            Kind::Number => value.as_f64().is_some_and(|number| self.within_bounds(number)),
            Kind::Choice => value.as_str().is_some_and(|text| self.options.iter().any(|option| *option.value == *text)),
            Kind::Checkbox => value.is_boolean(),
            Kind::Date => value.as_str().is_some_and(is_day),
            Kind::Photo => are_photos(value),
            Kind::Signature => is_signature(value),
        };
        if fits { Ok(()) } else { Err(self.wanted()) }
    }

    fn within_bounds(&self, number: f64) -> bool {
        self.minimum.is_none_or(|minimum| minimum <= number) && self.maximum.is_none_or(|maximum| number <= maximum)
    }

    fn wanted(&self) -> String {
        let wanted = match (self.kind, self.minimum, self.maximum) {
            (Kind::Text, ..) => "A text of at most 10000 characters",
            (Kind::Number, Some(minimum), Some(maximum)) => {
                return format!("A number between {minimum} and {maximum} is wanted.");
            }
            (Kind::Number, Some(minimum), None) => return format!("A number of at least {minimum} is wanted."),
            (Kind::Number, None, Some(maximum)) => return format!("A number of at most {maximum} is wanted."),
            (Kind::Number, None, None) => "A number",
            (Kind::Choice, ..) => {
                let options: Vec<String> = self.options.iter().map(|option| format!("`{}`", &*option.value)).collect();
                return format!("One of the options is wanted: {}.", options.join(", "));
            }
            (Kind::Checkbox, ..) => "`true` or `false`",
            (Kind::Date, ..) => "A date such as 2026-02-28",
            (Kind::Photo, ..) => "A list of 1 to 20 ids of photos, each once,",
            (Kind::Signature, ..) => "A `name` of 1 to 120 characters and a `photo_id`",
        };
        format!("{wanted} is wanted.")
    }

    fn is_answered(&self, answers: &BTreeMap<String, Value>) -> bool {
        answers.get(&*self.key).is_some_and(says_something)
    }

    /// The points that an answer gives, and the most that one could: none where the question is not scored, or does not
    /// apply. No answer gives none of the points.
    #[must_use]
    pub fn score(&self, answer: Option<&Value>) -> Option<(u16, u16)> {
        let Kind::Choice = self.kind else {
            let most = self.score.filter(|_| self.kind == Kind::Checkbox)?;
            return Some((if answer == Some(&Value::Bool(true)) { most } else { 0 }, most));
        };
        let most = self.options.iter().filter_map(|option| option.score).max()?;
        let chosen = answer.and_then(|answer| self.options.iter().find(|option| *answer == *option.value));
        Some((chosen.map_or(Some(0), |option| option.score)?, most))
    }
}

impl Kind {
    /// The photos that an answer refers to.
    #[must_use]
    pub fn photo_ids(self, value: &Value) -> Vec<Uuid> {
        match self {
            Self::Photo => value.as_array().into_iter().flatten().filter_map(id).collect(),
            Self::Signature => value.get("photo_id").and_then(id).into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

fn id(value: &Value) -> Option<Uuid> {
    let text = value.as_str()?;
    // With its hyphens, as ids are written everywhere.
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

/// Whether a text is a day, written as a day is written and no other way.
fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<NaiveDate>().is_ok_and(|day| day.to_string() == *text)
}

fn are_photos(value: &Value) -> bool {
    let Some(photos) = value.as_array().filter(|photos| (1..=MOST_PHOTOS).contains(&photos.len())) else {
        return false;
    };
    let ids: Vec<Uuid> = photos.iter().filter_map(id).collect();
    ids.len() == photos.len() && (1..ids.len()).all(|at| !ids[..at].contains(&ids[at]))
}

fn is_signature(value: &Value) -> bool {
    let name = |value: &Value| value.as_str().is_some_and(|name| Text::<1, 120>::parse(name).is_ok());
    value.as_object().is_some_and(|fields| {
        fields.len() == 2 && fields.get("name").is_some_and(name) && fields.get("photo_id").and_then(id).is_some()
    })
}

/// What an inspection came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// The points that the answers gave.
    pub points: i32,
    /// The most points that could be had.
    pub of: i32,
}

/// Counts the points of the answers. A question whose answer is an option without a score does not count; one that could
/// give points and has no answer does.
#[must_use]
pub fn score(sections: &[Section], answers: &BTreeMap<String, Value>) -> Score {
    let scored = questions(sections).filter_map(|question| question.score(answers.get(&*question.key)));
    scored.fold(Score::default(), |sum, (points, of)| Score {
        points: sum.points + i32::from(points),
        of: sum.of + i32::from(of),
    })
}

/// The questions that have to be answered and are not.
#[must_use]
pub fn unanswered<'a>(sections: &'a [Section], answers: &BTreeMap<String, Value>) -> Vec<&'a InspectionQuestion> {
    questions(sections).filter(|question| question.required && !question.is_answered(answers)).collect()
}

fn questions(sections: &[Section]) -> impl Iterator<Item = &InspectionQuestion> {
    sections.iter().flat_map(|section| &section.questions)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PHOTO: &str = "0199aa00-0000-7000-8000-000000000001";

    fn question(question: &Value) -> InspectionQuestion {
        let mut whole = json!({"key": "a", "label": "?"});
        whole.as_object_mut().unwrap().extend(question.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    fn form(questions: &Value) -> Vec<Section> {
        serde_json::from_value(json!([{"title": "Part", "questions": questions}])).unwrap()
    }

    fn answers(answers: Value) -> BTreeMap<String, Value> {
        serde_json::from_value(answers).unwrap()
    }

    #[test]
    fn an_answer_fits_its_question() {
        let photos = |count| (0..count).map(|_| json!(Uuid::now_v7())).collect::<Vec<_>>();
        let signed = |name: &str, photo: &str| json!({"name": name, "photo_id": photo});
        let mut witnessed = signed("Ada", PHOTO);
        witnessed["by"] = json!("Bob");
        for (asked, good, bad) in [
            (
                json!({"kind": "text"}),
                vec![json!(""), json!("a\nb"), json!("é".repeat(10_000))],
                vec![json!(1), json!(["a"]), json!("a".repeat(10_001))],
            ),
            (
                json!({"kind": "number", "minimum": 0, "maximum": 10}),
                vec![json!(0), json!(10), json!(2.5)],
                vec![json!(-0.1), json!(10.1), json!("5"), json!(true)],
            ),
            (
                json!({"kind": "choice", "options": [{"value": "Yes"}]}),
                vec![json!("Yes")],
                vec![json!("yes"), json!(["Yes"]), json!(true)],
            ),
            (json!({"kind": "checkbox"}), vec![json!(true), json!(false)], vec![json!("true"), json!(1), json!([])]),
            (
                json!({"kind": "date"}),
                vec![json!("2026-02-28")],
                vec![
                    json!("2026-02-30"),
                    json!("2026-2-28"),
                    json!(" 2026-02-28"),
                    json!("+12026-02-28"),
                    json!("2026-02-28T00:00:00Z"),
                    json!(20260228),
                ],
            ),
            (
                json!({"kind": "photo"}),
                vec![json!(photos(1)), json!(photos(20))],
                vec![
                    json!([]),
                    json!(photos(21)),
                    json!([PHOTO, PHOTO]),
                    json!([PHOTO, PHOTO.replace('-', "")]),
                    json!([PHOTO, "x"]),
                    json!([PHOTO.replace('-', "")]),
                    json!([format!("{{{PHOTO}}}")]),
                    json!(PHOTO),
                ],
            ),
            (
                json!({"kind": "signature"}),
                vec![signed("Ada", PHOTO), signed(&"a".repeat(120), PHOTO)],
                vec![
                    signed(" ", PHOTO),
                    signed(&"a".repeat(121), PHOTO),
                    signed("Ada", "x"),
                    json!({"name": "Ada"}),
                    json!({"photo_id": PHOTO}),
                    witnessed,
                    json!("Ada"),
                ],
            ),
        ] {
            let asked = question(&asked);
            good.iter().for_each(|value| assert_eq!(asked.check(value), Ok(()), "{:?}: {value}", asked.kind));
            bad.iter().for_each(|value| assert!(asked.check(value).is_err(), "{:?}: {value}", asked.kind));
        }
    }

    #[test]
    fn a_refusal_says_what_is_wanted() {
        for (bounds, wanted) in [
            (json!({"minimum": 0, "maximum": 10}), "A number between 0 and 10 is wanted."),
            (json!({"minimum": -0.5}), "A number of at least -0.5 is wanted."),
            (json!({"maximum": 3}), "A number of at most 3 is wanted."),
            (json!({}), "A number is wanted."),
        ] {
            let mut asked = bounds;
            asked["kind"] = json!("number");
            assert_eq!(question(&asked).check(&json!("much")), Err(wanted.to_owned()));
        }
        let asked = question(&json!({"kind": "choice", "options": [{"value": "Yes"}, {"value": "No"}]}));
        assert_eq!(asked.check(&json!("Maybe")), Err("One of the options is wanted: `Yes`, `No`.".to_owned()));
    }

    #[test]
    fn photos_and_signatures_refer_to_photos() {
        let photo: Uuid = PHOTO.parse().unwrap();
        let ids = |kind: &str, value: &Value| question(&json!({"kind": kind})).kind.photo_ids(value);
        assert_eq!(ids("photo", &json!([PHOTO])), [photo]);
        assert_eq!(ids("signature", &json!({"name": "Ada", "photo_id": PHOTO})), [photo]);
        assert!(ids("text", &json!(PHOTO)).is_empty());
        assert!(ids("photo", &Value::Null).is_empty());
    }

    #[test]
    fn points_are_counted_of_what_applies() {
        let asked = form(&json!([
            {"key": "exits", "label": "?", "kind": "choice",
                "options": [{"value": "Yes", "score": 10}, {"value": "Partly", "score": 4}, {"value": "None there"}]},
            {"key": "lights", "label": "?", "kind": "checkbox", "score": 5},
            {"key": "unscored", "label": "?", "kind": "checkbox"},
            {"key": "colour", "label": "?", "kind": "choice", "options": [{"value": "Red"}]},
            {"key": "note", "label": "?", "kind": "text"},
        ]));
        for (given, points, of) in [
            (json!({}), 0, 15),
            (json!({"exits": null, "lights": null}), 0, 15),
            (json!({"exits": "Yes", "lights": true, "unscored": true, "colour": "Red", "note": "x"}), 15, 15),
            (json!({"exits": "Partly", "lights": false}), 4, 15),
            (json!({"exits": "None there", "lights": true}), 5, 5),
        ] {
            assert_eq!(score(&asked, &answers(given.clone())), Score { points, of }, "{given}");
        }
    }

    #[test]
    fn what_is_required_has_to_be_answered_by_something() {
        let asked = form(&json!([
            {"key": "text", "label": "?", "kind": "text", "required": true},
            {"key": "photo", "label": "?", "kind": "photo", "required": true},
            {"key": "box", "label": "?", "kind": "checkbox", "required": true},
            {"key": "other", "label": "?", "kind": "text"},
        ]));
        let missing = |given: Value| -> Vec<String> {
            unanswered(&asked, &answers(given)).into_iter().map(|question| question.key.to_string()).collect()
        };
        assert_eq!(missing(json!({})), ["text", "photo", "box"]);
        assert_eq!(missing(json!({"text": " \n", "photo": [], "box": null})), ["text", "photo", "box"]);
        assert!(missing(json!({"text": "x", "photo": [PHOTO], "box": false})).is_empty());
    }
}
