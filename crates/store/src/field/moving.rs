//! What becomes of a team's templates, sites and inspections when the team is deleted: another team gets them.

use usher_domain::{Id, TeamId, kind};
use usher_policy::{Action, Resource, can};

use crate::{Conflict, Located, StoreResult, Work};

const TEAM_HAS_INSPECTIONS: Conflict = Conflict {
    code: "team_has_inspections",
    detail: "The team has inspections, sites or templates of inspections: say with `move_to` which team gets them.",
};

/// Which kinds of things a team has.
struct Had {
    templates: bool,
    sites: bool,
    inspections: Inspections,
}

/// Which inspections a team has.
struct Inspections {
    any: bool,
    shared: bool,
    reports: bool,
    shared_reports: bool,
}

impl Work {
    /// Moves a team's templates, sites and inspections to another, or makes sure that there are none. The team is locked, so
    /// that it gets no more.
    ///
    /// # Errors
    /// It has some, and there is no other team; the caller may not make such things there, or would come to read what they did
    /// not; or a template there has the name of one that comes.
    pub(crate) async fn empty_team_of_field(&mut self, team: TeamId, to: Option<TeamId>) -> StoreResult<()> {
        if !self.has_field(team).await? {
            return Ok(());
        }
        let to = to.ok_or(TEAM_HAS_INSPECTIONS)?;
        let had = self.hold_field_of(team).await?;
        self.may_move_field(&had, team, to).await?;
        self.move_field(team, to).await
    }

    async fn has_field(&mut self, team: TeamId) -> StoreResult<bool> {
        let any = sqlx::query_scalar!(
            r#"select exists (select 1 from inspection_templates where org_id = $1 and team_id = $2)
                or exists (select 1 from sites where org_id = $1 and team_id = $2)
                or exists (select 1 from inspections where org_id = $1 and team_id = $2) as "any!""#,
            self.organization().uuid(),
            team.uuid()
        );
        Ok(any.fetch_one(&mut *self.transaction).await?)
    }

    /// Locks what a team has, in the order in which acts on one of them lock the others: templates, inspections, sites.
    async fn hold_field_of(&mut self, team: TeamId) -> StoreResult<Had> {
        let (organization, team) = (self.organization().uuid(), team.uuid());
        let templates = sqlx::query_scalar!(
            r#"select count(*) > 0 as "any!" from (
                select from inspection_templates where org_id = $1 and team_id = $2 order by id for no key update
             ) held"#,
            organization,
            team
        );
        let templates = templates.fetch_one(&mut *self.transaction).await?;
        let inspections = sqlx::query_as!(
            Inspections,
            r#"select count(*) > 0 as "any!", count(*) filter (where shared) > 0 as "shared!",
                count(*) filter (where state = 'submitted') > 0 as "reports!",
                count(*) filter (where state = 'submitted' and report_shared) > 0 as "shared_reports!"
             from (
                select shared, state, report_shared from inspections where org_id = $1 and team_id = $2
                order by id for no key update
             ) held"#,
            organization,
            team
        );
        let inspections = inspections.fetch_one(&mut *self.transaction).await?;
        let sites = sqlx::query_scalar!(
            r#"select count(*) > 0 as "any!" from (
                select from sites where org_id = $1 and team_id = $2 order by id for no key update
             ) held"#,
            organization,
            team
        );
        Ok(Had { templates, sites: sites.fetch_one(&mut *self.transaction).await?, inspections })
    }

    /// Makes sure that the caller may have such things in the other team, and reads there no more of them than before.
    async fn may_move_field(&mut self, had: &Had, from: TeamId, to: TeamId) -> StoreResult<()> {
        if had.templates {
            self.may_have::<can::CreateInspectionTemplate>(to)?;
            self.must_not_reveal_in::<kind::InspectionTemplate>(from, to).await?;
        }
        if had.sites {
            self.may_have::<can::CreateSite>(to)?;
            self.must_not_reveal_in::<kind::Site>(from, to).await?;
        }
        if had.inspections.any {
            self.may_have::<can::CreateInspection>(to)?;
            self.must_not_reveal_in::<kind::Inspection>(from, to).await?;
        }
        if had.inspections.shared {
            self.may_have::<can::ShareInspection>(to)?;
        }
        if had.inspections.reports {
            self.must_not_reveal_in::<kind::Report>(from, to).await?;
        }
        if had.inspections.shared_reports {
            self.may_have::<can::ShareReport>(to)?;
        }
        Ok(())
    }

    /// Makes sure that the caller may do this in a team to what is not theirs.
    fn may_have<A: Action>(&self, team: TeamId) -> StoreResult<()>
    where
        A::Target: Located,
    {
        let _permit = self.permit_new::<A>(&Resource::in_team(self.organization(), Id::new(), team))?;
        Ok(())
    }

    /// Who syncs by the time of the last change is told of each.
    async fn move_field(&mut self, from: TeamId, to: TeamId) -> StoreResult<()> {
        let (organization, from, to) = (self.organization().uuid(), from.uuid(), to.uuid());
        sqlx::query!(
            "update inspection_templates set team_id = $3, version = version + 1, updated_at = now()
             where org_id = $1 and team_id = $2",
            organization,
            from,
            to
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "update inspections set team_id = $3, version = version + 1, updated_at = now(),
                report_version = report_version + 1, report_updated_at = now()
             where org_id = $1 and team_id = $2",
            organization,
            from,
            to
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "update sites set team_id = $3, version = version + 1, updated_at = now() where org_id = $1 and team_id = $2",
            organization,
            from,
            to
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
