//! The words of tickets: statuses and priorities.

use usher_domain::desk::{Priority, Status, StatusCategory};
use usher_policy::{Permit, can};

use crate::{StoreResult, Work};

impl Work {
    /// The organization's statuses, in their order.
    ///
    /// # Errors
    /// The database's.
    pub async fn statuses(&mut self, permit: Permit<can::ViewOrganization>) -> StoreResult<Vec<Status>> {
        let rows = sqlx::query!(
            "select key, name, category, is_default, built_in from statuses where org_id = $1 order by position, key",
            permit.organization().uuid()
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let statuses = rows.into_iter().map(|row| Status {
            key: row.key,
            name: row.name,
            category: StatusCategory::parse(&row.category),
            is_default: row.is_default,
            built_in: row.built_in,
        });
        Ok(statuses.collect())
    }

    /// The organization's priorities, the least first.
    ///
    /// # Errors
    /// The database's.
    pub async fn priorities(&mut self, permit: Permit<can::ViewOrganization>) -> StoreResult<Vec<Priority>> {
        let rows = sqlx::query_as!(
            Priority,
            "select key, name, is_default, built_in from priorities where org_id = $1 order by position, key",
            permit.organization().uuid()
        );
        Ok(rows.fetch_all(&mut *self.transaction).await?)
    }
}
