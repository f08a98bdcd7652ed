//! A permit is for one act.
use usher_policy::{Permit, can};
use usher_store::{Work, tenancy::OrganizationChange};

async fn change(mut work: Work, permit: Permit<can::UpdateOrganization>) {
    let _ = work.update_organization(permit, None, OrganizationChange::default()).await;
    let _ = work.update_organization(permit, None, OrganizationChange::default()).await;
}

fn main() {}
