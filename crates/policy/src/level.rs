//! Where a role is held.

use std::fmt;

/// A level at which roles are held, from the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// The whole organization.
    Organization,
    /// One team.
    Team,
    /// One queue.
    Queue,
    /// One workspace.
    Workspace,
    /// One project.
    Project,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 5] = [Self::Organization, Self::Team, Self::Queue, Self::Workspace, Self::Project];
    /// How many levels there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The level's name in model documents and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Team => "team",
            Self::Queue => "queue",
            Self::Workspace => "workspace",
            Self::Project => "project",
        }
    }

    /// The level of this name.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.key() == key)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
