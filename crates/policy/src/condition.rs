//! Under what condition a role gives a permission: a closed list, and masks of it.

use std::{fmt, ops::BitOr};

use crate::resource::ResourceKind;

/// A condition under which a role gives a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Condition {
    /// No condition: the cell says `yes`.
    Always,
    /// The resource is the caller's own: they made it, or it is themselves.
    Own,
    /// The resource is assigned to the caller.
    Assigned,
    /// The caller was added to the resource as a participant.
    Participant,
    /// The ticket has no team, and its template is visible to a team of the caller's.
    TemplateVisible,
    /// The resource is shared with a team of the caller's.
    SharedWithTeam,
    /// The queue is the target of a mailbox.
    MailboxTarget,
    /// The caller holds an organization role that counts as staff.
    Staff,
    /// The organization's plan includes workflows.
    PlanWorkflows,
    /// The organization's settings let members create workspaces.
    MembersCreateWorkspaces,
    /// The site holds an inspection that the caller made or is assigned to.
    HoldsTheirs,
    /// The caller is the manager of whoever the resource is about.
    DirectReport,
    /// The ticket is on its way to the organization.
    InTransit,
    /// The member has named the caller as a proxy.
    NamedAsProxy,
    /// The member holds no super user's role.
    NotSuperUser,
    /// The caller is in the workspace that the resource belongs to.
    WorkspaceMember,
    /// The caller was asked for the review, and is in the workspace.
    Asked,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Self; 17] = [
        Self::Always,
        Self::Own,
        Self::Assigned,
        Self::Participant,
        Self::TemplateVisible,
        Self::SharedWithTeam,
        Self::MailboxTarget,
        Self::Staff,
        Self::PlanWorkflows,
        Self::MembersCreateWorkspaces,
        Self::HoldsTheirs,
        Self::DirectReport,
        Self::InTransit,
        Self::NamedAsProxy,
        Self::NotSuperUser,
        Self::WorkspaceMember,
        Self::Asked,
    ];

    /// The condition as a cell of a model document says it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Always => "yes",
            Self::Own => "own",
            Self::Assigned => "assigned",
            Self::Participant => "participant",
            Self::TemplateVisible => "template_visible",
            Self::SharedWithTeam => "shared_with_team",
            Self::MailboxTarget => "mailbox_target",
            Self::Staff => "staff",
            Self::PlanWorkflows => "plan:workflows",
            Self::MembersCreateWorkspaces => "setting:members_create_workspaces",
            Self::HoldsTheirs => "holds_theirs",
            Self::DirectReport => "direct_report",
            Self::InTransit => "in_transit",
            Self::NamedAsProxy => "named_as_proxy",
            Self::NotSuperUser => "not_super_user",
            Self::WorkspaceMember => "workspace_member",
            Self::Asked => "asked",
        }
    }

    /// The condition in words, to follow "if" or "because".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Always => "without a condition",
            Self::Own => "it is their own",
            Self::Assigned => "it is assigned to them",
            Self::Participant => "they are a participant",
            Self::TemplateVisible => "it has no team and its template is visible to a team of theirs",
            Self::SharedWithTeam => "it is shared with a team of theirs",
            Self::MailboxTarget => "the queue is the target of a mailbox",
            Self::Staff => "they are staff",
            Self::PlanWorkflows => "the organization's plan includes workflows",
            Self::MembersCreateWorkspaces => "the organization's settings let members create workspaces",
            Self::HoldsTheirs => "it holds an inspection that they made or are assigned to",
            Self::DirectReport => "it is about somebody whose manager they are",
            Self::InTransit => "the ticket is in transit",
            Self::NamedAsProxy => "that member has named them as a proxy",
            Self::NotSuperUser => "that member is no super user",
            Self::WorkspaceMember => "they are in its workspace",
            Self::Asked => "they were asked for the review and are in its workspace",
        }
    }

    /// The condition that a cell names.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.key() == key)
    }

    /// Whether the condition is about the caller or their organization alone, so that it holds for all resources or none.
    #[must_use]
    pub const fn is_standing(self) -> bool {
        Mask::STANDING.contains(self)
    }

    /// Whether the condition can hold between a caller and a resource of this kind. A model document that asks for
    /// another pair is refused, so every pair that runs is one that the store can render.
    #[must_use]
    pub const fn applies_to(self, kind: ResourceKind) -> bool {
        use ResourceKind as Kind;
        match self {
            Self::Always | Self::Staff | Self::PlanWorkflows | Self::MembersCreateWorkspaces => true,
            Self::Own => matches!(
                kind,
                Kind::Ticket
                    | Kind::Member
                    | Kind::Site
                    | Kind::Inspection
                    | Kind::Report
                    | Kind::Order
                    | Kind::Survey
                    | Kind::Phase
                    | Kind::Iteration
            ),
            Self::Assigned => matches!(kind, Kind::Ticket | Kind::Inspection | Kind::Report),
            Self::Participant | Self::TemplateVisible => matches!(kind, Kind::Ticket),
            Self::SharedWithTeam => matches!(kind, Kind::Template | Kind::Inspection | Kind::Report),
            Self::MailboxTarget => matches!(kind, Kind::Queue),
            Self::HoldsTheirs => matches!(kind, Kind::Site),
            Self::DirectReport => matches!(kind, Kind::Member | Kind::Order),
            Self::InTransit => matches!(kind, Kind::InventoryTicket),
            Self::NamedAsProxy | Self::NotSuperUser => matches!(kind, Kind::Member),
            Self::WorkspaceMember => matches!(
                kind,
                Kind::Workspace | Kind::Project | Kind::Phase | Kind::Iteration | Kind::Model | Kind::Dataset
            ),
            Self::Asked => matches!(kind, Kind::Phase),
        }
    }
}

/// A set of conditions, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Mask(u32);

impl Mask {
    /// No condition holds, or: never given.
    pub const NONE: Self = Self(0);
    /// Given without a condition.
    pub const ALWAYS: Self = Self::of(Condition::Always);
    /// Every condition about the caller's organization alone: its plan, its settings.
    pub const ORGANIZATION: Self =
        Self(Self::of(Condition::PlanWorkflows).0 | Self::of(Condition::MembersCreateWorkspaces).0);
    /// Every condition about the caller or their organization alone, so that it holds for all resources or none.
    pub const STANDING: Self = Self(Self::ALWAYS.0 | Self::of(Condition::Staff).0 | Self::ORGANIZATION.0);

    /// The set of one condition.
    #[must_use]
    pub const fn of(condition: Condition) -> Self {
        Self(1 << condition as u32)
    }

    /// The set whose bits are those of `bits`; bits that stand for no condition are dropped.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & ((1 << Condition::ALL.len()) - 1))
    }

    /// The set as bits: bit *n* is `Condition::ALL[n]`.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// This set and one condition more, if `holds`.
    #[must_use]
    pub const fn with(self, condition: Condition, holds: bool) -> Self {
        if holds { Self(self.0 | Self::of(condition).0) } else { self }
    }

    /// The conditions in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The conditions of this set that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the set holds this condition.
    #[must_use]
    pub const fn contains(self, condition: Condition) -> bool {
        self.0 & Self::of(condition).0 != 0
    }

    /// The first condition of the set, in the order of [`Condition::ALL`].
    #[must_use]
    pub const fn first(self) -> Option<Condition> {
        if self.0 == 0 { None } else { Some(Condition::ALL[self.0.trailing_zeros() as usize]) }
    }

    /// The conditions of the set.
    pub fn iter(self) -> impl Iterator<Item = Condition> {
        Condition::ALL.into_iter().filter(move |condition| self.contains(*condition))
    }
}

impl BitOr for Mask {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Condition> for Mask {
    fn from_iter<T: IntoIterator<Item = Condition>>(conditions: T) -> Self {
        conditions.into_iter().fold(Self::NONE, |mask, condition| mask.with(condition, true))
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// As a cell of a model document: `yes`, `own, assigned`, or `-` for never.
impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("-");
        }
        for (index, condition) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(condition.key())?;
        }
        Ok(())
    }
}
