//! What stands between the tenants, whatever the code above it does.

mod assignments;
mod blind;
mod catalogue;
mod database;
mod foreign_ids;
mod lending;
pub mod operations;
mod revocation;
mod services;
mod sight;
mod sweep;
mod turns;
mod unassigning;
