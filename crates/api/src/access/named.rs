//! The teams and queues of an answer, by name for who sees them.

use std::collections::{HashMap, HashSet};

use usher_policy::{Level, can};
use usher_store::{Place, Work};
use uuid::Uuid;

use crate::http::Stop;

/// Teams, queues … that may be told of, and the names of those that may be seen.
#[derive(Debug, Default)]
pub(super) struct Named(HashMap<(Level, Uuid), Option<String>>);

impl Named {
    /// Those of these places that who asks may see. Two round trips, however many there are.
    pub(super) async fn among(work: &mut Work, places: impl IntoIterator<Item = (Level, Uuid)>) -> Result<Self, Stop> {
        let below: HashSet<(Level, Uuid)> =
            places.into_iter().filter(|(level, _)| *level != Level::Organization).collect();
        let Ok(permit) = work.permit_here::<can::ViewOrganization>() else { return Ok(Self::default()) };
        if below.is_empty() {
            return Ok(Self::default());
        }
        let mentioned: Vec<(Level, Uuid)> = below.into_iter().collect();
        let seen = work.visible_places(&permit, &mentioned).await?;
        let ids: Vec<Uuid> = seen.iter().map(|(_, id)| *id).collect();
        let mut named: HashMap<_, _> = seen.into_iter().map(|place| (place, None)).collect();
        if !ids.is_empty() {
            let names = work.named_places(&permit, &ids).await?;
            named.extend(names.into_iter().map(|Place { level, id, name }| ((level, id), Some(name))));
        }
        Ok(Self(named))
    }

    /// Adds a place that may be told of.
    pub(super) fn tell(&mut self, place: (Level, Uuid)) {
        self.0.entry(place).or_default();
    }

    /// Whether a place may be told of.
    pub(super) fn tells(&self, level: Level, scope: Uuid) -> bool {
        self.0.contains_key(&(level, scope))
    }

    /// The name of a place, if it may be seen.
    pub(super) fn of(&self, level: Level, scope: Uuid) -> Option<String> {
        self.0.get(&(level, scope)).cloned().flatten()
    }
}
