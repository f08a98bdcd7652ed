//! Why, and what would allow: in words and as data.

use actix_web::post;
use serde::{Deserialize, Serialize};
use usher_domain::MemberId;
use usher_policy::{Action, Condition, Considered, Explanation, Grant, Mask, Model, Outcome, Remedy, can};
use usher_store::Place;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    question::{AccessQuestion, answer, denial_code, places_of, subject},
    told::{self, Told},
};
use crate::{
    http::{Answer, Body, Call, Path, Problem, ok},
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

/// A decision, explained.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "allowed": false,
    "outcome": "forbidden",
    "permission": "organization.delete",
    "summary": "Denied: Admin (organization role) does not give `organization.delete` on this.",
    "denial": "no_grant",
    "considered": [{
        "level": "organization",
        "scope_id": "019f0000-0000-7000-8000-000000000000",
        "role": "admin",
        "when": [],
        "met": [],
        "document": "crates/policy/models/helpdesk.md:42",
    }],
    "would_allow": [{
        "role": "owner",
        "level": "organization",
        "scope_id": "019f0000-0000-7000-8000-000000000000",
        "text": "You would be allowed as Owner (organization role) there.",
    }],
}))]
pub struct AccessExplanation {
    /// Whether they may.
    allowed: bool,
    /// `allowed`; `forbidden`: they see it and may not; `hidden`: they do not even see it.
    outcome: &'static str,
    /// The permission.
    permission: &'static str,
    /// The decision in words.
    summary: String,
    /// Why it was denied: `no_grant`, `role_out_of_reach`, `token_scope`, `read_only_role`, `membership_inactive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    denial: Option<&'static str>,
    /// The grant that allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    granted_by: Option<RoleAt>,
    /// Every role of theirs that bears on it.
    considered: Vec<ConsideredView>,
    /// What would allow, each by itself.
    would_allow: Vec<RemedyView>,
    /// For what is decided at a place (`ticket.create`), asked without one: the teams and queues of theirs where they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    allowed_in: Option<Vec<PlaceView>>,
}

/// A team or a queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// `team` or `queue`.
    level: &'static str,
    /// Which one.
    scope_id: Uuid,
    /// Its name.
    name: String,
}

impl From<Place> for PlaceView {
    fn from(place: Place) -> Self {
        Self { level: place.level.key(), scope_id: place.id, name: place.name }
    }
}

/// A role at a scope.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleAt {
    /// `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team, queue …
    scope_id: Uuid,
    /// The role.
    role: String,
    /// The condition under which it gives the permission.
    condition: &'static str,
}

/// A role that bears on a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsideredView {
    /// `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team, queue …
    scope_id: Uuid,
    /// The role.
    role: String,
    /// When it gives the permission: any one of these must hold. Empty: never.
    when: Vec<&'static str>,
    /// Those of them that hold.
    met: Vec<&'static str>,
    /// Where a document says so: file, from the root of the repository, and line. In a model that is built from others it may be
    /// a document of theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document: Option<String>,
    /// What that document has its readers know about this permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<&'static str>,
}

/// What would allow.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemedyView {
    /// The role that would have to be given, or that they hold already.
    role: String,
    /// Its level.
    level: &'static str,
    /// Where it would have to be given; none if they hold it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope_id: Option<Uuid>,
    /// For a role that they hold: any one of these would have to hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<&'static str>,
    /// The same in words.
    text: String,
}

/// Explain a decision
///
/// Why somebody may or may not do something, with the line of the access model's document behind it, and what would allow.
/// A thing that the caller may not see is answered as one that does not exist.
#[utoipa::path(tag = "access", params(OrganizationPath), request_body = ExplainAccess,
    responses((status = 200, body = AccessExplanation),
        (status = 403, description = "You may not ask about other members.")),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[post("/v1/organizations/{organization}/access/explain")]
pub async fn explain_access(call: Call, path: Path<OrganizationPath>, body: Body<ExplainAccess>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewOrganization>()?;
    let ExplainAccess { member_id, question } = body.parse()?;
    let asked = question.understand("/question").map_err(|fault| Problem::invalid(vec![fault]))?;
    let subject = subject(&mut work, member_id).await?;
    let explanation = answer(&mut work, &permit, &subject, &[asked]).await?.pop().flatten();
    let kind = if asked.permission.is_of_a_place() { "place" } else { asked.permission.target().key() };
    let missing = || Problem::missing(kind).about("/question/resource_id");
    let explanation = explanation.ok_or_else(missing)?;
    let places = places_of(&mut work, &permit, &subject, asked).await?;
    let allowed_in = places.map(|places| places.into_iter().map(PlaceView::from).collect());
    let told = if subject.member() == work.caller().member() { Told::Themselves } else { Told::Another };
    Ok(ok(AccessExplanation { allowed_in, ..view(told, subject.model(), &explanation) }))
}

fn keys(conditions: Mask) -> Vec<&'static str> {
    conditions.iter().map(Condition::key).collect()
}

fn view(told: Told, model: &Model, explanation: &Explanation) -> AccessExplanation {
    let (outcome, granted_by, denial) = match explanation.outcome {
        Outcome::Allowed(grant) => ("allowed", Some(grant), None),
        Outcome::Forbidden(denial) => ("forbidden", None, Some(denial)),
        Outcome::Hidden(denial) => ("hidden", None, Some(denial)),
    };
    AccessExplanation {
        allowed: granted_by.is_some(),
        outcome,
        permission: explanation.permission.key(),
        summary: told::summary(told, model, explanation),
        denial: denial.map(denial_code),
        granted_by: granted_by.map(|grant| role_at(model, &grant)),
        considered: explanation.considered.iter().map(|c| considered(model, c)).collect(),
        would_allow: explanation.remedies.iter().map(|remedy| self::remedy(told, model, remedy)).collect(),
        allowed_in: None,
    }
}

fn role_at(model: &Model, grant: &Grant) -> RoleAt {
    let role = model.role_at(grant.role);
    RoleAt { level: role.level.key(), scope_id: grant.scope, role: role.key.clone(), condition: grant.condition.key() }
}

fn considered(model: &Model, considered: &Considered) -> ConsideredView {
    let role = model.role_at(considered.assignment.role);
    ConsideredView {
        level: role.level.key(),
        scope_id: considered.assignment.scope,
        role: role.key.clone(),
        when: keys(considered.cell),
        met: keys(considered.met),
        document: considered.source.map(|(model, line)| format!("crates/policy/{}:{line}", model.file())),
        note: considered.note,
    }
}

fn remedy(told: Told, model: &Model, remedy: &Remedy) -> RemedyView {
    let (role, scope_id, conditions) = match *remedy {
        Remedy::Role { role, scope } => (role, Some(scope), Mask::NONE),
        Remedy::Condition { role, conditions } => (role, None, conditions),
    };
    let text = told::remedy(told, model, remedy);
    let about = model.role_at(role);
    RemedyView { role: about.key.clone(), level: about.level.key(), scope_id, conditions: keys(conditions), text }
}
