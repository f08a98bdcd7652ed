//! Answers to acts on a thing by somebody who may not see it, or no longer: there are roles that may change what they do not
//! see (TK-25), acts that move a thing out of one's own sight (TK-28), and tokens whose scopes have an act and not the sight.

use serde::Serialize;
use usher_domain::{Id, kind};
use usher_policy::Action;
use usher_store::{Key, Located, StoreError, StoreResult, Work};

use super::{Act, Answer, Include, Stop, Versioned, created, no_content, seen, shown};

/// Commits what was done to a thing, and answers with the thing as it is now, to whoever may see it now; else 204.
///
/// # Errors
/// The commit's.
pub async fn answer_if_visible<K: Located>(mut work: Act<Work>, id: Id<K>) -> Answer
where
    K::Item: Serialize + Versioned,
{
    let answer = match work.see::<K>(id).await {
        Ok(thing) => seen(work.caller(), thing, Include::default()),
        Err(StoreError::Missing(_)) => no_content(),
        Err(error) => return Err(Stop::from(error)),
    };
    work.commit(answer).await
}

/// The same for a thing that was made, with its address: in this collection of the organization's.
///
/// # Errors
/// The commit's.
pub async fn answer_created_if_visible<K: Located>(mut work: Act<Work>, id: Id<K>, collection: &str) -> Answer
where
    K::Item: Serialize + Versioned,
{
    let answer = match work.see::<K>(id).await {
        Ok(thing) => created(thing.item, &format!("/v1/organizations/{}/{collection}/{id}", work.organization())),
        Err(StoreError::Missing(_)) => no_content(),
        Err(error) => return Err(Stop::from(error)),
    };
    work.commit(answer).await
}

/// Commits what was done to a thing, and answers with what it made of it, to whoever may do `V`, which shows it; else 204.
///
/// # Errors
/// The commit's.
pub async fn shown_if<V: Action>(
    mut work: Act<Work>,
    key: impl Into<Key<V::Target>>,
    thing: impl Serialize + Versioned,
) -> Answer
where
    V::Target: Located,
{
    let may = work.permit::<V>(key).await.map(drop);
    shown_where(work, may, thing).await
}

/// The same of the organization itself, and of what is read with it.
///
/// # Errors
/// The commit's.
pub async fn shown_here_if<V: Action<Target = kind::Organization>>(
    work: Act<Work>,
    thing: impl Serialize + Versioned,
) -> Answer {
    let may = work.permit_here::<V>().map(drop);
    shown_where(work, may, thing).await
}

async fn shown_where(work: Act<Work>, may: StoreResult<()>, thing: impl Serialize + Versioned) -> Answer {
    let answer = match may {
        Ok(()) => shown(thing),
        Err(StoreError::Missing(_) | StoreError::Forbidden { .. }) => no_content(),
        Err(error) => return Err(Stop::from(error)),
    };
    work.commit(answer).await
}
