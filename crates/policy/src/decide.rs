//! The decision: pure, total, without an allocation.

use uuid::Uuid;

use crate::{Caller, Condition, Level, Permission, Resource, RoleIx, Standing};

/// The grant that allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The role that gives the permission.
    pub role: RoleIx,
    /// Where the role is held.
    pub scope: Uuid,
    /// The condition under which it does, which holds.
    pub condition: Condition,
}

/// Why a decision denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The resource belongs to another organization.
    OtherOrganization,
    /// The membership is not active.
    Inactive(Standing),
    /// The token's scopes do not include the permission.
    TokenScope,
    /// The caller's organization role only reads.
    ReadOnly,
    /// No role that the caller holds gives the permission on this resource.
    NoGrant,
}

/// May they, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// They may, by this grant.
    Allow(Grant),
    /// They may not, for this reason.
    Deny(Denial),
}

impl Decision {
    /// Whether they may.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        matches!(self, Self::Allow(_))
    }
}

impl Caller {
    /// Decides whether the caller may use a permission on a resource.
    #[must_use]
    pub fn decide<K>(&self, permission: Permission, resource: &Resource<K>) -> Decision {
        if resource.organization != self.organization {
            return Decision::Deny(Denial::OtherOrganization);
        }
        if self.standing != Standing::Active {
            return Decision::Deny(Denial::Inactive(self.standing));
        }
        if !self.allowed.contains(permission) {
            let denial = if self.scopes.contains(permission) { Denial::ReadOnly } else { Denial::TokenScope };
            return Decision::Deny(denial);
        }
        let holding = self.conditions | resource.holding;
        let grant = |held: &[crate::Assignment]| {
            held.iter().find_map(|a| {
                let condition = self.model.cell(a.role, permission).and(holding).first()?;
                Some(Decision::Allow(Grant { role: a.role, scope: a.scope, condition }))
            })
        };
        if let Some(allow) = grant(self.held_at(Level::Organization)) {
            return allow;
        }
        for level in &Level::ALL[1..] {
            if let Some(scope) = resource.scopes.at(*level)
                && let Some(allow) = grant(self.held_in(*level, scope))
            {
                return allow;
            }
        }
        Decision::Deny(Denial::NoGrant)
    }

    /// Whether the caller may see that a resource exists: what tells a 403 from a 404.
    #[must_use]
    pub fn sees<K: crate::resource::Target>(&self, resource: &Resource<K>) -> bool {
        self.decide(K::KIND.view(), resource).is_allow()
    }

    /// Every permission about this kind of thing that the caller has on this one.
    pub fn permissions_on<K: crate::resource::Target>(
        &self,
        resource: &Resource<K>,
    ) -> impl Iterator<Item = Permission> {
        Permission::of(K::KIND).filter(|permission| self.decide(*permission, resource).is_allow())
    }
}
