//! The one crate that speaks to Postgres.
//!
//! An act in an organization is a [`Work`]: one transaction, in which the tenant is set, the caller's facts are loaded, the
//! target's facts are locked and decided on, and the act is done with the [`usher_policy::Permit`] that came of it. What
//! needs no permit (signing in, accepting an invitation) stands in [`Outside`], and nowhere else.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod access;
mod caller;
mod connection;
mod database;
mod demo;
pub mod desk;
mod error;
mod expected;
pub mod field;
pub mod files;
pub mod idempotency;
mod listing;
mod located;
pub mod mail;
mod migrate;
mod models;
mod outside;
mod page;
mod pairs;
mod search;
mod seeing;
pub mod sessions;
mod sight;
mod sql;
pub mod tenancy;
mod things;
mod token;
mod turns;
mod unlocked;
mod uses;
mod work;

pub use access::{
    AccessFacts, Asked, Concerned, GivenBy, HeldRole, HeldRoleFilter, HeldRoleOrder, Place, Somebody, WhoMay,
};
pub use caller::{Identity, OrganizationKey};
pub use connection::{Store, Transaction};
pub use database::Database;
pub use demo::Demo;
pub use error::{Conflict, StoreError, StoreResult};
pub use expected::Expected;
pub use located::{Key, Located, Seen};
pub use outside::Outside;
pub use page::{After, Page, PageRequest};
pub use token::TokenProof;
pub use unlocked::Refused;
pub use work::Work;
