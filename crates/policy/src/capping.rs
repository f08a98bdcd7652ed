//! Who gives and takes the role that only reads: it caps whatever else somebody holds.

use crate::{Assignment, Caller, Level, RoleIx, Verb};

impl Caller {
    /// Whether the caller may give a role to somebody who holds others, as far as it takes from them: a role that only reads
    /// caps whatever else they hold, so it takes the right to take all of that (VX-40).
    #[must_use]
    pub fn may_cap(&self, role: RoleIx, held: &[RoleIx]) -> bool {
        let home = self.organization.uuid();
        !self.model.role_at(role).read_only || held.iter().all(|held| self.may_hand(Verb::Take, *held, home))
    }

    /// Whether the caller may leave somebody with these organization roles, as far as it gives back to them what a role that
    /// only reads had taken: everything that stays, wherever they hold it, is then as if it were given (laws 6 and 7).
    #[must_use]
    pub fn may_uncap(&self, receiver: &Self, roles: &[RoleIx]) -> bool {
        let caps = |role: &RoleIx| self.model.role_at(*role).read_only;
        let was_capped = receiver.held_at(Level::Organization).iter().any(|held| caps(&held.role));
        if !was_capped || roles.iter().any(caps) {
            return true;
        }
        let everybodys = self.model.everybodys_role();
        let stays = |held: &Assignment| {
            let level = self.model.role_at(held.role).level;
            level != Level::Organization || roles.contains(&held.role) || everybodys == Some(held.role)
        };
        receiver.held().filter(stays).all(|Assignment { role, scope }| {
            let opens = match self.model.role_at(role).level {
                Level::Team => self.may_admit(receiver, role, scope),
                _ => self.may_entrust(receiver, role, scope),
            };
            opens && self.may_let_have(role, scope)
        })
    }

    /// [`Caller::may_uncap`] of one of these organization roles, as far as it goes by the others.
    pub(crate) fn may_uncap_by(&self, taken: RoleIx, held: &[RoleIx]) -> bool {
        let caps = |role: RoleIx| self.model.role_at(role).read_only;
        let mut stay = held.iter().copied().filter(|role| *role != taken).chain(self.model.everybodys_role());
        !caps(taken) || stay.all(|role| caps(role) || self.may_let_have(role, self.organization.uuid()))
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use usher_domain::{Id, kind};
    use uuid::Uuid;

    use super::*;
    use crate::{CallerFacts, Mask, Model, ModelKey, Permission, PermissionSet, Standing};

    const HOME: Uuid = Uuid::from_u128(1);
    const TEAM: Uuid = Uuid::from_u128(2);
    const QUEUE: Uuid = Uuid::from_u128(3);

    fn caller(scopes: Option<PermissionSet>, assignments: &[(Level, Uuid, &'static str)]) -> Caller {
        Caller::new(CallerFacts {
            model: Model::built_in(ModelKey::Suite),
            organization: HOME.into(),
            member: Id::<kind::Member>::new(),
            standing: Standing::Active,
            conditions: Mask::NONE,
            scopes,
            service: false,
            assignments: assignments.iter().copied(),
            names: PhantomData,
        })
    }

    /// Without the cap somebody has again what they hold at every level, and not only in the organization.
    #[test]
    fn what_the_cap_leaves_is_given_back_wherever_it_is_held() {
        let model = Model::built_in(ModelKey::Suite);
        let role = |level, key| model.role(level, key).unwrap();
        let [member, employee] = ["member", "employee"].map(|key| role(Level::Organization, key));
        let gives = |role| Permission::ALL.iter().copied().filter(move |p| !model.cell(role, *p).is_empty());
        let scopes: PermissionSet = gives(member).chain(gives(employee)).collect();
        let owner = |scopes| caller(scopes, &[(Level::Organization, HOME, "owner")]);
        let capped = [(Level::Organization, HOME, "member"), (Level::Organization, HOME, "viewer")];
        let viewer = role(Level::Organization, "viewer");
        for (also, without) in
            [(None, true), (Some((Level::Team, TEAM, "admin")), false), (Some((Level::Queue, QUEUE, "delete")), false)]
        {
            let receiver = caller(None, &capped.into_iter().chain(also).collect::<Vec<_>>());
            assert_eq!(owner(Some(scopes)).may_uncap(&receiver, &[member]), without, "{also:?}");
            assert!(owner(None).may_uncap(&receiver, &[member]), "{also:?}");
            // As long as the cap stays nothing comes back, and where there is none nothing does.
            assert!(owner(Some(PermissionSet::NONE)).may_uncap(&receiver, &[member, viewer]), "{also:?}");
        }
        let free = caller(None, &[(Level::Organization, HOME, "super_user")]);
        assert!(owner(Some(PermissionSet::NONE)).may_uncap(&free, &[member]));
    }

    #[test]
    fn whose_cap_one_may_not_take_is_changed_only_by_giving() {
        let withheld = |by, held: &[&str]| {
            let by = caller(None, &[(Level::Organization, HOME, by)]);
            let taken = by.model().role(Level::Organization, "viewer").unwrap();
            let held: Vec<RoleIx> = held.iter().map(|key| by.model().role(Level::Organization, key).unwrap()).collect();
            !by.may_uncap_by(taken, &held)
        };
        assert!(withheld("admin", &["super_user", "viewer"]));
        assert!(!withheld("owner", &["super_user", "viewer"]));
        assert!(!withheld("admin", &["member", "viewer"]));
    }
}
