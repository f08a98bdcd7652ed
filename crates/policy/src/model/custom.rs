//! Roles that an organization adds to its model at run time.

use super::{Holders, Model, Role, RoleIx};
use crate::{Condition, Level, Mask, Permission};

/// A role of an organization's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRole {
    /// Where it is held.
    pub level: Level,
    /// Its name, which no other role of the level has.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// What it gives, and under which conditions.
    pub grants: Vec<(Permission, Mask)>,
}

/// Why a role of a model cannot give a permission under a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantFault {
    /// The model, or the level, has no such permission.
    #[error("no role of this level can give it in this access model")]
    Permission,
    /// The condition says nothing of the kind of thing that the permission is about, or can hold for nobody in this model.
    #[error("the condition says nothing of what this permission is about")]
    Condition,
    /// No condition at all.
    #[error("name at least one condition, or `yes`")]
    Empty,
}

impl Model {
    /// Whether roles of a level can give a permission.
    #[must_use]
    pub fn can_be_given(&self, permission: Permission, level: Level) -> bool {
        permission.levels().contains(&level) && self.modules.contains(&permission.module())
    }

    /// Whether the model has roles at a level, and with them things that roles are held at.
    #[must_use]
    pub fn has_level(&self, level: Level) -> bool {
        self.roles_at(level).next().is_some()
    }

    /// The cell of a role of a level that gives a permission under any one of some conditions.
    ///
    /// # Errors
    /// No cell of the model's document could give it there or name the condition; or there is no condition.
    pub fn grant(
        &self,
        level: Level,
        permission: Permission,
        conditions: impl IntoIterator<Item = Condition>,
    ) -> Result<Mask, GrantFault> {
        if !self.can_be_given(permission, level) {
            return Err(GrantFault::Permission);
        }
        let mask: Mask = conditions.into_iter().collect();
        let can_hold = |condition: Condition| match condition {
            Condition::Staff => self.roles().any(|(_, role)| role.staff),
            other => other.applies_to(permission.target()),
        };
        if !mask.iter().all(can_hold) {
            return Err(GrantFault::Condition);
        }
        match mask {
            Mask::NONE => Err(GrantFault::Empty),
            mask if mask.contains(Condition::Always) => Ok(Mask::ALWAYS),
            mask => Ok(mask),
        }
    }

    /// This model with an organization's own roles, each after the others of its level. What it cannot give it does not
    /// give, whatever the role says; a role whose name is taken is left out. Who has an organization role sees the
    /// organization, and themselves in it.
    #[must_use]
    pub fn with_roles(&self, added: &[CustomRole]) -> Self {
        let mut origins: Vec<Origin<'_>> = self.roles().map(|(role, about)| Origin::Model(role, about)).collect();
        for new in added.iter().filter(|new| self.role(new.level, &new.key).is_none() && self.has_level(new.level)) {
            let end = origins.partition_point(|origin| origin.level() <= new.level);
            origins.insert(end, Origin::Added(new));
        }
        let places: Vec<RoleIx> = (0..).map(RoleIx).take(origins.len()).collect();
        let moved = |old: RoleIx| {
            let place = origins.iter().position(|origin| matches!(origin, Origin::Model(role, _) if *role == old));
            place.map_or(old, |place| places[place])
        };
        let mut model = Self {
            grants: vec![Mask::NONE; origins.len() * Permission::COUNT].into(),
            ladder: vec![0; origins.len() * origins.len()].into(),
            starts: [0; Level::COUNT + 1],
            tabled: self.tabled.iter().map(|role| moved(*role)).collect(),
            everybodys_role: self.everybodys_role.map(moved),
            roles: origins.iter().map(Origin::role).collect(),
            ..self.clone()
        };
        for role in &mut model.roles {
            model.starts[role.level as usize + 1..].iter_mut().for_each(|start| *start += 1);
            role.includes.iter_mut().for_each(|included| *included = moved(*included));
            role.becomes = role.becomes.map(moved);
        }
        for (role, origin) in places.iter().zip(&origins) {
            for permission in Permission::ALL {
                *model.cell_mut(*role, *permission) = self.cell_of(origin, *permission);
            }
            for (other, other_origin) in places.iter().zip(&origins) {
                if let (Origin::Model(giver, _), Origin::Model(given, _)) = (origin, other_origin) {
                    *model.verbs_mut(*role, *other) = self.ladder[giver.index() * self.roles.len() + given.index()];
                }
            }
        }
        model
    }

    fn cell_of(&self, origin: &Origin<'_>, permission: Permission) -> Mask {
        match origin {
            Origin::Model(role, _) => self.cell(*role, permission),
            Origin::Added(new) => {
                let implied = belonging(new.level, permission);
                let mask = new.grants.iter().find(|(given, _)| *given == permission).map(|(_, mask)| *mask);
                let given =
                    mask.and_then(|mask| self.grant(new.level, permission, mask.iter()).ok()).unwrap_or_default();
                if given.contains(Condition::Always) { given } else { given | implied }
            }
        }
    }
}

/// What every organization role gives, said or not: to see that one belongs to the organization.
fn belonging(level: Level, permission: Permission) -> Mask {
    match (level, permission) {
        (Level::Organization, Permission::OrganizationView) => Mask::ALWAYS,
        (Level::Organization, Permission::MemberView) => Mask::of(Condition::Own),
        _ => Mask::NONE,
    }
}

/// Where a role comes from.
enum Origin<'a> {
    Model(RoleIx, &'a Role),
    Added(&'a CustomRole),
}

impl Origin<'_> {
    const fn level(&self) -> Level {
        match self {
            Self::Model(_, role) => role.level,
            Self::Added(new) => new.level,
        }
    }

    fn role(&self) -> Role {
        match self {
            Self::Model(_, role) => (*role).clone(),
            Self::Added(new) => new.role(),
        }
    }
}

impl Model {
    /// Sets of those roles that give all of these permissions, under whatever conditions: single roles, the narrowest first; or,
    /// where none gives them all, as few roles as can be found that do together (TO-67). Nothing where they cannot.
    #[must_use]
    pub fn suggest(&self, wanted: &[Permission], among: impl Fn(&Role) -> bool) -> Vec<Vec<RoleIx>> {
        let gives = |role: RoleIx, permission: &Permission| !self.cell(role, *permission).is_empty();
        let breadth = |role: &RoleIx| Permission::ALL.iter().filter(|p| gives(*role, p)).count();
        let roles = || self.roles().filter(|(_, about)| among(about)).map(|(role, _)| role);
        let mut alone: Vec<RoleIx> = roles().filter(|role| wanted.iter().all(|p| gives(*role, p))).collect();
        alone.sort_by_key(breadth);
        if !alone.is_empty() {
            return alone.into_iter().map(|role| vec![role]).collect();
        }
        let (mut open, mut together) = (wanted.to_vec(), Vec::new());
        while !open.is_empty() {
            let covered = |role: &RoleIx| open.iter().filter(|p| gives(*role, p)).count();
            let best = roles().max_by_key(|role| (covered(role), std::cmp::Reverse(breadth(role))));
            let Some(best) = best.filter(|role| covered(role) > 0) else { return Vec::new() };
            open.retain(|p| !gives(best, p));
            together.push(best);
        }
        vec![together]
    }
}

impl CustomRole {
    fn role(&self) -> Role {
        Role {
            level: self.level,
            key: self.key.clone(),
            title: self.title.clone(),
            holders: Holders::Any,
            creator: false,
            everybody: false,
            staff: false,
            read_only: false,
            custom: true,
            includes: Vec::new(),
            becomes: None,
        }
    }
}
