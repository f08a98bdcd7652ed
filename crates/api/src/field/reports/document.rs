//! A report with all that it says.

use std::collections::HashMap;

use actix_web::get;
use serde::Serialize;
use serde_json::Value;
use usher_domain::{
    Text,
    field::{InspectionAnswer, InspectionQuestion, InspectionQuestionKind, Photo, Report, Section},
    kind,
    tenancy::Branding,
};
use usher_policy::{Action, can};
use usher_store::field::ReportDocument;
use utoipa::ToSchema;

use super::{ReportPath, pictures::PictureFiles};
use crate::http::{Answer, Call, Path, Stop, Versioned, shown};

/// A report as a document: it stands for itself, whatever else its reader may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct FullReport {
    /// The report.
    #[serde(flatten)]
    pub(super) report: Report,
    /// The organization's name, as it is now.
    pub(super) organization: String,
    /// The organization's version.
    #[serde(skip)]
    pub(super) organization_version: i64,
    /// Where the site was.
    #[schema(required)]
    pub(super) address: Option<String>,
    /// The names of those who were assigned to it. This and the other names, but for the organization's, are as they were when it
    /// was submitted.
    pub(super) assignees: Vec<String>,
    /// What was asked, and answered.
    pub(super) sections: Vec<ReportSection>,
    /// The photos, the oldest first. `photos/{photo}/content` of the report has their bytes.
    pub(super) photos: Vec<Photo>,
    /// How the organization shows itself now.
    pub(super) branding: Branding,
}

/// A part of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportSection {
    /// What the questions are about.
    pub(super) title: String,
    /// What was asked, and answered.
    pub(super) answers: Vec<ReportAnswer>,
}

/// A question and its answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "question": "exits", "label": "Are the emergency exits clear?", "kind": "choice", "unit": null, "value": "Yes", "score": 10,
    "max_score": 10, "note": "The one in the basement sticks."
}))]
pub struct ReportAnswer {
    /// The question's key.
    pub(super) question: String,
    /// What was asked.
    pub(super) label: String,
    /// How it is answered.
    pub(super) kind: InspectionQuestionKind,
    /// What a number counts.
    #[schema(required)]
    pub(super) unit: Option<String>,
    /// The answer; `null` where there is none.
    #[schema(required, value_type = Value)]
    pub(super) value: Option<Value>,
    /// The points that the answer gave; none where the question gives no points, or does not apply.
    #[schema(required)]
    pub(super) score: Option<u16>,
    /// The most points that it could have given.
    #[schema(required)]
    pub(super) max_score: Option<u16>,
    /// What there was to add.
    pub(super) note: String,
}

impl Versioned for FullReport {
    fn version(&self) -> i64 {
        self.report.version
    }

    /// The letterhead is the organization's of now.
    fn tag(&self) -> String {
        format!("{}.{}.{}", self.report.version, self.branding.version, self.organization_version)
    }
}

impl FullReport {
    fn of(report: Report, document: ReportDocument) -> Self {
        let mut answers: HashMap<String, InspectionAnswer> =
            document.answers.into_iter().map(|answer| (answer.question.clone(), answer)).collect();
        Self {
            report,
            organization: document.organization,
            organization_version: document.organization_version,
            address: document.address,
            assignees: document.assignees,
            sections: document.sections.into_iter().map(|section| ReportSection::of(section, &mut answers)).collect(),
            photos: document.photos.into_iter().map(|(photo, _)| photo).collect(),
            branding: document.branding,
        }
    }
}

impl ReportSection {
    fn of(section: Section, answers: &mut HashMap<String, InspectionAnswer>) -> Self {
        let answer = |question: InspectionQuestion| {
            let answer = answers.remove(&*question.key);
            let (score, max_score) = question.score(answer.as_ref().and_then(|answer| answer.value.as_ref())).unzip();
            ReportAnswer {
                score,
                max_score,
                question: question.key.into_string(),
                label: question.label.into_string(),
                kind: question.kind,
                unit: question.unit.map(Text::into_string),
                note: answer.as_ref().map(|answer| answer.note.clone()).unwrap_or_default(),
                value: answer.and_then(|answer| answer.value),
            }
        };
        Self { title: section.title.into_string(), answers: section.questions.into_iter().map(answer).collect() }
    }
}

/// The report of the path, with all that it says, and where its pictures are.
pub(super) async fn full(call: &Call, path: &ReportPath) -> Result<(FullReport, PictureFiles), Stop> {
    let mut work = call.read(&path.organization).await?;
    let report = work.see::<kind::Report>(path.report).await?;
    let permit = work.permit::<can::ViewReport>(path.report).await?;
    let mut document = work.report_document(permit).await?;
    let photos = document.photos.iter().map(|(photo, file)| (photo.id, file.clone())).collect();
    let pictures = PictureFiles { logo: document.logo.take(), photos };
    Ok((FullReport::of(report.item, document), pictures))
}

/// Get a report
///
/// With all that it says. It is there while the inspection is submitted.
#[utoipa::path(tag = "reports", params(ReportPath), responses((status = 200, body = FullReport)),
    extensions(("x-permission" = json!(can::ViewReport::PERMISSION.key()))))]
#[get("/{report}")]
pub async fn get_report(call: Call, path: Path<ReportPath>) -> Answer {
    Ok(shown(full(&call, &path).await?.0))
}
