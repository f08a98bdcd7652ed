//! Why a decision fell as it did, and what would have allowed. May take its time.

use uuid::Uuid;

use crate::{
    Assignment, Caller, Decision, Denial, Grant, Level, Mask, Permission, Resource, RoleIx, resource::Target,
};

/// An assignment of the caller's that covers the resource, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered {
    /// The role and where it is held.
    pub assignment: Assignment,
    /// Under which conditions the role gives the permission; none: never.
    pub cell: Mask,
    /// The conditions of the cell that hold.
    pub met: Mask,
    /// The line of the model's document that says so.
    pub line: Option<u32>,
}

/// A change that would have allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The caller is given this role at this scope.
    Role {
        /// The role.
        role: RoleIx,
        /// Where.
        scope: Uuid,
    },
    /// One of these conditions comes to hold, for a role that the caller has already.
    Condition {
        /// The role.
        role: RoleIx,
        /// Any one of these.
        conditions: Mask,
    },
}

/// Why a decision denied or allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed, by this grant.
    Allowed(Grant),
    /// Denied, and the caller sees the resource: the answer is "forbidden".
    Forbidden(Denial),
    /// Denied, and the caller may not see the resource: the answer is "not found".
    Hidden(Denial),
}

/// A decision, with all that it rests on.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What was asked for.
    pub permission: Permission,
    /// What was decided.
    pub outcome: Outcome,
    /// Every assignment that covers the resource.
    pub considered: Vec<Considered>,
    /// What would have allowed, each by itself. Empty for an allow, and for a denial that no role can lift.
    pub remedies: Vec<Remedy>,
}

impl Caller {
    /// Explains what [`Caller::decide`] decides.
    #[must_use]
    pub fn explain<K: Target>(&self, permission: Permission, resource: &Resource<K>) -> Explanation {
        let outcome = match self.decide(permission, resource) {
            Decision::Allow(grant) => Outcome::Allowed(grant),
            Decision::Deny(denial) if self.sees(resource) => Outcome::Forbidden(denial),
            Decision::Deny(denial) => Outcome::Hidden(denial),
        };
        let considered = match outcome {
            Outcome::Forbidden(Denial::OtherOrganization) | Outcome::Hidden(Denial::OtherOrganization) => Vec::new(),
            _ => self.covering(resource).map(|a| self.consider(a, permission, resource)).collect(),
        };
        let remedies = match outcome {
            Outcome::Forbidden(Denial::NoGrant) | Outcome::Hidden(Denial::NoGrant) => {
                self.remedies(permission, resource, &considered)
            }
            _ => Vec::new(),
        };
        Explanation { permission, outcome, considered, remedies }
    }

    fn covering<K>(&self, resource: &Resource<K>) -> impl Iterator<Item = Assignment> {
        let below = Level::ALL[1..].iter().filter_map(|level| Some(self.held_in(*level, resource.scopes.at(*level)?)));
        self.held_at(Level::Organization).iter().chain(below.flatten()).copied()
    }

    fn consider<K>(&self, assignment: Assignment, permission: Permission, resource: &Resource<K>) -> Considered {
        let cell = self.model.cell(assignment.role, permission);
        let level = self.model.role_at(assignment.role).level;
        Considered {
            assignment,
            cell,
            met: cell.and(self.conditions | resource.holding),
            line: self.model.line(level, permission),
        }
    }

    /// Roles that would allow as things stand, and conditions that would let a held role allow.
    fn remedies<K>(&self, permission: Permission, resource: &Resource<K>, considered: &[Considered]) -> Vec<Remedy> {
        let conditions = considered
            .iter()
            .filter(|c| !c.cell.is_empty())
            .map(|c| Remedy::Condition { role: c.assignment.role, conditions: c.cell });
        let roles = self.model.roles().filter_map(|(role, about)| {
            let scope = match about.level {
                Level::Organization => self.organization.uuid(),
                level => resource.scopes.at(level)?,
            };
            let standing = self.conditions.with(crate::Condition::Staff, self.becomes_staff(role));
            let gives = !self.model.cell(role, permission).and(standing | resource.holding).is_empty();
            (gives && !about.read_only).then_some(Remedy::Role { role, scope })
        });
        conditions.chain(roles).collect()
    }

    fn becomes_staff(&self, role: RoleIx) -> bool {
        let about = self.model.role_at(role);
        self.conditions.contains(crate::Condition::Staff) || (about.level == Level::Organization && about.staff)
    }
}
