//! Organizations, members, invitations and teams.

mod ladder;
mod members;
mod organizations;
pub(crate) use organizations::EXAMPLE;
pub use organizations::{NewOrganization, OrganizationChange};
mod teams;
