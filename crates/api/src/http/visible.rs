//! Answers to acts on a thing by somebody who may not see it, or no longer: there are roles that may change what they do not
//! see (TK-25), acts that move a thing out of one's own sight (TK-28), and tokens whose scopes have an act and not the sight.

use serde::Serialize;
use usher_domain::Id;
use usher_store::{Located, StoreError, Work};

use super::{Act, Answer, Include, Stop, Versioned, created, no_content, seen};

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
