//! The supervisor against a real Postgres, one rule a test.
//!
//! What a process is, and whether it lives, is read from `/proc`: these tests run on Linux.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod crashes;
mod refusals;
mod starts;
mod support;
mod with_postgres;
