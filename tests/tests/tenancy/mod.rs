//! Accounts, organizations and who belongs to them.

mod acceptance;
mod deletion;
mod departures;
mod invitations;
mod member_roles;
mod members;
mod organizations;
mod team_members;
mod teams;
