//! Accounts, organizations and who belongs to them.

mod organizations;
