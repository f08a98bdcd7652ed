//! Why, and what would allow: in words and as data.

use std::{collections::HashSet, sync::Arc};

use actix_web::post;
use serde::Deserialize;
use usher_domain::MemberId;
use usher_policy::{Action, Explanation, Level, Mask, Permission, Remedy, can};
use usher_store::Work;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    explanation::{AccessExplanation, View},
    named::Named,
    question::{AccessQuestion, missing, places_of, subject},
    told::Told,
};
use crate::{
    http::{Answer, Body, Call, Path, Problem, Stop, ok},
    tenancy::OrganizationPath,
};

/// A question about access that wants reasons.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question": {"permission": "organization.delete"}}))]
pub struct ExplainAccess {
    /// Whom to ask about; the caller if left out. For another member, `access.review` is needed.
    member_id: Option<MemberId>,
    /// The question.
    question: AccessQuestion,
}

/// Explain a decision
///
/// Why somebody may or may not do something, with the line of the access model's document behind it, and what would allow.
/// A thing that the caller may not see is answered as one that does not exist.
#[utoipa::path(tag = "access", params(OrganizationPath), request_body = ExplainAccess,
    responses((status = 200, body = AccessExplanation),
        (status = 403, description = "You may not ask about other members.")),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[post("/explain")]
pub async fn explain_access(call: Call, path: Path<OrganizationPath>, body: Body<ExplainAccess>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewOrganization>()?;
    let ExplainAccess { member_id, question } = body.parse()?;
    let asked = question.understand("/question").map_err(|fault| Problem::invalid(vec![fault]))?;
    let subject = subject(&mut work, member_id).await?;
    let facts = work.access_facts(&permit, subject.clone(), &[asked]).await?;
    let missing = || missing(&asked).about("/question/resource_id");
    let explanation = facts.explain(facts.subject(), &asked).ok_or_else(missing)?;
    let places = places_of(&mut work, &permit, subject.as_ref(), asked).await?;
    let named = named_scopes(&mut work, &explanation).await?;
    let told = if subject.is_some() { Told::Another } else { Told::Themselves };
    let names_own = work.caller().has(Permission::RoleView, Mask::ALWAYS, Level::Organization, None);
    let view = View { told, model: work.caller().model(), named: &named, names_own };
    Ok(ok(view.explanation(&explanation, places)))
}

/// The teams, queues … that the asking person may be told of: those that they see, by name, or hold a role in.
async fn named_scopes(work: &mut Work, explanation: &Explanation) -> Result<Named, Stop> {
    let model = Arc::clone(work.caller().model());
    let level = |role| model.role_at(role).level;
    let considered = explanation.considered.iter().map(|c| (level(c.assignment.role), c.assignment.scope));
    let remedies = explanation.remedies.iter().filter_map(|remedy| match *remedy {
        Remedy::Role { role, scope } => Some((level(role), scope)),
        Remedy::Condition { .. } | Remedy::Scope { .. } => None,
    });
    let mentioned: HashSet<(Level, Uuid)> =
        considered.chain(remedies).filter(|(level, _)| *level != Level::Organization).collect();
    let mut named = Named::among(work, mentioned.iter().copied()).await?;
    let held = |(level, scope): &(Level, Uuid)| !work.caller().held_in(*level, *scope).is_empty();
    mentioned.into_iter().filter(held).for_each(|place| named.tell(place));
    Ok(named)
}
