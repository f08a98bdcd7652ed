//! Identifiers that cannot be mixed up: an `Id<kind::Team>` is not an `Id<kind::Ticket>`.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::{Uuid, Variant};

/// What an identifier identifies. Implemented by the empty types of [`kind`] only.
pub trait Kind: 'static {
    /// The kind's name in the API and in messages, in `snake_case`.
    const NAME: &'static str;
}

/// One empty type per kind of thing that has an identifier.
pub mod kind {
    macro_rules! kinds {
        ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {$(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $kind {}
            impl super::Kind for $kind {
                const NAME: &'static str = $name;
            }
        )*};
    }
    kinds! {
        /// A person's account, outside all organizations.
        Account = "account",
        /// One sign-in of an account: a family of refresh tokens.
        Session = "session",
        /// A tenant.
        Organization = "organization",
        /// An account's membership of one organization.
        Member = "member",
        /// An offer of membership, sent to an e-mail address.
        Invitation = "invitation",
        /// A token of an integration.
        Token = "token",
        /// A role that an organization has added to its access model.
        Role = "role",
        /// A group of members.
        Team = "team",
        /// A site that customers write from.
        Website = "website",
        /// A support ticket.
        Ticket = "ticket",
        /// A public reply, an internal note or a recorded event on a ticket.
        Message = "message",
        /// A relation between two tickets.
        Link = "link",
        /// A form that tickets are made from.
        Template = "template",
        /// A queue that tickets wait in.
        Queue = "queue",
        /// A question with its answer, for the public.
        Faq = "faq",
        /// A text of the help centre.
        Article = "article",
        /// An automation: a trigger, a condition, actions.
        Workflow = "workflow",
        /// A mailbox whose messages become tickets.
        Mailbox = "mailbox",
        /// A form that inspections are made from.
        InspectionTemplate = "inspection_template",
        /// Where inspections happen.
        Site = "site",
        /// A filled-in, or to be filled in, inspection template.
        Inspection = "inspection",
        /// A photo of an inspection.
        Photo = "photo",
        /// Something that was uploaded.
        File = "file",
        /// What a submitted inspection found.
        Report = "report",
        /// Something that there are tickets to.
        Event = "event",
        /// A ticket to an event.
        InventoryTicket = "inventory_ticket",
        /// A wish for tickets to an event.
        Order = "order",
        /// Questions to those who were at an event.
        Survey = "survey",
        /// Where a group of people works on projects.
        Workspace = "workspace",
        /// A piece of work in a workspace.
        Project = "project",
        /// A stage of a project.
        Phase = "phase",
        /// One attempt within a phase.
        Iteration = "iteration",
        /// A machine-learning model.
        Model = "model",
        /// Data that models are made of.
        Dataset = "dataset",
    }
}

/// A UUIDv7 that identifies one thing of kind `K`.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// A new identifier; later ones sort after earlier ones.
    #[must_use]
    pub fn new() -> Self {
        Self::from(Uuid::now_v7())
    }

    /// When it says that it was made; none of what is no UUIDv7.
    #[must_use]
    pub fn made_at(self) -> Option<DateTime<Utc>> {
        let of_time = self.0.get_version_num() == 7 && self.0.get_variant() == Variant::RFC4122;
        let (seconds, nanoseconds) = self.0.get_timestamp().filter(|_| of_time)?.to_unix();
        DateTime::from_timestamp(seconds.try_into().ok()?, nanoseconds)
    }

    /// The identifier without its kind, for the database.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Default for Id<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> From<Uuid> for Id<K> {
    fn from(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }
}

// Written out because a derive would ask the same of `K`, which is never a value.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Uuid::from_str(s).map(Self::from)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = Uuid::deserialize(deserializer);
        id.map(Self::from).map_err(|_| serde::de::Error::custom("must be an id (a UUID)"))
    }
}

macro_rules! aliases {
    ($($alias:ident = $kind:ident,)*) => {$(
        #[doc = concat!("The identifier of a thing of [`kind::", stringify!($kind), "`].")]
        pub type $alias = Id<kind::$kind>;
    )*};
}
// Besides being short, an alias hides the parameter from the derive of a schema, which would ask the kind for one.
aliases! {
    AccountId = Account,
    SessionId = Session,
    OrganizationId = Organization,
    MemberId = Member,
    InvitationId = Invitation,
    TokenId = Token,
    RoleId = Role,
    TeamId = Team,
    WebsiteId = Website,
    TicketId = Ticket,
    MessageId = Message,
    LinkId = Link,
    TemplateId = Template,
    QueueId = Queue,
    InspectionTemplateId = InspectionTemplate,
    SiteId = Site,
    InspectionId = Inspection,
    PhotoId = Photo,
    ReportId = Report,
}

#[cfg(feature = "openapi")]
impl<K> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Uuid)))
            .into()
    }
}
#[cfg(feature = "openapi")]
impl<K> utoipa::ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_says_when_it_was_made_if_it_is_one_of_time() {
        let id = |text: &str| text.parse::<SiteId>().unwrap().made_at().map(|time| time.to_rfc3339());
        assert_eq!(id("0199aa00-0000-7000-8000-000000000001").as_deref(), Some("2025-10-03T12:15:50.784+00:00"));
        assert!(id("ffffffff-ffff-7fff-bfff-ffffffffffff").is_some_and(|time| time.contains("10889")));
        for other in [
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "0199aa00-0000-4000-8000-000000000001",
            "0199aa00-0000-7000-0000-000000000001",
        ] {
            assert_eq!(id(other), None, "{other}");
        }
    }
}
