//! Tokens of integrations: those of the members themselves, and what they have in common with those of services.
//!
//! A token narrows and never widens: it acts as a member, as far as its scopes go. To give one away is to give what it may,
//! so a token makes none with wider scopes than its own, nor one that outlives it.
//!
//! Tokens are made and ended as rights are changed, one at a time in an organization: so two that end each other do not wait
//! in a circle.

use chrono::{DateTime, SecondsFormat, Utc};
use usher_domain::{Id, Text, desk::FieldFault, kind, tenancy::PersonalToken};
use usher_policy::{Action, Permission, PermissionSet, Permit, can};
use uuid::Uuid;

use crate::{Conflict, Expected, Page, PageRequest, StoreError, StoreResult, Work};

/// How many tokens one member has at most.
const TOKENS_AT_MOST: i64 = 50;

/// What a new token is made of.
#[derive(Debug)]
pub struct NewToken {
    /// What it is called.
    pub name: Text<1, 80>,
    /// What it is narrowed to, in the order in which it was asked for; `None`: all that the member may, but to manage tokens.
    pub scopes: Option<Vec<Permission>>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// What is kept of its secret.
    pub secret_hash: [u8; 32],
}

struct Row {
    id: Uuid,
    name: String,
    scopes: Option<Vec<String>>,
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    version: i64,
}

impl From<Row> for PersonalToken {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            scopes: row.scopes,
            expires_at: row.expires_at,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            version: row.version,
        }
    }
}

impl Work {
    /// Makes a token of the caller's own.
    ///
    /// # Errors
    /// It would be wider than the token that the caller acts with, or outlive it, or ends before it begins; the caller is a service, or has
    /// too many.
    pub async fn create_personal_token(
        &mut self,
        permit: Permit<can::ManagePersonalTokens>,
        new: NewToken,
    ) -> StoreResult<PersonalToken> {
        let (organization, member) = (permit.organization().uuid(), permit.member().uuid());
        self.must_stay_within(can::ManagePersonalTokens::PERMISSION, new.scopes.as_deref())?;
        self.must_end_in_time(new.expires_at).await?;
        let now = sqlx::query!(
            r#"select service_of is not null as "service!",
                (select count(*) from api_tokens where org_id = $1 and member_id = $2) as "tokens!"
             from accounts where id = $2"#,
            organization,
            member
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        if now.service {
            let detail = "A service acts with its service token, and has no personal ones.";
            return Err(Conflict { code: "not_for_services", detail }.into());
        }
        if now.tokens >= TOKENS_AT_MOST {
            let detail = "A member has at most 50 personal tokens: end one first.";
            return Err(Conflict { code: "too_many_tokens", detail }.into());
        }
        let row = sqlx::query_as!(
            Row,
            "insert into api_tokens (org_id, id, member_id, kind, name, secret_hash, scopes, expires_at, created_by)
             values ($1, $2, $3, 'personal', $4, $5, $6, $7, $3)
             returning id, name, scopes, expires_at, created_at, last_used_at, version",
            organization,
            Uuid::now_v7(),
            member,
            &*new.name,
            &new.secret_hash[..],
            keys(new.scopes.as_deref()) as _,
            new.expires_at
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(row.into())
    }

    /// The caller's own tokens, the newest first; those that have run out too. Without a permit: whoever may make none any more
    /// still sees which of theirs are good, and ends them.
    ///
    /// # Errors
    /// The database's.
    pub async fn personal_tokens(&mut self, request: &PageRequest) -> StoreResult<Page<PersonalToken>> {
        self.personal_tokens_of(self.caller().member(), request).await
    }

    /// The tokens of a member whom the caller may remove, as [`Work::personal_tokens`].
    ///
    /// # Errors
    /// The database's.
    pub async fn member_personal_tokens(
        &mut self,
        permit: Permit<can::RemoveMember>,
        request: &PageRequest,
    ) -> StoreResult<Page<PersonalToken>> {
        self.personal_tokens_of(permit.target(), request).await
    }

    async fn personal_tokens_of(
        &mut self,
        member: Id<kind::Member>,
        request: &PageRequest,
    ) -> StoreResult<Page<PersonalToken>> {
        let (organization, member) = (self.organization().uuid(), member.uuid());
        let rows = sqlx::query_as!(
            Row,
            "select id, name, scopes, expires_at, created_at, last_used_at, version from api_tokens
             where org_id = $1 and member_id = $2 and kind = 'personal' and ($3::uuid is null or id < $3)
             order by id desc limit $4",
            organization,
            member,
            request.after.as_ref().map(|after| after.id),
            i64::from(request.limit) + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let count = sqlx::query_scalar!(
            "select count(*) from api_tokens where org_id = $1 and member_id = $2 and kind = 'personal'",
            organization,
            member
        );
        let total = if request.total { count.fetch_one(&mut *self.transaction).await? } else { None };
        Ok(Page::cut(rows, request, total, |row| row.id).map(PersonalToken::from))
    }

    /// Ends one of the caller's own tokens: waits for whatever is being done with it, and from the commit on nothing more is.
    ///
    /// # Errors
    /// They have no such token; or stale.
    pub async fn end_personal_token(&mut self, id: Id<kind::Token>, version: &Expected) -> StoreResult<()> {
        self.end_personal_token_of(self.caller().member(), id, version).await
    }

    /// Ends a token of a member whom the caller may remove, as [`Work::end_personal_token`].
    ///
    /// # Errors
    /// The member has no such token; or stale.
    pub async fn end_member_personal_token(
        &mut self,
        permit: Permit<can::RemoveMember>,
        id: Id<kind::Token>,
        version: &Expected,
    ) -> StoreResult<()> {
        self.end_personal_token_of(permit.target(), id, version).await
    }

    async fn end_personal_token_of(
        &mut self,
        member: Id<kind::Member>,
        id: Id<kind::Token>,
        version: &Expected,
    ) -> StoreResult<()> {
        let (organization, member) = (self.organization().uuid(), member.uuid());
        let now = sqlx::query_scalar!(
            "select version from api_tokens where org_id = $1 and member_id = $2 and id = $3 and kind = 'personal'",
            organization,
            member,
            id.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        version.must_be(now.ok_or(StoreError::Missing("token"))?)?;
        self.lock_token(id).await?;
        sqlx::query!("delete from api_tokens where org_id = $1 and id = $2", organization, id.uuid())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Waits for whatever is being done with a token, and lets nothing be done with it until the commit.
    pub(super) async fn lock_token(&mut self, id: Id<kind::Token>) -> StoreResult<()> {
        sqlx::query!("select pg_advisory_xact_lock(session_lock($1))", id.uuid())
            .fetch_one(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Holds a caller who acts with a token to its scopes: what they make is no wider.
    ///
    /// # Errors
    /// Which of the scopes go beyond it.
    pub(super) fn must_stay_within(&self, permission: Permission, scopes: Option<&[Permission]>) -> StoreResult<()> {
        let own = self.caller().scopes();
        let beyond = |index: usize, scope: &Permission| FieldFault {
            pointer: format!("/scopes/{index}"),
            code: "scope_out_of_reach",
            detail: format!("The token that you act with does not have the scope `{scope}`."),
        };
        let faults: Vec<FieldFault> = match scopes {
            Some(scopes) => scopes
                .iter()
                .enumerate()
                .filter(|(_, scope)| !own.contains(**scope))
                .map(|(index, scope)| beyond(index, scope))
                .collect(),
            None if PermissionSet::UNSCOPED.without(own) == PermissionSet::NONE => Vec::new(),
            None => {
                let detail = "The token that you act with has scopes: name those of the new one, which are among them.";
                vec![FieldFault {
                    pointer: "/scopes".to_owned(),
                    code: "scope_out_of_reach",
                    detail: detail.to_owned(),
                }]
            }
        };
        if faults.is_empty() { Ok(()) } else { Err(StoreError::BeyondScopes { permission, faults }) }
    }

    /// Makes sure that a token does not end before it begins, by the database's clock, nor after the one that it is made or
    /// renewed with.
    ///
    /// # Errors
    /// It does.
    pub(super) async fn must_end_in_time(&mut self, expires_at: Option<DateTime<Utc>>) -> StoreResult<()> {
        let times = sqlx::query!(
            r#"select coalesce($1 > now(), true) as "ahead!",
                (select t.expires_at from api_tokens t where t.org_id = $2 and t.id = $3) as latest"#,
            expires_at,
            self.organization().uuid(),
            self.token().map(Id::uuid)
        );
        let times = times.fetch_one(&mut *self.transaction).await?;
        let invalid = |code, detail| Err(StoreError::Invalid { pointer: "/expires_at", code, detail });
        if !times.ahead {
            return invalid("in_the_past", "A token ends in the future.".to_owned());
        }
        match times.latest {
            Some(latest) if expires_at.is_none_or(|end| end > latest) => {
                let latest = latest.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                let detail = format!("The token that you act with ends at {latest}: name an end that is no later.");
                invalid("end_out_of_reach", detail)
            }
            _ => Ok(()),
        }
    }
}

/// Scopes as they are stored.
pub(super) fn keys(scopes: Option<&[Permission]>) -> Option<Vec<String>> {
    scopes.map(|scopes| scopes.iter().map(|scope| scope.key().to_owned()).collect())
}
