//! What is left out of what teams and members tell: what the caller does not see (law 8).

use std::collections::BTreeSet;

use usher_domain::{
    Id,
    tenancy::{Member, Team},
};
use usher_policy::{Target, ViewFilter};

use crate::{Located, StoreResult, Work};

impl Work {
    /// Leaves out of what teams tell the templates that the caller does not see.
    pub(super) async fn veil_teams(&mut self, mut teams: Vec<&mut Team>) -> StoreResult<()> {
        let templates = teams.iter().flat_map(|team| team.template_ids.iter().copied());
        let Some(seen) = self.seen_among(templates.collect()).await? else { return Ok(()) };
        teams.iter_mut().for_each(|team| team.template_ids.retain(|template| seen.contains(template)));
        Ok(())
    }

    /// Leaves out of what members tell the teams that the caller does not see.
    pub(super) async fn veil_members(&mut self, mut members: Vec<&mut Member>) -> StoreResult<()> {
        let teams = members.iter().flat_map(|member| member.teams.iter().map(|team| team.team_id));
        let Some(seen) = self.seen_among(teams.collect()).await? else { return Ok(()) };
        members.iter_mut().for_each(|member| member.teams.retain(|team| seen.contains(&team.team_id)));
        Ok(())
    }

    /// Those of these things that the caller sees; `None`: every one. At most one round trip.
    async fn seen_among<K: Located>(&mut self, ids: BTreeSet<Id<K>>) -> StoreResult<Option<BTreeSet<Id<K>>>> {
        if *self.listing::<<K as Target>::View>().filter() == ViewFilter::All {
            return Ok(None);
        }
        let facts = self.facts_of_each(&ids.into_iter().collect::<Vec<_>>()).await?;
        Ok(Some(facts.iter().filter(|facts| self.caller().sees(facts)).map(|facts| facts.id).collect()))
    }
}
