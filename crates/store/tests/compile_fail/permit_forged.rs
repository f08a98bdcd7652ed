//! A permit can be made by the engine only.
use std::marker::PhantomData;

use usher_domain::{Id, kind};
use usher_policy::{Permit, can};

fn forge(organization: Id<kind::Organization>, member: Id<kind::Member>) -> Permit<can::DeleteOrganization> {
    Permit { organization, target: organization, member, action: PhantomData }
}

fn main() {}
