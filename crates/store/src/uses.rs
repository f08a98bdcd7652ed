//! Which assignments have allowed something lately: remembered in memory, and written together every minute or so.
//!
//! Nothing of it is written for a request, and what is noted is noted where other threads do not wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use usher_domain::{Id, kind};
use usher_policy::{Caller, Grant, Model, RoleIx};
use uuid::Uuid;

use crate::{Store, StoreResult};

/// How many uses of one thread are remembered between two writings: what is beyond is not told.
const REMEMBERED: usize = 100_000;

/// How many are written by one statement.
const WRITTEN_TOGETHER: usize = 1_000;

/// An assignment, by what a decision knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Use {
    organization: Id<kind::Organization>,
    member: Id<kind::Member>,
    scope: Uuid,
    role: RoleIx,
    /// The address of the model that the role is one of, which stays what it is while the model is kept beside it.
    model: usize,
}

type Remembered = HashMap<Use, Arc<Model>>;

/// The uses that one thread has seen since they were last written.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<Remembered>);

impl Uses {
    /// Notes what has allowed a caller what they are about to do or see.
    pub(crate) fn note(&self, caller: &Caller, Grant { role, scope, .. }: Grant) {
        let (organization, member) = (caller.organization(), caller.member());
        let model = Arc::as_ptr(caller.model()).addr();
        let used = Use { organization, member, scope, role, model };
        let mut remembered = self.remembered();
        if remembered.len() < REMEMBERED && !remembered.contains_key(&used) {
            remembered.insert(used, Arc::clone(caller.model()));
        }
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The uses of every thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllUses(Arc<Mutex<Vec<Arc<Uses>>>>);

impl AllUses {
    /// Those of one more thread.
    pub(crate) fn another(&self) -> Arc<Uses> {
        let uses = Arc::new(Uses::default());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&uses));
        uses
    }

    fn take(&self) -> Taken<'_> {
        let each = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let uses = each.iter().flat_map(|uses| std::mem::take(&mut *uses.remembered())).collect();
        Taken { from: self, uses }
    }
}

/// Uses that are being written: dropped before they are, they are remembered again.
struct Taken<'a> {
    from: &'a AllUses,
    uses: Remembered,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let each = self.from.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(uses) = each.first() {
            let mut remembered = uses.remembered();
            let room = REMEMBERED.saturating_sub(remembered.len());
            remembered.extend(self.uses.drain().take(room));
        }
    }
}

impl Store {
    /// Writes which assignments were used since this was last done, a thousand by a statement that commits, so that nobody
    /// who changes an assignment waits for long. What cannot be written is remembered, and written the next time.
    ///
    /// # Errors
    /// The database's.
    pub async fn write_uses(&self) -> StoreResult<()> {
        let mut taken = self.all_uses().take();
        let mut used: Vec<(Use, Arc<Model>)> =
            taken.uses.iter().map(|(used, model)| (*used, Arc::clone(model))).collect();
        used.sort_unstable_by_key(|(used, _)| used.organization.uuid());
        for some in used.chunks(WRITTEN_TOGETHER) {
            let each = |of: fn(&Use) -> Uuid| some.iter().map(|(used, _)| of(used)).collect::<Vec<Uuid>>();
            let organizations = each(|used| used.organization.uuid());
            let (members, scopes) = (each(|used| used.member.uuid()), each(|used| used.scope));
            let roles: Vec<String> = some.iter().map(|(used, model)| model.role_at(used.role).key.clone()).collect();
            let mut transaction = self.begin("BEGIN").await?;
            sqlx::query!("select note_assignment_uses($1, $2, $3, $4)", &organizations, &members, &scopes, &roles)
                .fetch_one(&mut *transaction)
                .await?;
            transaction.commit().await?;
            some.iter().for_each(|(used, _)| drop(taken.uses.remove(used)));
        }
        Ok(())
    }
}
