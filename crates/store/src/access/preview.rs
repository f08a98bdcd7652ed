//! Members as callers, before and after a change that is tried and taken back.

use sqlx::Row;
use usher_domain::{Id, kind};
use usher_policy::{Caller, Permit, can};
use uuid::Uuid;

use crate::{Identity, StoreError, StoreResult, Work, caller};

/// A member, and what they hold.
pub struct Somebody {
    /// What they hold.
    pub caller: Caller,
    /// Their name.
    pub name: String,
}

/// The members that a change concerns.
#[derive(Debug, Default)]
pub struct Concerned {
    /// The first of them, in the order of their ids.
    pub members: Vec<Id<kind::Member>>,
    /// How many there are.
    pub total: i64,
}

/// The most members that are told of one by one.
const TOLD: i64 = 100;

impl Work {
    /// From here on all is tried only, and taken back: quickly, because others wait for what it locks, and without it being
    /// noted which assignments allow it.
    ///
    /// # Errors
    /// The database's.
    pub async fn only_try(&mut self, _permit: &Permit<can::ReviewAccess>) -> StoreResult<()> {
        self.tries = true;
        self.transaction.note_no_uses();
        sqlx::query!(
            r#"select set_config('statement_timeout', '5s', true) as "statement!",
                set_config('lock_timeout', '2s', true) as "lock!""#
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Takes back what was tried, and lets those go on who wait for it.
    ///
    /// # Errors
    /// The database's.
    pub async fn take_back(self) -> StoreResult<()> {
        self.transaction.rollback().await
    }

    /// These members as callers, as things stand in this transaction, in the order of their ids: one statement. Who is no
    /// member is left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn members_as_callers(
        &mut self,
        _permit: &Permit<can::ReviewAccess>,
        members: &[Id<kind::Member>],
    ) -> StoreResult<Vec<Somebody>> {
        let ids: Vec<Uuid> = members.iter().map(|member| member.uuid()).collect();
        self.somebodies(&ids).await
    }

    /// The same for the work's own use.
    pub(crate) async fn somebodies(&mut self, ids: &[Uuid]) -> StoreResult<Vec<Somebody>> {
        let rows = sqlx::query(
            "select who.id as member_id, a.name, f.* from unnest($1::uuid[]) as who (id)
             join accounts a on a.id = who.id cross join lateral caller_facts(who.id, null, null) f
             where f.caller_org is not null order by who.id",
        )
        .bind(ids)
        .fetch_all(&mut *self.transaction)
        .await?;
        // They are of one organization, and so of one model, which the change may have made another.
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let models = self.models().clone();
        let model = models.get(&mut self.transaction, caller::version_of(first)?).await?;
        let somebody = |row: &sqlx::postgres::PgRow| -> StoreResult<Somebody> {
            let member: Uuid = row.try_get("member_id")?;
            let identity = Identity::of_member(member.into());
            Ok(Somebody { caller: caller::from_row(&identity, row, &model)?, name: row.try_get("name")? })
        };
        rows.iter().map(somebody).collect()
    }

    /// Who holds a role of the organization's own.
    ///
    /// # Errors
    /// There is no such role.
    pub async fn holders_of_role(
        &mut self,
        permit: &Permit<can::ReviewAccess>,
        role: Id<kind::Role>,
    ) -> StoreResult<Concerned> {
        let rows = sqlx::query!(
            r#"select holder.member_id as "member_id?", coalesce(holder.total, 0) as "total!"
             from custom_roles c left join lateral (
                select r.member_id, count(*) over () as total from role_assignments r
                where r.org_id = c.org_id and r.role = c.key
                    and (r.team_id is not null) = (c.level = 'team') and (r.queue_id is not null) = (c.level = 'queue')
                group by r.member_id order by r.member_id limit $3
             ) holder on true
             where c.org_id = $1 and c.id = $2"#,
            permit.organization().uuid(),
            role.uuid(),
            TOLD
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let total = rows.first().ok_or(StoreError::Missing("role"))?.total;
        Ok(Concerned { members: rows.into_iter().filter_map(|row| row.member_id.map(Id::from)).collect(), total })
    }
}
