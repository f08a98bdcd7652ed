//! What being in a team opens to somebody beside their role in it, and who may open that to them.

use uuid::Uuid;

use crate::{Assignment, Caller, Condition, Level, Mask, Permission, RoleIx, Verb};

/// The conditions that being in a team meets: what a role of somebody's gives under them, they have by being in it.
const BY_BEING_IN_A_TEAM: Mask = Mask::of(Condition::TemplateVisible).with(Condition::SharedWithTeam, true);

/// A permission that a role gives to who is in a team.
struct Opened {
    permission: Permission,
    conditions: Mask,
    level: Level,
    scope: Uuid,
}

impl Caller {
    /// Whether the caller may put somebody into a team with a role, or give somebody who is in it another, as far as it goes by
    /// what that opens to them under conditions that being in a team meets: by all the roles that they hold, and by the one
    /// that they get. Whoever opens it has it too, without a condition or by being in that very team (law 7), and through a
    /// token only what is among the scopes (law 6).
    ///
    /// Whom the model's table lets give a role of the model's own in that team may put anybody into it: the table's roles
    /// meet the same conditions, and who leads a team adds to it whoever is a member (VK-17, VX-75).
    #[must_use]
    pub fn may_admit(&self, receiver: &Self, role: RoleIx, team: Uuid) -> bool {
        let joins = receiver.held_in(Level::Team, team).is_empty();
        self.has_opened(receiver, joins, role, team)
    }

    /// Whether the caller may act in another's place, as far as it goes by what being in their teams opens to these.
    #[must_use]
    pub fn may_stand_in_for(&self, other: &Self) -> bool {
        other.held_at(Level::Team).iter().all(|held| self.has_opened(other, true, held.role, held.scope))
    }

    /// The conditions, of those that being in a team meets, under which the caller's organization roles give a permission that
    /// they do not give without one: what they have in each of their teams, whatever their role in it.
    #[must_use]
    pub fn by_being_in_a_team(&self, permission: Permission) -> Mask {
        let own = self.cell_at(permission, Level::Organization, None);
        if self.remaining(own) == Mask::ALWAYS { Mask::NONE } else { own.and(BY_BEING_IN_A_TEAM) }
    }

    fn has_opened(&self, receiver: &Self, joins: bool, role: RoleIx, team: Uuid) -> bool {
        let by_table = self.gives_by_table_in(team);
        let is_in = !self.held_in(Level::Team, team).is_empty();
        receiver.opened(joins, role, team).all(|Opened { permission, conditions, level, scope }| {
            let own = self.cell_at(permission, level, Some(scope));
            let holds = self.remaining(own) == Mask::ALWAYS || (is_in && conditions.without(own).is_empty());
            if by_table { self.scopes().contains(permission) } else { self.is_open(permission) && holds }
        })
    }

    fn gives_by_table_in(&self, team: Uuid) -> bool {
        let mut roles = self.model.roles_at(Level::Team).filter(|(_, about)| !about.custom);
        roles.any(|(role, _)| self.may_hand(Verb::Give, role, team))
    }

    /// What the caller would have by being in a team, and has not without a condition: by the role in it, and, for who
    /// `joins` it, by every role that they hold.
    fn opened(&self, joins: bool, role: RoleIx, team: Uuid) -> impl Iterator<Item = Opened> {
        let held = Level::ALL.into_iter().flat_map(|level| self.held_at(level)).filter(move |_| joins).copied();
        held.chain([Assignment { scope: team, role }]).flat_map(move |Assignment { scope, role }| {
            let level = self.model.role_at(role).level;
            Permission::ALL.iter().filter_map(move |&permission| {
                let conditions = self.model.cell(role, permission).and(BY_BEING_IN_A_TEAM);
                let has = || self.remaining(self.cell_at(permission, level, Some(scope))) == Mask::ALWAYS;
                (!conditions.is_empty() && !has()).then_some(Opened { permission, conditions, level, scope })
            })
        })
    }
}
