//! Who gives and takes which role: the model's table, asked on behalf of the caller.

use std::collections::BTreeMap;

use usher_policy::{Action, Caller, Level, Mask, Permission, RoleIx, Verb, can};
use uuid::Uuid;

use crate::{StoreError, StoreResult, Work};

impl Work {
    /// The role of this name at a level of the organization's model, named in the body's field `/role`.
    ///
    /// # Errors
    /// The model has no such role there, for who may not be told of every one (422, with those that it has).
    pub(crate) fn role(&self, level: Level, key: &str) -> StoreResult<RoleIx> {
        self.caller().named_role(level, key).ok_or_else(|| self.unknown_role(level))
    }

    /// What to say of a role that is none.
    pub(super) fn unknown_role(&self, level: Level) -> StoreError {
        StoreError::Invalid {
            pointer: "/role",
            code: "unknown_role",
            detail: format!("The {level} roles of this access model are {}.", self.roles_named_at(level)),
        }
    }

    /// The roles of a level; the organization's own for those who may see them.
    fn roles_named_at(&self, level: Level) -> String {
        let named = self.caller().model().roles_at(level).filter(|(role, _)| self.caller().knows_role(*role));
        named.map(|(_, role)| format!("`{}`", role.key)).collect::<Vec<_>>().join(", ")
    }

    /// Holds the caller, who uses `permission`, to the table of who gives and takes (law 7).
    ///
    /// # Errors
    /// The role is out of the caller's reach.
    pub(crate) fn must_reach(&self, permission: Permission, verb: Verb, role: RoleIx, scope: Uuid) -> StoreResult<()> {
        if self.caller().may_hand(verb, role, scope) {
            return Ok(());
        }
        let by_scopes = verb == Verb::Give && !self.caller().scopes_hold(role);
        let role = self.caller().model().role_at(role);
        if by_scopes {
            let detail = format!(
                "The scopes of your token do not have all that the {} role `{}` gives, so it cannot be given with it.",
                role.level, role.key
            );
            return Err(StoreError::Beyond { permission, detail });
        }
        let act = match verb {
            Verb::Give => "give",
            Verb::Take => "take",
            Verb::Remove => "remove holders of",
        };
        let detail = format!("Your roles do not let you {act} the {} role `{}`.", role.level, role.key);
        Err(StoreError::Beyond { permission, detail })
    }

    /// Holds the caller, who uses `permission` to make somebody a member with a role, to that table and to the scopes of their
    /// token: a role that is everybody's is given by nobody, and comes with being a member (law 6).
    ///
    /// # Errors
    /// The role is out of the caller's reach.
    pub(super) fn must_let_in(&self, permission: Permission, role: RoleIx) -> StoreResult<()> {
        let home = self.organization().uuid();
        let everybodys = self.caller().model().everybodys_role();
        let mut roles = everybodys.into_iter().chain([role]).filter(|role| !self.caller().may_let_have(*role, home));
        roles.try_for_each(|role| self.must_reach(permission, Verb::Give, role, home))
    }

    /// Holds the caller, who uses `permission` to give somebody a role in a team, to what being in it opens to them (law 7).
    ///
    /// # Errors
    /// It opens what the caller does not hold.
    pub(super) fn must_admit(
        &self,
        permission: Permission,
        receiver: &Caller,
        role: RoleIx,
        team: Uuid,
    ) -> StoreResult<()> {
        if self.caller().may_admit(receiver, role, team) { Ok(()) } else { Err(opens_too_much(permission)) }
    }

    /// Holds the caller, who uses `permission` to give somebody a role outside a team, to what it opens to them in the teams that
    /// they are in (law 7).
    ///
    /// # Errors
    /// It opens what the caller does not hold.
    pub(crate) fn must_entrust(
        &self,
        permission: Permission,
        receiver: &Caller,
        role: RoleIx,
        scope: Uuid,
    ) -> StoreResult<()> {
        if self.caller().may_entrust(receiver, role, scope) { Ok(()) } else { Err(opens_too_much(permission)) }
    }

    /// Holds the caller, who has a role give `after` and no longer `before`, to what that opens to those who hold it in the
    /// teams that they are in (law 7).
    ///
    /// # Errors
    /// It opens what the caller does not hold.
    pub(super) fn must_widen(
        &self,
        level: Level,
        before: &BTreeMap<Permission, Mask>,
        after: &BTreeMap<Permission, Mask>,
        teams: &[Uuid],
    ) -> StoreResult<()> {
        let may = |team: &Uuid| self.caller().may_widen(level, before, after, *team);
        if teams.iter().all(may) { Ok(()) } else { Err(opens_too_much(can::ManageRoles::PERMISSION)) }
    }

    /// The same where a service holds the role: to what is the service's own.
    ///
    /// # Errors
    /// It opens what the caller does not hold.
    pub(super) fn must_lend_more(
        &self,
        level: Level,
        before: &BTreeMap<Permission, Mask>,
        after: &BTreeMap<Permission, Mask>,
    ) -> StoreResult<()> {
        let may = self.caller().may_lend_more(level, before, after);
        if may { Ok(()) } else { Err(opens_too_much(can::ManageRoles::PERMISSION)) }
    }

    /// Holds the caller, who uses `permission` to get to act as another, to what being in their teams opens to these.
    ///
    /// # Errors
    /// It opens what the caller does not hold.
    pub(super) fn must_stand_in_for(&self, permission: Permission, other: &Caller) -> StoreResult<()> {
        if self.caller().may_stand_in_for(other) { Ok(()) } else { Err(opens_too_much(permission)) }
    }
}

/// It is not said what: who gives a role need not see what others there are, nor the teams.
fn opens_too_much(permission: Permission) -> StoreError {
    let detail = "By the roles and the teams that they have, or by what is their own, this opens to them, or to you in their \
        place, what you do not have there yourself: your roles do not give it to you without a condition, nor by being in the \
        team with them, or the scopes of your token do not have it.";
    StoreError::Beyond { permission, detail: detail.to_owned() }
}
