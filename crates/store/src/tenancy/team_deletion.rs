//! How a team ends.

use usher_domain::{Id, TeamId, TicketId, kind};
use usher_policy::{Permit, Resource, can};
use uuid::Uuid;

use crate::{Conflict, Expected, StoreError, StoreResult, Work};

impl Work {
    /// Deletes a team.
    ///
    /// A team that has tickets, or inspections, sites or templates of inspections, is not deleted unless it is said where they go: without a team tickets would be
    /// seen by whoever sees their templates, or by nobody but the administrators, and no one would have decided that. Whoever
    /// can do in the other team no longer what was theirs to do has it no longer.
    ///
    /// # Errors
    /// It has tickets or inspections; the caller may not move them; stale.
    pub async fn delete_team(
        &mut self,
        permit: Permit<can::DeleteTeam>,
        version: &Expected,
        move_to: Option<Permit<can::ViewTeam>>,
    ) -> StoreResult<()> {
        let (organization, team) = (permit.organization().uuid(), permit.target());
        let members: Vec<Uuid> = self.lock_team_members(team).await?.into_iter().map(Id::uuid).collect();
        let now = sqlx::query_scalar!(
            "select version from teams where org_id = $1 and id = $2 for update",
            organization,
            team.uuid()
        );
        let now = now.fetch_optional(&mut *self.transaction).await?.ok_or(StoreError::Missing("team"))?;
        version.must_be(now)?;
        self.take_time().await?;
        let to = move_to.map(|to| to.target());
        self.empty_team(team, to).await?;
        self.empty_team_of_field(team, to).await?;
        self.show_templates(team, &[]).await?;
        self.touch_members(&members).await?;
        sqlx::query!("delete from teams where org_id = $1 and id = $2", organization, team.uuid())
            .execute(&mut *self.transaction)
            .await?;
        self.release_unseen_of(&members).await
    }

    /// Moves a team's tickets to another, or makes sure that there are none.
    async fn empty_team(&mut self, team: TeamId, to: Option<TeamId>) -> StoreResult<()> {
        let organization = self.organization().uuid();
        let held = sqlx::query_scalar!(
            r#"select exists (select 1 from tickets where org_id = $1 and team_id = $2) as "held!""#,
            organization,
            team.uuid()
        );
        if !held.fetch_one(&mut *self.transaction).await? {
            return Ok(());
        }
        let detail = "The team has tickets: say with `move_to` which team gets them, or move them first.";
        let to = to.ok_or(Conflict { code: "team_has_tickets", detail })?;
        self.may_move_all(team, to).await?;
        let moved = sqlx::query!(
            "with held as (
                select id from tickets where org_id = $1 and team_id = $2 order by id for no key update
             )
             update tickets t set team_id = $3, version = t.version + 1, updated_at = now()
             from held where t.org_id = $1 and t.id = held.id returning t.id",
            organization,
            team.uuid(),
            to.uuid()
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let tickets: Vec<Uuid> = moved.iter().map(|row| row.id).collect();
        // Neither team is named: not everybody who reads a ticket's history sees them.
        self.record_on_each(&tickets, "Moved to another team: the one that it was in was deleted.").await
    }

    /// Makes sure that the caller may move tickets out of one team, have them in the other, and read there no more of them than
    /// before, whatever else holds of them.
    async fn may_move_all(&mut self, from: TeamId, to: TeamId) -> StoreResult<()> {
        let within = |team| Resource::in_team(self.organization(), TicketId::new(), team);
        let _move = self.permit_new::<can::MoveTicket>(&within(from))?;
        let _have = self.permit_new::<can::CreateTicket>(&within(to))?;
        self.must_not_reveal_in::<kind::Ticket>(from, to).await
    }
}
