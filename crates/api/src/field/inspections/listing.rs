//! Finding inspections.

use std::borrow::Cow;

use actix_web::get;
use serde::{Deserialize, Deserializer, de::Error};
use usher_domain::field::{Inspection, InspectionState};
use usher_policy::{Action, can};
use usher_store::field::InspectionOrder;
use utoipa::ToSchema;

use super::InspectionPath;
use crate::{
    http::{Answer, Call, Granted, Include, Listed, Path, Query, ThingQuery, listed, page_request, seen},
    tenancy::OrganizationPath,
};

/// The order of a list of inspections.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum InspectionSort {
    /// The newest first.
    #[default]
    #[serde(rename = "-created_at")]
    CreatedDescending,
    /// The oldest first.
    #[serde(rename = "created_at")]
    Created,
    /// What changed last first.
    #[serde(rename = "-updated_at")]
    UpdatedDescending,
    /// What has rested longest first: with `updated_since`, what a device that syncs asks for.
    #[serde(rename = "updated_at")]
    Updated,
    /// What is to be done first comes first, and what has no day comes last: with `due_until` and the states that are open, what
    /// is overdue.
    #[serde(rename = "due_on")]
    Due,
}

impl InspectionSort {
    /// The order, and the name of the list in it.
    pub(super) const fn order(self) -> (InspectionOrder, &'static str) {
        match self {
            Self::CreatedDescending => (InspectionOrder::CreatedDescending, "inspections:-created_at"),
            Self::Created => (InspectionOrder::Created, "inspections:created_at"),
            Self::UpdatedDescending => (InspectionOrder::UpdatedDescending, "inspections:-updated_at"),
            Self::Updated => (InspectionOrder::Updated, "inspections:updated_at"),
            Self::Due => (InspectionOrder::Due, "inspections:due_on"),
        }
    }
}

/// Some of the states.
#[derive(Debug, Default)]
pub(super) struct States(pub(super) Vec<InspectionState>);

impl<'de> Deserialize<'de> for States {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let states: Option<_> = text.split(',').map(InspectionState::parse).collect();
        states.map(Self).ok_or_else(|| D::Error::custom("names a state that there is not"))
    }
}

// The filters stand once, and both queries have them: a flattened struct would let unknown parameters pass.
macro_rules! with_inspection_filters {
    ($(#[$about:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// The team whose they are.
            #[param(value_type = Option<uuid::Uuid>)]
            team: Option<usher_domain::TeamId>,
            /// Where they happen.
            #[param(value_type = Option<uuid::Uuid>)]
            site: Option<usher_domain::SiteId>,
            /// What they were made from.
            #[param(value_type = Option<uuid::Uuid>)]
            template: Option<usher_domain::InspectionTemplateId>,
            /// How far they are: one state, or several with commas between, such as `draft,in_progress,reopened`.
            #[serde(default)]
            #[param(inline, value_type = Option<Vec<usher_domain::field::InspectionState>>, style = Form, explode = false, min_items = 1)]
            state: $crate::field::inspections::listing::States,
            /// A member who carries them out.
            #[param(value_type = Option<uuid::Uuid>)]
            assignee: Option<usher_domain::MemberId>,
            /// The account that made them, be it a member still or not.
            #[param(value_type = Option<uuid::Uuid>)]
            created_by: Option<usher_domain::AccountId>,
            /// Whether their team's viewers see them.
            shared: Option<bool>,
            /// To be done by this day or earlier.
            due_until: Option<chrono::NaiveDate>,
            /// Words of the title; `"a phrase"`, `or` and `-without` work.
            #[param(value_type = Option<String>, min_length = 1, max_length = 200, example = "fire")]
            q: Option<usher_domain::Text<1, 200>>,
            /// Changed or answered at this time or later.
            updated_since: Option<chrono::DateTime<chrono::Utc>>,
            /// The order.
            #[serde(default)]
            #[param(inline, value_type = Option<$crate::field::inspections::listing::InspectionSort>)]
            sort: $crate::field::inspections::listing::InspectionSort,
            $($(#[$more])* $field: $type,)*
        }

        impl $name {
            async fn filter(
                &self,
                work: &mut usher_store::Work,
            ) -> Result<usher_store::field::InspectionFilter, $crate::http::Stop> {
                use $crate::http::{filtered_by, storable};
                Ok(usher_store::field::InspectionFilter {
                    team: filtered_by(work, self.team, "team").await?,
                    site: filtered_by(work, self.site, "site").await?,
                    template: filtered_by(work, self.template, "template").await?,
                    states: self.state.0.clone(),
                    assignee: self.assignee,
                    created_by: self.created_by,
                    shared: self.shared,
                    due_until: storable("due_until", self.due_until)?,
                    q: self.q.clone().map(usher_domain::Text::into_string),
                    updated_since: storable("updated_since", self.updated_since)?,
                })
            }
        }
    };
}
pub(super) use with_inspection_filters;

with_inspection_filters! {
    /// Which inspections, in which order, and which part of them.
    ListInspections {
        /// How many at most.
        limit: Option<u32>,
        /// Where to go on.
        cursor: Option<String>,
        /// `total`, `permissions`, or both with a comma between.
        #[param(example = "total,permissions")]
        include: Option<String>,
    }
}

/// List inspections
///
/// Those that you may see. A filter that names a team, a site or a template that is not there, or that you may not see, is
/// answered with 404. A device that syncs asks for `sort=updated_at` with the `updated_since` that it last saw, less a quarter of
/// an hour: what was being saved meanwhile bears the time at which that began. What becomes visible because its user's roles
/// change has not changed itself: when `me/permissions` answers otherwise than before, a device asks for everything anew. What it
/// holds and its user no longer sees, deleted or withdrawn, it finds with `access/check`: up to 100 questions for
/// `inspection.view`, of which those are `not_found`. `sort=created_at` is the order of the ids, which begin with a time: of one
/// made offline that of its device.
#[utoipa::path(tag = "inspections", params(OrganizationPath, ListInspections),
    responses((status = 200, body = Listed<Granted<Inspection>>)),
    extensions(("x-permission" = json!(can::ViewInspection::PERMISSION.key()))))]
#[get("")]
pub async fn list_inspections(call: Call, path: Path<OrganizationPath>, query: Query<ListInspections>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total", "permissions"])?;
    let (order, list) = query.sort.order();
    let request = page_request(query.limit, query.cursor.as_deref(), list, include)?;
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let page = work.list_inspections(work.listing(), &filter, order, &request).await?;
    Ok(listed(work.caller(), page, list, include))
}

/// Get an inspection
#[utoipa::path(tag = "inspections", params(InspectionPath, ThingQuery), responses((status = 200, body = Granted<Inspection>)),
    extensions(("x-permission" = json!(can::ViewInspection::PERMISSION.key()))))]
#[get("/{inspection}")]
pub async fn get_inspection(call: Call, path: Path<InspectionPath>, query: Query<ThingQuery>) -> Answer {
    let include = query.include()?;
    let (caller, inspection) = call.see(&path.organization, path.inspection).await?;
    Ok(seen(&caller, inspection, include))
}
