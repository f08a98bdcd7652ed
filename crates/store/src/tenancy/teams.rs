//! Teams and their configuration.

use std::collections::BTreeSet;

use sqlx::{Row, postgres::PgRow};
use usher_domain::{Id, Kind, Text, kind, tenancy::Team};
use usher_policy::{Action, Level, Listing, Permit, ViewFilter, can};
use uuid::Uuid;

use crate::{
    Expected, Located, Page, PageRequest, Refused, Seen, StoreError, StoreResult, Work,
    listing::{self, Order},
};

impl Located for kind::Team {
    type Item = Team;
    const TABLE: &'static str = "teams g";
    const ALIAS: &'static str = "g";
    const COLUMNS: &'static str = ", g.id, g.name, g.description, g.created_at, g.version,
        array(select w.website_id from team_websites w where w.org_id = g.org_id and w.team_id = g.id order by 1) as website_ids,
        array(select v.template_id from template_teams v where v.org_id = g.org_id and v.team_id = g.id order by 1) as template_ids";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "g.id")];

    fn item(row: &PgRow) -> Result<Team, sqlx::Error> {
        Ok(Team {
            id: row.try_get::<Uuid, _>("id")?.into(),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            website_ids: row.try_get::<Vec<Uuid>, _>("website_ids")?.into_iter().map(Id::from).collect(),
            template_ids: row.try_get::<Vec<Uuid>, _>("template_ids")?.into_iter().map(Id::from).collect(),
            created_at: row.try_get("created_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// What a new team is made of.
#[derive(Debug)]
pub struct NewTeam {
    /// Its name.
    pub name: Text<1, 120>,
    /// What it is for.
    pub description: Text<0, 2000>,
    /// The websites it is linked to.
    pub websites: Links,
    /// The templates it sees.
    pub templates: Vec<Permit<can::ViewTemplate>>,
}

/// Websites that a team may be linked to: see [`Work::links`].
#[derive(Debug)]
pub struct Links(Vec<Uuid>);

/// What is to change about a team: what is `None` stays, a list is replaced.
#[derive(Debug)]
pub struct TeamChange {
    /// Its name.
    pub name: Option<Text<1, 120>>,
    /// What it is for.
    pub description: Option<Text<0, 2000>>,
    /// The websites it is linked to: all of them.
    pub websites: Option<Links>,
    /// The templates it sees: all of them.
    pub templates: Option<Vec<Permit<can::ViewTemplate>>>,
}

/// What teams are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TeamOrder {
    /// The name.
    #[default]
    Name,
    /// When it was made.
    CreatedAt,
}

fn ids<A: Action>(permits: &[Permit<A>]) -> Vec<Uuid> {
    sorted(permits.iter().map(|permit| permit.target().uuid()).collect())
}

/// Each once, in their order.
fn sorted(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Work {
    /// The teams that the caller may see.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_teams(
        &mut self,
        listing: &Listing<can::ViewTeam>,
        order: TeamOrder,
        descending: bool,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Team>>> {
        let column = match order {
            TeamOrder::Name => ("g.name", "text"),
            TeamOrder::CreatedAt => ("g.created_at", "timestamptz"),
        };
        let order = Order { column: Some(column), descending };
        let mut page = listing::list(&mut self.transaction, listing, |_| Ok(String::new()), order, request).await?;
        self.veil(page.items.iter_mut().map(|seen: &mut Seen<kind::Team>| &mut seen.item).collect()).await?;
        Ok(page)
    }

    /// A team, if the caller may see it.
    ///
    /// # Errors
    /// Missing, or hidden: the same.
    pub async fn team(&mut self, team: Id<kind::Team>) -> StoreResult<Seen<kind::Team>> {
        let mut seen = self.see::<kind::Team>(team).await?;
        self.veil(vec![&mut seen.item]).await?;
        Ok(seen)
    }

    /// A team that was just made or changed.
    async fn changed_team(&mut self, id: Id<kind::Team>) -> StoreResult<Team> {
        let mut team = self.item(id).await?;
        self.veil(vec![&mut team]).await?;
        Ok(team)
    }

    /// Leaves out of what teams tell the templates that the caller does not see.
    async fn veil(&mut self, mut teams: Vec<&mut Team>) -> StoreResult<()> {
        if *self.listing::<can::ViewTemplate>().filter() == ViewFilter::All {
            return Ok(());
        }
        let mut ids: Vec<_> = teams.iter().flat_map(|team| team.template_ids.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        let facts = self.facts_of_each(&ids).await?;
        let seen: BTreeSet<_> = facts.iter().filter(|facts| self.caller().sees(facts)).map(|facts| facts.id).collect();
        for team in &mut teams {
            team.template_ids.retain(|template| seen.contains(template));
        }
        Ok(())
    }

    /// The right to link a team, or a new one, to these websites and no others. A website that it is not linked to yet is
    /// given something, which its own `website.update` is wanted for; what the team has it keeps or loses by itself.
    ///
    /// # Errors
    /// The first that is refused.
    pub async fn links(
        &mut self,
        team: Option<&Permit<can::UpdateTeam>>,
        websites: &[Id<kind::Website>],
    ) -> Result<Links, Refused> {
        let at = |index| move |error| Refused { index, error };
        let linked = self.websites_of(team).await.map_err(at(0))?;
        let facts = self.facts_of_each(websites).await.map_err(at(0))?;
        let mut links = Vec::with_capacity(websites.len());
        for (index, id) in websites.iter().enumerate() {
            let facts = facts.iter().find(|facts| facts.id == *id);
            let facts = facts.ok_or(StoreError::Missing(kind::Website::NAME)).map_err(at(index))?;
            let permitted = if linked.contains(&id.uuid()) {
                self.permit_for::<can::ViewWebsite>(facts).map(|permit| permit.target())
            } else {
                self.permit_for::<can::UpdateWebsite>(facts).map(|permit| permit.target())
            };
            links.push(permitted.map_err(at(index))?.uuid());
        }
        Ok(Links(sorted(links)))
    }

    async fn websites_of(&mut self, team: Option<&Permit<can::UpdateTeam>>) -> StoreResult<Vec<Uuid>> {
        let Some(team) = team else { return Ok(Vec::new()) };
        let websites = sqlx::query_scalar!(
            "select website_id from team_websites where org_id = $1 and team_id = $2",
            team.organization().uuid(),
            team.target().uuid()
        );
        Ok(websites.fetch_all(&mut *self.transaction).await?)
    }

    /// Makes a team, with nobody in it.
    ///
    /// # Errors
    /// Another team has the name.
    pub async fn create_team(&mut self, permit: Permit<can::CreateTeam>, new: NewTeam) -> StoreResult<Team> {
        let team = Id::<kind::Team>::new();
        sqlx::query!(
            "insert into teams (org_id, id, name, description) values ($1, $2, $3, $4)",
            permit.organization().uuid(),
            team.uuid(),
            &*new.name,
            &*new.description
        )
        .execute(&mut *self.transaction)
        .await?;
        self.link_websites(team, &new.websites).await?;
        self.show_templates(team, &ids(&new.templates)).await?;
        self.changed_team(team).await
    }

    /// Changes a team's configuration (VK-17, VK-18, VK-24). What its members see follows from the commit on: they are
    /// locked first, as a writing member is before any ticket.
    ///
    /// # Errors
    /// Another team has the name, or stale.
    pub async fn update_team(
        &mut self,
        permit: Permit<can::UpdateTeam>,
        version: &Expected,
        change: TeamChange,
    ) -> StoreResult<Team> {
        let team = permit.target();
        let templates = change.templates.as_deref().map(ids);
        // Whether templates that the caller does not see are among them is not to be learned from the version.
        let in_the_dark = templates.is_some() && *self.listing::<can::ViewTemplate>().filter() != ViewFilter::All;
        let members = match &templates {
            Some(_) => self.lock_team_members(team).await?,
            None => Vec::new(),
        };
        sqlx::query!(
            "update teams set name = coalesce($4, name), description = coalesce($5, description),
                version = version + ($8 or row(coalesce($4, name), coalesce($5, description)) <> row(name, description)
                    or ($6::uuid[] is not null and $6 <> array(select w.website_id from team_websites w
                        where w.org_id = $1 and w.team_id = $2 order by w.website_id))
                    or ($7::uuid[] is not null and $7 <> array(select v.template_id from template_teams v
                        where v.org_id = $1 and v.team_id = $2 order by v.template_id)))::int
             where org_id = $1 and id = $2 and ($3::bigint[] is null or version = any($3)) returning id",
            permit.organization().uuid(),
            team.uuid(),
            version.versions(),
            change.name.as_deref(),
            change.description.as_deref(),
            change.websites.as_ref().map(|links| links.0.as_slice()),
            templates.as_deref(),
            in_the_dark
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Stale)?;
        if let Some(websites) = &change.websites {
            self.link_websites(team, websites).await?;
        }
        if let Some(templates) = &templates {
            self.show_templates(team, templates).await?;
            self.release_unseen_of(&members.into_iter().map(Id::uuid).collect::<Vec<_>>()).await?;
        }
        self.changed_team(team).await
    }

    /// Locks whoever is in a team. Who that is changes only with rights, one change at a time.
    pub(crate) async fn lock_team_members(&mut self, team: Id<kind::Team>) -> StoreResult<Vec<Id<kind::Member>>> {
        let members = sqlx::query_scalar!(
            "select member_id from role_assignments where org_id = $1 and team_id = $2",
            self.organization().uuid(),
            team.uuid()
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let members: Vec<_> = members.into_iter().map(Id::from).collect();
        self.lock_members(&members).await?;
        Ok(members)
    }

    /// Links a team to these websites and no others.
    async fn link_websites(&mut self, team: Id<kind::Team>, websites: &Links) -> StoreResult<()> {
        sqlx::query!(
            "with gone as (
                delete from team_websites where org_id = $1 and team_id = $2 and website_id <> all($3)
             )
             insert into team_websites (org_id, team_id, website_id) select $1, $2, w from unnest($3::uuid[]) w
             on conflict do nothing",
            self.organization().uuid(),
            team.uuid(),
            &websites.0
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Shows a team these templates and no others. A template tells which teams see it, so it changes too; it is what a
    /// ticket without a team is decided on, so it is locked.
    pub(crate) async fn show_templates(&mut self, team: Id<kind::Team>, templates: &[Uuid]) -> StoreResult<()> {
        let organization = self.organization().uuid();
        sqlx::query!(
            "select id from templates where org_id = $1 and (id = any($3) or id in (
                select template_id from template_teams where org_id = $1 and team_id = $2)) order by id for no key update",
            organization,
            team.uuid(),
            templates
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "with gone as (
                delete from template_teams where org_id = $1 and team_id = $2 and template_id <> all($3)
                returning template_id
             ), come as (
                insert into template_teams (org_id, template_id, team_id) select $1, t, $2 from unnest($3::uuid[]) t
                on conflict do nothing returning template_id
             )
             update templates set version = version + 1
             where org_id = $1 and id in (select template_id from gone union all select template_id from come)",
            organization,
            team.uuid(),
            templates
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
