//! An access model: a document, compiled.

mod compose;
mod custom;
mod document;
mod parse;
mod roles;

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use crate::{Level, Mask, Module, Permission};

/// The built-in access models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ModelKey {
    /// Support by organization role, team and ticket template.
    Helpdesk,
    /// Support by per-user, per-queue permission.
    Queues,
    /// Inspections by team role and contributor level.
    Field,
    /// Tickets to events: inventory, orders, approvals.
    BoxOffice,
    /// Workspaces, projects, models and datasets.
    Lab,
    /// All of the others in one.
    Suite,
}

impl ModelKey {
    /// Every built-in model.
    pub const ALL: [Self; 6] = [Self::Helpdesk, Self::Queues, Self::Field, Self::BoxOffice, Self::Lab, Self::Suite];

    /// The model's name in the API and in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Helpdesk => "helpdesk",
            Self::Queues => "queues",
            Self::Field => "field",
            Self::BoxOffice => "box_office",
            Self::Lab => "lab",
            Self::Suite => "suite",
        }
    }

    /// The model of this name.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.key() == key)
    }

    /// The document's name within the policy crate.
    #[must_use]
    pub fn file(self) -> String {
        format!("models/{}.md", self.key())
    }

    const fn document(self) -> &'static str {
        match self {
            Self::Helpdesk => include_str!("../../models/helpdesk.md"),
            Self::Queues => include_str!("../../models/queues.md"),
            Self::Field => include_str!("../../models/field.md"),
            Self::BoxOffice => include_str!("../../models/box_office.md"),
            Self::Lab => include_str!("../../models/lab.md"),
            Self::Suite => include_str!("../../models/suite.md"),
        }
    }
}

/// A role's index in its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleIx(u16);

impl RoleIx {
    #[inline]
    fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// How many members must hold a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holders {
    /// Any number, none included.
    Any,
    /// At least one, always: the last one cannot lose it.
    AtLeastOne,
    /// One, always: it can only be handed over.
    ExactlyOne,
}

pub use custom::{CustomRole, GrantFault};

/// A role of a model.
#[derive(Debug, Clone)]
pub struct Role {
    /// Where it is held.
    pub level: Level,
    /// Its name, unique within its level.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// How many must hold it.
    pub holders: Holders,
    /// Whether who creates an organization, or the workspace, gets it.
    pub creator: bool,
    /// Whether every member holds it, without its being given.
    pub everybody: bool,
    /// Whether its holders count as staff.
    pub staff: bool,
    /// Whether it caps: its holders only read, whatever else they hold.
    pub read_only: bool,
    /// Whether an organization added it to its model: no document has it.
    pub custom: bool,
    /// The roles of the same level that it gives everything of.
    includes: Vec<RoleIx>,
    /// What its one holder becomes by handing it over.
    pub becomes: Option<RoleIx>,
}

/// What a role may do with another role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Verb {
    /// Give it to somebody.
    Give = 1,
    /// Take it from somebody, who then holds another or none.
    Take = 2,
    /// Remove somebody who holds it.
    Remove = 4,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 3] = [Self::Give, Self::Take, Self::Remove];

    /// The verb as a cell of a model document says it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Give => "give",
            Self::Take => "take",
            Self::Remove => "remove",
        }
    }
}

/// What is wrong with a model document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct ModelError {
    /// The document.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// A result whose error says in which line; the file is added once, at the end.
type At<T> = Result<T, (usize, String)>;

/// A compiled access model: a built-in one, or an organization's, with roles of its own.
#[derive(Clone)]
pub struct Model {
    key: ModelKey,
    title: String,
    modules: Vec<Module>,
    several_organization_roles: bool,
    roles: Vec<Role>,
    everybodys_role: Option<RoleIx>,
    /// Where each level starts in `roles`, and the end.
    starts: [u16; Level::COUNT + 1],
    /// `roles × permissions`.
    grants: Box<[Mask]>,
    /// `givers × roles`, as bits of [`Verb`].
    ladder: Box<[u8]>,
    /// The line of each permission's row, by level; 0 where there is none.
    lines: Box<[[u32; Permission::COUNT]; Level::COUNT]>,
    /// The roles that its own tables have a column for.
    tabled: Vec<RoleIx>,
    /// What readers of a decision about a permission should know.
    notes: Vec<(Permission, String)>,
    /// The models that it is built from, whose cells it unites.
    parts: Vec<&'static Arc<Model>>,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({})", self.key.key())
    }
}

static BUILT_IN: LazyLock<Result<Vec<Arc<Model>>, ModelError>> = LazyLock::new(|| {
    let single = ModelKey::ALL.into_iter().filter(|key| *key != ModelKey::Suite);
    single.map(|key| Model::parse(key, key.document()).map(Arc::new)).collect()
});

static SUITE: LazyLock<Result<Arc<Model>, ModelError>> =
    LazyLock::new(|| Model::parse(ModelKey::Suite, ModelKey::Suite.document()).map(Arc::new));

impl Model {
    /// A built-in model. They are parsed at the first call.
    ///
    /// # Panics
    /// If a document that was built in is wrong, which the tests of this crate rule out; a server that ran on without its
    /// policy would be worse.
    #[must_use]
    pub fn built_in(key: ModelKey) -> &'static Arc<Self> {
        let found = match key {
            ModelKey::Suite => SUITE.as_ref(),
            single => BUILT_IN.as_ref().map(|models| &models[single as usize]),
        };
        match found {
            Ok(model) => model,
            Err(error) => panic!("{error}"),
        }
    }

    /// Compiles a document.
    ///
    /// # Errors
    /// With file and line: a word that is not known, a condition that says nothing of the kind of thing a permission is
    /// about, a row or table that is missing or stands twice, a row that is not as wide as its header.
    pub fn parse(key: ModelKey, document: &str) -> Result<Self, ModelError> {
        parse::model(key, document)
    }

    /// Which built-in model it is.
    #[must_use]
    pub const fn key(&self) -> ModelKey {
        self.key
    }

    /// The model's name for people.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The document itself.
    #[must_use]
    pub const fn document(&self) -> &'static str {
        self.key.document()
    }

    /// The parts of the product that it covers.
    #[must_use]
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// Whether a member may hold several organization roles at once; otherwise exactly one.
    #[must_use]
    pub const fn several_organization_roles(&self) -> bool {
        self.several_organization_roles
    }

    /// Its roles, level by level.
    pub fn roles(&self) -> impl Iterator<Item = (RoleIx, &Role)> {
        self.roles.iter().enumerate().map(|(index, role)| (RoleIx(u16::try_from(index).unwrap_or(u16::MAX)), role))
    }

    /// The roles of one level.
    pub fn roles_at(&self, level: Level) -> impl Iterator<Item = (RoleIx, &Role)> {
        self.roles().filter(move |(_, role)| role.level == level)
    }

    /// The role of this name at this level.
    #[must_use]
    #[inline]
    pub fn role(&self, level: Level, key: &str) -> Option<RoleIx> {
        let (start, end) = (self.starts[level as usize], self.starts[level as usize + 1]);
        (start..end).map(RoleIx).find(|role| self.roles[role.index()].key == key)
    }

    /// A role by its index.
    #[must_use]
    pub fn role_at(&self, role: RoleIx) -> &Role {
        &self.roles[role.index()]
    }

    /// The organization role that the creator of an organization gets.
    #[must_use]
    pub fn creator_role(&self) -> Option<RoleIx> {
        self.roles_at(Level::Organization).find(|(_, role)| role.creator).map(|(index, _)| index)
    }

    /// The organization role that is handed over with the organization, and what becomes of who hands it over; nothing where
    /// the model's document does not say it.
    #[must_use]
    pub fn succession(&self) -> Option<(RoleIx, RoleIx)> {
        self.roles_at(Level::Organization).find_map(|(index, role)| role.becomes.map(|next| (index, next)))
    }

    /// The organization role that every member holds, if there is one.
    #[must_use]
    pub const fn everybodys_role(&self) -> Option<RoleIx> {
        self.everybodys_role
    }

    /// What whoever reads a decision about a permission that rests on this document should know of it.
    #[must_use]
    pub fn note(&self, permission: Permission) -> Option<&str> {
        self.notes.iter().find(|(of, _)| *of == permission).map(|(_, note)| note.as_str())
    }

    /// The models that this one is built from, whose rights it unites.
    #[must_use]
    pub fn parts(&self) -> &[&'static Arc<Model>] {
        &self.parts
    }

    /// Under which conditions a role gives a permission.
    #[must_use]
    #[inline]
    pub fn cell(&self, role: RoleIx, permission: Permission) -> Mask {
        self.grants[role.index() * Permission::COUNT + permission as usize]
    }

    fn cell_mut(&mut self, role: RoleIx, permission: Permission) -> &mut Mask {
        &mut self.grants[role.index() * Permission::COUNT + permission as usize]
    }

    fn verbs_mut(&mut self, giver: RoleIx, role: RoleIx) -> &mut u8 {
        &mut self.ladder[giver.index() * self.roles.len() + role.index()]
    }

    /// Whether any role of the model gives the permission.
    #[must_use]
    pub fn gives(&self, permission: Permission) -> bool {
        self.roles().any(|(role, _)| !self.cell(role, permission).is_empty())
    }

    /// Whether who holds `giver` may do `verb` with `role`.
    #[must_use]
    pub fn may(&self, giver: RoleIx, verb: Verb, role: RoleIx) -> bool {
        self.ladder[giver.index() * self.roles.len() + role.index()] & verb as u8 != 0
    }

    /// The line of this document with a permission's row at a level, from 1.
    #[must_use]
    pub fn line(&self, level: Level, permission: Permission) -> Option<u32> {
        let line = self.lines[level as usize][permission as usize];
        (line > 0).then_some(line)
    }

    /// The document's name within the policy crate.
    #[must_use]
    pub fn file(&self) -> String {
        self.key.file()
    }

    /// About how many bytes its tables take.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of_val(&*self.grants) + size_of_val(&*self.ladder) + size_of_val(&*self.lines)
    }
}
