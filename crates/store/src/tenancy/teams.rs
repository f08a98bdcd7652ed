//! Teams and their configuration.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{Id, Text, kind, tenancy::Team};
use usher_policy::{Level, Listing, Permit, ViewFilter, can};
use uuid::Uuid;

use super::team_links::{Links, Shown};
use crate::{
    Expected, Located, Page, PageRequest, Seen, StoreError, StoreResult, Work,
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
    pub templates: Shown,
}

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
    pub templates: Option<Shown>,
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
        self.veil_teams(page.items.iter_mut().map(|seen: &mut Seen<kind::Team>| &mut seen.item).collect()).await?;
        Ok(page)
    }

    /// A team, if the caller may see it.
    ///
    /// # Errors
    /// Missing, or hidden: the same.
    pub async fn team(&mut self, team: Id<kind::Team>) -> StoreResult<Seen<kind::Team>> {
        let mut seen = self.see::<kind::Team>(team).await?;
        self.veil_teams(vec![&mut seen.item]).await?;
        Ok(seen)
    }

    /// A team that was just made or changed.
    async fn changed_team(&mut self, id: Id<kind::Team>) -> StoreResult<Team> {
        let mut team = self.item(id).await?;
        self.veil_teams(vec![&mut team]).await?;
        Ok(team)
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
        self.show_templates(team, &new.templates.0).await?;
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
        let templates = change.templates.as_ref().map(|shown| shown.0.as_slice());
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
            templates,
            in_the_dark
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Stale)?;
        if let Some(websites) = &change.websites {
            self.link_websites(team, websites).await?;
        }
        if let Some(templates) = templates {
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
}
