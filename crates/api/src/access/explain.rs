//! Why, and what would allow: in words and as data.

use std::{collections::HashSet, sync::Arc};

use actix_web::post;
use serde::{Deserialize, Serialize};
use usher_domain::MemberId;
use usher_policy::{
    Action, Condition, Considered, Explanation, Grant, Level, Mask, Model, Outcome, Permission, Permit, Remedy, can,
};
use usher_store::{Place, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    question::{AccessQuestion, denial_code, missing, places_of, subject},
    told::{self, Told},
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
    /// The organization, team, queue …; none if you may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope_id: Option<Uuid>,
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
    /// The organization, team, queue …; none if you may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope_id: Option<Uuid>,
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
    /// Where it would have to be given; none if they hold it already, or if you may not see the place.
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
    let allowed_in = places.map(|places| places.into_iter().map(PlaceView::from).collect());
    let named = named_scopes(&mut work, &permit, &explanation).await?;
    let told = if subject.is_some() { Told::Another } else { Told::Themselves };
    let names_own = work.caller().has(Permission::RoleView, Mask::ALWAYS, Level::Organization, None);
    let view = View { told, model: work.caller().model(), named: &named, names_own };
    Ok(ok(AccessExplanation { allowed_in, ..view.explanation(&explanation) }))
}

/// The teams, queues … that the asking person may be told of: those that they see, or hold a role in.
async fn named_scopes(
    work: &mut Work,
    permit: &Permit<can::ViewOrganization>,
    explanation: &Explanation,
) -> Result<HashSet<(Level, Uuid)>, Stop> {
    let model = Arc::clone(work.caller().model());
    let level = |role| model.role_at(role).level;
    let considered = explanation.considered.iter().map(|c| (level(c.assignment.role), c.assignment.scope));
    let remedies = explanation.remedies.iter().filter_map(|remedy| match *remedy {
        Remedy::Role { role, scope } => Some((level(role), scope)),
        Remedy::Condition { .. } => None,
    });
    let mentioned: HashSet<(Level, Uuid)> = considered.chain(remedies).collect();
    let here = |(level, scope): &(Level, Uuid)| !work.caller().held_in(*level, *scope).is_empty();
    let (mut named, unknown): (HashSet<_>, HashSet<_>) = mentioned.into_iter().partition(here);
    let unknown: Vec<(Level, Uuid)> = unknown.into_iter().collect();
    named.extend(work.visible_places(permit, &unknown).await?);
    Ok(named)
}

fn keys(conditions: Mask) -> Vec<&'static str> {
    conditions.iter().map(Condition::key).collect()
}

/// How an explanation is shown.
struct View<'a> {
    told: Told,
    model: &'a Model,
    /// The scopes that may be named.
    named: &'a HashSet<(Level, Uuid)>,
    /// Whether roles of the organization's own may be named that would have to be given.
    names_own: bool,
}

impl View<'_> {
    fn explanation(&self, explanation: &Explanation) -> AccessExplanation {
        let (outcome, granted_by, denial) = match explanation.outcome {
            Outcome::Allowed(grant) => ("allowed", Some(grant), None),
            Outcome::Forbidden(denial) => ("forbidden", None, Some(denial)),
            Outcome::Hidden(denial) => ("hidden", None, Some(denial)),
        };
        AccessExplanation {
            allowed: granted_by.is_some(),
            outcome,
            permission: explanation.permission.key(),
            summary: told::summary(self.told, self.model, explanation),
            denial: denial.map(denial_code),
            granted_by: granted_by.map(|grant| self.role_at(&grant)),
            considered: explanation.considered.iter().map(|c| self.considered(c)).collect(),
            would_allow: explanation.remedies.iter().filter(|it| self.names(it)).map(|it| self.remedy(it)).collect(),
            allowed_in: None,
        }
    }

    fn names(&self, remedy: &Remedy) -> bool {
        match *remedy {
            Remedy::Role { role, .. } => self.names_own || !self.model.role_at(role).custom,
            Remedy::Condition { .. } => true,
        }
    }

    /// A scope, if it may be named.
    fn scope(&self, level: Level, scope: Uuid) -> Option<Uuid> {
        (level == Level::Organization || self.named.contains(&(level, scope))).then_some(scope)
    }

    fn role_at(&self, grant: &Grant) -> RoleAt {
        let role = self.model.role_at(grant.role);
        RoleAt {
            level: role.level.key(),
            scope_id: self.scope(role.level, grant.scope),
            role: role.key.clone(),
            condition: grant.condition.key(),
        }
    }

    fn considered(&self, considered: &Considered) -> ConsideredView {
        let role = self.model.role_at(considered.assignment.role);
        ConsideredView {
            level: role.level.key(),
            scope_id: self.scope(role.level, considered.assignment.scope),
            role: role.key.clone(),
            when: keys(considered.cell),
            met: keys(considered.met),
            document: considered.source.map(|(model, line)| format!("crates/policy/{}:{line}", model.file())),
            note: considered.note,
        }
    }

    fn remedy(&self, remedy: &Remedy) -> RemedyView {
        let (role, scope, conditions) = match *remedy {
            Remedy::Role { role, scope } => (role, Some(scope), Mask::NONE),
            Remedy::Condition { role, conditions } => (role, None, conditions),
        };
        let about = self.model.role_at(role);
        let scope_id = scope.and_then(|scope| self.scope(about.level, scope));
        RemedyView {
            role: about.key.clone(),
            level: about.level.key(),
            scope_id,
            conditions: keys(conditions),
            text: told::remedy(self.told, self.model, remedy, scope_id.is_some()),
        }
    }
}
