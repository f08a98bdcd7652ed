//! The photos in a report's page, each where it belongs.

use std::collections::{HashMap, HashSet};

use chrono_tz::Tz;
use maud::{Markup, html};
use usher_domain::{PhotoId, field::Photo};

use super::{FullReport, ReportAnswer, page::told, pictures::Pictures};

/// The photos of a report, found quickly.
pub(super) struct Figures<'a> {
    pictures: &'a Pictures,
    zone: Tz,
    photos: &'a [Photo],
    by_id: HashMap<PhotoId, &'a Photo>,
    named: HashSet<PhotoId>,
}

impl<'a> Figures<'a> {
    pub(super) fn of(report: &'a FullReport, pictures: &'a Pictures, zone: Tz) -> Self {
        let answers = report.sections.iter().flat_map(|section| &section.answers);
        Self {
            pictures,
            zone,
            photos: &report.photos,
            by_id: report.photos.iter().map(|photo| (photo.id, photo)).collect(),
            named: answers.flat_map(named_by).collect(),
        }
    }

    /// The photos that an answer names, in its order, and then those that were taken for its question and that no answer names.
    pub(super) fn of_answer(&self, answer: &ReportAnswer) -> Option<Markup> {
        let named = named_by(answer).into_iter().filter_map(|id| self.by_id.get(&id).copied());
        self.all(named.chain(self.unnamed(Some(&answer.question))).collect())
    }

    /// The photos of no question.
    pub(super) fn of_none(&self) -> Option<Markup> {
        self.all(self.unnamed(None).collect())
    }

    fn unnamed(&self, question: Option<&str>) -> impl Iterator<Item = &'a Photo> {
        let photos = self.photos.iter();
        photos.filter(move |photo| photo.question.as_deref() == question && !self.named.contains(&photo.id))
    }

    fn all(&self, photos: Vec<&Photo>) -> Option<Markup> {
        let all = || html! { div.photos { @for photo in &photos { (self.figure(photo)) } } };
        (!photos.is_empty()).then(all)
    }

    /// A photo with what it shows and when it was taken; or what it is, where it cannot be shown.
    fn figure(&self, photo: &Photo) -> Markup {
        let taken = photo.taken_at.map(|at| told(at, self.zone));
        html! {
            figure {
                @match self.pictures.photos.get(&photo.id) {
                    Some(uri) => img src=(uri) alt=(photo.caption);,
                    None => p.none { "A photo that this page does not show: " (kind(photo)) ", " (size(photo.size)) },
                }
                @if !photo.caption.is_empty() || taken.is_some() {
                    figcaption {
                        (photo.caption)
                        @if let Some(taken) = taken {
                            @if !photo.caption.is_empty() { br; }
                            (taken)
                        }
                    }
                }
            }
        }
    }
}

fn named_by(answer: &ReportAnswer) -> Vec<PhotoId> {
    let ids = answer.value.as_ref().map(|value| answer.kind.photo_ids(value));
    ids.into_iter().flatten().map(PhotoId::from).collect()
}

fn kind(photo: &Photo) -> String {
    photo.content_type.trim_start_matches("image/").to_uppercase()
}

/// A size as people say it, in megabytes.
fn size(bytes: i64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
