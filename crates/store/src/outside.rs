//! What needs no permit, since nobody's rights are in question yet: registering, signing in, keys, accepting an
//! invitation, creating an organization, one's own account. Everything else goes through a [`crate::Work`].

use chrono::{DateTime, Utc};
use usher_domain::{Email, Id, Text, kind, tenancy::Account};
use uuid::Uuid;

use crate::{Identity, Store, StoreError, StoreResult, connection::Transaction};

/// A transaction outside the organizations.
pub struct Outside {
    pub(crate) transaction: Transaction,
    /// Who has signed in, if anybody.
    pub(crate) account: Option<Id<kind::Account>>,
    /// Which organization it has to do with, if any: what it leaves behind goes when that goes.
    pub(crate) organization: Option<Id<kind::Organization>>,
}

impl Store {
    /// Begins a transaction outside the organizations.
    ///
    /// # Errors
    /// The database's.
    pub async fn outside(&self) -> StoreResult<Outside> {
        Ok(Outside { transaction: self.begin("BEGIN").await?, account: None, organization: None })
    }

    /// Begins a transaction outside the organizations for somebody who has signed in.
    ///
    /// # Errors
    /// The session has ended.
    pub async fn signed_in(&self, identity: &Identity) -> StoreResult<Outside> {
        let mut outside = self.outside().await?;
        sqlx::query!(
            "select id from sessions where id = $1 and account_id = $2 and ended_at is null and expires_at > now()",
            identity.session.uuid(),
            identity.account.uuid()
        )
        .fetch_optional(&mut *outside.transaction)
        .await?
        .ok_or(StoreError::SessionEnded)?;
        outside.account = Some(identity.account);
        Ok(outside)
    }
}

struct Row {
    id: Uuid,
    email: String,
    name: String,
    active_org_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    version: i64,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            email: row.email,
            name: row.name,
            active_organization_id: row.active_org_id.map(Id::from),
            created_at: row.created_at,
            version: row.version,
        }
    }
}

impl Outside {
    /// Sets the tenant for the rest of the transaction.
    pub(crate) async fn enter(&mut self, organization: Id<kind::Organization>) -> StoreResult<()> {
        self.organization = Some(organization);
        self.set("app.org_id", organization.uuid()).await
    }

    /// Lets the rest of the transaction see the account's own memberships, in whatever organization.
    pub(crate) async fn act_as(&mut self, account: Id<kind::Account>) -> StoreResult<()> {
        self.set("app.account_id", account.uuid()).await
    }

    async fn set(&mut self, setting: &'static str, value: Uuid) -> StoreResult<()> {
        sqlx::query!("select set_config($1, $2::text, true)", setting, value.to_string())
            .fetch_one(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Makes an account a member with one organization role, which somebody gave: nobody any more, if their account is gone.
    pub(crate) async fn add_member(
        &mut self,
        organization: Id<kind::Organization>,
        account: Id<kind::Account>,
        role: &str,
        granted_by: Option<Id<kind::Account>>,
    ) -> StoreResult<()> {
        sqlx::query!("insert into members (org_id, id) values ($1, $2)", organization.uuid(), account.uuid())
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query!(
            "insert into role_assignments (org_id, id, member_id, role, granted_by) values ($1, $2, $3, $4, $5)",
            organization.uuid(),
            Uuid::now_v7(),
            account.uuid(),
            role,
            granted_by.map(Id::uuid)
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Makes an account.
    ///
    /// # Errors
    /// The address has one.
    pub async fn register(&mut self, email: &Email, name: &Text<1, 120>, password_hash: &str) -> StoreResult<Account> {
        let row = sqlx::query_as!(
            Row,
            "insert into accounts (id, email, name, password_hash) values ($1, $2, $3, $4)
             returning id, email, name, active_org_id, created_at, version",
            Uuid::now_v7(),
            &**email,
            &**name,
            password_hash
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(row.into())
    }

    /// An account by its id.
    ///
    /// # Errors
    /// There is none.
    pub async fn account(&mut self, id: Id<kind::Account>) -> StoreResult<Account> {
        let row = sqlx::query_as!(
            Row,
            "select id, email, name, active_org_id, created_at, version from accounts where id = $1",
            id.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(row.ok_or(StoreError::Missing("account"))?.into())
    }

    /// Changes an account: what is `None` stays.
    ///
    /// # Errors
    /// Stale.
    pub async fn update_account(
        &mut self,
        id: Id<kind::Account>,
        version: Option<i64>,
        name: Option<&Text<1, 120>>,
    ) -> StoreResult<Account> {
        let row = sqlx::query_as!(
            Row,
            "update accounts set name = coalesce($3, name), version = version + 1
             where id = $1 and ($2::bigint is null or version = $2)
             returning id, email, name, active_org_id, created_at, version",
            id.uuid(),
            version,
            name.map(|name| &**name)
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(row.ok_or(StoreError::Stale)?.into())
    }

    /// Sets the organization that the account's front end opens with (VK-37).
    ///
    /// # Errors
    /// The account is no active member of it: it does not exist, for them.
    pub async fn set_active_organization(
        &mut self,
        id: Id<kind::Account>,
        organization: &crate::OrganizationKey,
    ) -> StoreResult<Account> {
        self.act_as(id).await?;
        let (by_id, by_slug) = match organization {
            crate::OrganizationKey::Id(id) => (Some(id.uuid()), None),
            crate::OrganizationKey::Slug(slug) => (None, Some(slug.to_string())),
        };
        let row = sqlx::query_as!(
            Row,
            "update accounts set active_org_id = mine.org_id, version = accounts.version + 1
             from (select m.org_id from members m left join organization_slugs s on s.org_id = m.org_id
                   where m.id = $1 and m.state = 'active' and (m.org_id = $2 or s.slug = $3)) mine
             where id = $1 returning id, email, name, active_org_id, created_at, version",
            id.uuid(),
            by_id,
            by_slug
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(row.ok_or(StoreError::Missing("organization"))?.into())
    }
}

impl Store {
    /// Records when a member was last active.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_activity(
        &self,
        organization: Id<kind::Organization>,
        member: Id<kind::Member>,
    ) -> StoreResult<()> {
        let mut transaction = self.begin(&format!("BEGIN;SET LOCAL app.org_id='{organization}'")).await?;
        sqlx::query!(
            "insert into member_activity (org_id, member_id)
             select m.org_id, m.id from members m where m.org_id = $1 and m.id = $2
             on conflict (org_id, member_id) do update set last_active_at = now()",
            organization.uuid(),
            member.uuid()
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }
}
