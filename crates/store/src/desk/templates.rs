//! Ticket templates.

use sqlx::{Row, postgres::PgRow, types::Json};
use usher_domain::{
    Id, Text,
    desk::{Question, Template},
    kind,
};
use usher_policy::{Action, Condition, Level, Listing, Permit, can};
use uuid::Uuid;

use crate::{
    Expected, Located, Page, PageRequest, Seen, StoreError, StoreResult, Work,
    listing::{Order, list},
    located::{Rows, Rule},
};

impl Located for kind::Template {
    type Item = Template;
    const TABLE: &'static str = "templates p";
    const ALIAS: &'static str = "p";
    const COLUMNS: &'static str = ", p.id, p.name, p.description, p.questions, p.created_at, p.version, \
        array(select v.team_id from template_teams v where v.org_id = p.org_id and v.template_id = p.id order by v.team_id) as team_ids";
    const RULES: &'static [Rule] = &[Rule {
        condition: Condition::SharedWithTeam,
        holds: "exists (select 1 from template_teams v
            where v.org_id = p.org_id and v.template_id = p.id and v.team_id = any($3))",
        rows: Rows::Held,
    }];

    fn item(row: &PgRow) -> Result<Template, sqlx::Error> {
        Ok(Template {
            id: row.try_get::<Uuid, _>("id")?.into(),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            questions: row.try_get::<Json<_>, _>("questions")?.0,
            team_ids: row.try_get::<Vec<Uuid>, _>("team_ids")?.into_iter().map(Id::from).collect(),
            created_at: row.try_get("created_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// What a new template is made of.
#[derive(Debug)]
pub struct NewTemplate {
    /// Its name.
    pub name: Text<1, 120>,
    /// When to use it.
    pub description: Text<0, 2000>,
    /// What it asks.
    pub questions: Vec<Question>,
    /// The teams that see it.
    pub teams: Vec<Permit<can::ViewTeam>>,
}

/// What is to change about a template: what is `None` stays.
#[derive(Debug)]
pub struct TemplateChange {
    /// Its name.
    pub name: Option<Text<1, 120>>,
    /// When to use it.
    pub description: Option<Text<0, 2000>>,
    /// What it asks.
    pub questions: Option<Vec<Question>>,
    /// The teams that see it: all of them.
    pub teams: Option<Vec<Permit<can::ViewTeam>>>,
}

fn ids(teams: &[Permit<can::ViewTeam>]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = teams.iter().map(|team| team.target().uuid()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Work {
    /// The templates that the caller may see, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_templates(
        &mut self,
        listing: &Listing<can::ViewTemplate>,
        team: Option<Permit<can::ViewTeam>>,
        words: Option<&str>,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Template>>> {
        let order = Order { column: Some(("p.name", "text")), descending: false };
        let team = team.map(|team| team.target().uuid());
        let filters = |sql: &mut crate::sql::Sql| {
            let mut wanted = String::new();
            if let Some(team) = team {
                let team = sql.bind(team)?;
                wanted += &format!(
                    " and exists (select 1 from template_teams v
                        where v.org_id = p.org_id and v.template_id = p.id and v.team_id = {team})"
                );
            }
            if let Some(words) = words {
                let words = sql.bind(words)?;
                wanted += &format!(" and strpos(lower(p.name), lower({words})) > 0");
            }
            Ok(wanted)
        };
        list(&mut self.transaction, listing, filters, order, request).await
    }

    /// Makes a template, and shows it to teams.
    ///
    /// # Errors
    /// Another template has the name.
    pub async fn create_template(
        &mut self,
        permit: Permit<can::CreateTemplate>,
        new: NewTemplate,
    ) -> StoreResult<Template> {
        let id = Id::<kind::Template>::new();
        let teams = ids(&new.teams);
        self.lock_audience(id, &teams).await?;
        sqlx::query!(
            "insert into templates (org_id, id, name, description, questions) values ($1, $2, $3, $4, $5)",
            permit.organization().uuid(),
            id.uuid(),
            &*new.name,
            &*new.description,
            Json(&new.questions) as _
        )
        .execute(&mut *self.transaction)
        .await?;
        self.show_template(id, &teams).await?;
        self.item(id).await
    }

    /// Changes a template, and which teams see it.
    ///
    /// # Errors
    /// Another template has the name, or stale.
    pub async fn update_template(
        &mut self,
        permit: Permit<can::UpdateTemplate>,
        version: &Expected,
        change: TemplateChange,
    ) -> StoreResult<Template> {
        let id = permit.target();
        let teams = change.teams.as_deref().map(ids);
        let audience = match &teams {
            Some(teams) => {
                self.must_open_to(id, teams).await?;
                self.lock_audience(id, teams).await?
            }
            None => Vec::new(),
        };
        sqlx::query!(
            "update templates set name = coalesce($4, name), description = coalesce($5, description),
                questions = coalesce($6, questions),
                version = version + (row(coalesce($4, name), coalesce($5, description), coalesce($6, questions))
                    <> row(name, description, questions)
                    or ($7::uuid[] is not null and $7 <> array(select v.team_id from template_teams v
                        where v.org_id = $1 and v.template_id = $2 order by v.team_id)))::int
             where org_id = $1 and id = $2 and ($3::bigint[] is null or version = any($3)) returning id",
            permit.organization().uuid(),
            id.uuid(),
            version.versions(),
            change.name.as_deref(),
            change.description.as_deref(),
            change.questions.map(Json) as _,
            teams.as_deref()
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Stale)?;
        if let Some(teams) = teams {
            self.show_template(id, &teams).await?;
            self.release_tickets_of(&audience).await?;
        }
        self.item(id).await
    }

    /// Holds the caller to what a template opens to teams that do not see it yet (law 7).
    async fn must_open_to(&mut self, template: Id<kind::Template>, teams: &[Uuid]) -> StoreResult<()> {
        let before = sqlx::query_scalar!(
            "select team_id from template_teams where org_id = $1 and template_id = $2",
            self.organization().uuid(),
            template.uuid()
        );
        let before = before.fetch_all(&mut *self.transaction).await?;
        let new: Vec<Uuid> = teams.iter().copied().filter(|team| !before.contains(team)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let held = self.roles_held_in(&new).await?;
        let open = before.iter().any(|team| !self.caller().held_in(Level::Team, *team).is_empty());
        self.must_open_template(can::UpdateTemplate::PERMISSION, open, &held)
    }

    /// Deletes a template. Tickets that were made from it stay.
    ///
    /// # Errors
    /// Stale.
    pub async fn delete_template(
        &mut self,
        permit: Permit<can::DeleteTemplate>,
        version: &Expected,
    ) -> StoreResult<()> {
        let id = permit.target();
        let audience = self.lock_audience(id, &[]).await?;
        self.take_time().await?;
        self.show_template(id, &[]).await?;
        self.forget_template(id).await?;
        sqlx::query!(
            "delete from templates where org_id = $1 and id = $2 and ($3::bigint[] is null or version = any($3)) returning id",
            permit.organization().uuid(),
            id.uuid(),
            version.versions()
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Stale)?;
        self.release_tickets_of(&audience).await
    }

    /// Tickets that were made from a template have none any more, and say so.
    async fn forget_template(&mut self, template: Id<kind::Template>) -> StoreResult<()> {
        sqlx::query!(
            "with held as (
                select id from tickets where org_id = $1 and template_id = $2 order by id for no key update
             )
             update tickets t set template_id = null, version = t.version + 1
             from held where t.org_id = $1 and t.id = held.id",
            self.organization().uuid(),
            template.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Locks whoever sees other tickets when a template is shown to `teams` and no others.
    async fn lock_audience(&mut self, template: Id<kind::Template>, teams: &[Uuid]) -> StoreResult<Vec<Uuid>> {
        let people = sqlx::query_scalar!(
            "select distinct r.member_id from role_assignments r
             where r.org_id = $1 and (r.team_id = any($3)
                or r.team_id in (select v.team_id from template_teams v where v.org_id = $1 and v.template_id = $2))",
            self.organization().uuid(),
            template.uuid(),
            teams
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        self.lock_members(&people.iter().copied().map(Id::from).collect::<Vec<_>>()).await?;
        Ok(people)
    }

    /// Shows a template to `teams` and no others. A team tells which templates it sees, so it changes too.
    async fn show_template(&mut self, template: Id<kind::Template>, teams: &[Uuid]) -> StoreResult<()> {
        sqlx::query!(
            "with gone as (
                delete from template_teams where org_id = $1 and template_id = $2 and team_id <> all($3) returning team_id
             ), come as (
                insert into template_teams (org_id, template_id, team_id) select $1, $2, t from unnest($3::uuid[]) t
                on conflict do nothing returning team_id
             )
             update teams set version = version + 1
             where org_id = $1 and id in (select team_id from gone union all select team_id from come)",
            self.organization().uuid(),
            template.uuid(),
            teams
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
