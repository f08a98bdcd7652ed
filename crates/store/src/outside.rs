//! What needs no permit, since nobody's rights are in question yet: registering, signing in, keys, accepting an
//! invitation, creating an organization, one's own account. Everything else goes through a [`crate::Work`].

use chrono::{DateTime, Utc};
use usher_domain::{Email, Id, Text, kind, tenancy::Account};
use uuid::Uuid;

use crate::{
    Expected, Identity, Store, StoreError, StoreResult, connection::Transaction,
    tenancy::service_tokens::SERVICE_DOMAIN,
};

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

    /// Begins a transaction outside the organizations for somebody who has signed in. Their session is locked, shared, so
    /// that it does not end before this does (law 9).
    ///
    /// # Errors
    /// The session has ended; or it is none, but a token of an integration.
    pub async fn signed_in(&self, identity: &Identity) -> StoreResult<Outside> {
        self.signed_in_by(identity, &format!("BEGIN;EXECUTE lock_session('{}')", identity.session)).await
    }

    /// Begins to end one of an account's sessions, perhaps the very one that this is asked in: waits for whoever is acting
    /// in it, and lets nobody act in it until this is committed.
    ///
    /// # Errors
    /// The session of the request has ended.
    pub async fn ending(&self, identity: &Identity, session: Id<kind::Session>) -> StoreResult<Outside> {
        // In the order of their ids: so two sessions that end each other do not wait in a circle. Those of others are not
        // locked, for whoever may have learned their ids.
        let opening = if session == identity.session {
            format!("BEGIN;EXECUTE end_sessions('{}',array['{session}']::uuid[])", identity.account)
        } else {
            let (own, other) = (
                format!("EXECUTE lock_session('{}')", identity.session),
                format!("EXECUTE end_sessions('{}',array['{session}']::uuid[])", identity.account),
            );
            let [first, second] = if session < identity.session { [other, own] } else { [own, other] };
            format!("BEGIN;{first};{second}")
        };
        self.signed_in_by(identity, &opening).await
    }

    /// The session is read by a statement of its own after the lock on it is held.
    async fn signed_in_by(&self, identity: &Identity, opening: &str) -> StoreResult<Outside> {
        if let Some(token) = identity.token {
            return Err(self.outside_its_own(identity, token).await);
        }
        let transaction = self.begin(opening).await?;
        let mut outside = Outside { transaction, account: None, organization: None };
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
        sqlx::query!("select set_config('app.org_id', $1::text, true)", organization.to_string())
            .fetch_one(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Lets the rest of the transaction see the account's own memberships, in whatever organization.
    pub(crate) async fn act_as(&mut self, account: Id<kind::Account>) -> StoreResult<()> {
        sqlx::query!("select act_as($1)::text", account.uuid()).fetch_one(&mut *self.transaction).await?;
        Ok(())
    }

    /// Makes an account a member with one organization role, which somebody gave: nobody any more, if their account is gone.
    pub(crate) async fn add_member(
        &mut self,
        organization: Id<kind::Organization>,
        account: Id<kind::Account>,
        role: Option<&str>,
        granted_by: Option<Id<kind::Account>>,
    ) -> StoreResult<()> {
        sqlx::query!("insert into members (org_id, id) values ($1, $2)", organization.uuid(), account.uuid())
            .execute(&mut *self.transaction)
            .await?;
        let Some(role) = role else { return Ok(()) };
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
    /// The address has one, or is of those that services have.
    pub async fn register(&mut self, email: &Email, name: &Text<1, 120>, password_hash: &str) -> StoreResult<Account> {
        if email.ends_with(SERVICE_DOMAIN) {
            let detail = "Addresses of this domain are those of services.".to_owned();
            return Err(StoreError::Invalid { pointer: "/email", code: "not_for_services", detail });
        }
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

    /// Gives an account to whoever has proved that its address is theirs. Of whoever used it before, nothing is done any more
    /// from the commit on: in no session, and with no personal token in whatever organization.
    pub(crate) async fn take_over(
        &mut self,
        id: Id<kind::Account>,
        name: &Text<1, 120>,
        password_hash: &str,
    ) -> StoreResult<Account> {
        // Before the account is locked, which somebody may be about to change in a session; and after it, since when nobody signs
        // in with the old password.
        self.end_all_access(id).await?;
        let row = sqlx::query_as!(
            Row,
            "update accounts set name = $2, password_hash = $3, version = version + 1 where id = $1
             returning id, email, name, active_org_id, created_at, version",
            id.uuid(),
            &**name,
            password_hash
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        self.end_all_access(id).await?;
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
        version: &Expected,
        name: Option<&Text<1, 120>>,
    ) -> StoreResult<Account> {
        let row = sqlx::query_as!(
            Row,
            "update accounts set name = coalesce($3, name), version = version + (coalesce($3, name) <> name)::int
             where id = $1 and ($2::bigint[] is null or version = any($2))
             returning id, email, name, active_org_id, created_at, version",
            id.uuid(),
            version.versions(),
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
        // The membership is locked before it is read: who removes it waits, and then finds where the account stands.
        let locked = sqlx::query!(
            r#"select s.org_id, pg_advisory_xact_lock_shared(member_lock(s.org_id, $1))::text as "locked"
               from organization_slugs s where s.org_id = $2 or s.slug = $3"#,
            id.uuid(),
            by_id,
            by_slug
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let organization = locked.ok_or(StoreError::Missing("organization"))?.org_id;
        let row = sqlx::query_as!(
            Row,
            "update accounts set active_org_id = m.org_id, version = accounts.version + 1
             from members m where m.id = $1 and m.org_id = $2 and m.state = 'active' and accounts.id = $1
             returning accounts.id, email, name, active_org_id, created_at, accounts.version",
            id.uuid(),
            organization
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(row.ok_or(StoreError::Missing("organization"))?.into())
    }
}

impl Store {
    /// Records when a member was last active, and their token last used, if it was with one.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_activity(
        &self,
        organization: Id<kind::Organization>,
        member: Id<kind::Member>,
        token: Option<Id<kind::Token>>,
    ) -> StoreResult<()> {
        let mut transaction = self.begin(&format!("BEGIN;SET LOCAL app.org_id='{organization}'")).await?;
        // The membership's row first, as who ends it does.
        sqlx::query!(
            "insert into member_activity (org_id, member_id)
             select m.org_id, m.id from members m where m.org_id = $1 and m.id = $2
             on conflict (org_id, member_id) do update set last_active_at = now()",
            organization.uuid(),
            member.uuid()
        )
        .execute(&mut *transaction)
        .await?;
        if let Some(token) = token {
            sqlx::query!(
                "update api_tokens set last_used_at = now() where org_id = $1 and id = $2",
                organization.uuid(),
                token.uuid()
            )
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }
}
