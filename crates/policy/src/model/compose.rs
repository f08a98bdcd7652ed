//! Models that are built from others, and roles that have everything of others.

use super::{Model, Role, RoleIx};
use crate::{Condition, Level, Mask, Permission};

/// Gives each role what the roles of its name have in the model's parts, and lets it do with roles what they may.
pub(super) fn unite(model: &mut Model) {
    let roles = named(model);
    for part in model.parts.clone() {
        let found: Vec<(RoleIx, RoleIx)> = roles
            .iter()
            .filter_map(|(role, level, key)| part.role(*level, key).map(|in_part| (*role, in_part)))
            .collect();
        for (role, in_part) in &found {
            for permission in Permission::ALL {
                add(model.cell_mut(*role, *permission), part.cell(*in_part, *permission));
            }
            for (other, other_in_part) in &found {
                let verbs = part.ladder[in_part.index() * part.roles.len() + other_in_part.index()];
                *model.verbs_mut(*role, *other) |= verbs;
            }
        }
    }
}

/// Gives each role everything of the roles that it includes. Those stand below it, so they are complete when it is reached.
pub(super) fn include(model: &mut Model) {
    for (role, ..) in named(model).into_iter().rev() {
        for included in model.role_at(role).includes.clone() {
            for permission in Permission::ALL {
                let cell = model.cell(included, *permission);
                add(model.cell_mut(role, *permission), cell);
            }
            for (other, ..) in named(model) {
                let verbs = *model.verbs_mut(included, other);
                *model.verbs_mut(role, other) |= verbs;
            }
        }
    }
}

fn named(model: &Model) -> Vec<(RoleIx, Level, String)> {
    model.roles().map(|(index, Role { level, key, .. })| (index, *level, key.clone())).collect()
}

/// Unites two cells: without a condition is without a condition.
fn add(cell: &mut Mask, more: Mask) {
    *cell = *cell | more;
    if cell.contains(Condition::Always) {
        *cell = Mask::ALWAYS;
    }
}

impl Model {
    /// Where the row stands that says what a role gives: the document and the line in it. In a model that is built from
    /// others, that is the document of the first that gives the permission to the role, or to a role that it includes.
    #[must_use]
    pub fn source(&self, role: RoleIx, permission: Permission) -> Option<(super::ModelKey, u32)> {
        let about = self.role_at(role);
        let tabled = self.tabled.contains(&role);
        let own = self.line(about.level, permission).filter(|_| tabled).map(|line| (self.key, line));
        let mut in_parts = self.parts.iter().filter_map(|part| Some((*part, part.role(about.level, &about.key)?)));
        let given = in_parts.clone().find(|(part, role)| !part.cell(*role, permission).is_empty());
        own.or_else(|| given.and_then(|(part, role)| part.source(role, permission)))
            .or_else(|| {
                let gives = |included: &&RoleIx| !self.cell(**included, permission).is_empty();
                about.includes.iter().find(gives).and_then(|included| self.source(*included, permission))
            })
            .or_else(|| in_parts.find_map(|(part, role)| part.source(role, permission)))
    }
}
