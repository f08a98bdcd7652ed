//! What a decision is about: where a thing stands, and which conditions hold between it and the caller.

use usher_domain::{Id, Kind, kind};
use uuid::Uuid;

use crate::{Mask, Permission, PermissionSet, catalogue::can, level::Level};

/// A kind of thing that permissions are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    /// The organization itself, and whatever is the same for all of it.
    Organization,
    /// A membership.
    Member,
    /// A team.
    Team,
    /// A website.
    Website,
    /// A queue.
    Queue,
    /// A ticket.
    Ticket,
    /// A ticket template.
    Template,
    /// An inspection template.
    InspectionTemplate,
    /// A site.
    Site,
    /// An inspection.
    Inspection,
    /// The report of an inspection.
    Report,
    /// An event.
    Event,
    /// A ticket to an event.
    InventoryTicket,
    /// An order of tickets.
    Order,
    /// A survey.
    Survey,
    /// A workspace.
    Workspace,
    /// A project.
    Project,
    /// A phase of a project.
    Phase,
    /// An iteration of a phase.
    Iteration,
    /// A machine-learning model.
    Model,
    /// A dataset.
    Dataset,
}

impl ResourceKind {
    /// Every kind.
    pub const ALL: [Self; 21] = [
        Self::Organization,
        Self::Member,
        Self::Team,
        Self::Website,
        Self::Queue,
        Self::Ticket,
        Self::Template,
        Self::InspectionTemplate,
        Self::Site,
        Self::Inspection,
        Self::Report,
        Self::Event,
        Self::InventoryTicket,
        Self::Order,
        Self::Survey,
        Self::Workspace,
        Self::Project,
        Self::Phase,
        Self::Iteration,
        Self::Model,
        Self::Dataset,
    ];

    /// The kind's name in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Organization => kind::Organization::NAME,
            Self::Member => kind::Member::NAME,
            Self::Team => kind::Team::NAME,
            Self::Website => kind::Website::NAME,
            Self::Queue => kind::Queue::NAME,
            Self::Ticket => kind::Ticket::NAME,
            Self::Template => kind::Template::NAME,
            Self::InspectionTemplate => kind::InspectionTemplate::NAME,
            Self::Site => kind::Site::NAME,
            Self::Inspection => kind::Inspection::NAME,
            Self::Report => kind::Report::NAME,
            Self::Event => kind::Event::NAME,
            Self::InventoryTicket => kind::InventoryTicket::NAME,
            Self::Order => kind::Order::NAME,
            Self::Survey => kind::Survey::NAME,
            Self::Workspace => kind::Workspace::NAME,
            Self::Project => kind::Project::NAME,
            Self::Phase => kind::Phase::NAME,
            Self::Iteration => kind::Iteration::NAME,
            Self::Model => kind::Model::NAME,
            Self::Dataset => kind::Dataset::NAME,
        }
    }

    /// The permission to see a thing of this kind: without it a refused act answers as if the thing did not exist.
    #[must_use]
    pub const fn view(self) -> Permission {
        match self {
            Self::Organization => Permission::OrganizationView,
            Self::Member => Permission::MemberView,
            Self::Team => Permission::TeamView,
            Self::Website => Permission::WebsiteView,
            Self::Queue => Permission::QueueView,
            Self::Ticket => Permission::TicketView,
            Self::Template => Permission::TemplateView,
            Self::InspectionTemplate => Permission::InspectionTemplateView,
            Self::Site => Permission::SiteView,
            Self::Inspection => Permission::InspectionView,
            Self::Report => Permission::ReportView,
            Self::Event => Permission::EventView,
            Self::InventoryTicket => Permission::InventoryView,
            Self::Order => Permission::OrderView,
            Self::Survey => Permission::SurveyView,
            Self::Workspace => Permission::WorkspaceView,
            Self::Project => Permission::ProjectView,
            Self::Phase => Permission::PhaseView,
            Self::Iteration => Permission::IterationView,
            Self::Model => Permission::ModelView,
            Self::Dataset => Permission::DatasetView,
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// Binds a kind of identifier to the kind of resource it identifies.
pub trait Target: Kind {
    /// The kind as a value.
    const KIND: ResourceKind;
    /// The action of seeing one: what its lists are filtered by.
    type View: crate::Action<Target = Self>;
}

macro_rules! targets {
    ($($kind:ident => $view:ident,)*) => {$(
        impl Target for kind::$kind {
            const KIND: ResourceKind = ResourceKind::$kind;
            type View = can::$view;
        }
    )*};
}
targets! {
    Organization => ViewOrganization,
    Member => ViewMember,
    Team => ViewTeam,
    Website => ViewWebsite,
    Queue => ViewQueue,
    Ticket => ViewTicket,
    Template => ViewTemplate,
    InspectionTemplate => ViewInspectionTemplate,
    Site => ViewSite,
    Inspection => ViewInspection,
    Report => ViewReport,
    Event => ViewEvent,
    InventoryTicket => ViewInventory,
    Order => ViewOrder,
    Survey => ViewSurvey,
    Workspace => ViewWorkspace,
    Project => ViewProject,
    Phase => ViewPhase,
    Iteration => ViewIteration,
    Model => ViewModel,
    Dataset => ViewDataset,
}

/// The scopes below the organization that a thing stands in, at most one of each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Scopes([Option<Uuid>; Level::COUNT - 1]);

impl Scopes {
    /// Directly in the organization.
    pub const NONE: Self = Self([None; Level::COUNT - 1]);

    /// These scopes with the one of `level` set. The organization is no scope below itself and is ignored.
    #[must_use]
    pub fn with(mut self, level: Level, scope: Option<Uuid>) -> Self {
        if let Some(slot) = (level as usize).checked_sub(1).and_then(|index| self.0.get_mut(index)) {
            *slot = scope;
        }
        self
    }

    /// The scope at a level, if the thing stands in one.
    #[must_use]
    pub fn at(&self, level: Level) -> Option<Uuid> {
        (level as usize).checked_sub(1).and_then(|index| self.0.get(index).copied().flatten())
    }
}

/// The facts that a decision needs of one thing of kind `K`.
///
/// Only the store should make one, from rows it has read in the transaction that acts.
#[derive(Debug)]
pub struct Resource<K> {
    /// The organization it belongs to.
    pub organization: Id<kind::Organization>,
    /// Which thing.
    pub id: Id<K>,
    /// The scopes it stands in.
    pub scopes: Scopes,
    /// The conditions that hold between it and the caller.
    pub holding: Mask,
    /// What the table of givers withholds on this very thing: see [`crate::Caller::out_of_reach`].
    pub out_of_reach: PermissionSet,
}

impl<K> Clone for Resource<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Resource<K> {}

impl<K> Resource<K> {
    /// A thing that stands directly in its organization, with no condition holding.
    #[must_use]
    pub const fn new(organization: Id<kind::Organization>, id: Id<K>) -> Self {
        Self { organization, id, scopes: Scopes::NONE, holding: Mask::NONE, out_of_reach: PermissionSet::NONE }
    }

    /// A thing of a team's, with no condition holding.
    #[must_use]
    pub fn in_team(organization: Id<kind::Organization>, id: Id<K>, team: Id<kind::Team>) -> Self {
        Self { scopes: Scopes::NONE.with(Level::Team, Some(team.uuid())), ..Self::new(organization, id) }
    }
}

impl Resource<kind::Organization> {
    /// The organization itself.
    #[must_use]
    pub const fn organization(organization: Id<kind::Organization>) -> Self {
        Self::new(organization, organization)
    }
}
