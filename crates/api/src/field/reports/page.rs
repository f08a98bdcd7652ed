//! A report as a page that prints well.

use actix_web::{HttpResponse, get, http::header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use usher_domain::field::InspectionQuestionKind;
use usher_policy::{Action, can};

use super::{FullReport, ReportAnswer, ReportPath, document::full};
use crate::http::{Answer, Call, Path};

const STYLE: &str = include_str!("page.css");

/// Nothing but the page's own style and pictures that stand in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-modals";

/// Get a report as a page
///
/// HTML that stands for itself and prints well, on paper or into a PDF.
#[utoipa::path(tag = "reports", params(ReportPath), responses((status = 200, body = String, content_type = "text/html")),
    extensions(("x-permission" = json!(can::ViewReport::PERMISSION.key()))))]
#[get("/{report}/page")]
pub async fn get_report_page(call: Call, path: Path<ReportPath>) -> Answer {
    let report = full(&call, &path).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(page(&report).into_string()))
}

fn page(report: &FullReport) -> Markup {
    let (score, most) = (report.report.score, report.report.max_score);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (report.report.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.organization { (report.organization) }
                    h1 { (report.report.title) }
                    dl { (facts(report)) }
                    @if most > 0 {
                        p.score { strong { (score) " of " (most) " points" } " (" (percent(score, most)) " %)" }
                    }
                }
                main {
                    @for section in &report.sections {
                        section {
                            h2 { (section.title) }
                            table {
                                thead { tr { th scope="col" { "Question" } th scope="col" { "Answer" } } }
                                tbody {
                                    @for answer in &section.answers {
                                        tr { th scope="row" { (answer.label) } td { (given(answer)) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn percent(score: i32, most: i32) -> i64 {
    (i64::from(score) * 200 + i64::from(most)) / (i64::from(most) * 2)
}

/// What stands above the answers, each with its name.
fn facts(report: &FullReport) -> Markup {
    let site = match (&report.site, report.address.as_deref()) {
        (Some(site), None | Some("")) => Some(site.clone()),
        (Some(site), Some(address)) => Some(format!("{site}, {address}")),
        (None, _) => None,
    };
    let assignees = (!report.assignees.is_empty()).then(|| report.assignees.join(", "));
    let submitted = report.report.submitted_at.format("%-d %B %Y, %H:%M UTC").to_string();
    let facts = [
        ("Site", site),
        ("Team", report.team.clone()),
        ("Template", report.template.clone()),
        ("Carried out by", assignees),
        ("Submitted by", report.submitted_by_name.clone()),
        ("Submitted", Some(submitted)),
    ];
    html! {
        @for (name, value) in facts {
            @if let Some(value) = value { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// An answer in words.
fn given(answer: &ReportAnswer) -> Markup {
    html! {
        @match &answer.value {
            None => span.none { "No answer" },
            Some(value) => (words(answer, value)),
        }
        @if !answer.note.is_empty() { p.note { (answer.note) } }
    }
}

fn words(answer: &ReportAnswer, value: &Value) -> Markup {
    html! {
        @match (answer.kind, value) {
            (InspectionQuestionKind::Checkbox, Value::Bool(ticked)) => { (if *ticked { "Yes" } else { "No" }) }
            (InspectionQuestionKind::Number, value) => {
                (value) @if let Some(unit) = &answer.unit { " " (unit) }
            }
            (InspectionQuestionKind::Photo, Value::Array(photos)) => {
                (photos.len()) (if photos.len() == 1 { " photo" } else { " photos" })
            }
            (InspectionQuestionKind::Signature, value) => { (value["name"].as_str().unwrap_or_default()) }
            (_, Value::String(text)) => { span.text { (text) } }
            (_, other) => { (other) }
        }
    }
}
