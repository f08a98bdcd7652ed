//! Who may do what: the product's heart, as pure code. No I/O, no clock, no randomness.
//!
//! An access [`Model`] is a Markdown document in `models/`; its tables are parsed and compiled into masks. A [`Caller`] is
//! made from the facts that the store has read; it *decides* on one [`Resource`], *explains* a decision, makes the
//! [`Permit`] that the store asks for before it acts, and turns the same rules into a [`ViewFilter`] for lists.
//!
//! Everything unknown is denied.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod caller;
mod capping;
mod catalogue;
mod condition;
mod decide;
mod explain;
mod filter;
mod ladder;
mod level;
mod membership;
mod model;
mod permission_set;
mod permit;
mod resource;

pub use caller::{Assignment, Caller, CallerFacts, Standing};
pub use catalogue::{Access, Action, Module, Permission, can};
pub use condition::{Condition, Mask};
pub use decide::{Decision, Denial, Grant, Outcome};
pub use explain::{Considered, Explanation, Remedy};
pub use filter::{Clause, Place, ViewFilter};
pub use level::Level;
pub use model::{CustomRole, GrantFault, Holders, Model, ModelError, ModelKey, Role, RoleIx, Verb};
pub use permission_set::PermissionSet;
pub use permit::{Listing, Permit, Refusal};
pub use resource::{Resource, ResourceKind, Scopes, Target};
