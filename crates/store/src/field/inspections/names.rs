//! What inspections refer to, by name for who sees it.

use std::collections::{BTreeSet, HashMap};

use sqlx::Row;
use usher_domain::{Id, InspectionTemplateId, MemberId, SiteId, TeamId, field::Inspection, kind};
use usher_policy::{Listing, can};
use uuid::Uuid;

use crate::{Located, StoreResult, Work, located};

/// The names of what some inspections refer to, as far as the caller sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct InspectionNames {
    /// Whose they are.
    pub teams: HashMap<TeamId, String>,
    /// Where they happen.
    pub sites: HashMap<SiteId, String>,
    /// What they were made from.
    pub templates: HashMap<InspectionTemplateId, String>,
    /// Who carries them out, or made them.
    pub members: HashMap<MemberId, String>,
}

/// A member is called as their account is.
const ACCOUNT: &str = "(select called.name from accounts called where called.id = m.id)";

impl Work {
    /// The names of what inspections refer to: of what the caller sees, in four statements however many there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn names_in(
        &mut self,
        _listing: &Listing<can::ViewInspection>,
        inspections: &[Inspection],
    ) -> StoreResult<InspectionNames> {
        let each = || inspections.iter();
        let members = each().flat_map(|one| one.assignee_ids.iter().copied());
        let makers = each().filter_map(|one| one.created_by).map(|account| account.uuid().into());
        Ok(InspectionNames {
            teams: self.names::<kind::Team>(each().map(|one| one.team_id), "g.name").await?,
            sites: self.names::<kind::Site>(each().filter_map(|one| one.site_id), "l.name").await?,
            templates: self
                .names::<kind::InspectionTemplate>(each().filter_map(|one| one.template_id), "e.name")
                .await?,
            members: self.names::<kind::Member>(members.chain(makers), ACCOUNT).await?,
        })
    }

    /// Of these things those that the caller sees, by what an expression says that they are called.
    async fn names<K: Located>(
        &mut self,
        ids: impl Iterator<Item = Id<K>>,
        name: &str,
    ) -> StoreResult<HashMap<Id<K>, String>> {
        let ids: BTreeSet<Uuid> = ids.map(Id::uuid).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let (caller, ids) = (self.caller().clone(), ids.into_iter().collect::<Vec<_>>());
        let rows =
            located::fetch_each::<K>(&mut self.transaction, &caller, &ids, &format!(", {name} as called")).await?;
        let mut names = HashMap::new();
        for row in &rows {
            let thing = located::resource::<K>(&caller, row)?;
            if caller.sees(&thing) {
                names.insert(thing.id, row.try_get("called")?);
            }
        }
        Ok(names)
    }
}
