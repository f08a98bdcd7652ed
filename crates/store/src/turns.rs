//! Whose turn it is to change rights in an organization.
//!
//! The database lets one change at a time through anyway. Who waits for it there keeps a connection that everybody else
//! needs; who waits here keeps none, so many changes in one organization are no other organization's trouble.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{OrganizationKey, StoreError, StoreResult};

/// How many go to the database at once: one that changes, and one that is next.
const AT_ONCE: usize = 2;

/// How long one waits for one's turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The queues in front of organizations, by what their addresses name them.
#[derive(Debug, Clone)]
pub(crate) struct Turns(Cache<OrganizationKey, Arc<Semaphore>>);

/// A turn, until it is dropped.
pub(crate) type Turn = OwnedSemaphorePermit;

impl Turns {
    pub(crate) fn new() -> Self {
        Self(Cache::builder().max_capacity(10_000).time_to_idle(Duration::from_secs(60)).build())
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// It did not come in time: contention.
    pub(crate) async fn take(&self, organization: &OrganizationKey) -> StoreResult<Turn> {
        let queue = self.0.get_with_by_ref(organization, || Arc::new(Semaphore::new(AT_ONCE)));
        match tokio::time::timeout(PATIENCE, queue.acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(StoreError::CONTENTION),
        }
    }
}
