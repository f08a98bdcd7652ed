//! What a question about access is about.

use std::collections::HashMap;

use serde::Deserialize;
use usher_domain::{MemberId, kind};
use usher_policy::{Caller, Denial, Explanation, Level, Outcome, Permission, Permit, Resource, ResourceKind, can};
use usher_store::{Located, Place, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::{FieldError, Problem, Stop};

/// A permission, and what it would be used on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permission": "ticket.create"}))]
pub struct AccessQuestion {
    /// The permission: `ticket.reply`.
    permission: String,
    /// The thing's id; none for what concerns the organization as such. Its kind follows from the permission. For
    /// `ticket.create`: the team, queue or template that the ticket would be in or of; none for the organization itself.
    resource_id: Option<Uuid>,
}

/// A question that makes sense.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub permission: Permission,
    /// `None`: the organization.
    pub resource: Option<Uuid>,
}

impl Asked {
    /// Whether it is about a thing that is not there yet, and so about the place where it would be.
    const fn makes(self) -> bool {
        self.permission.is_of_a_place()
    }
}

impl AccessQuestion {
    /// # Errors
    /// 422: no such permission, or a thing is named where none is meant, or the other way round.
    pub(super) fn understand(&self, pointer: &str) -> Result<Asked, FieldError> {
        let permission = Permission::parse(&self.permission).ok_or_else(|| {
            let detail = format!("There is no permission `{}`.", self.permission);
            FieldError::at(format!("{pointer}/permission"), "unknown_value", detail)
        })?;
        if permission.is_of_a_place() {
            return Ok(Asked { permission, resource: self.resource_id });
        }
        let about_organization = permission.target() == ResourceKind::Organization;
        let kind = permission.target().key();
        match self.resource_id {
            None if !about_organization => {
                let detail = format!("`{permission}` is about one {kind}: name its id.");
                Err(FieldError::at(format!("{pointer}/resource_id"), "required", detail))
            }
            Some(_) if about_organization => {
                let detail = format!("`{permission}` is about the organization as such: leave `resource_id` out.");
                Err(FieldError::at(format!("{pointer}/resource_id"), "unknown_field", detail))
            }
            resource => Ok(Asked { permission, resource }),
        }
    }
}

/// Who is asked about: another member, for which a right is needed, or the caller.
pub(super) async fn subject(work: &mut Work, member: Option<MemberId>) -> Result<Caller, Stop> {
    match member.filter(|member| *member != work.caller().member()) {
        None => Ok(work.caller().clone()),
        Some(member) => {
            let permit = work.permit_here::<can::ReviewAccess>()?;
            Ok(work
                .member_as_caller(&permit, member)
                .await
                .map_err(|error| Problem::from(error).about("/member_id"))?)
        }
    }
}

/// Answers questions, in their order; two statements for each kind of thing that they are about, however many there are.
/// `None` where there is no such thing, or the asking person may not see it: to them that is the same.
pub(super) async fn answer(
    work: &mut Work,
    permit: &Permit<can::ViewOrganization>,
    subject: &Caller,
    asked: &[Asked],
) -> Result<Vec<Option<Explanation>>, Stop> {
    let mut answers: Vec<Option<Explanation>> = Vec::new();
    answers.resize_with(asked.len(), || None);
    let (made, of_things): (Vec<_>, Vec<_>) = asked.iter().copied().enumerate().partition(|(_, asked)| asked.makes());
    for (explanation, (index, _)) in about_new(work, permit, subject, &made).await?.into_iter().zip(&made) {
        answers[*index] = explanation;
    }
    for kind in ResourceKind::ALL {
        let of_kind: Vec<(usize, Asked)> =
            of_things.iter().copied().filter(|(_, asked)| asked.permission.target() == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let found = match kind {
            ResourceKind::Organization => {
                let here = Resource::organization(work.organization());
                of_kind.iter().map(|(_, asked)| Some(subject.explain(asked.permission, &here))).collect()
            }
            ResourceKind::Member => about::<kind::Member>(work, permit, subject, &of_kind).await?,
            ResourceKind::Team => about::<kind::Team>(work, permit, subject, &of_kind).await?,
            ResourceKind::Website => about::<kind::Website>(work, permit, subject, &of_kind).await?,
            ResourceKind::Queue => about::<kind::Queue>(work, permit, subject, &of_kind).await?,
            ResourceKind::Ticket => about::<kind::Ticket>(work, permit, subject, &of_kind).await?,
            ResourceKind::Template => about::<kind::Template>(work, permit, subject, &of_kind).await?,
            // Of these there are none yet.
            ResourceKind::InspectionTemplate
            | ResourceKind::Site
            | ResourceKind::Inspection
            | ResourceKind::Report
            | ResourceKind::Event
            | ResourceKind::InventoryTicket
            | ResourceKind::Order
            | ResourceKind::Survey
            | ResourceKind::Workspace
            | ResourceKind::Project
            | ResourceKind::Phase
            | ResourceKind::Iteration
            | ResourceKind::Model
            | ResourceKind::Dataset => of_kind.iter().map(|_| None).collect(),
        };
        for ((index, _), explanation) in of_kind.into_iter().zip(found) {
            answers[index] = explanation;
        }
    }
    Ok(answers)
}

/// The same for tickets that would be created.
async fn about_new(
    work: &mut Work,
    permit: &Permit<can::ViewOrganization>,
    subject: &Caller,
    asked: &[(usize, Asked)],
) -> Result<Vec<Option<Explanation>>, Stop> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<Option<Uuid>> = asked.iter().map(|(_, asked)| asked.resource).collect();
    let prospects = work.prospects(permit, subject, &places).await?;
    let explain = |prospect: Resource<kind::Ticket>| {
        let mut explanation = subject.explain(Permission::TicketCreate, &prospect);
        // What is not there yet cannot be hidden.
        if let Outcome::Hidden(denial) = explanation.outcome {
            explanation.outcome = Outcome::Forbidden(denial);
        }
        explanation
    };
    Ok(prospects.into_iter().map(|prospect| prospect.map(explain)).collect())
}

/// Of the teams and queues in which somebody holds a role those where they may do what is decided at a place; `None` where a
/// place was asked about, or it is not decided at one.
pub(super) async fn places_of(
    work: &mut Work,
    permit: &Permit<can::ViewOrganization>,
    subject: &Caller,
    asked: Asked,
) -> Result<Option<Vec<Place>>, Stop> {
    if !asked.makes() || asked.resource.is_some() {
        return Ok(None);
    }
    let held = [Level::Team, Level::Queue].into_iter().flat_map(|level| subject.scopes_at(level));
    let held: Vec<Option<Uuid>> = held.map(Some).collect();
    let prospects = work.prospects(permit, subject, &held).await?;
    let may = |prospect: Resource<kind::Ticket>| subject.decide(asked.permission, &prospect).is_allow();
    let allowed = held.into_iter().zip(prospects).filter(|(_, prospect)| prospect.is_some_and(may));
    let allowed: Vec<Uuid> = allowed.filter_map(|(place, _)| place).collect();
    Ok(Some(work.named_places(permit, &allowed).await?))
}

async fn about<K: Located>(
    work: &mut Work,
    permit: &Permit<can::ViewOrganization>,
    subject: &Caller,
    asked: &[(usize, Asked)],
) -> Result<Vec<Option<Explanation>>, Stop> {
    let ids: Vec<Uuid> = asked.iter().filter_map(|(_, asked)| asked.resource).collect();
    let facts: HashMap<Uuid, Resource<K>> = work.resources(permit, subject, &ids).await?;
    let asker = work.caller().clone();
    let seen = match asker.member() == subject.member() {
        true => None,
        false => Some(work.resources::<K>(permit, &asker, &ids).await?),
    };
    let explain = |asked: &Asked| {
        let resource = facts.get(&asked.resource?)?;
        let explanation = subject.explain(asked.permission, resource);
        // What the asking person may not see does not exist for them; what they may do all the same, they may know.
        let visible = match &seen {
            None => !matches!(explanation.outcome, Outcome::Hidden(_)),
            Some(seen) => asker.sees(seen.get(&resource.id.uuid())?),
        };
        visible.then_some(explanation)
    };
    Ok(asked.iter().map(|(_, asked)| explain(asked)).collect())
}

/// Why a decision denied, by a stable name.
pub(super) const fn denial_code(denial: Denial) -> &'static str {
    match denial {
        Denial::OtherOrganization => "other_organization",
        Denial::Inactive(_) => "membership_inactive",
        Denial::TokenScope => "token_scope",
        Denial::ReadOnly => "read_only_role",
        Denial::NoGrant => "no_grant",
        Denial::OutOfReach => "role_out_of_reach",
    }
}
