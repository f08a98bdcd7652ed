//! Accounts, organizations and who belongs to them.

mod invitations;
mod organizations;
