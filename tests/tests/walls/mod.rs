//! What stands between the tenants, whatever the code above it does.

mod catalogue;
mod revocation;
mod sweep;
