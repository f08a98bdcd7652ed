//! What an inspection asks.

use serde::{Deserialize, Serialize};

use crate::Text;

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
    /// Its name in answers, unique in the form.
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

/// How a question of a form is answered.
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
    /// A list of ids of photos of the inspection.
    Photo,
    /// Who signs, and the id of the photo that shows the signature: `{"name": "Ada", "photo_id": "…"}`.
    Signature,
}
