//! What stands between the tenants, whatever the code above it does.

mod catalogue;
mod database;
mod revocation;
mod sweep;
