//! The facts that questions about access rest on: of many things at once, for any caller of the organization.

use std::collections::{HashMap, HashSet};

use usher_domain::{Id, kind};
use usher_policy::{Caller, Condition, Level, Mask, Permit, Resource, Scopes, can};
use uuid::Uuid;

use crate::{Located, StoreResult, Work, located};

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
    /// The facts of things of one kind between them and a caller, in one statement, to answer a question about access.
    /// Things that are not there are not in the answer. What the asking person may be told of it is for the answer to say.
    ///
    /// # Errors
    /// The database's.
    pub async fn resources<K: Located>(
        &mut self,
        _permit: &Permit<can::ViewOrganization>,
        caller: &Caller,
        ids: &[Uuid],
    ) -> StoreResult<HashMap<Uuid, Resource<K>>> {
        self.facts_between(caller, ids).await
    }

    /// The facts of things of one kind between them and a caller.
    pub(crate) async fn facts_between<K: Located>(
        &mut self,
        caller: &Caller,
        ids: &[Uuid],
    ) -> StoreResult<HashMap<Uuid, Resource<K>>> {
        let rows = located::fetch_each::<K>(&mut self.transaction, caller, ids, "").await?;
        let resources =
            rows.iter().map(|row| located::resource::<K>(caller, row).map(|found| (found.id.uuid(), found)));
        Ok(resources.collect::<Result<_, sqlx::Error>>()?)
    }

    /// What a ticket's facts would be if a caller created it in each of these places: a team, a queue, a template, or none
    /// of them, which is the organization itself. A place that is not there, or that the caller or who asks for them may not
    /// see, has no facts.
    ///
    /// # Errors
    /// The database's.
    pub async fn prospects(
        &mut self,
        _permit: &Permit<can::ViewOrganization>,
        caller: &Caller,
        places: &[Option<Uuid>],
    ) -> StoreResult<Vec<Option<Resource<kind::Ticket>>>> {
        let ids: Vec<Uuid> = places.iter().copied().flatten().collect();
        let teams = self.places::<kind::Team>(caller, &ids).await?;
        let queues = self.places::<kind::Queue>(caller, &ids).await?;
        let templates = self.places::<kind::Template>(caller, &ids).await?;
        let has_queues = caller.model().roles_at(Level::Queue).next().is_some();
        let around = sqlx::query!(
            r#"select
                (select q.id from queues q where q.org_id = $1 and q.built_in order by q.id limit 1) as inbox,
                array(select distinct v.template_id from template_teams v
                    where v.org_id = $1 and v.template_id = any($2) and v.team_id = any($3)) as "visible!""#,
            self.organization().uuid(),
            &ids,
            &caller.scopes_at(Level::Team)
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        let inbox = around.inbox.filter(|_| has_queues);
        let prospect = |team, queue: Option<Uuid>, visible| Resource {
            scopes: Scopes::NONE.with(Level::Team, team).with(Level::Queue, queue.or(inbox)),
            holding: Mask::of(Condition::Own).with(Condition::TemplateVisible, visible),
            ..Resource::new(caller.organization(), Id::new())
        };
        let of_place = |place: &Option<Uuid>| match place {
            None => Some(prospect(None, None, false)),
            Some(id) if teams.contains(id) => Some(prospect(Some(*id), None, false)),
            Some(id) if queues.contains(id) => Some(prospect(None, Some(*id), false)),
            Some(id) if templates.contains(id) => Some(prospect(None, None, around.visible.contains(id))),
            Some(_) => None,
        };
        Ok(places.iter().map(of_place).collect())
    }

    /// The teams and queues of these ids, by name, each of which its [`Work::prospects`] say to be there.
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

    /// Those of these ids that are things of a kind, which a caller and who asks for them may see.
    async fn places<K: Located>(&mut self, caller: &Caller, ids: &[Uuid]) -> StoreResult<HashSet<Uuid>> {
        let asker = self.caller().clone();
        let mut seen: HashSet<Uuid> = HashSet::new();
        let things = self.facts_between::<K>(caller, ids).await?;
        seen.extend(things.iter().filter(|(_, thing)| caller.sees(thing)).map(|(id, _)| *id));
        if asker.member() != caller.member() {
            let things = self.facts_between::<K>(&asker, ids).await?;
            seen.retain(|id| things.get(id).is_some_and(|thing| asker.sees(thing)));
        }
        Ok(seen)
    }

    /// Another member of this organization as a caller, to ask what they may do.
    ///
    /// # Errors
    /// There is no such member.
    pub async fn member_as_caller(
        &mut self,
        _permit: &Permit<can::ReviewAccess>,
        member: Id<kind::Member>,
    ) -> StoreResult<Caller> {
        self.load(member).await
    }
}
