//! Organizations, members, invitations and teams.

mod members;
mod organizations;
pub use organizations::{NewOrganization, OrganizationChange};
mod teams;
