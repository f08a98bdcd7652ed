//! Service tokens: each of a service, a member of the organization that is no person. It holds roles as people do, given by
//! the same rules; it has no password, gets no mail, and ends with its token.

use chrono::{DateTime, Utc};
use usher_domain::{Id, kind, tenancy::ServiceToken};
use usher_policy::{Action, Level, Permission, Permit, RoleIx, Verb, can};
use uuid::Uuid;

use super::tokens::{NewToken, keys};
use crate::{Conflict, Expected, Page, PageRequest, StoreError, StoreResult, Work};

/// How many services an organization has at most.
const SERVICES_AT_MOST: i64 = 100;

/// Where the addresses of services would be: nothing is ever delivered there (RFC 2606).
pub(crate) const SERVICE_DOMAIN: &str = "@service.invalid";

struct Row {
    id: Uuid,
    member_id: Uuid,
    name: String,
    roles: Vec<String>,
    scopes: Option<Vec<String>>,
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    created_by: Option<Uuid>,
    last_used_at: Option<DateTime<Utc>>,
    version: i64,
}

impl From<Row> for ServiceToken {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            member_id: row.member_id.into(),
            name: row.name,
            roles: row.roles,
            scopes: row.scopes,
            expires_at: row.expires_at,
            created_at: row.created_at,
            created_by: row.created_by.map(Id::from),
            last_used_at: row.last_used_at,
            version: row.version,
        }
    }
}

impl Work {
    /// The organization's service tokens, the newest first; those that have run out too.
    ///
    /// # Errors
    /// The database's.
    pub async fn service_tokens(
        &mut self,
        permit: Permit<can::ViewServiceTokens>,
        request: &PageRequest,
    ) -> StoreResult<Page<ServiceToken>> {
        let organization = permit.organization().uuid();
        let after = request.after.as_ref().map(|after| after.id);
        let tokens = self.service_rows(None, after, i64::from(request.limit) + 1).await?;
        let count =
            sqlx::query_scalar!("select count(*) from api_tokens where org_id = $1 and kind = 'service'", organization);
        let total = if request.total { count.fetch_one(&mut *self.transaction).await? } else { None };
        Ok(Page::cut(tokens, request, total, |token| token.id.uuid()))
    }

    /// One of the organization's service tokens.
    ///
    /// # Errors
    /// There is none.
    pub async fn service_token(
        &mut self,
        _permit: Permit<can::ViewServiceTokens>,
        id: Id<kind::Token>,
    ) -> StoreResult<ServiceToken> {
        self.one_service_token(id).await
    }

    /// Makes a service with these organization roles, and its token. To make one is to give its roles: whoever does must be
    /// able to give them to a person too (law 7).
    ///
    /// # Errors
    /// A role is out of the caller's reach; the scopes are wider than those of the token that the caller
    /// acts with; it would outlive that, or ends before it begins; or there are too many.
    pub async fn create_service_token(
        &mut self,
        permit: Permit<can::ManageServiceTokens>,
        new: NewToken,
        roles: &[RoleIx],
    ) -> StoreResult<ServiceToken> {
        let (organization, permission) = (permit.organization().uuid(), can::ManageServiceTokens::PERMISSION);
        roles.iter().try_for_each(|role| self.must_reach(permission, Verb::Give, *role, organization))?;
        self.must_stay_within(permission, new.scopes.as_deref())?;
        self.must_end_in_time(new.expires_at).await?;
        let services = sqlx::query_scalar!(
            r#"select count(*) as "count!" from api_tokens where org_id = $1 and kind = 'service'"#,
            organization
        );
        if services.fetch_one(&mut *self.transaction).await? >= SERVICES_AT_MOST {
            let detail = "An organization has at most 100 service tokens.";
            return Err(Conflict { code: "too_many_tokens", detail }.into());
        }
        let service = self.create_service(&permit, &new.name, roles).await?;
        let id = Uuid::now_v7();
        sqlx::query!(
            "insert into api_tokens (org_id, id, member_id, kind, name, secret_hash, scopes, expires_at, created_by)
             values ($1, $2, $3, 'service', $4, $5, $6, $7, $8)",
            organization,
            id,
            service,
            &*new.name,
            &new.secret_hash[..],
            keys(new.scopes.as_deref()) as _,
            new.expires_at,
            permit.member().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.one_service_token(id.into()).await
    }

    /// The account and the membership of a service. The account's hash of a password is none that any password has.
    async fn create_service(
        &mut self,
        permit: &Permit<can::ManageServiceTokens>,
        name: &str,
        roles: &[RoleIx],
    ) -> StoreResult<Uuid> {
        let (organization, id) = (permit.organization().uuid(), Uuid::now_v7());
        sqlx::query!(
            "insert into accounts (id, email, name, password_hash, service_of) values ($1, $2, $3, '', $4)",
            id,
            format!("{id}{SERVICE_DOMAIN}"),
            name,
            organization
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!("insert into members (org_id, id) values ($1, $2)", organization, id)
            .execute(&mut *self.transaction)
            .await?;
        let ids: Vec<Uuid> = roles.iter().map(|_| Uuid::now_v7()).collect();
        sqlx::query!(
            "insert into role_assignments (org_id, id, member_id, role, granted_by)
             select $1, new.id, $2, new.role, $5 from unnest($3::uuid[], $4::text[]) as new (id, role)",
            organization,
            id,
            &ids,
            &self.role_names(roles),
            permit.member().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(id)
    }

    /// Gives a service token another secret: the old one is good for nothing from the commit on. Whoever does gets to act
    /// with all that the service has, so it takes what giving it takes: its roles wherever it holds them, and its scopes.
    /// `expires_at`: when it ends from then on; `None`: when it did before.
    ///
    /// # Errors
    /// There is none; stale; a role or a scope of it is out of the caller's reach; it would outlive the token that
    /// the caller acts with, or ends before it begins.
    pub async fn rotate_service_token(
        &mut self,
        permit: Permit<can::ManageServiceTokens>,
        id: Id<kind::Token>,
        version: &Expected,
        secret_hash: [u8; 32],
        expires_at: Option<Option<DateTime<Utc>>>,
    ) -> StoreResult<ServiceToken> {
        let (organization, permission) = (permit.organization().uuid(), can::ManageServiceTokens::PERMISSION);
        let token = self.one_service_token(id).await?;
        let ends_as_before = expires_at.is_none();
        let expires_at = expires_at.unwrap_or(token.expires_at);
        // A service that renews its own token gets nothing that it does not have.
        if token.member_id != permit.member() {
            let service = self.load(token.member_id).await?;
            let held = Level::ALL.into_iter().flat_map(|level| service.held_at(level));
            held.filter(|held| self.caller().model().everybodys_role() != Some(held.role))
                .try_for_each(|held| self.must_reach(permission, Verb::Give, held.role, held.scope))?;
            self.must_stand_in_for(permission, &service)?;
        }
        let scopes: Option<Vec<Permission>> =
            token.scopes.map(|keys| keys.iter().filter_map(|key| Permission::parse(key)).collect());
        self.must_stay_within(permission, scopes.as_deref())?;
        self.must_end_in_time(expires_at).await.map_err(|error| match error {
            StoreError::Invalid { pointer, code: code @ "in_the_past", .. } if ends_as_before => {
                let detail = "This token has run out: name an end for the new secret, or `null` for none.".to_owned();
                StoreError::Invalid { pointer, code, detail }
            }
            other => other,
        })?;
        version.must_be(token.version)?;
        self.lock_token(id).await?;
        sqlx::query!(
            "update api_tokens set secret_hash = $3, expires_at = $4, last_used_at = null, version = version + 1,
                created_by = case when member_id = $5 then created_by else $5 end
             where org_id = $1 and id = $2",
            organization,
            id.uuid(),
            &secret_hash[..],
            expires_at,
            permit.member().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.one_service_token(id).await
    }

    /// Ends a service token, and the service with it: its membership, roles and teams. Its name stays in the history of what
    /// it did. Whoever ends it must be able to remove a member with its roles (VK-63, VK-64).
    ///
    /// # Errors
    /// There is none; stale; or a role of it is out of the caller's reach.
    pub async fn end_service_token(
        &mut self,
        _permit: Permit<can::ManageServiceTokens>,
        id: Id<kind::Token>,
        version: &Expected,
    ) -> StoreResult<()> {
        let permission = can::ManageServiceTokens::PERMISSION;
        let token = self.one_service_token(id).await?;
        let held = self.organization_roles_of(token.member_id).await?;
        let home = self.organization().uuid();
        held.iter().try_for_each(|role| self.must_reach(permission, Verb::Remove, *role, home))?;
        version.must_be(token.version)?;
        self.lock_token(id).await?;
        self.end_membership(token.member_id, &held).await
    }

    async fn one_service_token(&mut self, id: Id<kind::Token>) -> StoreResult<ServiceToken> {
        self.service_rows(Some(id), None, 1).await?.pop().ok_or(StoreError::Missing("token"))
    }

    async fn service_rows(
        &mut self,
        only: Option<Id<kind::Token>>,
        before: Option<Uuid>,
        limit: i64,
    ) -> StoreResult<Vec<ServiceToken>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select t.id, t.member_id, t.name, t.scopes, t.expires_at, t.created_at, t.created_by, t.last_used_at, t.version,
                array(select r.role from role_assignments r where r.org_id = t.org_id and r.member_id = t.member_id
                    and r.team_id is null and r.queue_id is null order by r.role) as "roles!"
             from api_tokens t
             where t.org_id = $1 and t.kind = 'service' and ($2::uuid is null or t.id = $2) and ($3::uuid is null or t.id < $3)
             order by t.id desc limit $4"#,
            self.organization().uuid(),
            only.map(Id::uuid),
            before,
            limit
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(rows.into_iter().map(ServiceToken::from).collect())
    }
}
