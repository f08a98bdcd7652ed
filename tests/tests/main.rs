//! What the API does, over HTTP. A test that proves a fact of the requirements bears its number.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "this is test code: a panic is a verdict")]

mod access;
mod auth;
mod desk;
mod field;
mod http;
mod tenancy;
mod walls;
mod way;
