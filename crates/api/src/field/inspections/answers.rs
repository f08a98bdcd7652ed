//! What was answered, piece by piece.

use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use usher_domain::{
    InspectionId, Text,
    field::{InspectionAnswer, Section},
};
use usher_policy::{Action, can};
use usher_store::{OrganizationKey, field::Sheet};
use utoipa::{IntoParams, ToSchema};

use super::InspectionPath;
use crate::http::{Answer, Body, Call, MustMatch, Path, no_content, ok, shown};

/// A question of an inspection in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AnswerPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "skyline")]
    organization: OrganizationKey,
    /// The inspection.
    #[param(value_type = InspectionId)]
    inspection: InspectionId,
    /// The question's key.
    #[param(value_type = String, example = "exits")]
    question: Text<1, 60>,
}

/// What an inspection asks, and what was answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectionSheet {
    /// What is asked: the template's questions as they were when the inspection was made.
    sections: Vec<Section>,
    /// One for each question, in the form's order. Each bears the version that its next change names in `If-Match`.
    answers: Vec<InspectionAnswer>,
}

impl From<Sheet> for InspectionSheet {
    fn from(Sheet { sections, answers, .. }: Sheet) -> Self {
        Self { sections, answers }
    }
}

/// List an inspection's answers
///
/// With what it asks: all that a device needs to fill it in offline.
#[utoipa::path(tag = "inspections", params(InspectionPath), responses((status = 200, body = InspectionSheet)),
    extensions(("x-permission" = json!(can::ViewInspection::PERMISSION.key()))))]
#[get("/{inspection}/answers")]
pub async fn list_inspection_answers(call: Call, path: Path<InspectionPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewInspection>(path.inspection).await?;
    Ok(ok(InspectionSheet::from(work.sheet(permit).await?)))
}

/// Get an answer
///
/// Of a question that has none yet, too: then its value is `null`.
#[utoipa::path(tag = "inspections", params(AnswerPath), responses((status = 200, body = InspectionAnswer)),
    extensions(("x-permission" = json!(can::ViewInspection::PERMISSION.key()))))]
#[get("/{inspection}/answers/{question}")]
pub async fn get_inspection_answer(call: Call, path: Path<AnswerPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewInspection>(path.inspection).await?;
    Ok(shown(work.inspection_answer(permit, &path.question).await?))
}

/// An answer to one question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAnswer, example = json!({"value": "Yes", "note": "The one in the basement sticks."}))]
pub struct SaveAnswer {
    /// The answer, as the question's kind has it; `null` takes it back, and so does a blank text.
    #[schema(required = true, value_type = Value)]
    #[serde(deserialize_with = "Option::deserialize")]
    value: Option<Value>,
    /// What there is to add.
    #[serde(default)]
    #[schema(default = "")]
    note: Text<0, 2000>,
}

/// Answer a question
///
/// `If-Match` names the version of the answer that is replaced, so that of two people on one inspection nobody undoes what the
/// other has just answered; answers to different questions are not in each other's way. What is saved already may be sent
/// again, whatever version it names. An inspection that was a draft is then in progress.
#[utoipa::path(tag = "inspections", params(AnswerPath, MustMatch), request_body = SaveAnswer,
    responses((status = 200, body = InspectionAnswer), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateInspection::PERMISSION.key()))))]
#[put("/{inspection}/answers/{question}")]
pub async fn answer_inspection(call: Call, path: Path<AnswerPath>, body: Body<SaveAnswer>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let (permit, seen) = work.permit_with::<can::UpdateInspection, can::ViewInspection>(path.inspection).await?;
    let SaveAnswer { value, note } = body.parse()?;
    let answer = work.answer_inspection((permit, seen.as_ref()), &path.question, call.if_match(), value, note).await?;
    work.commit(if seen.is_some() { shown(answer) } else { no_content() }).await
}
