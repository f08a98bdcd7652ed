//! The words of the product as types: identifiers, bounded text, and what each module's resources are and may become.
//!
//! Nothing here does I/O or knows who is asking; who may do what is `usher-policy`'s business.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod desk;
pub mod field;
mod id;
pub mod pointer;
pub mod tenancy;
mod text;

pub use id::*;
pub use text::{Email, InvalidText, NOT_BLANK, Slug, Text};
