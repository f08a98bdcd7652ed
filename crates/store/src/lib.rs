//! The one crate that speaks to Postgres.
//!
//! An act in an organization is a [`Work`]: one transaction, in which the tenant is set, the caller's facts are loaded, the
//! target's facts are locked and decided on, and the act is done with the [`usher_policy::Permit`] that came of it. What
//! needs no permit (signing in, accepting an invitation) stands in [`Outside`], and nowhere else.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod access;
mod caller;
mod connection;
mod demo;
pub mod desk;
mod error;
mod expected;
pub mod idempotency;
mod listing;
mod located;
pub mod mail;
mod migrate;
mod models;
mod outside;
mod seeing;
pub mod sessions;
mod sql;
pub mod tenancy;
mod things;
mod unlocked;
mod work;

pub use access::{AccessFacts, Asked, Concerned, GivenBy, Place, Somebody, WhoMay};
pub use caller::{Identity, OrganizationKey};
pub use connection::{Database, Store, Transaction};
pub use error::{Conflict, StoreError, StoreResult};
pub use expected::Expected;
pub use listing::{After, Page, PageRequest};
pub use located::{Key, Located, Seen};
pub use outside::Outside;
pub use unlocked::Refused;
pub use work::Work;
