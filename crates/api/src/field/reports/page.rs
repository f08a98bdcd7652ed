//! A report as a page that prints well.

use actix_web::{HttpResponse, get, http::header};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use serde_json::Value;
use usher_domain::{
    field::InspectionQuestionKind,
    tenancy::{Branding, Color},
};
use usher_policy::{Action, can};
use utoipa::IntoParams;

use super::{
    FullReport, ReportAnswer, ReportPath, ReportSection, document::full, figures::Figures, pictures::Pictures,
};
use crate::http::{Answer, Call, Path, Query, TimeZone};

const STYLE: &str = include_str!("page.css");

/// Nothing but the page's own style and pictures that stand in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-modals";

/// How times are told on a page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageOfReport {
    /// By whose clock: an IANA time zone. UTC where none is said.
    #[serde(default)]
    #[param(value_type = Option<String>, example = "Europe/Berlin")]
    time_zone: TimeZone,
}

/// Get a report as a page
///
/// HTML that stands for itself and prints well, on paper or into a PDF. Its photos stand in it, JPEG, PNG and WebP, those of more
/// than 512 KiB scaled down to 1280 pixels: as many as come to 16 MiB, some forty, the oldest first. A photo is named with its kind
/// and size instead where it does not fit or is a HEIC, which browsers do not show, where it has more than 52 megapixels or is lost,
/// and where the photos before it come to 256 MiB or, of those to be scaled down, to 600 megapixels and it is too large as it
/// is. `photos/{photo}/content` of the report has every photo as it is.
#[utoipa::path(tag = "reports", params(ReportPath, PageOfReport), responses((status = 200, body = String, content_type = "text/html")),
    extensions(("x-permission" = json!(can::ViewReport::PERMISSION.key()))))]
#[get("/{report}/page")]
pub async fn get_report_page(call: Call, path: Path<ReportPath>, query: Query<PageOfReport>) -> Answer {
    let (report, pictures) = full(&call, &path).await?;
    let files = &call.app().files;
    let turn = files.turn().await?;
    let pictures = pictures.read(files, &report.photos).await?;
    let page = files.page(call.address(), page(&report, &pictures, query.time_zone.0).into_string())?;
    drop(turn);
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(page))
}

fn page(report: &FullReport, pictures: &Pictures, zone: Tz) -> Markup {
    let figures = Figures::of(report, pictures, zone);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (report.report.title) }
                style { (PreEscaped(STYLE)) (PreEscaped(colors(&report.branding))) }
            }
            body {
                header { (head(report, pictures, zone)) }
                main {
                    @for section in &report.sections { (part(section, &figures)) }
                    @if let Some(photos) = figures.of_none() { section { h2 { "Photos" } (photos) } }
                }
            }
        }
    }
}

/// The organization's colours: as they are where they only adorn, and as dark as text must be where they are read.
fn colors(branding: &Branding) -> String {
    let color = |text: &Option<String>| text.as_deref().and_then(Color::parse);
    let mut style = String::new();
    if let Some(primary) = color(&branding.primary_color) {
        let readable = primary.readable_on_white();
        style = format!(":root {{ --brand: {}; --accent: {}; }}", primary.as_str(), readable.as_str());
    }
    if let Some(notice) = color(&branding.accent_color) {
        style += &format!(":root {{ --notice: {}; }}", notice.as_str());
    }
    style
}

fn head(report: &FullReport, pictures: &Pictures, zone: Tz) -> Markup {
    let (score, most) = (report.report.score, report.report.max_score);
    html! {
        @if let Some(logo) = &pictures.logo { img.logo src=(logo) alt=(format!("Logo of {}", report.organization)); }
        p.organization { (report.organization) }
        h1 { (report.report.title) }
        dl { (facts(report, zone)) }
        @if most > 0 {
            p.score { strong { (score) " of " (most) " points" } " (" (percent(score, most)) " %)" }
        }
    }
}

fn part(section: &ReportSection, figures: &Figures<'_>) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            table {
                thead { tr { th scope="col" { "Question" } th scope="col" { "Answer" } } }
                tbody {
                    @for answer in &section.answers { (row(answer, figures)) }
                }
            }
        }
    }
}

fn percent(score: i32, most: i32) -> i64 {
    (i64::from(score) * 200 + i64::from(most)) / (i64::from(most) * 2)
}

/// A time by a clock.
pub(super) fn told(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%-d %B %Y, %H:%M %Z").to_string()
}

/// What stands above the answers, each with its name.
fn facts(report: &FullReport, zone: Tz) -> Markup {
    let site = match (&report.report.site, report.address.as_deref()) {
        (Some(site), None | Some("")) => Some(site.clone()),
        (Some(site), Some(address)) => Some(format!("{site}, {address}")),
        (None, _) => None,
    };
    let assignees = (!report.assignees.is_empty()).then(|| report.assignees.join(", "));
    let submitted = told(report.report.submitted_at, zone);
    let facts = [
        ("Site", site),
        ("Team", Some(report.report.team.clone())),
        ("Template", report.report.template.clone()),
        ("Carried out by", assignees),
        ("Submitted by", report.report.submitted_by_name.clone()),
        ("Submitted", Some(submitted)),
    ];
    html! {
        @for (name, value) in facts {
            @if let Some(value) = value { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// A question and its answer. A signature stands beside the name; photos have the whole width below.
fn row(answer: &ReportAnswer, figures: &Figures<'_>) -> Markup {
    let photos = figures.of_answer(answer);
    let (signature, below) = match answer.kind {
        InspectionQuestionKind::Signature => (photos, None),
        _ => (None, photos),
    };
    html! {
        tr.illustrated[below.is_some()].long[is_long(answer)] {
            th scope="row" { (answer.label) }
            td {
                @match &answer.value {
                    None => span.none { "No answer" },
                    Some(value) => (words(answer, value)),
                }
                @if let Some((score, most)) = answer.score.zip(answer.max_score) {
                    span.points.lost[score < most] { (score) " of " (most) }
                }
                @if let Some(signature) = signature { (signature) }
                @if !answer.note.is_empty() { p.note { (answer.note) } }
            }
        }
        @if let Some(photos) = below { tr.pictures { td colspan="2" { (photos) } } }
    }
}

/// Whether an answer may be parted by the end of a page: what is short stays together.
fn is_long(answer: &ReportAnswer) -> bool {
    let text = answer.value.as_ref().and_then(Value::as_str).unwrap_or_default();
    text.len() + answer.note.len() > 600
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
