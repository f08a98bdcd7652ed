//! Questions of one caller that arrive while others of theirs are being read are read next, all of them by one statement.
//!
//! A service that asks with one token a thousand times a second, or a page that asks for each of its parts, costs a few
//! statements so, and not one for each request. No answer is older than its question: what a request is told is always read by a statement that
//! began after the request had arrived. The threads that serve requests share who waits: the more are read together, the less
//! each costs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;
use usher_policy::Caller;

use crate::{
    Identity, OrganizationKey, Store, StoreResult,
    things::{Things, Wanted},
};

/// How many requests are read together at most.
const MOST: usize = 32;

/// What was read for several requests.
pub(super) type Read = (Caller, Arc<Things>);

/// Who asks, and where.
type Asker = (Identity, OrganizationKey);

struct Waiting {
    wanted: Wanted,
    /// `None`: it went wrong, and each finds out for themselves how.
    answer: oneshot::Sender<Option<Read>>,
}

/// The questions that wait, by who asks them. Whoever has an entry is being read for.
#[derive(Clone, Default)]
pub(crate) struct Together(Arc<Mutex<HashMap<Asker, Vec<Waiting>>>>);

impl std::fmt::Debug for Together {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Together")
    }
}

impl Together {
    fn waiting(&self) -> MutexGuard<'_, HashMap<Asker, Vec<Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody's turn to read. Ended, or dropped with a request that was given up, it lets the next begin.
struct Turn {
    store: Store,
    asker: Asker,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next: Vec<Waiting> = {
            let mut all = self.store.together().waiting();
            let Some(waiting) = all.get_mut(&self.asker) else { return };
            if waiting.is_empty() {
                all.remove(&self.asker);
                return;
            }
            let rest = waiting.split_off(waiting.len().min(MOST));
            std::mem::replace(waiting, rest)
        };
        // Dropped where nothing runs any more, while a server is taken down: who waits then reads for themselves.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            self.store.together().waiting().remove(&self.asker);
            return;
        };
        let turn = Self { store: self.store.clone(), asker: self.asker.clone() };
        runtime.spawn(turn.read_for(next));
    }
}

impl Turn {
    async fn read_for(self, requests: Vec<Waiting>) {
        let (mut wanted, mut answers) = (Wanted::default(), Vec::new());
        // Who has gone away meanwhile is not read for.
        for request in requests.into_iter().filter(|request| !request.answer.is_closed()) {
            wanted.add(request.wanted);
            answers.push(request.answer);
        }
        let (identity, organization) = &self.asker;
        let read = match answers.is_empty() {
            true => None,
            false => self.store.read_access(identity, organization, &wanted).await.ok(),
        };
        answers.into_iter().for_each(|answer| drop(answer.send(read.clone())));
    }
}

impl Store {
    /// Reads what is wanted, at once or with what else the same caller asks meanwhile.
    pub(super) async fn read_together(
        &self,
        identity: &Identity,
        organization: &OrganizationKey,
        wanted: Wanted,
    ) -> StoreResult<Read> {
        let asker = (identity.clone(), organization.clone());
        let waits = {
            let mut all = self.together().waiting();
            match all.get_mut(&asker) {
                Some(waiting) => {
                    let (answer, waits) = oneshot::channel();
                    waiting.push(Waiting { wanted: wanted.clone(), answer });
                    Some(waits)
                }
                None => {
                    all.insert(asker.clone(), Vec::new());
                    None
                }
            }
        };
        let _turn = match waits {
            None => Some(Turn { store: self.clone(), asker }),
            Some(waits) => match waits.await {
                Ok(Some(read)) => return Ok(read),
                _ => None,
            },
        };
        self.read_access(identity, organization, &wanted).await
    }
}
