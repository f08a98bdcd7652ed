//! Field inspections: templates, sites, inspections and their reports.

mod inspections;
mod reports;
mod sites;
mod templates;

pub use inspections::{
    InspectionChange, InspectionFilter, InspectionOrder, InspectionPlaces, Made, NewInspection, Sheet,
};
use usher_domain::Id;
use usher_policy::{Action, Condition, Level, Mask, Permit, Resource, Scopes, can};

use crate::{StoreResult, Work};

impl Work {
    /// A permit to make a thing in a team, as the caller's own and with this identifier.
    pub(super) fn permit_in_team<A: Action>(
        &self,
        team: &Permit<can::ViewTeam>,
        id: Id<A::Target>,
    ) -> StoreResult<Permit<A>> {
        self.permit_new(&Resource {
            scopes: Scopes::NONE.with(Level::Team, Some(team.target().uuid())),
            holding: Mask::of(Condition::Own),
            ..Resource::new(self.organization(), id)
        })
    }
}
