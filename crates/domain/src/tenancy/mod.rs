//! Accounts, organizations and who belongs to them.

mod account;
mod invitation;
mod member;
mod organization;
mod role;
mod team;

pub use account::{Account, Session};
pub use invitation::{Invitation, InvitationState};
pub use member::{Member, TeamRole};
pub use organization::{Membership, Organization, PermissionsModel};
pub use role::{Role, RoleGrant};
pub use team::{Team, TeamMember};
