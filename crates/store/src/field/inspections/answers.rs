//! What was answered: an inspection is filled in piece by piece, by several people at once.

use serde_json::Value;
use sqlx::types::{
    Json,
    chrono::{DateTime, Utc},
};
use usher_domain::{
    Id, InspectionId, Text,
    field::{InspectionAnswer, InspectionState, Section, says_something},
};
use usher_policy::{Permit, can};
use uuid::Uuid;

use crate::{Expected, StoreError, StoreResult, Work};

struct Row {
    question: String,
    value: Option<Json<Value>>,
    note: String,
    answered_by: Option<Uuid>,
    answered_at: DateTime<Utc>,
    version: i64,
}

impl From<Row> for InspectionAnswer {
    fn from(row: Row) -> Self {
        Self {
            question: row.question,
            value: row.value.map(|value| value.0),
            note: row.note,
            answered_by: row.answered_by.map(Id::from),
            answered_at: Some(row.answered_at),
            version: row.version,
        }
    }
}

/// What a question asks and what was answered to it so far.
#[derive(Debug)]
pub struct Sheet {
    /// What is asked.
    pub sections: Vec<Section>,
    /// One for each question, in the form's order.
    pub answers: Vec<InspectionAnswer>,
}

fn unanswered(question: &str) -> InspectionAnswer {
    let question = question.to_owned();
    InspectionAnswer { question, value: None, note: String::new(), answered_by: None, answered_at: None, version: 1 }
}

const NO_QUESTION: StoreError = StoreError::Missing("question");

const UNFIT: &str = "It does not fit the question.";

impl Work {
    /// What an inspection asks, and every answer.
    ///
    /// # Errors
    /// The database's.
    pub async fn sheet(&mut self, permit: Permit<can::ViewInspection>) -> StoreResult<Sheet> {
        let inspection = permit.target();
        let standing = self.standing(inspection).await?;
        let sections = self.sections(standing.form_id).await?;
        let mut given: std::collections::HashMap<String, InspectionAnswer> =
            self.answers_of(inspection).await?.into_iter().map(|answer| (answer.question.clone(), answer)).collect();
        let questions = sections.iter().flat_map(|section| &section.questions);
        let answers =
            questions.map(|question| given.remove(&*question.key).unwrap_or_else(|| unanswered(&question.key)));
        let answers = answers.collect();
        Ok(Sheet { sections, answers })
    }

    /// One answer of an inspection.
    ///
    /// # Errors
    /// The inspection asks no such question.
    pub async fn inspection_answer(
        &mut self,
        permit: Permit<can::ViewInspection>,
        question: &str,
    ) -> StoreResult<InspectionAnswer> {
        let sheet = self.sheet(permit).await?;
        sheet.answers.into_iter().find(|answer| answer.question == question).ok_or(NO_QUESTION)
    }

    /// Saves one answer, if it is as the caller read it. A blank text is none. What is saved already is not saved again,
    /// whichever version the caller read, and be the inspection submitted since: a device that heard no answer sends it twice.
    ///
    /// # Errors
    /// The inspection asks no such question; the answer does not fit it; somebody else has changed it; or the inspection was
    /// submitted.
    pub async fn answer_inspection(
        &mut self,
        (permit, seen): (Permit<can::UpdateInspection>, Option<&Permit<can::ViewInspection>>),
        question: &str,
        version: &Expected,
        value: Option<Value>,
        note: Text<0, 2000>,
    ) -> StoreResult<InspectionAnswer> {
        let inspection = permit.target();
        let standing = self.standing(inspection).await?;
        let sections = self.sections(standing.form_id).await?;
        let mut questions = sections.iter().flat_map(|section| &section.questions);
        // What is asked is told to who sees it.
        let sees = seen.is_some_and(|seen| seen.target() == inspection);
        let before = self.answer_of(inspection, question).await?.unwrap_or_else(|| unanswered(question));
        if !sees {
            // Before anything is said of the question: what is not asked is as what is not answered.
            version.must_be(before.version)?;
        }
        let does_not_fit = |detail| StoreError::Invalid { pointer: "/value", code: "invalid", detail };
        let unknown = || if sees { NO_QUESTION } else { does_not_fit(UNFIT.to_owned()) };
        let asked = questions.find(|asked| *asked.key == *question).ok_or_else(unknown)?;
        if let Some(value) = &value {
            let wrong = |wanted| does_not_fit(if sees { wanted } else { UNFIT.to_owned() });
            asked.check(value).map_err(wrong)?;
            self.must_have_photos(inspection, asked, value).await.map_err(|error| match error {
                StoreError::InvalidFields(_) if !sees => does_not_fit(UNFIT.to_owned()),
                error => error,
            })?;
        }
        let value = value.filter(says_something);
        let is_saved = before.answered_at.is_some() && before.value == value && before.note == *note;
        // Who does not see the answers is not told whether theirs was guessed.
        if is_saved && sees {
            return Ok(before);
        }
        version.must_be(before.version)?;
        self.save_answer(inspection, standing.state.worked_on()?, question, value, &note).await?;
        self.answer_of(inspection, question).await?.ok_or(NO_QUESTION)
    }

    async fn save_answer(
        &mut self,
        inspection: InspectionId,
        state: InspectionState,
        question: &str,
        value: Option<Value>,
        note: &str,
    ) -> StoreResult<()> {
        sqlx::query!(
            "with saved as (
                insert into inspection_answers as a (org_id, inspection_id, question, value, note, answered_by, version)
                values ($1, $2, $3, $4, $5, $6, 2)
                on conflict (org_id, inspection_id, question) do update set value = excluded.value, note = excluded.note,
                    answered_by = excluded.answered_by, answered_at = now(), version = a.version + 1
             )
             update inspections set version = version + 1, updated_at = now(), state = $7 where org_id = $1 and id = $2",
            self.organization().uuid(),
            inspection.uuid(),
            question,
            value.map(Json) as _,
            note,
            self.account().uuid(),
            state.key()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn answer_of(&mut self, inspection: InspectionId, question: &str) -> StoreResult<Option<InspectionAnswer>> {
        let row = sqlx::query_as!(
            Row,
            r#"select question, value as "value: Json<Value>", note, answered_by, answered_at, version
             from inspection_answers where org_id = $1 and inspection_id = $2 and question = $3"#,
            self.organization().uuid(),
            inspection.uuid(),
            question
        );
        Ok(row.fetch_optional(&mut *self.transaction).await?.map(InspectionAnswer::from))
    }

    /// Every answer of an inspection, in no order.
    pub(in crate::field) async fn answers_of(
        &mut self,
        inspection: InspectionId,
    ) -> StoreResult<Vec<InspectionAnswer>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select question, value as "value: Json<Value>", note, answered_by, answered_at, version
             from inspection_answers where org_id = $1 and inspection_id = $2"#,
            self.organization().uuid(),
            inspection.uuid()
        );
        Ok(rows.fetch_all(&mut *self.transaction).await?.into_iter().map(InspectionAnswer::from).collect())
    }

    /// What a form asks.
    pub(in crate::field) async fn sections(&mut self, form: Uuid) -> StoreResult<Vec<Section>> {
        let sections = sqlx::query_scalar!(
            r#"select sections as "sections: Json<Vec<Section>>" from inspection_forms where org_id = $1 and id = $2"#,
            self.organization().uuid(),
            form
        );
        Ok(sections.fetch_optional(&mut *self.transaction).await?.map(|sections| sections.0).unwrap_or_default())
    }
}
