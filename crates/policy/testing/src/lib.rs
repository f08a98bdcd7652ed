//! What the engine's tests and its benchmark share: people and things, models that no document describes, and the rules in
//! another language.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "this is test code: a panic is a verdict"
)]

#[macro_use]
pub mod support;
pub mod cedar;
pub mod synthetic;
