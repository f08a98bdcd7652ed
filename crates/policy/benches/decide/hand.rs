//! The same rules written out by hand over the same facts, with the reason: the bar.

use usher_policy::{Condition, Level, Permission, Standing};
use uuid::Uuid;

use crate::support::{HOME, Person, Thing};

const CONTRIBUTE: u8 = 1;
const MANAGE: u8 = 2;
const DELETE: u8 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Owner,
    Admin,
    Member,
}

/// The caller, laid out for these rules.
#[derive(Debug)]
pub struct Caller {
    organization: Uuid,
    active: bool,
    scopes: Option<u64>,
    plan_workflows: bool,
    rank: Rank,
    /// Whether admin, by team.
    teams: Vec<(Uuid, bool)>,
    /// What they may do, by queue.
    queues: Vec<(Uuid, u8)>,
}

/// The thing, laid out for these rules.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    organization: Uuid,
    team: Option<Uuid>,
    queue: Option<Uuid>,
    own: bool,
    template_visible: bool,
    shared_with_team: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Rank(Condition),
    Team(Uuid),
    Queue(Uuid, u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    OtherOrganization,
    Inactive,
    TokenScope,
    NoGrant,
}

impl Caller {
    pub fn new(person: &Person) -> Self {
        let mut caller = Self {
            organization: HOME,
            active: person.standing == Standing::Active,
            scopes: None,
            plan_workflows: person.conditions.contains(Condition::PlanWorkflows),
            rank: Rank::Member,
            teams: Vec::with_capacity(8),
            queues: Vec::with_capacity(32),
        };
        for (level, scope, role) in &person.assignments {
            match (level, *role) {
                (Level::Organization, "owner") => caller.rank = Rank::Owner,
                (Level::Organization, "admin") => caller.rank = Rank::Admin,
                (Level::Team, role) => caller.teams.push((*scope, role == "admin")),
                (Level::Queue, "contribute") => caller.queues.push((*scope, CONTRIBUTE)),
                (Level::Queue, "manage") => caller.queues.push((*scope, MANAGE)),
                (Level::Queue, "delete") => caller.queues.push((*scope, DELETE)),
                _ => {}
            }
        }
        caller.teams.sort_unstable();
        caller.queues.sort_unstable();
        caller.queues.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 |= if same { next.1 } else { 0 };
            same
        });
        caller
    }

    pub fn decide(&self, permission: Permission, target: &Target) -> Result<Why, WhyNot> {
        if target.organization != self.organization {
            return Err(WhyNot::OtherOrganization);
        }
        if !self.active {
            return Err(WhyNot::Inactive);
        }
        if self.scopes.is_some_and(|scopes| scopes >> permission as u64 & 1 == 0) {
            return Err(WhyNot::TokenScope);
        }
        self.by_rank(permission, target)
            .or_else(|| self.by_team(permission, target.team?))
            .or_else(|| self.by_queue(permission, target.queue?))
            .ok_or(WhyNot::NoGrant)
    }

    fn by_rank(&self, permission: Permission, target: &Target) -> Option<Why> {
        use Permission as P;
        let holds = |holds: bool, condition| holds.then_some(Why::Rank(condition));
        let always = |holds: bool| holds.then_some(Why::Rank(Condition::Always));
        match permission {
            P::OrganizationView | P::MemberView | P::TeamView | P::WebsiteView | P::KnowledgeBaseView => always(true),
            P::OrganizationUpdate | P::OrganizationDelete | P::BillingManage | P::WebsiteDelete => {
                always(self.rank == Rank::Owner)
            }
            P::MemberLeave => holds(target.own, Condition::Own),
            P::WorkflowManage => holds(self.rank != Rank::Member && self.plan_workflows, Condition::PlanWorkflows),
            P::TemplateView if self.rank == Rank::Member => holds(target.shared_with_team, Condition::SharedWithTeam),
            P::TicketView
            | P::TicketViewNotes
            | P::TicketCreate
            | P::TicketReply
            | P::TicketNote
            | P::TicketUpdate
            | P::TicketAssign
            | P::TicketMove
            | P::TicketAddParticipant
            | P::TicketRemoveParticipant
            | P::TicketMerge
            | P::TicketClone
            | P::TicketLink
                if self.rank == Rank::Member =>
            {
                holds(target.template_visible, Condition::TemplateVisible)
            }
            P::MemberSetQueuePermissions
            | P::QueueCreate
            | P::QueueView
            | P::QueueUpdate
            | P::QueueDelete
            | P::QueueViewPermissions
            | P::QueueReceiveEscalations
            | P::QueueReceiveErrors
            | P::MailboxView
            | P::MailboxManage => None,
            _ => always(self.rank != Rank::Member),
        }
    }

    fn by_team(&self, permission: Permission, team: Uuid) -> Option<Why> {
        use Permission as P;
        let admin = self.teams[self.teams.binary_search_by_key(&team, |(team, _)| *team).ok()?].1;
        let gives = match permission {
            P::TeamUpdate | P::TeamManageMembers => admin,
            P::TeamView => true,
            P::TicketDelete => false,
            _ => is_about_tickets(permission),
        };
        gives.then_some(Why::Team(team))
    }

    fn by_queue(&self, permission: Permission, queue: Uuid) -> Option<Why> {
        use Permission as P;
        let held = self.queues[self.queues.binary_search_by_key(&queue, |(queue, _)| *queue).ok()?].1;
        let wanted = match permission {
            P::QueueView => CONTRIBUTE | MANAGE | DELETE,
            P::TicketView | P::TicketViewNotes | P::TicketCreate | P::TicketReply | P::TicketNote => CONTRIBUTE,
            P::TicketAddParticipant => CONTRIBUTE,
            P::TicketRemoveParticipant => CONTRIBUTE | MANAGE,
            P::TicketDelete => DELETE,
            _ if is_about_tickets(permission) => MANAGE,
            _ => 0,
        };
        (held & wanted != 0).then_some(Why::Queue(queue, held & wanted))
    }
}

const fn is_about_tickets(permission: Permission) -> bool {
    permission as u8 >= Permission::TicketView as u8 && permission as u8 <= Permission::TicketDelete as u8
}

impl From<&Thing> for Target {
    fn from(thing: &Thing) -> Self {
        Self {
            organization: thing.organization,
            team: thing.scopes.at(Level::Team),
            queue: thing.scopes.at(Level::Queue),
            own: thing.holding.contains(Condition::Own),
            template_visible: thing.holding.contains(Condition::TemplateVisible),
            shared_with_team: thing.holding.contains(Condition::SharedWithTeam),
        }
    }
}
