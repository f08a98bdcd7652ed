//! The decision: pure, total, without an allocation.

use uuid::Uuid;

use crate::{Assignment, Caller, Condition, Level, Mask, Permission, Resource, RoleIx, Standing, Target};

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
    /// The membership is not active, or the token of a service has run out.
    Inactive(Standing),
    /// The token's scopes do not include the permission.
    TokenScope,
    /// The caller's organization role only reads.
    ReadOnly,
    /// No role that the caller holds gives the permission on this resource.
    NoGrant,
    /// A role gives it, but the member holds roles that the caller's do not reach in the model's table of givers.
    OutOfReach,
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

/// A decision as it is answered: what may not be viewed is not told of (law 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed, by this grant.
    Allowed(Grant),
    /// Denied, and the caller sees the resource: the answer is "forbidden".
    Forbidden(Denial),
    /// Denied, and the caller may not see the resource: the answer is "not found".
    Hidden(Denial),
}

impl Caller {
    /// Decides whether the caller may use a permission on a resource. A permission about another kind of thing is given
    /// by nobody.
    #[must_use]
    pub fn decide<K: Target>(&self, permission: Permission, resource: &Resource<K>) -> Decision {
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
        if permission.target() != K::KIND {
            return Decision::Deny(Denial::NoGrant);
        }
        let holding = self.holding(resource);
        for level in Level::ALL {
            for &Assignment { role, scope } in self.covering_at(level, resource) {
                if let Some(condition) = self.model.cell(role, permission).and(holding).first() {
                    if resource.out_of_reach.contains(permission) {
                        return Decision::Deny(Denial::OutOfReach);
                    }
                    return Decision::Allow(Grant { role, scope, condition });
                }
            }
        }
        Decision::Deny(Denial::NoGrant)
    }

    /// The caller's assignments at the scopes that the resource stands in, the widest level first.
    #[inline]
    pub(crate) fn covering<K>(&self, resource: &Resource<K>) -> impl Iterator<Item = Assignment> {
        Level::ALL.into_iter().flat_map(|level| self.covering_at(level, resource)).copied()
    }

    #[inline]
    fn covering_at<K>(&self, level: Level, resource: &Resource<K>) -> &[Assignment] {
        match (level, resource.scopes.at(level)) {
            (Level::Organization, _) => self.held_at(level),
            (_, Some(scope)) => self.held_in(level, scope),
            (_, None) => &[],
        }
    }

    /// Which conditions hold. Those about the caller are never the resource's to say.
    #[inline]
    pub(crate) fn holding<K>(&self, resource: &Resource<K>) -> Mask {
        self.conditions | resource.holding.without(Mask::STANDING)
    }

    /// Whether the caller may see that a resource exists: what tells a 403 from a 404.
    #[must_use]
    pub fn sees<K: Target>(&self, resource: &Resource<K>) -> bool {
        self.decide(K::KIND.view(), resource).is_allow()
    }

    /// Decides, and tells what is hidden from what is forbidden.
    #[must_use]
    pub fn outcome<K: Target>(&self, permission: Permission, resource: &Resource<K>) -> Outcome {
        match self.decide(permission, resource) {
            Decision::Allow(grant) => Outcome::Allowed(grant),
            Decision::Deny(denial) if self.sees(resource) => Outcome::Forbidden(denial),
            Decision::Deny(denial) => Outcome::Hidden(denial),
        }
    }

    /// Every permission about this kind of thing that the caller has on this one.
    pub fn permissions_on<K: Target>(&self, resource: &Resource<K>) -> impl Iterator<Item = Permission> {
        Permission::of(K::KIND).filter(|permission| self.decide(*permission, resource).is_allow())
    }
}
