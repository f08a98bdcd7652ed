//! Who holds a role of an organization's own, or is about to.

use usher_domain::{Id, kind, tenancy::Role};
use usher_policy::{Level, Mask, Permission, RoleIx};
use uuid::Uuid;

use crate::{StoreError, StoreResult, Work};

/// How many of those who hold a role are named where it cannot go.
const NAMED: usize = 10;

impl Work {
    /// Makes sure that nobody holds a role and that no invitation gives it.
    pub(super) async fn role_must_be_free(&mut self, role: &Role, level: Level) -> StoreResult<()> {
        let holders = self.role_holders(level, &role.key).await?;
        let invited = sqlx::query_scalar!(
            r#"select count(*) as "count!" from invitations
               where org_id = $1 and role = $2 and state = 'pending' and expires_at > now() and $3"#,
            self.organization().uuid(),
            role.key,
            level == Level::Organization
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        if holders.is_empty() && invited == 0 {
            return Ok(());
        }
        let sees = self.caller().has(Permission::MemberView, Mask::ALWAYS, Level::Organization, None);
        let named: Vec<Uuid> = holders.iter().take(if sees { NAMED } else { 0 }).map(|holder| holder.uuid()).collect();
        let mut names =
            sqlx::query_scalar!("select name from accounts where id = any($1) order by lower(name)", &named)
                .fetch_all(&mut *self.transaction)
                .await?;
        match holders.len() - named.len() {
            0 => {}
            rest if sees => names.push(format!("{rest} more")),
            all => names.push(format!("{all} member{}", if all == 1 { "" } else { "s" })),
        }
        let mut uses = Vec::new();
        if !names.is_empty() {
            uses.push(format!("it is held by {}", names.join(", ")));
        }
        if invited > 0 {
            uses.push(format!("{invited} pending invitation{} it", if invited == 1 { " gives" } else { "s give" }));
        }
        Err(StoreError::InUse(format!("This role is in use: {}.", uses.join("; "))))
    }

    /// Keeps a role of the organization's own from being deleted before this work is done.
    pub(crate) async fn keep_role(&mut self, role: RoleIx) -> StoreResult<()> {
        let (custom, level, key) = {
            let role = self.caller().model().role_at(role);
            (role.custom, role.level, role.key.clone())
        };
        if custom {
            sqlx::query!(
                "select id from custom_roles where org_id = $1 and level = $2 and key = $3 for key share",
                self.organization().uuid(),
                level.key(),
                key
            )
            .fetch_optional(&mut *self.transaction)
            .await?
            .ok_or_else(|| self.unknown_role(level))?;
        }
        Ok(())
    }

    /// Who holds a role of the organization's own, anywhere.
    pub(super) async fn role_holders(&mut self, level: Level, key: &str) -> StoreResult<Vec<Id<kind::Member>>> {
        let holders = sqlx::query_scalar!(
            "select distinct member_id from role_assignments where org_id = $1 and role = $2
                and (team_id is not null) = $3 and (queue_id is not null) = $4",
            self.organization().uuid(),
            key,
            level == Level::Team,
            level == Level::Queue
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(holders.into_iter().map(Id::from).collect())
    }

    /// On which queues anybody holds a role of the organization's own: on none, if it is of another level.
    pub(super) async fn queues_of_role(&mut self, level: Level, key: &str) -> StoreResult<Vec<Uuid>> {
        let queues = sqlx::query_scalar!(
            r#"select distinct queue_id as "queue_id!" from role_assignments
               where org_id = $1 and role = $2 and queue_id is not null and $3"#,
            self.organization().uuid(),
            key,
            level == Level::Queue
        );
        Ok(queues.fetch_all(&mut *self.transaction).await?)
    }

    /// Whether anybody holds a role of this name: in the organization itself, or at any level.
    ///
    /// # Errors
    /// The database's.
    pub async fn role_is_held(&mut self, name: &str, anywhere: bool) -> StoreResult<bool> {
        let held = sqlx::query_scalar!(
            r#"select exists (select 1 from role_assignments where org_id = $1 and role = $2
                and ($3 or (team_id is null and queue_id is null))) as "held!""#,
            self.organization().uuid(),
            name,
            anywhere
        );
        Ok(held.fetch_one(&mut *self.transaction).await?)
    }

    /// Whether a service holds a role.
    pub(super) async fn a_service_holds(&mut self, level: Level, key: &str) -> StoreResult<bool> {
        let holds = sqlx::query_scalar!(
            r#"select exists (select 1 from role_assignments r
                join api_tokens t on t.org_id = r.org_id and t.member_id = r.member_id and t.kind = 'service'
                where r.org_id = $1 and r.role = $2
                    and (r.team_id is not null) = $3 and (r.queue_id is not null) = $4) as "holds!""#,
            self.organization().uuid(),
            key,
            level == Level::Team,
            level == Level::Queue
        );
        Ok(holds.fetch_one(&mut *self.transaction).await?)
    }

    /// The teams in which somebody holds a role, or is who holds it elsewhere.
    pub(super) async fn teams_of_holders(&mut self, level: Level, key: &str) -> StoreResult<Vec<Uuid>> {
        let teams = sqlx::query_scalar!(
            r#"select distinct t.team_id as "team_id!" from role_assignments r
             join role_assignments t on t.org_id = r.org_id and t.member_id = r.member_id and t.team_id is not null
             where r.org_id = $1 and r.role = $3 and case $2
                when 'team' then t.team_id = r.team_id
                when 'queue' then r.queue_id is not null
                else r.team_id is null and r.queue_id is null end"#,
            self.organization().uuid(),
            level.key(),
            key
        );
        Ok(teams.fetch_all(&mut *self.transaction).await?)
    }
}
