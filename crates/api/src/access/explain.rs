//! Why, and what would allow: in words and as data.

use actix_web::post;
use serde::{Deserialize, Serialize};
use usher_domain::MemberId;
use usher_policy::{Action, Condition, Considered, Explanation, Grant, Mask, Model, Outcome, Remedy, RoleIx, can};
use utoipa::ToSchema;
use uuid::Uuid;

use super::question::{AccessQuestion, answer, denial_code, subject};
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
        "document": "helpdesk.md:42",
    }],
    "would_allow": [{
        "role": "owner",
        "level": "organization",
        "scope_id": "019f0000-0000-7000-8000-000000000000",
        "text": "They would be allowed as Owner (organization role) there.",
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
}

/// A role at a scope.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleAt {
    /// `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team, queue …
    scope_id: Uuid,
    /// The role.
    role: &'static str,
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
    role: &'static str,
    /// When it gives the permission: any one of these must hold. Empty: never.
    when: Vec<&'static str>,
    /// Those of them that hold.
    met: Vec<&'static str>,
    /// Where a document says so: file and line. In a model that is built from others it may be a document of theirs.
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
    role: &'static str,
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
    let missing = || Problem::missing(asked.permission.target().key()).about("/question/resource_id");
    Ok(ok(view(subject.model(), &explanation.ok_or_else(missing)?)))
}

fn keys(conditions: Mask) -> Vec<&'static str> {
    conditions.iter().map(Condition::key).collect()
}

fn view(model: &'static Model, explanation: &Explanation) -> AccessExplanation {
    let (outcome, granted_by, denial) = match explanation.outcome {
        Outcome::Allowed(grant) => ("allowed", Some(grant), None),
        Outcome::Forbidden(denial) => ("forbidden", None, Some(denial)),
        Outcome::Hidden(denial) => ("hidden", None, Some(denial)),
    };
    AccessExplanation {
        allowed: granted_by.is_some(),
        outcome,
        permission: explanation.permission.key(),
        summary: summary(model, explanation),
        denial: denial.map(denial_code),
        granted_by: granted_by.map(|grant| role_at(model, &grant)),
        considered: explanation.considered.iter().map(|c| considered(model, c)).collect(),
        would_allow: explanation.remedies.iter().map(|remedy| self::remedy(model, remedy)).collect(),
    }
}

fn role_at(model: &'static Model, grant: &Grant) -> RoleAt {
    let role = model.role_at(grant.role);
    RoleAt { level: role.level.key(), scope_id: grant.scope, role: &role.key, condition: grant.condition.key() }
}

fn considered(model: &'static Model, considered: &Considered) -> ConsideredView {
    let role = model.role_at(considered.assignment.role);
    ConsideredView {
        level: role.level.key(),
        scope_id: considered.assignment.scope,
        role: &role.key,
        when: keys(considered.cell),
        met: keys(considered.met),
        document: considered.source.map(|(model, line)| format!("{}:{line}", model.file())),
        note: considered.note,
    }
}

fn title(model: &'static Model, role: RoleIx) -> String {
    let role = model.role_at(role);
    format!("{} ({} role)", role.title, role.level)
}

fn any_of(conditions: Mask) -> String {
    conditions.iter().map(Condition::words).collect::<Vec<_>>().join(", or ")
}

fn remedy(model: &'static Model, remedy: &Remedy) -> RemedyView {
    let (role, scope_id, conditions) = match *remedy {
        Remedy::Role { role, scope } => (role, Some(scope), Mask::NONE),
        Remedy::Condition { role, conditions } => (role, None, conditions),
    };
    let text = match scope_id {
        Some(_) => format!("They would be allowed as {} there.", title(model, role)),
        None => format!("As {} they would be allowed if {}.", title(model, role), any_of(conditions)),
    };
    let about = model.role_at(role);
    RemedyView { role: &about.key, level: about.level.key(), scope_id, conditions: keys(conditions), text }
}

fn summary(model: &'static Model, explanation: &Explanation) -> String {
    let permission = explanation.permission;
    match explanation.outcome {
        Outcome::Allowed(grant) => {
            let why = match grant.condition {
                Condition::Always => String::new(),
                condition => format!(", because {}", condition.words()),
            };
            format!("Allowed: the role {} gives `{permission}`{why}.", title(model, grant.role))
        }
        Outcome::Forbidden(denial) | Outcome::Hidden(denial) => match denial_code(denial) {
            "no_grant" => {
                let roles: Vec<String> =
                    explanation.considered.iter().map(|c| title(model, c.assignment.role)).collect();
                let held = if roles.is_empty() { "no role here".to_owned() } else { roles.join(", ") };
                format!("Denied: {held} does not give `{permission}` on this.")
            }
            "token_scope" => format!("Denied: the token's scopes do not include `{permission}`."),
            "role_out_of_reach" => {
                format!("Denied: a role gives `{permission}`, but the member holds a role that theirs do not reach.")
            }
            "read_only_role" => format!("Denied: a role of theirs only reads, and `{permission}` writes."),
            _ => "Denied: the membership is not active.".to_owned(),
        },
    }
}
