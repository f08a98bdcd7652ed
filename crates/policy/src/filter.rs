//! The decision turned into data: which rows of a kind the caller may use a permission on.

use uuid::Uuid;

use crate::{Caller, Level, Mask, Permission, Resource};

/// Where the rows of a clause stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Anywhere in the organization.
    Organization,
    /// In one of these scopes of a level, sorted.
    In(Level, Vec<Uuid>),
}

/// Rows that stand in a place and for which one of the conditions holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Where they stand.
    pub place: Place,
    /// [`Mask::ALWAYS`] alone, or conditions about the resource of which one must hold.
    pub conditions: Mask,
}

/// Which rows of the organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewFilter {
    /// None: the database need not be asked.
    None,
    /// All of them.
    All,
    /// Those that fit at least one clause.
    Any(Vec<Clause>),
}

impl Caller {
    /// The rows on which [`Caller::decide`] allows the permission: the same tables, read the other way (law 4).
    #[must_use]
    pub fn filter(&self, permission: Permission) -> ViewFilter {
        if !self.is_open(permission) {
            return ViewFilter::None;
        }
        let organization = self
            .held_at(Level::Organization)
            .iter()
            .fold(Mask::NONE, |all, a| all | self.model.cell(a.role, permission));
        let Some(organization) = self.open_conditions(organization) else {
            return ViewFilter::All;
        };
        let mut clauses = Vec::new();
        if !organization.is_empty() {
            clauses.push(Clause { place: Place::Organization, conditions: organization });
        }
        for level in &Level::ALL[1..] {
            self.clauses_at(*level, permission, &mut clauses);
        }
        if clauses.is_empty() { ViewFilter::None } else { ViewFilter::Any(clauses) }
    }

    /// What of a cell is left to ask of each row: `None` if it is met whatever the row.
    fn open_conditions(&self, cell: Mask) -> Option<Mask> {
        cell.and(self.conditions).is_empty().then_some(cell.without(Mask::STANDING))
    }

    /// What must hold of a single thing for a cell to give its permission to this caller; `yes` where nothing more must.
    #[must_use]
    pub fn remaining(&self, cell: Mask) -> Mask {
        self.open_conditions(cell).unwrap_or(Mask::ALWAYS)
    }

    fn clauses_at(&self, level: Level, permission: Permission, clauses: &mut Vec<Clause>) {
        let first = clauses.len();
        for scope in self.held_at(level).chunk_by(|a, b| a.scope == b.scope) {
            let cell = scope.iter().fold(Mask::NONE, |all, a| all | self.model.cell(a.role, permission));
            let conditions = self.remaining(cell);
            if conditions.is_empty() {
                continue;
            }
            let scope = scope[0].scope;
            match clauses[first..].iter_mut().find(|clause| clause.conditions == conditions) {
                Some(Clause { place: Place::In(_, scopes), .. }) => scopes.push(scope),
                _ => clauses.push(Clause { place: Place::In(level, vec![scope]), conditions }),
            }
        }
    }
}

impl ViewFilter {
    /// Whether a row of the caller's organization passes.
    #[must_use]
    pub fn matches<K>(&self, row: &Resource<K>) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Any(clauses) => clauses.iter().any(|clause| {
                let stands = match &clause.place {
                    Place::Organization => true,
                    Place::In(level, scopes) => {
                        row.scopes.at(*level).is_some_and(|scope| scopes.binary_search(&scope).is_ok())
                    }
                };
                stands && !clause.conditions.and(row.holding | Mask::ALWAYS).is_empty()
            }),
        }
    }
}
