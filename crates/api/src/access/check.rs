//! Whether: up to a hundred questions at once.

use actix_web::post;
use serde::{Deserialize, Serialize};
use usher_domain::MemberId;
use usher_policy::{Action, Explanation, Outcome, can};
use usher_store::Asked;
use utoipa::ToSchema;

use super::question::{AccessQuestion, facts};
use crate::{
    http::{Answer, Body, Call, Path, Problem, ok},
    tenancy::OrganizationPath,
};

/// Questions about access.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"checks": [{"permission": "ticket.create"}, {"permission": "organization.update"}]}))]
pub struct AccessCheck {
    /// Whom to ask about; the caller if left out. For another member, `access.review` is needed.
    member_id: Option<MemberId>,
    /// The questions.
    #[schema(min_items = 1, max_items = 100)]
    checks: Vec<AccessQuestion>,
}

/// The answers, in the order of the questions.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessResults {
    /// One for each question.
    results: Vec<AccessResult>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessResult {
    /// Whether they may.
    allowed: bool,
    /// `allowed`; `forbidden`: they see it and may not; `not_found`: for them, or for you, there is no such thing.
    outcome: &'static str,
}

impl From<Option<Explanation>> for AccessResult {
    fn from(answer: Option<Explanation>) -> Self {
        match answer.map(|explanation| explanation.outcome) {
            Some(Outcome::Allowed(_)) => Self { allowed: true, outcome: "allowed" },
            Some(Outcome::Forbidden(_)) => Self { allowed: false, outcome: "forbidden" },
            Some(Outcome::Hidden(_)) | None => Self { allowed: false, outcome: "not_found" },
        }
    }
}

/// Check access
///
/// Whether somebody may use permissions on things: up to 100 pairs in one request. It tells no more than the acts
/// themselves would.
#[utoipa::path(tag = "access", params(OrganizationPath), request_body = AccessCheck,
    responses((status = 200, body = AccessResults),
        (status = 403, description = "You may not ask about other members.")),
    extensions(("x-permission" = json!(can::ViewOrganization::PERMISSION.key()))))]
#[post("/check")]
pub async fn check_access(call: Call, path: Path<OrganizationPath>, body: Body<AccessCheck>) -> Answer {
    let understood = body.parse().and_then(|AccessCheck { member_id, checks }| Ok((member_id, understand(&checks)?)));
    let (member_id, asked) = match understood {
        Ok(understood) => understood,
        Err(problem) => {
            // Who may not ask at all is told that first.
            let _permit = call.read(&path.organization).await?.permit_here::<can::ViewOrganization>()?;
            return Err(problem.into());
        }
    };
    let facts = facts(&call, &path.organization, member_id, &asked).await?;
    let results = asked.iter().map(|asked| facts.explain(facts.subject(), asked).into()).collect();
    Ok(ok(AccessResults { results }))
}

fn understand(checks: &[AccessQuestion]) -> Result<Vec<Asked>, Problem> {
    let (mut asked, mut faults) = (Vec::new(), Vec::new());
    for (index, check) in checks.iter().enumerate() {
        match check.understand(&format!("/checks/{index}")) {
            Ok(question) => asked.push(question),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(asked) } else { Err(Problem::invalid(faults)) }
}
