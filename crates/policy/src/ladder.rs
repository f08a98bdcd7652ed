//! Who gives and takes which role.

use uuid::Uuid;

use crate::{Caller, Level, RoleIx, Verb};

impl Caller {
    /// Whether the model's table of givers lets the caller do `verb` with a role at a scope: by an organization role, or by
    /// a role that they hold at that very scope.
    #[must_use]
    pub fn may_hand(&self, verb: Verb, role: RoleIx, scope: Uuid) -> bool {
        let level = self.model.role_at(role).level;
        let here = if level == Level::Organization { &[] } else { self.held_in(level, scope) };
        let mut givers = self.held_at(Level::Organization).iter().chain(here);
        givers.any(|giver| self.model.may(giver.role, verb, role))
    }
}
