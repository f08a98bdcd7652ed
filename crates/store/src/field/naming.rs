//! Photos that answers name.

use serde_json::Value;
use usher_domain::{
    InspectionId, PhotoId,
    desk::FieldFault,
    field::{InspectionQuestion, InspectionQuestionKind},
};
use uuid::Uuid;

use crate::{Conflict, StoreError, StoreResult, Work};

impl Work {
    /// Makes sure that the photos which an answer names are the inspection's own. The inspection is locked, so they stay until the
    /// answer is saved. The faults say where in the answer they stand, and so what it answers.
    pub(super) async fn must_have_photos(
        &mut self,
        inspection: InspectionId,
        asked: &InspectionQuestion,
        value: &Value,
    ) -> StoreResult<()> {
        let named = asked.kind.photo_ids(value);
        if named.is_empty() {
            return Ok(());
        }
        let there = sqlx::query_scalar!(
            "select id from inspection_photos where org_id = $1 and inspection_id = $2 and id = any($3)",
            self.organization().uuid(),
            inspection.uuid(),
            &named
        );
        let there = there.fetch_all(&mut *self.transaction).await?;
        let missing = named.iter().enumerate().filter(|(_, id)| !there.contains(id));
        let faults: Vec<FieldFault> = missing.map(|(at, _)| unknown(asked, at)).collect();
        if faults.is_empty() { Ok(()) } else { Err(StoreError::InvalidFields(faults)) }
    }

    /// Makes sure that no answer names a photo which is about to be deleted. Whoever wants to be rid of it takes it out of the
    /// answer first: an answer has a version, so nobody's answer changes behind their back. The inspection is locked: no answer is
    /// being saved meanwhile.
    pub(super) async fn must_be_unnamed(
        &mut self,
        inspection: InspectionId,
        form: Uuid,
        photo: PhotoId,
    ) -> StoreResult<()> {
        let (sections, answers) = (self.sections(form).await?, self.answers_of(inspection).await?);
        let names = |asked: &InspectionQuestion| {
            let given = answers.iter().filter(|answer| *answer.question == *asked.key);
            given
                .filter_map(|answer| answer.value.as_ref())
                .any(|value| asked.kind.photo_ids(value).contains(&photo.uuid()))
        };
        let named = sections.iter().flat_map(|section| &section.questions).any(names);
        if named { Err(PHOTO_IN_USE.into()) } else { Ok(()) }
    }
}

fn unknown(asked: &InspectionQuestion, at: usize) -> FieldFault {
    let pointer = match asked.kind {
        InspectionQuestionKind::Signature => "/value/photo_id".to_owned(),
        _ => format!("/value/{at}"),
    };
    FieldFault { pointer, code: "unknown_photo", detail: "The inspection has no such photo.".to_owned() }
}

const PHOTO_IN_USE: Conflict =
    Conflict { code: "photo_in_use", detail: "An answer names this photo: take it out of the answer first." };
