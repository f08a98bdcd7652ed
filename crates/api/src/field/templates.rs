//! Inspection templates.

use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use usher_domain::{
    InspectionTemplateId, TeamId, Text,
    field::{InspectionTemplate, Section},
};
use usher_policy::{Action, can};
use usher_store::{
    OrganizationKey,
    field::{InspectionTemplateChange, NewInspectionTemplate},
};
use utoipa::{IntoParams, ToSchema};

use super::FieldQuery;
use crate::{
    http::{
        Answer, Body, Call, Granted, IfMatch, Listed, MustMatch, Path, Query, ThingQuery, created, listed, no_content,
        place, seen, shown_if,
    },
    tenancy::OrganizationPath,
};

/// An inspection template in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InspectionTemplatePath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "skyline")]
    organization: OrganizationKey,
    /// The template.
    #[param(value_type = InspectionTemplateId)]
    inspection_template: InspectionTemplateId,
}

/// List inspection templates
///
/// By name, or those that changed last at the end: with `updated_since` a device asks for what has changed, as it does for
/// inspections.
#[utoipa::path(tag = "inspection templates", params(OrganizationPath, FieldQuery),
    responses((status = 200, body = Listed<Granted<InspectionTemplate>>)),
    extensions(("x-permission" = json!(can::ViewInspectionTemplate::PERMISSION.key()))))]
#[get("/inspection-templates")]
pub async fn list_inspection_templates(call: Call, path: Path<OrganizationPath>, query: Query<FieldQuery>) -> Answer {
    let wanted = query.wanted("inspection_templates")?;
    let mut work = call.read(&path.organization).await?;
    let filter = query.filter(&mut work).await?;
    let listing = work.listing();
    let page = work.list_inspection_templates(&listing, &filter, wanted.order, &wanted.request).await?;
    Ok(listed(work.caller(), page, &wanted.list, wanted.include))
}

/// Get an inspection template
#[utoipa::path(tag = "inspection templates", params(InspectionTemplatePath, ThingQuery),
    responses((status = 200, body = Granted<InspectionTemplate>)),
    extensions(("x-permission" = json!(can::ViewInspectionTemplate::PERMISSION.key()))))]
#[get("/inspection-templates/{inspection_template}")]
pub async fn get_inspection_template(
    call: Call,
    path: Path<InspectionTemplatePath>,
    query: Query<ThingQuery>,
) -> Answer {
    let include = query.include()?;
    let (caller, template) = call.see(&path.organization, path.inspection_template).await?;
    Ok(seen(&caller, template, include))
}

/// A new inspection template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInspectionTemplate, example = json!({
    "team_id": "019f0000-0000-7000-8000-000000000002",
    "name": "Fire safety",
    "description": "Once a year, in every building.",
    "sections": [{"title": "Ways out", "questions": [
        {"key": "exits", "label": "Are the emergency exits clear?", "kind": "choice", "required": true,
            "options": [{"value": "Yes", "score": 10}, {"value": "No", "score": 0}, {"value": "There are none"}]},
        {"key": "lights", "label": "Do the emergency lights work?", "kind": "checkbox", "score": 5},
        {"key": "pressure", "label": "Pressure of the extinguishers", "kind": "number", "unit": "bar", "minimum": 0, "maximum": 30}
    ]}]
}))]
pub struct CreateInspectionTemplate {
    /// The team whose template it is.
    team_id: TeamId,
    /// Its name, unique in the team.
    name: Text<1, 120>,
    /// When to use it.
    #[serde(default)]
    #[schema(default = "")]
    description: Text<0, 2000>,
    /// What it asks: no more than 500 questions in all.
    #[schema(min_items = 1, max_items = 50)]
    sections: Vec<Section>,
}

/// Create an inspection template
#[utoipa::path(tag = "inspection templates", params(OrganizationPath), request_body = CreateInspectionTemplate,
    responses((status = 201, body = InspectionTemplate)),
    extensions(("x-permission" = json!(can::CreateInspectionTemplate::PERMISSION.key()))))]
#[post("/inspection-templates")]
pub async fn create_inspection_template(
    call: Call,
    path: Path<OrganizationPath>,
    body: Body<CreateInspectionTemplate>,
) -> Answer {
    let mut work = call.write(&path.organization).await?;
    work.may_create::<can::CreateInspectionTemplate>()?;
    let CreateInspectionTemplate { team_id, name, description, sections } = body.parse()?;
    let team = place(&mut work, team_id, "/team_id").await?;
    let new = NewInspectionTemplate { name, description, sections };
    let template = work.create_inspection_template(team, new).await?;
    let location = format!("/v1/organizations/{}/field/inspection-templates/{}", work.organization(), template.id);
    work.commit(created(template, &location)).await
}

/// What is to change about an inspection template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Once a year, in every building and every garage."}))]
pub struct InspectionTemplatePatch {
    /// Its name.
    #[schema(value_type = Text<1, 120>, required = false)]
    name: Option<Text<1, 120>>,
    /// When to use it.
    #[schema(value_type = Text<0, 2000>, required = false)]
    description: Option<Text<0, 2000>>,
    /// What it asks: all of it.
    #[schema(value_type = Vec<Section>, required = false, min_items = 1, max_items = 50)]
    sections: Option<Vec<Section>>,
}

/// Change an inspection template
///
/// Inspections that were made from it keep the questions that they have. `If-Match` is required.
#[utoipa::path(tag = "inspection templates", params(InspectionTemplatePath, MustMatch),
    request_body = InspectionTemplatePatch, responses((status = 200, body = InspectionTemplate), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateInspectionTemplate::PERMISSION.key()))))]
#[patch("/inspection-templates/{inspection_template}")]
pub async fn update_inspection_template(
    call: Call,
    path: Path<InspectionTemplatePath>,
    body: Body<InspectionTemplatePatch>,
) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::UpdateInspectionTemplate>(path.inspection_template).await?;
    let InspectionTemplatePatch { name, description, sections } = body.parse()?;
    let change = InspectionTemplateChange { name, description, sections };
    let template = work.update_inspection_template(permit, call.if_match(), change).await?;
    shown_if::<can::ViewInspectionTemplate>(work, path.inspection_template, template).await
}

/// Delete an inspection template
///
/// Inspections that were made from it stay as they are, and have no template any more.
#[utoipa::path(tag = "inspection templates", params(InspectionTemplatePath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::DeleteInspectionTemplate::PERMISSION.key()))))]
#[delete("/inspection-templates/{inspection_template}")]
pub async fn delete_inspection_template(call: Call, path: Path<InspectionTemplatePath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::DeleteInspectionTemplate>(path.inspection_template).await?;
    work.delete_inspection_template(permit, call.if_match()).await?;
    work.commit(no_content()).await
}
