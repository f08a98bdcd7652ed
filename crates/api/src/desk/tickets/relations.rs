//! Merging, cloning and linking tickets.

use actix_web::{delete, get, post};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;
use usher_domain::{
    LinkId, TicketId,
    desk::{LinkKind, Ticket, TicketLink},
    kind,
};
use usher_policy::{Action, Permit, can};
use usher_store::{Key, OrganizationKey, Work};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type},
};

use super::TicketPath;
use crate::http::{
    Answer, Body, Call, Granted, Listed, Path, PlainPageQuery, Problem, Query, Stop, answer_created_if_visible,
    answer_if_visible, made, no_content, ok, paged,
};

/// A ticket, by its id or its number.
#[derive(Debug, Clone, Copy)]
pub enum TicketName {
    /// The number.
    Number(i64),
    /// The id.
    Id(TicketId),
}

impl PartialSchema for TicketName {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).description(Some("The number."));
        let names = OneOfBuilder::new().item(number).item(TicketId::schema());
        names.description(Some("A ticket, by its number or its id.")).into()
    }
}

impl ToSchema for TicketName {}

impl<'de> Deserialize<'de> for TicketName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom("must be a ticket's number or id");
        match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64().map(Self::Number).ok_or_else(wrong),
            Value::String(id) => id.parse().map(Self::Id).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

/// A body that names another ticket, for an act on two.
trait OtherTicket: DeserializeOwned + ToSchema + 'static {
    /// Where it does.
    const POINTER: &'static str;
    /// Which one.
    fn other(&self) -> Key<kind::Ticket>;
}

impl From<TicketName> for Key<kind::Ticket> {
    fn from(name: TicketName) -> Self {
        match name {
            TicketName::Number(number) => Self::Number(number),
            TicketName::Id(id) => Self::Id(id),
        }
    }
}

/// Permits for both tickets of an act. A body that says nothing of use is told so only to who may act on the first.
async fn permit_both<A: Action<Target = kind::Ticket>, B: OtherTicket>(
    work: &mut Work,
    ticket: Key<kind::Ticket>,
    body: Body<B>,
) -> Result<(Permit<A>, Permit<A>, B), Stop> {
    match body.parse() {
        Err(problem) => {
            let _permit = work.permit::<A>(ticket).await?;
            Err(problem.into())
        }
        Ok(body) => {
            let (one, other) = work.permit_pair::<A>(ticket, body.other()).await?;
            let other = other.map_err(|error| Problem::from(error).about(B::POINTER))?;
            Ok((one, other, body))
        }
    }
}

/// What a ticket is to be merged with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"into": 17}))]
pub struct MergeTickets {
    /// The other ticket.
    into: TicketName,
}

impl OtherTicket for MergeTickets {
    const POINTER: &'static str = "/into";
    fn other(&self) -> Key<kind::Ticket> {
        self.into.into()
    }
}

/// Merge two tickets
///
/// The older survives, whichever of the two is in the path and which in the body, and is the answer. It takes over the
/// other's messages and, as a note, its description, and its participants if you may add participants to the survivor; if
/// it is on hold it reopens. The other is closed and changes no more, and its links say into which it was merged. The
/// permission is needed on both.
#[utoipa::path(tag = "tickets", params(TicketPath), request_body = MergeTickets,
    responses(
        (status = 200, body = Granted<Ticket>),
        (status = 204, description = "Merged, and you may not see the one that survives."),
    ),
    extensions(("x-permission" = json!(can::MergeTicket::PERMISSION.key()))))]
#[post("/{ticket}/merge")]
pub async fn merge_ticket(call: Call, path: Path<TicketPath>, body: Body<MergeTickets>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let (one, other, _) = permit_both::<can::MergeTicket, _>(&mut work, path.ticket, body).await?;
    let survivor = work.merge_tickets(one, other).await?;
    answer_if_visible(work, survivor).await
}

/// Clone a ticket
///
/// The copy has a number of its own, the default status, and neither messages nor participants nor an assignee. The two
/// are linked.
#[utoipa::path(tag = "tickets", params(TicketPath),
    responses(
        (status = 201, body = Ticket, headers(("Location" = String, description = "The copy's address."))),
        (status = 204, description = "Cloned, and you may not see the copy."),
    ),
    extensions(("x-permission" = json!(can::CloneTicket::PERMISSION.key()))))]
#[post("/{ticket}/clone")]
pub async fn clone_ticket(call: Call, path: Path<TicketPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::CloneTicket>(path.ticket).await?;
    let copy = work.clone_ticket(permit).await?;
    answer_created_if_visible(work, copy, "desk/tickets").await
}

/// How a ticket is to be linked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ticket": 17, "kind": "blocks"}))]
pub struct NewTicketLink {
    /// The other ticket.
    ticket: TicketName,
    /// How the one in the path is related to it.
    kind: LinkKind,
}

impl OtherTicket for NewTicketLink {
    const POINTER: &'static str = "/ticket";
    fn other(&self) -> Key<kind::Ticket> {
        self.ticket.into()
    }
}

/// Link two tickets
///
/// The permission is needed on both.
#[utoipa::path(tag = "tickets", params(TicketPath), request_body = NewTicketLink,
    responses(
        (status = 201, body = TicketLink),
        (status = 204, description = "Linked, and you may not see the other ticket."),
    ),
    extensions(("x-permission" = json!(can::LinkTicket::PERMISSION.key()))))]
#[post("/{ticket}/links")]
pub async fn link_ticket(call: Call, path: Path<TicketPath>, body: Body<NewTicketLink>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let (one, other, body) = permit_both::<can::LinkTicket, _>(&mut work, path.ticket, body).await?;
    let answer = work.link_tickets(one, other, body.kind).await?.map_or_else(no_content, made);
    work.commit(answer).await
}

/// List a ticket's links
///
/// To other tickets that you may see, merges and clones included, the oldest of those first.
#[utoipa::path(tag = "tickets", params(TicketPath, PlainPageQuery), responses((status = 200, body = Listed<TicketLink>)),
    extensions(("x-permission" = json!(can::ViewTicket::PERMISSION.key()))))]
#[get("/{ticket}/links")]
pub async fn list_ticket_links(call: Call, path: Path<TicketPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("links")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewTicket>(path.ticket).await?;
    let listing = work.listing();
    Ok(ok(paged(work.list_ticket_links(permit, &listing, &request).await?, "links")))
}

/// A ticket and a link in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct LinkPath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    organization: OrganizationKey,
    /// The ticket's id or number.
    #[param(value_type = String, example = "17")]
    ticket: Key<kind::Ticket>,
    /// The link.
    #[param(value_type = uuid::Uuid)]
    link: LinkId,
}

/// Take a link away
///
/// The permission is needed on both tickets.
#[utoipa::path(tag = "tickets", params(LinkPath), responses((status = 204)),
    extensions(("x-permission" = json!(can::LinkTicket::PERMISSION.key()))))]
#[delete("/{ticket}/links/{link}")]
pub async fn unlink_ticket(call: Call, path: Path<LinkPath>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let (one, other) = work.permits_on_link(path.ticket, path.link).await?;
    work.unlink_tickets(one, other, path.link).await?;
    work.commit(no_content()).await
}
