//! Organizations, members, invitations and teams.

mod acceptance;
pub use acceptance::Offer;
mod branding;
pub use branding::BrandingChange;
mod departures;
mod invitations;
pub use invitations::Invited;
mod ladder;
mod members;
pub use members::{MemberFilter, MemberOrder};
mod organizations;
pub(crate) use organizations::example;
pub use organizations::{NewOrganization, OrganizationChange};
mod role_grants;
mod role_use;
mod roles;
pub use roles::{NewRole, RoleChange};
pub(crate) mod service_tokens;
mod team_deletion;
mod team_members;
pub use team_members::KnownMember;
mod teams;
pub use teams::{NewTeam, TeamChange, TeamOrder};
mod tokens;
pub use tokens::NewToken;
mod transfer;
