//! Things that a query names.

use usher_domain::Id;
use usher_policy::{Action, Permit};
use usher_store::{Located, Work};

use super::{Problem, Stop};

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
