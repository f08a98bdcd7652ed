//! What a question about access is about.

use serde::Deserialize;
use usher_domain::{MemberId, Text};
use usher_policy::{Caller, Denial, Level, Permission, Permit, ResourceKind, Standing, can};
use usher_store::{AccessFacts, Asked, OrganizationKey, Place, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::{Call, FieldError, Problem, Stop};

/// A permission, and what it would be used on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permission": "ticket.create"}))]
pub struct AccessQuestion {
    /// The permission: `ticket.reply`.
    #[schema(value_type = String, max_length = 60)]
    permission: Text<1, 60>,
    /// The thing's id; none for what concerns the organization as such. Its kind follows from the permission. For
    /// `ticket.create`: the team, queue or template that the ticket would be in or of; none for the organization itself. For
    /// what else is created in a team, such as `site.create`: the team.
    resource_id: Option<Uuid>,
}

impl AccessQuestion {
    /// # Errors
    /// 422: no such permission, or a thing is named where none is meant, or the other way round.
    pub(super) fn understand(&self, pointer: &str) -> Result<Asked, FieldError> {
        understood(&self.permission, self.resource_id)
            .map_err(|Fault { field, code, detail }| FieldError::at(format!("{pointer}/{field}"), code, detail))
    }
}

/// What is wrong with a question.
pub(super) struct Fault {
    pub field: &'static str,
    pub code: &'static str,
    pub detail: String,
}

/// What a permission and an id ask.
pub(super) fn understood(permission: &str, resource: Option<Uuid>) -> Result<Asked, Fault> {
    let key = permission;
    let permission = Permission::parse(key).ok_or_else(|| Fault {
        field: "permission",
        code: "unknown_permission",
        detail: format!("There is no permission `{key}`."),
    })?;
    let about_organization = permission.target() == ResourceKind::Organization;
    let fault = |code, detail| Err(Fault { field: "resource_id", code, detail });
    match resource {
        _ if permission.is_of_a_place() => {}
        None if !about_organization => {
            let kind = permission.target().key();
            return fault("required", format!("`{permission}` is about one {kind}: name its id."));
        }
        Some(_) if about_organization => {
            let detail = format!("`{permission}` is about the organization as such: leave `resource_id` out.");
            return fault("unknown_field", detail);
        }
        _ => {}
    }
    Ok(Asked { permission, resource })
}

/// That there is no such thing as was asked about, for who asks.
pub(super) fn missing(asked: &Asked) -> Problem {
    Problem::missing(if asked.permission.is_of_a_place() { "place" } else { asked.permission.target().key() })
}

/// Who is asked about: another member, for which a right is needed; none: the caller.
pub(super) async fn subject(work: &mut Work, member: Option<MemberId>) -> Result<Option<Caller>, Stop> {
    let Some(member) = member.filter(|member| *member != work.caller().member()) else { return Ok(None) };
    let permit = work.permit_here::<can::ReviewAccess>()?;
    let subject = work.member_as_caller(&permit, member).await;
    Ok(Some(subject.map_err(|error| Problem::from(error).about("/member_id"))?))
}

/// What questions are answered from: about the caller, in one round trip, or about another member, for which a right is needed.
pub(super) async fn facts(
    call: &Call,
    organization: &OrganizationKey,
    member: Option<MemberId>,
    asked: &[Asked],
) -> Result<AccessFacts, Stop> {
    if member.is_none_or(|member| member.uuid() == call.identity().account.uuid()) {
        return call.access_facts(organization, asked).await;
    }
    let mut work = call.read(organization).await?;
    let permit = work.permit_here::<can::ViewOrganization>()?;
    let subject = subject(&mut work, member).await?;
    Ok(work.access_facts(&permit, subject, asked).await?)
}

/// Of the teams and queues in which somebody holds a role, and which who asks sees, those where they may do what is decided at
/// a place; `None` where a place was asked about, or it is not decided at one.
pub(super) async fn places_of(
    work: &mut Work,
    permit: &Permit<can::ViewOrganization>,
    subject: Option<&Caller>,
    asked: Asked,
) -> Result<Option<Vec<Place>>, Stop> {
    if !asked.permission.is_of_a_place() || asked.resource.is_some() {
        return Ok(None);
    }
    let of = subject.unwrap_or_else(|| work.caller());
    let held = [Level::Team, Level::Queue].into_iter().flat_map(|level| of.scopes_at(level));
    let questions: Vec<Asked> = held.map(|place| Asked { resource: Some(place), ..asked }).collect();
    let facts = work.access_facts(permit, subject.cloned(), &questions).await?;
    let may = |asked: &Asked| facts.decide(facts.subject(), asked).is_some_and(|decision| decision.is_allow());
    let told = questions.iter().filter(|asked| facts.shows_place(asked) && may(asked));
    let allowed: Vec<Uuid> = told.filter_map(|asked| asked.resource).collect();
    Ok(Some(work.named_places(permit, &allowed).await?))
}

/// Why a decision denied, by a stable name.
pub(super) const fn denial_code(denial: Denial) -> &'static str {
    match denial {
        Denial::OtherOrganization => "other_organization",
        Denial::Inactive(Standing::TokenEnded) => "token_ended",
        Denial::Inactive(_) => "membership_inactive",
        Denial::TokenScope => "token_scope",
        Denial::ReadOnly => "read_only_role",
        Denial::NoGrant => "no_grant",
        Denial::OutOfReach => "role_out_of_reach",
    }
}
