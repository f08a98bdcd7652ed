//! Teams and their configuration.

use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use usher_domain::{TeamId, TemplateId, Text, WebsiteId, tenancy::Team};
use usher_policy::{Action, Permit, can};
use usher_store::{
    OrganizationKey, Work,
    tenancy::{NewTeam, TeamChange, TeamOrder},
};
use utoipa::{IntoParams, ToSchema};

use super::OrganizationPath;
use crate::http::{
    Answer, Body, Call, FieldError, Granted, IfMatch, Include, Listed, Path, Problem, Query, ThingQuery, created,
    listed, no_content, page_request, seen, shown_if,
};

/// A team in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TeamPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    pub(super) organization: OrganizationKey,
    /// The team's id.
    pub(super) team: TeamId,
}

/// Which part of the list of teams is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TeamsQuery {
    /// The order: `name` or `created_at`, with `-` in front for the reverse.
    #[serde(default)]
    #[param(inline)]
    sort: TeamSort,
    /// How many at most.
    limit: Option<u32>,
    /// Where to go on.
    cursor: Option<String>,
    /// `total`, `permissions`, or both with a comma between.
    include: Option<String>,
}

/// An order of teams.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum TeamSort {
    /// By name.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// By name, backwards.
    #[serde(rename = "-name")]
    NameDescending,
    /// The oldest first.
    #[serde(rename = "created_at")]
    CreatedAt,
    /// The newest first.
    #[serde(rename = "-created_at")]
    CreatedAtDescending,
}

impl TeamSort {
    /// The order, whether it is reversed, and the name of the list in it.
    const fn order(self) -> (TeamOrder, bool, &'static str) {
        match self {
            Self::Name => (TeamOrder::Name, false, "teams:name"),
            Self::NameDescending => (TeamOrder::Name, true, "teams:-name"),
            Self::CreatedAt => (TeamOrder::CreatedAt, false, "teams:created_at"),
            Self::CreatedAtDescending => (TeamOrder::CreatedAt, true, "teams:-created_at"),
        }
    }
}

/// List teams
#[utoipa::path(tag = "teams", params(OrganizationPath, TeamsQuery),
    responses((status = 200, body = Listed<Granted<Team>>)),
    extensions(("x-permission" = json!(can::ViewTeam::PERMISSION.key()))))]
#[get("/teams")]
pub async fn list_teams(call: Call, path: Path<OrganizationPath>, query: Query<TeamsQuery>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total", "permissions"])?;
    let (order, descending, list) = query.sort.order();
    let request = page_request(query.limit, query.cursor.as_deref(), list, include)?;
    let mut work = call.read(&path.organization).await?;
    let page = work.list_teams(&work.listing(), order, descending, &request).await?;
    Ok(listed(work.caller(), page, list, include))
}

/// Get a team
#[utoipa::path(tag = "teams", params(TeamPath, ThingQuery), responses((status = 200, body = Granted<Team>)),
    extensions(("x-permission" = json!(can::ViewTeam::PERMISSION.key()))))]
#[get("/teams/{team}")]
pub async fn get_team(call: Call, path: Path<TeamPath>, query: Query<ThingQuery>) -> Answer {
    let include = query.include()?;
    let mut work = call.read(&path.organization).await?;
    let team = work.team(path.team).await?;
    Ok(seen(work.caller(), team, include))
}

/// A new team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTeam, example = json!({"name": "Returns", "description": "What customers send back."}))]
pub struct CreateTeam {
    /// Its name, unique in the organization.
    name: Text<1, 120>,
    /// What it is for.
    #[serde(default)]
    #[schema(default = "")]
    description: Text<0, 2000>,
    /// The websites it is linked to.
    #[serde(default)]
    #[schema(value_type = Vec<WebsiteId>, default = json!([]), max_items = 100)]
    website_ids: Vec<WebsiteId>,
    /// The templates it sees, and with them the tickets made from those that no team has.
    #[serde(default)]
    #[schema(value_type = Vec<TemplateId>, default = json!([]), max_items = 100)]
    template_ids: Vec<TemplateId>,
}

/// Create a team
///
/// With nobody in it.
#[utoipa::path(tag = "teams", params(OrganizationPath), request_body = CreateTeam,
    responses((status = 201, body = Team)),
    extensions(("x-permission" = json!(can::CreateTeam::PERMISSION.key()))))]
#[post("/teams")]
pub async fn create_team(call: Call, path: Path<OrganizationPath>, body: Body<CreateTeam>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::CreateTeam>()?;
    let CreateTeam { name, description, website_ids, template_ids } = body.parse()?;
    let websites = work.links(None, &website_ids).await.map_err(Problem::in_list("/website_ids", ""))?;
    let templates = work.shown(None, &template_ids).await.map_err(Problem::in_list("/template_ids", ""))?;
    let team = work.create_team(permit, NewTeam { name, description, websites, templates }).await?;
    let location = format!("/v1/organizations/{}/teams/{}", work.organization(), team.id);
    work.commit(created(team, &location)).await
}

/// What is to change about a team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "What customers send back."}))]
pub struct TeamPatch {
    /// Its name, unique in the organization.
    #[schema(value_type = Text<1, 120>, required = false)]
    name: Option<Text<1, 120>>,
    /// What it is for.
    #[schema(value_type = Text<0, 2000>, required = false)]
    description: Option<Text<0, 2000>>,
    /// The websites it is linked to: all of them.
    #[schema(value_type = Vec<WebsiteId>, required = false, max_items = 100)]
    website_ids: Option<Vec<WebsiteId>>,
    /// The templates it sees: all of them.
    #[schema(value_type = Vec<TemplateId>, required = false, max_items = 100)]
    template_ids: Option<Vec<TemplateId>>,
}

impl TeamPatch {
    async fn change(self, work: &mut Work, permit: &Permit<can::UpdateTeam>) -> Result<TeamChange, Problem> {
        let websites = match self.website_ids {
            Some(ids) => Some(work.links(Some(permit), &ids).await.map_err(Problem::in_list("/website_ids", ""))?),
            None => None,
        };
        let templates = match self.template_ids {
            Some(ids) => Some(work.shown(Some(permit), &ids).await.map_err(Problem::in_list("/template_ids", ""))?),
            None => None,
        };
        Ok(TeamChange { name: self.name, description: self.description, websites, templates })
    }
}

/// Change a team
///
/// Its name, its websites, the templates it sees; what its members see follows at once. A list replaces the one before,
/// and then `If-Match` is required. A website that is not the team's yet wants `website.update`;
/// a template that it does not see yet opens its tickets to the team, and whoever shows it has them too.
#[utoipa::path(tag = "teams", params(TeamPath, IfMatch), request_body = TeamPatch, responses((status = 200, body = Team), (status = 204, description = "Done, and you may not see it."),
        (status = 428, description = "`If-Match` is missing, and a list is to be replaced.")),
    extensions(("x-permission" = json!(can::UpdateTeam::PERMISSION.key()))))]
#[patch("/teams/{team}")]
pub async fn update_team(call: Call, path: Path<TeamPath>, body: Body<TeamPatch>) -> Answer {
    if body.has_any(&["website_ids", "template_ids"]) {
        call.must_match()?;
    }
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_unlocked::<can::UpdateTeam>(path.team).await?;
    let change = body.parse()?.change(&mut work, &permit).await?;
    let team = work.update_team(permit, call.if_match(), change).await?;
    shown_if::<can::ViewTeam>(work, path.team, team).await
}

/// Where what a team has goes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TeamDeletion {
    /// The team that gets the tickets, and the inspections with their sites and templates. Without it a team that has any is not
    /// deleted.
    move_to: Option<TeamId>,
}

/// Delete a team
///
/// A team that has tickets, or inspections, sites or templates of inspections, is deleted only if `move_to` says which team gets
/// them: without one, who sees them would be nobody's decision. It has to be one in which you may have them: tickets want
/// `ticket.move` and there `ticket.create`, the others there the permission to create such things, and to share what is shared;
/// and none in which you would come to read what you did not. Whoever handled a ticket or carried out an inspection, and could
/// not in the other team, does so no longer.
#[utoipa::path(tag = "teams", params(TeamPath, TeamDeletion, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::DeleteTeam::PERMISSION.key()))))]
#[delete("/teams/{team}")]
pub async fn delete_team(call: Call, path: Path<TeamPath>, query: Query<TeamDeletion>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_unlocked::<can::DeleteTeam>(path.team).await?;
    let move_to = match query.move_to {
        Some(to) => Some(destination(&mut work, path.team, to).await?),
        None => None,
    };
    work.delete_team(permit, call.if_match(), move_to).await?;
    work.commit(no_content()).await
}

async fn destination(work: &mut Work, from: TeamId, to: TeamId) -> Result<Permit<can::ViewTeam>, Problem> {
    if from == to {
        let detail = "This is the team that is to be deleted: name another one.";
        return Err(Problem::malformed(FieldError::of("move_to", "invalid", detail)));
    }
    work.permit_unlocked(to).await.map_err(|refusal| Problem::from(refusal).about_parameter("move_to"))
}
