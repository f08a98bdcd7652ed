//! What a change of rights would make of who may do what, before it is made.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::post;
use serde::Serialize;
use usher_domain::MemberId;
use usher_policy::{Action, Caller, Condition, Level, Mask, Permission, can};
use usher_store::{Concerned, Somebody, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{change::AccessChange, condition::ConditionName, mine::given, named::Named};
use crate::{
    http::{Answer, Body, Call, Path, Problem, ProblemCode, Stop, ok},
    tenancy::OrganizationPath,
};

/// What a change would make of who may do what.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "members_concerned": 1,
    "members": [{
        "member_id": "019f0000-0000-7000-8000-000000000000",
        "name": "Max Fischer",
        "stays": true,
        "differences": [{
            "level": "organization",
            "scope_id": "019f0000-0000-7000-8000-000000000001",
            "permission": "invitation.create",
            "effect": "gained",
            "before": [],
            "after": ["yes"],
        }],
    }],
}))]
pub struct AccessPreview {
    /// How many members the change concerns.
    members_concerned: i64,
    /// What it makes of each: of the first 100 of them, by their ids.
    members: Vec<MemberPreview>,
    /// Why the change would be refused, as the change itself would tell it. Nothing would change then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refusal: Option<RefusedChange>,
}

/// How a change would be refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedChange {
    /// The HTTP status: 403 or 409.
    status: u16,
    /// The problem's stable name.
    #[schema(value_type = ProblemCode)]
    code: &'static str,
    /// What is wrong, for people.
    detail: String,
    /// The permission that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    permission: Option<&'static str>,
}

/// What a change would make of a member.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberPreview {
    /// The membership.
    member_id: MemberId,
    /// The person's name.
    name: String,
    /// Whether they are still a member.
    stays: bool,
    /// What they would gain and lose; nothing: they have the same, at the same places and under the same conditions.
    differences: Vec<Difference>,
}

/// A permission that a member would have otherwise than they do.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AccessDifference)]
pub struct Difference {
    /// `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team, queue …
    scope_id: Uuid,
    /// The name of the team or queue, if you may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Support")]
    scope_name: Option<String>,
    /// The permission.
    permission: &'static str,
    /// `gained`, `lost`; `widened`: under more conditions than before; `narrowed`: under fewer; `changed`: under others.
    effect: &'static str,
    /// Under which conditions they have it now; `yes`: without one.
    before: Vec<ConditionName>,
    /// Under which they would have it.
    after: Vec<ConditionName>,
}

/// Preview a change of rights
///
/// What one change would make of who may do what: whom it concerns, and what each gains and loses. It compares what they
/// have, permission by permission: at which place, and under which conditions. What somebody gets by coming into a team, on
/// tickets whose template is open to it for example, is a difference in that team. Of who is blocked it is told what they
/// would have if they were not. Of a single thing `access/check` and
/// `access/explain` tell. The change is tried and taken back, so that it is told what would really be: it takes no longer hold,
/// nobody is written to, and nothing is kept, under an idempotency key neither. Where the change would be refused with 403 or
/// 409, the answer says so; what it names and is not there is a 404, what it says and cannot be a 422, as with the change
/// itself.
#[utoipa::path(tag = "access", params(OrganizationPath), request_body = AccessChange,
    responses((status = 200, body = AccessPreview)),
    extensions(("x-permission" = json!(can::ReviewAccess::PERMISSION.key()))))]
#[post("/preview")]
pub async fn preview_access(call: Call, path: Path<OrganizationPath>, body: Body<AccessChange>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ReviewAccess>()?;
    let change = body.parse()?.only()?;
    work.only_try(&permit).await?;
    let Concerned { members, total } = change.concerned(&mut work, &permit).await?;
    let before = work.members_as_callers(&permit, &members).await?;
    let preview = match change.make(&mut work).await {
        Ok(()) => {
            let after = work.members_as_callers(&permit, &members).await?;
            let mut members = compare(&before, &after);
            name(&mut work, &mut members).await?;
            AccessPreview { members_concerned: total, members, refusal: None }
        }
        Err(stop) => AccessPreview { members_concerned: 0, members: Vec::new(), refusal: Some(refusal(stop)?) },
    };
    work.give_up().take_back().await?;
    Ok(ok(preview))
}

/// What is told of within the answer; anything else is the answer.
fn refusal(stop: Stop) -> Result<RefusedChange, Stop> {
    match stop {
        // That somebody was in the way is no answer to whether it may be done.
        Stop::Problem(problem) if matches!(problem.status, 403 | 409) && problem.code != "contention" => {
            let Problem { status, code, detail, permission, .. } = *problem;
            Ok(RefusedChange { status, code, detail, permission })
        }
        stop => Err(stop),
    }
}

fn compare(before: &[Somebody], after: &[Somebody]) -> Vec<MemberPreview> {
    let of = |before: &Somebody| {
        let member_id = before.caller.member();
        let after = after.iter().find(|after| after.caller.member() == member_id);
        MemberPreview {
            member_id,
            name: before.name.clone(),
            stays: after.is_some(),
            differences: differences(&all(&before.caller), &after.map(|after| all(&after.caller)).unwrap_or_default()),
        }
    };
    before.iter().map(of).collect()
}

/// Names the teams and queues that who asks may see.
async fn name(work: &mut Work, members: &mut [MemberPreview]) -> Result<(), Stop> {
    let differences = || members.iter().flat_map(|member| &member.differences);
    let place = |of: &Difference| Some((Level::parse(of.level)?, of.scope_id));
    let named = Named::among(work, differences().filter_map(place).collect::<Vec<_>>()).await?;
    for difference in members.iter_mut().flat_map(|member| &mut member.differences) {
        difference.scope_name = place(difference).and_then(|(level, id)| named.of(level, id));
    }
    Ok(())
}

type Given = BTreeMap<(Level, Uuid, Permission), Mask>;

/// All that a member may do, by scope. Who is blocked, or a service whose token has run out, may nothing now, and then what
/// is told.
fn all(caller: &Caller) -> Given {
    let caller = &caller.reinstated();
    let scopes =
        Level::ALL.into_iter().flat_map(|level| caller.scopes_at(level).into_iter().map(move |id| (level, id)));
    let given = scopes.flat_map(|(level, id)| given(caller, level, id).map(move |(p, when)| ((level, id, p), when)));
    given.collect()
}

fn differences(before: &Given, after: &Given) -> Vec<Difference> {
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let when = |given: &Given, key| given.get(key).copied().unwrap_or(Mask::NONE);
    let keys = keys.into_iter().map(|key| (key, when(before, key), when(after, key)));
    keys.filter(|(_, before, after)| before != after)
        .map(|((level, scope_id, permission), before, after)| Difference {
            level: level.key(),
            scope_id: *scope_id,
            scope_name: None,
            permission: permission.key(),
            effect: effect(before, after),
            before: ConditionName::each(before),
            after: ConditionName::each(after),
        })
        .collect()
}

fn effect(before: Mask, after: Mask) -> &'static str {
    let covers = |wide: Mask, narrow: Mask| wide.contains(Condition::Always) || narrow.without(wide).is_empty();
    match (before.is_empty(), after.is_empty()) {
        (true, _) => "gained",
        (_, true) => "lost",
        _ if covers(after, before) => "widened",
        _ if covers(before, after) => "narrowed",
        _ => "changed",
    }
}
