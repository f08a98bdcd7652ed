//! Teams and queues, by name for who sees them.

use std::collections::HashSet;

use usher_policy::{Level, Permit, ResourceKind, can};
use uuid::Uuid;

use crate::{StoreResult, Work, things::Wanted};

/// A team or a queue, by name.
#[derive(Debug)]
pub struct Place {
    /// Which of the two.
    pub level: Level,
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

impl Work {
    /// Those of these teams and queues that who asks may see.
    ///
    /// # Errors
    /// The database's.
    pub async fn visible_places(
        &mut self,
        _permit: &Permit<can::ViewOrganization>,
        places: &[(Level, Uuid)],
    ) -> StoreResult<HashSet<(Level, Uuid)>> {
        let kind = |level| match level {
            Level::Team => Some(ResourceKind::Team),
            Level::Queue => Some(ResourceKind::Queue),
            Level::Workspace => Some(ResourceKind::Workspace),
            Level::Project => Some(ResourceKind::Project),
            Level::Organization => None,
        };
        let mut wanted = Wanted::default();
        places
            .iter()
            .filter_map(|(level, id)| Some((kind(*level)?, *id)))
            .for_each(|(kind, id)| wanted.thing(kind, id));
        let callers = [self.caller().clone()];
        let things = self.things(&callers, &wanted).await?;
        let seen = |(level, id): &&(Level, Uuid)| {
            kind(*level).is_none_or(|kind| things.get(0, kind, *id).is_some_and(|thing| thing.is_seen_by(&callers[0])))
        };
        Ok(places.iter().filter(seen).copied().collect())
    }

    /// The teams and queues of these ids, by name. Only for those that who asks may see.
    ///
    /// # Errors
    /// The database's.
    pub async fn named_places(
        &mut self,
        _permit: &Permit<can::ViewOrganization>,
        ids: &[Uuid],
    ) -> StoreResult<Vec<Place>> {
        let rows = sqlx::query!(
            r#"select id as "id!", name as "name!", of_team as "of_team!" from (
                select id, name, true as of_team from teams where org_id = $1 and id = any($2)
                union all select id, name, false from queues where org_id = $1 and id = any($2)
             ) places order by name, id"#,
            self.organization().uuid(),
            ids
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let level = |of_team| if of_team { Level::Team } else { Level::Queue };
        Ok(rows.into_iter().map(|row| Place { level: level(row.of_team), id: row.id, name: row.name }).collect())
    }
}
