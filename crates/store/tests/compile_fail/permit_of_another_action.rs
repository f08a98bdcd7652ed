//! A permit to see is no permit to change.
use usher_policy::{Permit, can};
use usher_store::{Work, tenancy::OrganizationChange};

async fn change(mut work: Work, permit: Permit<can::ViewOrganization>) {
    let _ = work.update_organization(permit, None, OrganizationChange::default()).await;
}

fn main() {}
