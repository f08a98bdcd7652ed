//! Why a decision fell as it did, and what would have allowed. May take its time.

use uuid::Uuid;

use crate::{
    Assignment, Caller, Condition, Denial, Level, Mask, Model, ModelKey, Outcome, Permission, Resource, Role, RoleIx,
    Target,
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
    /// The document that says so, and the line in it.
    pub source: Option<(ModelKey, u32)>,
    /// What that document has its readers know about the permission.
    pub note: Option<&'static str>,
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
    /// The token that the caller acts with has this scope, which it lacks.
    Scope {
        /// The scope.
        permission: Permission,
    },
}

/// A decision, with all that it rests on.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What was asked for.
    pub permission: Permission,
    /// What was decided.
    pub outcome: Outcome,
    /// Every assignment that covers the resource; none for a resource of another organization.
    pub considered: Vec<Considered>,
    /// What would have allowed, each by itself. Empty for an allow, and for a denial that no role can lift.
    pub remedies: Vec<Remedy>,
}

impl Caller {
    /// Explains what [`Caller::decide`] decides.
    #[must_use]
    pub fn explain<K: Target>(&self, permission: Permission, resource: &Resource<K>) -> Explanation {
        let outcome = self.outcome(permission, resource);
        let mut explanation = Explanation { permission, outcome, considered: Vec::new(), remedies: Vec::new() };
        if resource.organization != self.organization() || permission.target() != K::KIND {
            return explanation;
        }
        explanation.considered = self.covering(resource).map(|a| self.consider(a, permission, resource)).collect();
        explanation.remedies = match outcome {
            Outcome::Forbidden(Denial::NoGrant) | Outcome::Hidden(Denial::NoGrant) => {
                self.remedies(permission, resource, &explanation.considered)
            }
            Outcome::Forbidden(Denial::TokenScope) | Outcome::Hidden(Denial::TokenScope)
                if self.with_scope(permission).decide(permission, resource).is_allow() =>
            {
                vec![Remedy::Scope { permission }]
            }
            _ => Vec::new(),
        };
        explanation
    }

    fn consider<K>(&self, assignment: Assignment, permission: Permission, resource: &Resource<K>) -> Considered {
        let cell = self.model.cell(assignment.role, permission);
        let source = self.model.source(assignment.role, permission);
        let note = |key| Model::built_in(key).note(permission);
        let note = note(self.model.key()).or_else(|| note(source?.0));
        Considered { assignment, cell, met: cell.and(self.holding(resource)), source, note }
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
            let holding = self.holding(resource).without(Mask::of(Condition::Staff));
            let holding = holding.with(Condition::Staff, self.staff_with(about));
            let gives = !self.model.cell(role, permission).and(holding).is_empty();
            (gives && !about.read_only).then_some(Remedy::Role { role, scope })
        });
        conditions.chain(roles).collect()
    }

    /// Whether the caller would be staff with this role: where members have one organization role, it replaces theirs.
    fn staff_with(&self, role: &Role) -> bool {
        let stays = role.level != Level::Organization || self.model.several_organization_roles();
        role.staff || (stays && self.conditions.contains(Condition::Staff))
    }
}
