//! Accounts, organizations and who belongs to them.

mod account;
mod branding;
mod invitation;
mod member;
mod organization;
mod role;
mod subscription;
mod team;
mod token;

pub use account::{Account, Session};
pub use branding::{Branding, Color, Logo};
pub use invitation::{Invitation, InvitationState};
pub use member::{Member, MemberKind, TeamRole};
pub use organization::{Membership, Organization, PermissionsModel};
pub use role::{Role, RoleGrant};
pub use subscription::{Plan, Subscription};
pub use team::{Team, TeamMember};
pub use token::{PersonalToken, ServiceToken};
