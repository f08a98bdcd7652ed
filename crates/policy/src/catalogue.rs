//! The closed catalogue of permissions: one list, in this one place.

use std::fmt;

use usher_domain::kind;

use crate::{Level, ResourceKind, Target};

/// A part of the product that an access model may or may not cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Module {
    /// Organizations, members, invitations, teams, billing.
    Tenancy,
    /// The support desk.
    Desk,
    /// Field inspections.
    Field,
    /// Tickets to events.
    BoxOffice,
    /// Data-science projects.
    Lab,
}

impl Module {
    /// Every module.
    pub const ALL: [Self; 5] = [Self::Tenancy, Self::Desk, Self::Field, Self::BoxOffice, Self::Lab];

    /// The module's name in model documents and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Tenancy => "tenancy",
            Self::Desk => "desk",
            Self::Field => "field",
            Self::BoxOffice => "box_office",
            Self::Lab => "lab",
        }
    }

    /// The module of this name.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|module| module.key() == key)
    }
}

/// Whether a permission only reads: what a read-only role keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Shows, and changes nothing.
    Read,
    /// Changes something.
    Write,
}

/// An act that a permission allows, as a type: what a [`crate::Permit`] is for.
pub trait Action: fmt::Debug + 'static {
    /// The kind of thing that the act is done to.
    type Target: Target;
    /// The permission that allows it.
    const PERMISSION: Permission;
}

use Access::{Read, Write};
use Level::{Organization as Org, Project, Queue, Team, Workspace};

macro_rules! catalogue {
    ($($module:ident: $target:ident at $levels:tt {
        $($permission:ident $key:literal $access:ident $action:ident $text:literal;)*
    })*) => {
        /// A permission: a resource and an action on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Permission {
            $($(#[doc = $text] $permission,)*)*
        }

        impl Permission {
            /// Every permission, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$($(Self::$permission,)*)*];
            /// How many permissions there are.
            pub const COUNT: usize = Self::ALL.len();

            const INFO: [Info; Self::COUNT] = [$($(Info {
                key: $key,
                text: $text,
                module: Module::$module,
                target: ResourceKind::$target,
                levels: &$levels,
                access: $access,
            },)*)*];
        }

        /// One type per permission, named as the act: what handlers, permits and the store speak of.
        pub mod can {
            use super::{Action, Permission, kind};
            $($(
                #[doc = $text]
                #[derive(Debug)]
                pub enum $action {}
                impl Action for $action {
                    type Target = kind::$target;
                    const PERMISSION: Permission = Permission::$permission;
                }
            )*)*
        }
    };
}

catalogue! {
    Tenancy: Organization at [Org] {
        OrganizationView "organization.view" Read ViewOrganization "See the organization: its name, plan and access model.";
        OrganizationUpdate "organization.update" Write UpdateOrganization "Change the organization's settings.";
        OrganizationDelete "organization.delete" Write DeleteOrganization "Delete the organization and everything in it.";
        OrganizationTransfer "organization.transfer" Write TransferOrganization "Hand the organization over to another member.";
        BillingView "billing.view" Read ViewBilling "See the plan, its limits and what is used of them.";
        BillingManage "billing.manage" Write ManageBilling "Change the plan, cancel it, change payment data.";
        InvitationView "invitation.view" Read ViewInvitations "See invitations, in whatever state.";
        InvitationCreate "invitation.create" Write CreateInvitation "Invite somebody by e-mail.";
        InvitationRevoke "invitation.revoke" Write RevokeInvitation "Revoke a pending invitation.";
        TeamCreate "team.create" Write CreateTeam "Create a team.";
        AccessReview "access.review" Read ReviewAccess "Ask what another member may do, and why; preview and review who has what, and so see everybody's name, address and roles.";
        RoleView "role.view" Read ViewRoles "See the roles that the organization has added to its model.";
        RoleManage "role.manage" Write ManageRoles "Create, change and delete roles of the organization's own.";
        ServiceTokenView "service_token.view" Read ViewServiceTokens "See the organization's service tokens.";
        ServiceTokenManage "service_token.manage" Write ManageServiceTokens "Create, change and end service tokens.";
        PersonalTokenManage "personal_token.manage" Write ManagePersonalTokens "Create and end access tokens of one's own.";
        ProxyGrant "proxy.grant" Write GrantProxy "Name who may act in one's place.";
    }
    Tenancy: Member at [Org] {
        MemberView "member.view" Read ViewMember "See members: name, roles, teams, when they joined and were last active.";
        MemberUpdate "member.update" Write UpdateMember "Change a member's department and manager.";
        MemberChangeRole "member.change_role" Write ChangeMemberRole "Give and take organization roles, as far as the table of givers allows.";
        MemberBlock "member.block" Write BlockMember "Block and unblock, deactivate and reactivate a member.";
        MemberRemove "member.remove" Write RemoveMember "Remove a member from the organization.";
        MemberLeave "member.leave" Write LeaveOrganization "Leave the organization.";
        MemberViewQueuePermissions "member.view_queue_permissions" Read ViewMemberQueuePermissions "See what a member may do on each queue.";
        MemberSetQueuePermissions "member.set_queue_permissions" Write SetQueuePermissions "Set what a member may do on each queue.";
        ProxyUse "proxy.use" Write UseProxy "Act in a member's place.";
    }
    Tenancy: Team at [Org, Team] {
        TeamView "team.view" Read ViewTeam "See a team and who is in it.";
        TeamUpdate "team.update" Write UpdateTeam "Change a team: its name, its websites, which templates it sees.";
        TeamManageMembers "team.manage_members" Write ManageTeamMembers "Add and remove a team's members and set their team roles.";
        TeamDelete "team.delete" Write DeleteTeam "Delete a team.";
    }
    Desk: Organization at [Org] {
        TemplateCreate "template.create" Write CreateTemplate "Create a ticket template.";
        QueueCreate "queue.create" Write CreateQueue "Create a queue.";
        WebsiteCreate "website.create" Write CreateWebsite "Create a website.";
        WorkflowView "workflow.view" Read ViewWorkflows "See workflows.";
        WorkflowManage "workflow.manage" Write ManageWorkflows "Create, change, enable and delete workflows.";
        MailboxView "mailbox.view" Read ViewMailboxes "See mailboxes and how they fare.";
        MailboxManage "mailbox.manage" Write ManageMailboxes "Create, change and delete mailboxes.";
        DeskSettingsManage "desk_settings.manage" Write ManageDeskSettings "Change statuses and priorities.";
        KnowledgeBaseView "knowledge_base.view" Read ViewKnowledgeBase "Read FAQ and articles, drafts included.";
        KnowledgeBaseManage "knowledge_base.manage" Write ManageKnowledgeBase "Write, publish and delete FAQ and articles.";
    }
    Desk: Website at [Org] {
        WebsiteView "website.view" Read ViewWebsite "See websites.";
        WebsiteUpdate "website.update" Write UpdateWebsite "Change a website and rotate its key.";
        WebsiteDelete "website.delete" Write DeleteWebsite "Delete a website.";
    }
    Desk: Queue at [Org, Queue] {
        QueueView "queue.view" Read ViewQueue "See that a queue exists, its name and description.";
        QueueUpdate "queue.update" Write UpdateQueue "Rename and describe a queue.";
        QueueDelete "queue.delete" Write DeleteQueue "Delete an empty queue.";
        QueueViewPermissions "queue.view_permissions" Read ViewQueuePermissions "See who may do what on a queue.";
        QueueReceiveEscalations "queue.receive_escalations" Read ReceiveEscalations "Be told of escalations of tickets nobody holds, and be added to tickets that arrive without one.";
        QueueReceiveErrors "queue.receive_errors" Read ReceiveInboxErrors "Be told when the mailbox that feeds the queue fails.";
    }
    Desk: Ticket at [Org, Team, Queue] {
        TicketView "ticket.view" Read ViewTicket "See a ticket, its public replies and who takes part.";
        TicketViewNotes "ticket.view_notes" Read ViewTicketNotes "Read a ticket's internal notes and its history.";
        TicketCreate "ticket.create" Write CreateTicket "Create a ticket in this place.";
        TicketReply "ticket.reply" Write ReplyToTicket "Answer a ticket publicly.";
        TicketNote "ticket.note" Write NoteOnTicket "Write an internal note on a ticket.";
        TicketUpdate "ticket.update" Write UpdateTicket "Change a ticket's subject, description, status, priority and requester.";
        TicketAssign "ticket.assign" Write AssignTicket "Set who handles a ticket.";
        TicketMove "ticket.move" Write MoveTicket "Move a ticket to another team or queue.";
        TicketAddParticipant "ticket.add_participant" Write AddParticipant "Add a participant to a ticket.";
        TicketRemoveParticipant "ticket.remove_participant" Write RemoveParticipant "Remove a participant from a ticket.";
        TicketMerge "ticket.merge" Write MergeTicket "Merge a ticket with another.";
        TicketClone "ticket.clone" Write CloneTicket "Make a copy of a ticket.";
        TicketLink "ticket.link" Write LinkTicket "Link a ticket with another, and take links away.";
        TicketDelete "ticket.delete" Write DeleteTicket "Delete a ticket for good.";
    }
    Desk: Template at [Org] {
        TemplateView "template.view" Read ViewTemplate "See a ticket template and use it.";
        TemplateUpdate "template.update" Write UpdateTemplate "Change a ticket template, and which teams see it.";
        TemplateDelete "template.delete" Write DeleteTemplate "Delete a ticket template.";
    }
    Field: InspectionTemplate at [Org, Team] {
        InspectionTemplateView "inspection_template.view" Read ViewInspectionTemplate "See an inspection template and use it.";
        InspectionTemplateCreate "inspection_template.create" Write CreateInspectionTemplate "Create an inspection template in this place.";
        InspectionTemplateUpdate "inspection_template.update" Write UpdateInspectionTemplate "Change an inspection template.";
        InspectionTemplateDelete "inspection_template.delete" Write DeleteInspectionTemplate "Delete an inspection template.";
    }
    Field: Site at [Org, Team] {
        SiteView "site.view" Read ViewSite "See a site.";
        SiteCreate "site.create" Write CreateSite "Create a site in this place.";
        SiteUpdate "site.update" Write UpdateSite "Change a site.";
        SiteDelete "site.delete" Write DeleteSite "Delete a site.";
    }
    Field: Inspection at [Org, Team] {
        InspectionView "inspection.view" Read ViewInspection "See an inspection and its answers.";
        InspectionCreate "inspection.create" Write CreateInspection "Create an inspection in this place.";
        InspectionUpdate "inspection.update" Write UpdateInspection "Change an inspection and answer its questions.";
        InspectionSubmit "inspection.submit" Write SubmitInspection "Submit an inspection.";
        InspectionReopen "inspection.reopen" Write ReopenInspection "Open a submitted inspection again.";
        InspectionAssign "inspection.assign" Write AssignInspection "Set who carries an inspection out.";
        InspectionShare "inspection.share" Write ShareInspection "Share an inspection with its team, and take that back.";
        InspectionDelete "inspection.delete" Write DeleteInspection "Delete an inspection.";
    }
    Field: Report at [Org, Team] {
        ReportView "report.view" Read ViewReport "See the report of an inspection.";
        ReportShare "report.share" Write ShareReport "Share a report with its team, and take that back.";
    }
    BoxOffice: Organization at [Org] {
        EventCreate "event.create" Write CreateEvent "Create an event.";
        InventoryLoad "inventory.load" Write LoadInventory "Load tickets into the inventory.";
        AssignmentView "assignment.view" Read ViewAssignments "See what can be assigned, is assigned and is unused, without what it cost.";
        SurveyCreate "survey.create" Write CreateSurvey "Create a survey.";
        OrderPlace "order.place" Write PlaceOrder "Order tickets to an event.";
    }
    BoxOffice: Event at [Org] {
        EventView "event.view" Read ViewEvent "See an event.";
        EventUpdate "event.update" Write UpdateEvent "Change an event.";
        EventDelete "event.delete" Write DeleteEvent "Delete an event.";
    }
    BoxOffice: InventoryTicket at [Org] {
        InventoryView "inventory.view" Read ViewInventory "See a ticket of the inventory, with what it cost.";
        InventoryUpdate "inventory.update" Write UpdateInventory "Change a ticket of the inventory.";
        InventoryDelete "inventory.delete" Write DeleteInventory "Take a ticket out of the inventory.";
        InventoryAssign "inventory.assign" Write AssignInventory "Assign a ticket to an employee.";
        InventoryReclaim "inventory.reclaim" Write ReclaimInventory "Take an assigned ticket back.";
        InventoryBackfill "inventory.backfill" Write BackfillInventory "Record who used a ticket that nobody had ordered.";
    }
    BoxOffice: Order at [Org] {
        OrderView "order.view" Read ViewOrder "See an order.";
        OrderCancel "order.cancel" Write CancelOrder "Cancel an order.";
        OrderApprove "order.approve" Write ApproveOrder "Approve an order.";
        OrderDeny "order.deny" Write DenyOrder "Deny an order.";
        OrderFulfill "order.fulfill" Write FulfillOrder "Fulfil an approved order.";
        OrderReport "order.report" Read ReportOrder "See an order in reports.";
    }
    BoxOffice: Survey at [Org] {
        SurveyView "survey.view" Read ViewSurvey "See a survey and its answers.";
        SurveyUpdate "survey.update" Write UpdateSurvey "Change and close a survey.";
        SurveyDelete "survey.delete" Write DeleteSurvey "Delete a survey.";
    }
    Lab: Organization at [Org] {
        WorkspaceCreate "workspace.create" Write CreateWorkspace "Create a workspace.";
    }
    Lab: Workspace at [Org, Workspace] {
        WorkspaceView "workspace.view" Read ViewWorkspace "See a workspace and read its content.";
        WorkspaceViewDashboard "workspace.view_dashboard" Read ViewWorkspaceDashboard "Open a workspace's dashboard.";
        WorkspaceUpdate "workspace.update" Write UpdateWorkspace "Change a workspace's settings.";
        WorkspaceDelete "workspace.delete" Write DeleteWorkspace "Delete a workspace and everything in it.";
        WorkspaceAddMember "workspace.add_member" Write AddWorkspaceMember "Add members to a workspace, and set their roles there.";
        WorkspaceRemoveMember "workspace.remove_member" Write RemoveWorkspaceMember "Remove members from a workspace.";
        ProjectCreate "project.create" Write CreateProject "Create a project in a workspace.";
    }
    Lab: Project at [Workspace, Project] {
        ProjectView "project.view" Read ViewProject "See a project and read its content.";
        ProjectContribute "project.contribute" Write ContributeToProject "Contribute to a project: change it, and add contributors.";
        ProjectTransfer "project.transfer" Write TransferProject "Hand a project over to another owner.";
        ProjectDelete "project.delete" Write DeleteProject "Delete a project.";
        PhaseCreate "phase.create" Write CreatePhase "Create a phase in a project.";
        ModelCreate "model.create" Write CreateModel "Create a model in a project.";
        DatasetCreate "dataset.create" Write CreateDataset "Create a dataset in a project.";
    }
    Lab: Phase at [Workspace, Project] {
        PhaseView "phase.view" Read ViewPhase "See a phase.";
        PhaseUpdate "phase.update" Write UpdatePhase "Change a phase and set its owner.";
        PhaseRequestReview "phase.request_review" Write RequestPhaseReview "Ask for a review of a phase.";
        PhaseReview "phase.review" Write ReviewPhase "Review a phase: approve or reject it.";
        IterationCreate "iteration.create" Write CreateIteration "Create an iteration in a phase.";
    }
    Lab: Iteration at [Workspace, Project] {
        IterationView "iteration.view" Read ViewIteration "See an iteration.";
        IterationUpdate "iteration.update" Write UpdateIteration "Change an iteration, log assets to it and complete it.";
    }
    Lab: Model at [Workspace, Project] {
        ModelView "model.view" Read ViewModel "See a model with its versions, properties and metrics.";
        ModelUpdate "model.update" Write UpdateModel "Change a model, add versions, properties and metrics.";
    }
    Lab: Dataset at [Workspace, Project] {
        DatasetView "dataset.view" Read ViewDataset "See a dataset with its versions and properties.";
        DatasetUpdate "dataset.update" Write UpdateDataset "Change a dataset, add versions and properties.";
    }
}

struct Info {
    key: &'static str,
    text: &'static str,
    module: Module,
    target: ResourceKind,
    levels: &'static [Level],
    access: Access,
}

impl Permission {
    const fn info(self) -> &'static Info {
        &Self::INFO[self as usize]
    }

    /// The permission's name: `ticket.reply`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.info().key
    }

    /// What it lets a person do, as a sentence.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.info().text
    }

    /// The module it belongs to.
    #[must_use]
    pub const fn module(self) -> Module {
        self.info().module
    }

    /// The kind of thing it is about.
    #[must_use]
    pub const fn target(self) -> ResourceKind {
        self.info().target
    }

    /// The levels whose roles may give it.
    #[must_use]
    pub const fn levels(self) -> &'static [Level] {
        self.info().levels
    }

    /// Whether it reads or writes.
    #[must_use]
    pub const fn access(self) -> Access {
        self.info().access
    }

    /// Whether it is decided at the place where a thing would be, and is nothing to do with a thing that is there.
    #[must_use]
    pub const fn is_of_a_place(self) -> bool {
        matches!(self, Self::TicketCreate | Self::InspectionTemplateCreate | Self::SiteCreate | Self::InspectionCreate)
    }

    /// The permission of this name.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.key() == key)
    }

    /// The permissions about one kind of thing.
    pub fn of(kind: ResourceKind) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |permission| permission.target() == kind)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
