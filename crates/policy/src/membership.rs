//! What being in a team opens to somebody beside their role in it, and who may open that to them.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{Assignment, Caller, Condition, Level, Mask, Permission, ResourceKind, RoleIx, Verb};

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
        let before = receiver.held().filter(|_| joins);
        let given = Assignment { scope: team, role };
        self.may_lend(receiver, given) && self.has_all(receiver.opened(before.chain([given])), team)
    }

    /// The same of a role of the organization's own that somebody gets outside a team: it opens something to them in each of
    /// the teams that they are in. Who gives a role of the model's own is held to the model's table alone.
    #[must_use]
    pub fn may_entrust(&self, receiver: &Self, role: RoleIx, scope: Uuid) -> bool {
        let given = Assignment { scope, role };
        let opens = |team| self.has_all(receiver.opened([given]), team);
        !self.model.role_at(role).custom
            || (self.may_lend(receiver, given) && receiver.scopes_at(Level::Team).into_iter().all(opens))
    }

    /// Whether the caller may give a role to a service, as far as it goes by what is the service's own already: its secret may
    /// be in the hands of who gives, so that is held to what renewing the secret is. To a person anybody may give it.
    fn may_lend(&self, receiver: &Self, given: Assignment) -> bool {
        !receiver.service || self.has_on_anything(receiver, given)
    }

    /// The same of a role of the organization's own that is about to give more to those who hold it and are in a team.
    #[must_use]
    pub fn may_widen(
        &self,
        level: Level,
        before: &BTreeMap<Permission, Mask>,
        after: &BTreeMap<Permission, Mask>,
        team: Uuid,
    ) -> bool {
        let had = |permission| before.get(permission).copied().unwrap_or(Mask::NONE);
        let opened = after.iter().filter(|(permission, _)| !had(permission).contains(Condition::Always));
        let opened = opened.map(|(permission, cell)| Opened {
            permission: *permission,
            conditions: cell.and(BY_BEING_IN_A_TEAM).without(had(permission)),
            // The queues at which it is held are many: what the caller has in the whole organization counts.
            level: if level == Level::Team { level } else { Level::Organization },
            scope: team,
        });
        self.has_all(opened.filter(|it| !it.conditions.is_empty()), team)
    }

    /// Whether the caller may act in another's place, as far as it goes by what stands between the other and single things:
    /// what being in their teams opens to them, and what a role of the organization's own gives them on what is their own,
    /// assigned to them … Giving such a role does not give that: so the caller has it without the condition. What is about
    /// memberships does not count, since whoever stands in for the other could end theirs.
    #[must_use]
    pub fn may_stand_in_for(&self, other: &Self) -> bool {
        let in_team = |held: &Assignment| self.has_all(other.opened(other.held().chain([*held])), held.scope);
        other.held_at(Level::Team).iter().all(in_team) && other.held().all(|held| self.has_on_anything(other, held))
    }

    /// Whether the caller may have a role of the organization's own give more, where a service holds it: the same of what it
    /// gives then and did not give before.
    #[must_use]
    pub fn may_lend_more(
        &self,
        level: Level,
        before: &BTreeMap<Permission, Mask>,
        after: &BTreeMap<Permission, Mask>,
    ) -> bool {
        after.iter().filter(|(permission, _)| permission.target() != ResourceKind::Member).all(|(permission, cell)| {
            let had = before.get(permission).copied().unwrap_or(Mask::NONE);
            let more = cell.without(had | BY_BEING_IN_A_TEAM | Mask::STANDING);
            let by_things = ![had, *cell].iter().any(|cell| cell.contains(Condition::Always)) && !more.is_empty();
            !by_things || self.remaining(self.cell_at(*permission, level, None)) == Mask::ALWAYS
        })
    }

    fn has_on_anything(&self, other: &Self, Assignment { role, scope }: Assignment) -> bool {
        let about = self.model.role_at(role);
        let mut given = Permission::ALL.iter().filter(|permission| permission.target() != ResourceKind::Member);
        !about.custom
            || given.all(|&permission| {
                let bound = other.remaining(self.model.cell(role, permission));
                let by_things = bound != Mask::ALWAYS && !bound.without(BY_BEING_IN_A_TEAM).is_empty();
                !by_things || self.remaining(self.cell_at(permission, about.level, Some(scope))) == Mask::ALWAYS
            })
    }

    /// Whether the caller may open a ticket template to one more team: whatever roles give on its tickets to who is in such a
    /// team, the caller has, without a condition or, where it is `open` to a team of theirs already, by being in that (law 7).
    /// The roles are those of the model, and of the organization's own those that are `held` in the team: with others comes
    /// nobody into it who is not admitted.
    #[must_use]
    pub fn may_open_template(&self, open: bool, held: &[RoleIx]) -> bool {
        let opened = Mask::of(Condition::TemplateVisible);
        let roles = || self.model.roles().filter(|(role, about)| !about.custom || held.contains(role));
        let given = |permission| roles().any(|(role, _)| !self.model.cell(role, permission).and(opened).is_empty());
        Permission::ALL.iter().copied().filter(|permission| given(*permission)).all(|permission| {
            let own = self.cell_at(permission, Level::Organization, None);
            self.is_open(permission)
                && (self.remaining(own) == Mask::ALWAYS || (open && opened.without(own).is_empty()))
        })
    }

    /// The conditions, of those that being in a team meets, under which the caller's roles elsewhere give a permission that
    /// they do not give without one: what they have in each of their teams, whatever their role in it.
    #[must_use]
    pub fn by_being_in_a_team(&self, permission: Permission) -> Mask {
        let own = self.cell_at(permission, Level::Organization, None);
        if self.remaining(own) == Mask::ALWAYS {
            return Mask::NONE;
        }
        let elsewhere = self.held().filter(|held| self.model.role_at(held.role).level != Level::Team);
        let cells = elsewhere.map(|held| self.model.cell(held.role, permission));
        // At a queue where they have it whatever the thing, being in a team opens nothing more.
        let cells = cells.filter(|cell| self.remaining(*cell) != Mask::ALWAYS);
        cells.fold(Mask::NONE, |all, cell| all | cell.and(BY_BEING_IN_A_TEAM))
    }

    /// The roles held anywhere, the widest level first.
    pub(crate) fn held(&self) -> impl Iterator<Item = Assignment> {
        Level::ALL.into_iter().flat_map(|level| self.held_at(level)).copied()
    }

    /// Whether the caller has, too, what is opened to somebody in a team.
    fn has_all(&self, mut opened: impl Iterator<Item = Opened>, team: Uuid) -> bool {
        let by_table = self.gives_by_table_in(team);
        let is_in = !self.held_in(Level::Team, team).is_empty();
        opened.all(|Opened { permission, conditions, level, scope }| {
            let own = self.cell_at(permission, level, Some(scope));
            let holds = self.remaining(own) == Mask::ALWAYS || (is_in && conditions.without(own).is_empty());
            if by_table { self.scopes().contains(permission) } else { self.is_open(permission) && holds }
        })
    }

    fn gives_by_table_in(&self, team: Uuid) -> bool {
        let mut roles = self.model.roles_at(Level::Team).filter(|(_, about)| !about.custom);
        roles.any(|(role, _)| self.may_hand(Verb::Give, role, team))
    }

    /// What these assignments give to who is in a team by being in it, and the caller has not without a condition.
    fn opened(&self, assignments: impl IntoIterator<Item = Assignment>) -> impl Iterator<Item = Opened> {
        assignments.into_iter().flat_map(move |Assignment { scope, role }| {
            let level = self.model.role_at(role).level;
            Permission::ALL.iter().filter_map(move |&permission| {
                let conditions = self.model.cell(role, permission).and(BY_BEING_IN_A_TEAM);
                let has = || self.remaining(self.cell_at(permission, level, Some(scope))) == Mask::ALWAYS;
                (!conditions.is_empty() && !has()).then_some(Opened { permission, conditions, level, scope })
            })
        })
    }
}
