//! A permit cannot be copied.
use usher_policy::{Permit, can};

fn copy(permit: &Permit<can::DeleteOrganization>) -> Permit<can::DeleteOrganization> {
    permit.clone()
}

fn main() {}
