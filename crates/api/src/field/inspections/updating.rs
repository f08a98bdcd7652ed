//! Changing and deleting inspections.

use actix_web::{delete, patch};
use chrono::NaiveDate;
use serde::Deserialize;
use usher_domain::{SiteId, Text, field::Inspection};
use usher_policy::{Action, can};
use usher_store::{Work, field::InspectionChange};
use utoipa::ToSchema;

use super::InspectionPath;
use crate::http::{Answer, Body, Call, Change, Granted, IfMatch, Path, Stop, answer_if_visible, no_content, placed};

/// What is to change about an inspection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"due_on": "2026-10-15"}))]
pub struct InspectionPatch {
    /// What it is about.
    #[schema(value_type = Text<1, 200>, required = false)]
    title: Option<Text<1, 200>>,
    /// By when it is to be done; `null`: at no time in particular.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>)]
    due_on: Change<NaiveDate>,
    /// Where it happens: a site of its team; `null`: at none in particular.
    #[serde(default)]
    #[schema(value_type = Option<SiteId>)]
    site_id: Change<SiteId>,
}

impl InspectionPatch {
    async fn understand(self, work: &mut Work) -> Result<InspectionChange, Stop> {
        let site = match self.site_id.into_option() {
            None => None,
            Some(site) => Some(placed(work, site, "/site_id").await?),
        };
        Ok(InspectionChange { title: self.title, due_on: self.due_on.into_option(), site })
    }
}

/// Change an inspection
///
/// Unless it was submitted.
#[utoipa::path(tag = "inspections", params(InspectionPath, IfMatch), request_body = InspectionPatch,
    responses((status = 200, body = Granted<Inspection>),
        (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateInspection::PERMISSION.key()))))]
#[patch("/{inspection}")]
pub async fn update_inspection(call: Call, path: Path<InspectionPath>, body: Body<InspectionPatch>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::UpdateInspection>(path.inspection).await?;
    let change = body.parse()?.understand(&mut work).await?;
    work.update_inspection(permit, call.if_match(), change).await?;
    answer_if_visible(work, path.inspection).await
}

/// Delete an inspection
///
/// With its answers and photos, for good. One that was submitted has a report, and is not deleted: it is reopened first.
#[utoipa::path(tag = "inspections", params(InspectionPath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::DeleteInspection::PERMISSION.key()))))]
#[delete("/{inspection}")]
pub async fn delete_inspection(call: Call, path: Path<InspectionPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::DeleteInspection>(path.inspection).await?;
    work.delete_inspection(permit, call.if_match()).await?;
    work.commit(no_content()).await
}
