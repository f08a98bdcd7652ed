//! What teams are configured with: websites, and the ticket templates that they see.

use usher_domain::{Id, Kind, kind};
use usher_policy::{Action, Condition, Level, Permission, Permit, RoleIx, can};
use uuid::Uuid;

use crate::{Refused, StoreError, StoreResult, Work};

/// Templates that a team may be shown: see [`Work::shown`].
#[derive(Debug)]
pub struct Shown(pub(super) Vec<Uuid>);

/// Websites that a team may be linked to: see [`Work::links`].
#[derive(Debug)]
pub struct Links(pub(super) Vec<Uuid>);

/// Each once, in their order.
fn sorted(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Work {
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

    /// The right to show a team, or a new one, these templates and no others. A template that it does not see yet opens its
    /// tickets to who is in the team: the caller has them too (law 7).
    ///
    /// # Errors
    /// The first that is refused.
    pub async fn shown(
        &mut self,
        team: Option<&Permit<can::UpdateTeam>>,
        templates: &[Id<kind::Template>],
    ) -> Result<Shown, Refused> {
        let permission = if team.is_some() { can::UpdateTeam::PERMISSION } else { can::CreateTeam::PERMISSION };
        let at = |index| move |error| Refused { index, error };
        let before = self.templates_of(team).await.map_err(at(0))?;
        let facts = self.facts_of_each(templates).await.map_err(at(0))?;
        let teams: Vec<Uuid> = team.map(|team| team.target().uuid()).into_iter().collect();
        let is_new = templates.iter().any(|template| !before.contains(&template.uuid()));
        let held = if is_new { self.roles_held_in(&teams).await.map_err(at(0))? } else { Vec::new() };
        for (index, id) in templates.iter().enumerate() {
            let facts = facts.iter().find(|facts| facts.id == *id);
            let facts = facts.ok_or(StoreError::Missing(kind::Template::NAME)).map_err(at(index))?;
            let _seen = self.permit_for::<can::ViewTemplate>(facts).map_err(at(index))?;
            if !before.contains(&id.uuid()) {
                let open = facts.holding.contains(Condition::SharedWithTeam);
                self.must_open_template(permission, open, &held).map_err(at(index))?;
            }
        }
        Ok(Shown(sorted(templates.iter().map(|template| template.uuid()).collect())))
    }

    /// The roles that members of these teams hold, here or elsewhere.
    pub(crate) async fn roles_held_in(&mut self, teams: &[Uuid]) -> StoreResult<Vec<RoleIx>> {
        let rows = sqlx::query!(
            r#"select distinct r.role, case when r.team_id is not null then 'team' when r.queue_id is not null then 'queue'
                else 'organization' end as "level!"
             from role_assignments t join role_assignments r on r.org_id = t.org_id and r.member_id = t.member_id
             where t.org_id = $1 and t.team_id = any($2)"#,
            self.organization().uuid(),
            teams
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let model = self.caller().model();
        Ok(rows.iter().filter_map(|row| model.role(Level::parse(&row.level)?, &row.role)).collect())
    }

    /// Holds the caller to law 7 where a template is opened to one more team; `open`: whether it is to one of theirs.
    pub(crate) fn must_open_template(&self, permission: Permission, open: bool, held: &[RoleIx]) -> StoreResult<()> {
        if self.caller().may_open_template(open, held) {
            return Ok(());
        }
        let detail = "Whoever is in a team that sees a template has its tickets, as far as no team has them, and you do not: \
            what any role gives there must be yours without a condition, or by being in a team that sees it, and among the \
            scopes of your token.";
        Err(StoreError::Beyond { permission, detail: detail.to_owned() })
    }

    async fn templates_of(&mut self, team: Option<&Permit<can::UpdateTeam>>) -> StoreResult<Vec<Uuid>> {
        let Some(team) = team else { return Ok(Vec::new()) };
        let templates = sqlx::query_scalar!(
            "select template_id from template_teams where org_id = $1 and team_id = $2",
            team.organization().uuid(),
            team.target().uuid()
        );
        Ok(templates.fetch_all(&mut *self.transaction).await?)
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

    /// Links a team to these websites and no others.
    pub(super) async fn link_websites(&mut self, team: Id<kind::Team>, websites: &Links) -> StoreResult<()> {
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
