//! Organizations, members, invitations and teams.

mod ladder;
mod members;
mod organizations;
pub use organizations::{NewOrganization, OrganizationChange};
mod teams;
