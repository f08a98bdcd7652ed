//! The real application on a real Postgres, over HTTP: what the tests in `tests/` stand on.
//!
//! Each test gets a server on a port of its own and a database of its own, copied from a migrated one. Postgres itself is
//! the one in `USHER_TEST_DATABASE_URL`; `make test` starts a private one and sets it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "this is test code: a panic is a verdict"
)]

mod answer;
pub mod contract;
mod database;
mod desk;
mod field;
mod files;
mod person;
mod queues;
mod roles;
mod table;
mod tokens;
mod world;

pub use answer::Answer;
pub use field::{Field, sections};
pub use files::png;
pub use person::Person;
pub use roles::yes;
pub use serde_json::{Value, json};
pub use table::rows;
pub use tokens::{issued, personal_token, service_token};
pub use world::{Held, Organization, PASSWORD, World};
