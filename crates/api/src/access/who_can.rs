//! Everyone who may, and by what.

use std::sync::Arc;

use actix_web::get;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use usher_domain::{AccountId, MemberId, Text};
use usher_policy::{Action, Model, can};
use usher_store::{Asked, GivenBy, WhoMay};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    condition::ConditionName,
    named::Named,
    question::{missing, understood},
};
use crate::{
    http::{Answer, Call, FieldError, Include, Listed, Path, Problem, Query, ok, page_request, paged},
    tenancy::OrganizationPath,
};

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhoCanQuery {
    /// The permission: `ticket.reply`.
    #[param(value_type = String, required = true, example = "access.review", max_length = 60)]
    permission: Option<Text<1, 60>>,
    /// The thing's id; none for what concerns the organization as such. Its kind follows from the permission. For
    /// `ticket.create`: the team, queue or template that the ticket would be in or of; none for the organization itself. For
    /// what else is created in a team, such as `site.create`: the team.
    resource_id: Option<Uuid>,
    /// How many at most.
    limit: Option<u32>,
    /// Where to go on.
    cursor: Option<String>,
}

impl WhoCanQuery {
    fn understand(&self) -> Result<Asked, Problem> {
        let missing = || Problem::malformed(FieldError::of("permission", "missing", "Name the permission."));
        let permission = self.permission.as_ref().ok_or_else(missing)?;
        understood(permission, self.resource_id)
            .map_err(|fault| Problem::malformed(FieldError::of(fault.field, fault.code, fault.detail)))
    }
}

/// Somebody who may.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhoCan {
    /// The membership.
    member_id: MemberId,
    /// The person's name.
    name: String,
    /// The person's address.
    email: String,
    /// What lets them: every role of theirs that by itself would.
    granted_by: Vec<GrantedBy>,
}

/// A role that somebody holds and that gives a permission.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhoCanGrant)]
pub struct GrantedBy {
    /// `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team, queue …
    scope_id: Uuid,
    /// The name of the team or queue, if you may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Support")]
    scope_name: Option<String>,
    /// The role.
    role: String,
    /// The conditions under which it gives the permission and which hold; `yes`: without a condition.
    conditions: Vec<ConditionName>,
    /// Since when they hold it. Of a role that everybody has: since they joined.
    since: DateTime<Utc>,
    /// Who gave it. None for a role that everybody has, and where that account is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    by: Option<AccountId>,
}

/// List who can
///
/// Everyone who may use a permission on a thing, and by which of their roles, in the order of their ids. The caller must
/// see the thing. A page may hold fewer than `limit`, or nobody, and yet have a `next_cursor`: who holds a role that gives
/// the permission is looked at, and left out where it does not give it on this thing.
#[utoipa::path(tag = "access", params(OrganizationPath, WhoCanQuery), responses((status = 200, body = Listed<WhoCan>)),
    extensions(("x-permission" = json!(can::ReviewAccess::PERMISSION.key()))))]
#[get("/who-can")]
pub async fn list_who_can(call: Call, path: Path<OrganizationPath>, Query(query): Query<WhoCanQuery>) -> Answer {
    let request = page_request(query.limit, query.cursor.as_deref(), "who_can", Include::default())?;
    let asked = query.understand()?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ReviewAccess>()?;
    let page = work.who_can(&permit, &asked, &request).await?;
    let page = page.ok_or_else(|| missing(&asked).about_parameter("resource_id"))?;
    let model = Arc::clone(work.caller().model());
    let place = |given: &GivenBy| (model.role_at(given.assignment.role).level, given.assignment.scope);
    let named = Named::among(&mut work, page.items.iter().flat_map(|who| &who.by).map(place)).await?;
    Ok(ok(paged(page.map(|who| who_can(&model, &named, who)), "who_can")))
}

fn who_can(model: &Model, named: &Named, WhoMay { member, name, email, by }: WhoMay) -> WhoCan {
    let granted_by = by.iter().map(|given| granted_by(model, named, given)).collect();
    WhoCan { member_id: member, name, email, granted_by }
}

fn granted_by(model: &Model, named: &Named, given: &GivenBy) -> GrantedBy {
    let role = model.role_at(given.assignment.role);
    GrantedBy {
        scope_name: named.of(role.level, given.assignment.scope),
        level: role.level.key(),
        scope_id: given.assignment.scope,
        role: role.key.clone(),
        conditions: ConditionName::each(given.conditions),
        since: given.since,
        by: given.granted_by,
    }
}
