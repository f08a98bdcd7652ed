//! Things that a request names beside its path: in its body, in its query.

use usher_domain::Id;
use usher_policy::{Action, Permit};
use usher_store::{Located, Work};

use super::{Problem, Stop};

/// A permit to name a thing as the place of what a body makes or moves, if it names one: a thing that is not there, or that the
/// caller may not see, is a problem that names the place. A token's scopes need not have that it is seen.
///
/// # Errors
/// 404, which names the place in the body.
pub async fn placed<K: Located>(
    work: &mut Work,
    id: Option<Id<K>>,
    pointer: &str,
) -> Result<Option<Permit<K::View>>, Stop> {
    match id {
        Some(id) => place(work, id, pointer).await.map(Some),
        None => Ok(None),
    }
}

/// The same where a body has to name one.
///
/// # Errors
/// 404, which names the place in the body.
pub async fn place<K: Located>(work: &mut Work, id: Id<K>, pointer: &str) -> Result<Permit<K::View>, Stop> {
    work.permit_to_name(id).await.map_err(|error| Problem::from(error).about(pointer).into())
}

/// A permit on what a filter names, if it names anything: what the caller may not see is not there, in a filter too (VK-43).
///
/// # Errors
/// 404, which names the parameter.
pub async fn filtered_by<A: Action>(
    work: &mut Work,
    id: Option<Id<A::Target>>,
    parameter: &str,
) -> Result<Option<Permit<A>>, Stop>
where
    A::Target: Located,
{
    let Some(id) = id else { return Ok(None) };
    work.permit::<A>(id).await.map(Some).map_err(|error| Problem::from(error).about_parameter(parameter).into())
}
