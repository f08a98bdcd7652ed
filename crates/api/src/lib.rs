//! The HTTP API: routes, requests and answers. What an operation does is the store's; who may do it is the policy's.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod access;
mod app;
pub mod auth;
mod background;
pub mod desk;
mod docs;
pub mod field;
mod files;
mod health;
mod http;
pub mod mail;
mod openapi;
pub mod tenancy;

pub use app::{App, DemoPerson, Settings, serve};
pub use auth::password;
pub use background::background;
pub use docs::permissions_page;
pub use files::{BucketAccess, FilePlace, FileSettings, Files, FilesError, Upload};
pub use http::Proxies;
pub use openapi::document;
