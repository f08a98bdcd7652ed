//! Which versions of a thing a change may be made of.

use crate::{StoreError, StoreResult};

/// The versions of a thing that a change may be made of: one of these, or whichever there is.
#[derive(Debug, Clone, Default)]
pub struct Expected(Option<Vec<i64>>);

impl Expected {
    /// One of these.
    #[must_use]
    pub const fn one_of(versions: Vec<i64>) -> Self {
        Self(Some(versions))
    }

    /// The same for a statement: none means whichever there is.
    pub(crate) fn versions(&self) -> Option<&[i64]> {
        self.0.as_deref()
    }

    /// Makes sure that a thing is as the caller read it.
    pub(crate) fn must_be(&self, now: i64) -> StoreResult<()> {
        match &self.0 {
            Some(versions) if !versions.contains(&now) => Err(StoreError::Stale),
            _ => Ok(()),
        }
    }
}
