//! Ticket templates.

use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use usher_domain::{
    TeamId, TemplateId, Text,
    desk::{Question, Template, check_questions},
};
use usher_policy::{Action, Permit, can};
use usher_store::{
    OrganizationKey, Work,
    desk::{NewTemplate, TemplateChange},
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        Answer, Body, Call, FieldError, Granted, IfMatch, Include, Listed, MustMatch, Path, Problem, Query, ThingQuery,
        created, filtered_by, listed, no_content, page_request, seen, shown_if,
    },
    tenancy::OrganizationPath,
};

/// A template in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TemplatePath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The template.
    #[param(value_type = TemplateId)]
    template: TemplateId,
}

/// Which templates are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// Only those that this team sees.
    #[param(value_type = Option<TeamId>)]
    team: Option<TeamId>,
    /// Only those whose name contains this.
    #[param(inline)]
    q: Option<Text<1, 120>>,
    /// How many at most.
    limit: Option<u32>,
    /// Where to go on.
    cursor: Option<String>,
    /// `total`, `permissions`, or both with a comma between.
    include: Option<String>,
}

/// List templates
///
/// By name.
#[utoipa::path(tag = "templates", params(OrganizationPath, TemplateQuery),
    responses((status = 200, body = Listed<Granted<Template>>)),
    extensions(("x-permission" = json!(can::ViewTemplate::PERMISSION.key()))))]
#[get("/templates")]
pub async fn list_templates(call: Call, path: Path<OrganizationPath>, query: Query<TemplateQuery>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total", "permissions"])?;
    let request = page_request(query.limit, query.cursor.as_deref(), "templates", include)?;
    let mut work = call.read(&path.organization).await?;
    let team = filtered_by(&mut work, query.team, "team").await?;
    let listing = work.listing();
    let page = work.list_templates(&listing, team, query.q.as_deref(), &request).await?;
    Ok(listed(work.caller(), page, "templates", include))
}

/// Get a template
#[utoipa::path(tag = "templates", params(TemplatePath, ThingQuery), responses((status = 200, body = Granted<Template>)),
    extensions(("x-permission" = json!(can::ViewTemplate::PERMISSION.key()))))]
#[get("/templates/{template}")]
pub async fn get_template(call: Call, path: Path<TemplatePath>, query: Query<ThingQuery>) -> Answer {
    let include = query.include()?;
    let (caller, template) = call.see(&path.organization, path.template).await?;
    Ok(seen(&caller, template, include))
}

/// A new template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTemplate, example = json!({"name": "Returns", "description": "A customer sends something back.",
    "questions": [{"key": "reason", "label": "Why?", "kind": "select", "required": true, "options": ["Broken", "Wrong size"]}]}))]
pub struct CreateTemplate {
    /// Its name.
    name: Text<1, 120>,
    /// When to use it.
    #[serde(default)]
    #[schema(default = "")]
    description: Text<0, 2000>,
    /// What it asks.
    #[schema(min_items = 1, max_items = 50)]
    questions: Vec<Question>,
    /// The teams that see it.
    #[serde(default)]
    #[schema(value_type = Vec<TeamId>, default = json!([]), max_items = 100)]
    team_ids: Vec<TeamId>,
}

/// Create a template
///
/// The teams that see it also see the tickets that are made from it, until those have a team of their own.
#[utoipa::path(tag = "templates", params(OrganizationPath), request_body = CreateTemplate,
    responses((status = 201, body = Template)),
    extensions(("x-permission" = json!(can::CreateTemplate::PERMISSION.key()))))]
#[post("/templates")]
pub async fn create_template(call: Call, path: Path<OrganizationPath>, body: Body<CreateTemplate>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::CreateTemplate>()?;
    let CreateTemplate { name, description, questions, team_ids } = body.parse()?;
    check(&questions)?;
    let teams = teams(&mut work, &team_ids).await?;
    let template = work.create_template(permit, NewTemplate { name, description, questions, teams }).await?;
    let location = format!("/v1/organizations/{}/desk/templates/{}", work.organization(), template.id);
    work.commit(created(template, &location)).await
}

/// What is to change about a template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "A customer sends something back."}))]
pub struct TemplatePatch {
    /// Its name.
    #[schema(value_type = Text<1, 120>, required = false)]
    name: Option<Text<1, 120>>,
    /// When to use it.
    #[schema(value_type = Text<0, 2000>, required = false)]
    description: Option<Text<0, 2000>>,
    /// What it asks: all of it.
    #[schema(value_type = Vec<Question>, required = false, min_items = 1, max_items = 50)]
    questions: Option<Vec<Question>>,
    /// The teams that see it: all of them.
    #[schema(value_type = Vec<TeamId>, required = false, max_items = 100)]
    team_ids: Option<Vec<TeamId>>,
}

/// Change a template
///
/// Who no longer sees it no longer sees the tickets made from it that have no team. `If-Match` is required.
#[utoipa::path(tag = "templates", params(TemplatePath, MustMatch), request_body = TemplatePatch,
    responses((status = 200, body = Template), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateTemplate::PERMISSION.key()))))]
#[patch("/templates/{template}")]
pub async fn update_template(call: Call, path: Path<TemplatePath>, body: Body<TemplatePatch>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_unlocked::<can::UpdateTemplate>(path.template).await?;
    let TemplatePatch { name, description, questions, team_ids } = body.parse()?;
    questions.as_deref().map_or(Ok(()), check)?;
    let teams = match team_ids {
        Some(ids) => Some(teams(&mut work, &ids).await?),
        None => None,
    };
    let change = TemplateChange { name, description, questions, teams };
    let template = work.update_template(permit, call.if_match(), change).await?;
    shown_if::<can::ViewTemplate>(work, path.template, template).await
}

/// Delete a template
///
/// Tickets that were made from it stay, and have no template any more.
#[utoipa::path(tag = "templates", params(TemplatePath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::DeleteTemplate::PERMISSION.key()))))]
#[delete("/templates/{template}")]
pub async fn delete_template(call: Call, path: Path<TemplatePath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_unlocked::<can::DeleteTemplate>(path.template).await?;
    work.delete_template(permit, call.if_match()).await?;
    work.commit(no_content()).await
}

fn check(questions: &[Question]) -> Result<(), Problem> {
    check_questions(questions).map_err(|faults| {
        let at = |fault: usher_domain::desk::FieldFault| {
            FieldError::at(format!("/questions{}", fault.pointer), fault.code, fault.detail)
        };
        Problem::invalid(faults.into_iter().map(at).collect())
    })
}

/// The teams that a body names, each of which the caller must see.
async fn teams(work: &mut Work, ids: &[TeamId]) -> Result<Vec<Permit<can::ViewTeam>>, Problem> {
    work.permit_each_unlocked(ids).await.map_err(Problem::in_list("/team_ids", ""))
}
