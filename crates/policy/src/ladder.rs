//! Who gives and takes which role.

use uuid::Uuid;

use crate::{Caller, Condition, Level, Mask, Permission, PermissionSet, RoleIx, Verb};

impl Caller {
    /// Whether the model's table of givers lets the caller do `verb` with a role at a scope: by an organization role, or by
    /// a role that they hold at that very scope. A role of the organization's own is in no table: it is handled by who
    /// has all that it gives (law 7). Through a token nobody gives a role with a permission that is not among the token's
    /// scopes: they would get around the scopes by it (law 6).
    #[must_use]
    pub fn may_hand(&self, verb: Verb, role: RoleIx, scope: Uuid) -> bool {
        let about = self.model.role_at(role);
        if verb == Verb::Give && !self.scopes_hold(role) {
            return false;
        }
        if about.custom {
            return self.holds_all(role, scope);
        }
        let level = about.level;
        let here = if level == Level::Organization { &[] } else { self.held_in(level, scope) };
        let mut givers = self.held_at(Level::Organization).iter().chain(here);
        givers.any(|giver| self.model.may(giver.role, verb, role))
    }

    /// Whether the caller may let somebody have a role: give it; or, where it is everybody's, which nobody gives, let them have
    /// it again, or by becoming a member, which through a token takes its scopes (law 6).
    #[must_use]
    pub fn may_let_have(&self, role: RoleIx, scope: Uuid) -> bool {
        if self.model.everybodys_role() == Some(role) {
            self.scopes_hold(role)
        } else {
            self.may_hand(Verb::Give, role, scope)
        }
    }

    /// Whether a token's scopes have all that a role gives; without a token they have everything.
    #[must_use]
    pub fn scopes_hold(&self, role: RoleIx) -> bool {
        // Asked of every role for every member of a list, and most who ask have no token.
        if self.scopes() == PermissionSet::ALL {
            return true;
        }
        let given = |permission: &&Permission| !self.model.cell(role, **permission).is_empty();
        Permission::ALL.iter().filter(given).all(|permission| self.scopes().contains(*permission))
    }

    /// Whether the caller may be told of a role: of one of the model's own, of one that they hold, and of every one if they may
    /// view the organization's own.
    #[must_use]
    pub fn knows_role(&self, role: RoleIx) -> bool {
        let level = self.model.role_at(role).level;
        !self.model.role_at(role).custom
            || self.held_at(level).iter().any(|held| held.role == role)
            || self.has(Permission::RoleView, Mask::ALWAYS, Level::Organization, None)
    }

    /// The role of this name at a level, for who may name it: one that they may be told of, or could give somewhere. Any other
    /// is to them as one that there is not.
    #[must_use]
    pub fn named_role(&self, level: Level, key: &str) -> Option<RoleIx> {
        let role = self.model.role(level, key)?;
        let scopes = || self.scopes_at(level).into_iter().chain([self.organization.uuid()]);
        let could_give = || scopes().any(|scope| self.may_hand(Verb::Give, role, scope));
        (self.knows_role(role) || could_give()).then_some(role)
    }

    /// Whether everything that a role gives at a scope is the caller's own there, under the same conditions or none.
    #[must_use]
    pub fn holds_all(&self, role: RoleIx, scope: Uuid) -> bool {
        let level = self.model.role_at(role).level;
        Permission::ALL.iter().all(|permission| {
            let given = self.model.cell(role, *permission);
            given.is_empty() || self.has(*permission, given, level, Some(scope))
        })
    }

    /// Whether the caller has a permission under all of these conditions or under none, by organization roles and by those
    /// held at one scope of a level.
    #[must_use]
    pub fn has(&self, permission: Permission, conditions: Mask, level: Level, scope: Option<Uuid>) -> bool {
        let own = self.cell_at(permission, level, scope);
        // Of the caller who is no staff, "if staff" is nothing; of somebody who is, it would be.
        let own = own.without(Mask::of(Condition::Staff).without(self.conditions));
        self.is_open(permission) && (own.contains(Condition::Always) || conditions.without(own).is_empty())
    }

    /// The conditions under which organization roles, and those held at one scope of a level, give a permission.
    pub(crate) fn cell_at(&self, permission: Permission, level: Level, scope: Option<Uuid>) -> Mask {
        let here = scope.filter(|_| level != Level::Organization).map_or(&[][..], |scope| self.held_in(level, scope));
        let held = self.held_at(Level::Organization).iter().chain(here);
        held.fold(Mask::NONE, |own, a| own | self.model.cell(a.role, permission))
    }

    /// What the caller may not do to somebody who holds these organization roles, whatever permissions the caller has: to
    /// remove them takes the right to remove every one of the roles (VK-63, VK-64), to change them the right to some change
    /// (VK-58, VK-59): to take one away or to give another, where members have several; to take the one that they have,
    /// where members have one. Blocking is held to what removal is. Roles that the model does not know count for nothing, nor
    /// does the one that is everybody's.
    #[must_use]
    pub fn out_of_reach<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> PermissionSet {
        let home = self.organization.uuid();
        let held = roles.into_iter().filter_map(|key| self.model.role(Level::Organization, key));
        let held: Vec<RoleIx> = held.filter(|role| self.model.everybodys_role() != Some(*role)).collect();
        let removable = held.iter().all(|role| self.may_hand(Verb::Remove, *role, home));
        let takes = held.iter().any(|role| self.may_hand(Verb::Take, *role, home) && self.may_uncap_by(*role, &held));
        let adds = held.is_empty() || self.model.several_organization_roles();
        let gives =
            |role: RoleIx| !held.contains(&role) && self.may_hand(Verb::Give, role, home) && self.may_cap(role, &held);
        let changeable = takes || (adds && self.model.roles_at(Level::Organization).any(|(role, _)| gives(role)));
        let reached = [
            (Permission::MemberRemove, removable),
            (Permission::MemberBlock, removable),
            (Permission::MemberChangeRole, changeable),
        ];
        reached
            .into_iter()
            .filter(|(_, reached)| !reached)
            .fold(PermissionSet::NONE, |withheld, (permission, _)| withheld.with(permission))
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use super::*;
    use crate::{CallerFacts, Mask, Model, ModelKey, Standing};

    const HOME: Uuid = Uuid::from_u128(1);
    const TEAM: Uuid = Uuid::from_u128(2);
    const OTHER_TEAM: Uuid = Uuid::from_u128(3);

    fn caller(model: &'static std::sync::Arc<Model>, assignments: &[(Level, Uuid, &'static str)]) -> Caller {
        Caller::new(CallerFacts {
            model,
            organization: HOME.into(),
            member: Uuid::from_u128(4).into(),
            standing: Standing::Active,
            conditions: Mask::NONE,
            scopes: None,
            service: false,
            assignments: assignments.iter().copied(),
            names: PhantomData,
        })
    }

    #[test]
    fn a_role_is_reached_by_an_organization_role_wherever_it_is_held() {
        let model = Model::built_in(ModelKey::Helpdesk);
        let role = |level, key| model.role(level, key).unwrap();
        let [owner, admin] = ["owner", "admin"].map(|key| role(Level::Organization, key));
        let administrator = caller(model, &[(Level::Organization, HOME, "admin")]);
        for (verb, of, reached) in [
            (Verb::Give, admin, true),
            (Verb::Take, admin, false),
            (Verb::Remove, admin, true),
            (Verb::Give, owner, false),
            (Verb::Take, owner, false),
            (Verb::Remove, owner, false),
        ] {
            assert_eq!(administrator.may_hand(verb, of, HOME), reached, "{}", verb.key());
        }
        assert!(administrator.may_hand(Verb::Give, role(Level::Team, "admin"), TEAM));
    }

    /// VK-58, VK-59, VK-63, VK-64.
    #[test]
    fn vk_58_vk_59_vk_63_vk_64_who_holds_a_role_out_of_reach_is_neither_removed_nor_changed() {
        let model = Model::built_in(ModelKey::Helpdesk);
        let withheld = |giver: &'static str, held: &[&str]| {
            let caller = caller(model, &[(Level::Organization, HOME, giver)]);
            let withheld = caller.out_of_reach(held.iter().copied());
            (withheld.contains(Permission::MemberRemove), withheld.contains(Permission::MemberChangeRole))
        };
        for (giver, held, expected) in [
            ("owner", &["owner"][..], (false, false)),
            ("owner", &["admin"], (false, false)),
            ("admin", &["owner"], (true, true)),    // VK-59, VK-63
            ("admin", &["admin"], (false, true)),   // VK-58, VK-64
            ("admin", &["member"], (false, false)), // VK-56, VK-64
            ("admin", &[], (false, false)),
            ("member", &["member"], (true, true)),
            ("member", &[], (false, true)),
            ("admin", &["of no model"], (false, false)),
        ] {
            assert_eq!(withheld(giver, held), expected, "{giver} over {held:?}");
        }
    }

    /// VX-40; and nobody is blocked by who could not remove them.
    #[test]
    fn vx_40_who_stands_above_is_not_reached_and_what_is_everybodys_stands_in_no_way() {
        use Permission::{MemberBlock, MemberChangeRole, MemberRemove};
        for (key, giver, held, withheld) in [
            (ModelKey::BoxOffice, "super_user", &["employee", "super_user"][..], &[][..]),
            (ModelKey::BoxOffice, "manager", &["employee"], &[MemberChangeRole]),
            (ModelKey::Field, "admin", &["super_admin"], &[MemberRemove, MemberBlock, MemberChangeRole]),
            (ModelKey::Field, "owner", &["super_admin"], &[]),
            (ModelKey::Suite, "admin", &["admin", "super_user"], &[MemberRemove, MemberBlock]),
            (ModelKey::Suite, "super_user", &["owner"], &[MemberRemove, MemberBlock]),
        ] {
            let model = Model::built_in(key);
            let found = caller(model, &[(Level::Organization, HOME, giver)]).out_of_reach(held.iter().copied());
            let expected = withheld.iter().fold(PermissionSet::NONE, |set, permission| set.with(*permission));
            assert_eq!(found, expected, "{key:?}: {giver} over {held:?}");
        }
    }

    #[test]
    fn a_team_role_reaches_in_its_own_team_only() {
        let model = Model::built_in(ModelKey::Helpdesk);
        let of_team = ["admin", "member"].map(|key| model.role(Level::Team, key).unwrap());
        let member = model.role(Level::Organization, "member").unwrap();
        let person = caller(model, &[(Level::Organization, HOME, "member"), (Level::Team, TEAM, "admin")]);
        for verb in [Verb::Give, Verb::Take] {
            for role in of_team {
                assert!(person.may_hand(verb, role, TEAM));
                assert!(!person.may_hand(verb, role, OTHER_TEAM));
            }
            assert!(!person.may_hand(verb, member, HOME));
        }
        let plain = caller(model, &[(Level::Organization, HOME, "member"), (Level::Team, TEAM, "member")]);
        assert!(of_team.iter().all(|role| Verb::ALL.iter().all(|verb| !plain.may_hand(*verb, *role, TEAM))));
    }

    #[test]
    fn through_a_token_nobody_gives_more_than_its_scopes_hold() {
        let model = Model::built_in(ModelKey::Helpdesk);
        let role = |key| model.role(Level::Organization, key).unwrap();
        let given = |key| Permission::ALL.iter().copied().filter(move |p| !model.cell(role(key), *p).is_empty());
        let of_member = given("member").fold(PermissionSet::NONE, PermissionSet::with);
        for (scopes, gives_member, gives_admin) in [
            (None, true, true),
            (Some(PermissionSet::ALL), true, true),
            (Some(of_member), true, false),
            (Some(PermissionSet::NONE.with(Permission::InvitationCreate)), false, false),
        ] {
            let owner = Caller::new(CallerFacts {
                model,
                organization: HOME.into(),
                member: Uuid::from_u128(4).into(),
                standing: Standing::Active,
                conditions: Mask::NONE,
                scopes,
                service: false,
                assignments: [(Level::Organization, HOME, "owner")],
                names: PhantomData,
            });
            let may = |verb, key| owner.may_hand(verb, role(key), HOME);
            assert_eq!((may(Verb::Give, "member"), may(Verb::Give, "admin")), (gives_member, gives_admin));
            assert!(may(Verb::Take, "admin") && may(Verb::Remove, "admin"), "what takes away widens nothing");
        }
    }

    #[test]
    fn who_holds_nothing_reaches_nothing() {
        for key in ModelKey::ALL {
            let model = Model::built_in(key);
            let nobody = caller(model, &[]);
            assert!(model.roles().all(|(role, _)| Verb::ALL.iter().all(|verb| !nobody.may_hand(*verb, role, HOME))));
        }
    }
}
