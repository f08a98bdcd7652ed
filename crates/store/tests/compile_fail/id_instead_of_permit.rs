//! An identifier is no permit.
use usher_domain::{Id, kind};
use usher_store::{Work, tenancy::OrganizationChange};

async fn change(mut work: Work, organization: Id<kind::Organization>) {
    let _ = work.update_organization(organization, None, OrganizationChange::default()).await;
}

fn main() {}
