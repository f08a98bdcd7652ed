//! What an organization has subscribed to. Which plans there are, and what each includes, is data.
//!
//! A plan is a condition of what roles give, so that a change of plan is one of rights: whoever acts by what the plan includes is
//! waited for before it includes that no more (law 9).

use usher_domain::tenancy::{Plan, Subscription};
use usher_policy::{Permit, can};

use crate::{Expected, Outside, StoreError, StoreResult, Work, connection::Transaction};

async fn plans(transaction: &mut Transaction) -> StoreResult<Vec<Plan>> {
    let plans = sqlx::query_as!(Plan, "select key, name, workflows from plans order by position, key");
    Ok(plans.fetch_all(&mut **transaction).await?)
}

impl Outside {
    /// What can be subscribed to.
    ///
    /// # Errors
    /// The database's.
    pub async fn plans(&mut self) -> StoreResult<Vec<Plan>> {
        plans(&mut self.transaction).await
    }
}

impl Work {
    /// The organization's plan and what is used, of an organization that may hold so many bytes.
    ///
    /// # Errors
    /// The database's.
    pub async fn subscription(&mut self, _permit: Permit<can::ViewBilling>, quota: i64) -> StoreResult<Subscription> {
        self.subscription_now(quota).await
    }

    /// Changes the plan.
    ///
    /// # Errors
    /// There is no such plan; or stale.
    pub async fn change_plan(
        &mut self,
        _permit: Permit<can::ManageBilling>,
        version: &Expected,
        plan: Option<&str>,
        quota: i64,
    ) -> StoreResult<Subscription> {
        let plans = plans(&mut self.transaction).await?;
        let next = plan.map(|key| plans.iter().find(|plan| plan.key == key).ok_or_else(|| unknown(key, &plans)));
        let next = next.transpose()?;
        let now = self.subscription_now(quota).await?;
        version.must_be(now.version)?;
        let Some(next) = next.filter(|next| next.key != now.plan) else { return Ok(now) };
        let loses = now.workflows && !next.workflows;
        let everybody = if loses { self.lock_everybody().await? } else { Vec::new() };
        let changed = sqlx::query!(
            "update organizations set plan = $2, version = version + 1
             where id = $1 and ($3::bigint[] is null or version = any($3))",
            self.organization().uuid(),
            next.key,
            version.versions()
        );
        // Its settings may have changed meanwhile, which bear the same version.
        if changed.execute(&mut *self.transaction).await?.rows_affected() == 0 {
            return Err(StoreError::Stale);
        }
        self.release_unseen_of(&everybody).await?;
        self.subscription_now(quota).await
    }

    async fn subscription_now(&mut self, quota: i64) -> StoreResult<Subscription> {
        let row = sqlx::query!(
            r#"select p.key, p.name, p.workflows, o.version,
                (select count(*) from members m join accounts a on a.id = m.id
                    where m.org_id = o.id and m.state = 'active' and a.service_of is null) as "people!",
                (select count(*) from members m join accounts a on a.id = m.id
                    where m.org_id = o.id and m.state = 'active' and a.service_of is not null
                        and not service_ended(m.id)) as "services!",
                coalesce((select s.bytes from storage s where s.org_id = o.id), 0) as "storage_used!"
             from organizations o join plans p on p.key = o.plan where o.id = $1"#,
            self.organization().uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(Subscription {
            plan: row.key,
            plan_name: row.name,
            workflows: row.workflows,
            people: row.people,
            services: row.services,
            storage_used: row.storage_used,
            storage_quota: quota,
            version: row.version,
        })
    }
}

fn unknown(key: &str, plans: &[Plan]) -> StoreError {
    let known = plans.iter().map(|plan| format!("`{}`", plan.key)).collect::<Vec<_>>().join(", ");
    let detail = format!("There is no plan `{key}`. There is: {known}.");
    StoreError::Invalid { pointer: "/plan", code: "unknown_plan", detail }
}
