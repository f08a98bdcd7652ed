//! Sign-ins: sessions, their refresh tokens, and the keys that access tokens are signed with.

use std::{num::NonZeroU16, time::Duration};

use chrono::{DateTime, Utc};
use usher_domain::{Email, Id, kind, tenancy::Session};
use uuid::Uuid;

use crate::{Identity, Outside, Page, PageRequest, Store, StoreError, StoreResult};

/// How long a session lasts without being renewed, in days.
const LIFETIME_DAYS: i32 = 30;

/// How many rows are swept away at once: a transaction that holds nobody up.
const SWEPT_AT_ONCE: i64 = 1_000;

/// What came of a refresh token.
#[derive(Debug, PartialEq, Eq)]
pub enum Renewal {
    /// It was good, and is used up now: the session goes on.
    Renewed(Id<kind::Account>, Id<kind::Session>),
    /// It had been used before: somebody has a copy, so the session has been ended. Commit this.
    Reused,
    /// It is none, or its session has ended.
    Unknown,
}

/// A key that access tokens are signed with.
#[derive(Debug)]
pub struct SigningKey {
    /// Its name in tokens.
    pub id: Uuid,
    /// The 32 bytes of its secret.
    pub secret: Vec<u8>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl Store {
    /// Forgets what has run out: answers to idempotency keys and what mail was sent after a day; sessions and used refresh
    /// tokens after thirty.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> StoreResult<()> {
        self.sweep_with(|| {
            sqlx::query!(
                "delete from idempotency_keys where (account_id, key) in (select account_id, key from idempotency_keys
                 where created_at < now() - interval '1 day' order by created_at limit $1)",
                SWEPT_AT_ONCE
            )
        })
        .await?;
        self.sweep_with(|| {
            sqlx::query!(
                "delete from recent_mail where id in (select id from recent_mail
                 where created_at < now() - interval '1 day' order by created_at limit $1)",
                SWEPT_AT_ONCE
            )
        })
        .await?;
        self.sweep_with(|| {
            sqlx::query!(
                "delete from sessions where id in (select id from sessions
                 where coalesce(ended_at, expires_at) < now() - interval '30 days'
                 order by coalesce(ended_at, expires_at) limit $1)",
                SWEPT_AT_ONCE
            )
        })
        .await?;
        self.sweep_with(|| {
            sqlx::query!(
                "delete from refresh_tokens where token_hash in (select token_hash from refresh_tokens
                 where used_at < now() - interval '30 days' order by used_at limit $1)",
                SWEPT_AT_ONCE
            )
        })
        .await
    }

    /// Repeats a deletion, each time in a transaction of its own, until it finds less than it takes at once.
    async fn sweep_with(
        &self,
        deletion: impl Fn() -> sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>,
    ) -> StoreResult<()> {
        loop {
            let mut transaction = self.begin("BEGIN").await?;
            let swept = deletion().execute(&mut *transaction).await?.rows_affected();
            transaction.commit().await?;
            if swept < SWEPT_AT_ONCE.unsigned_abs() {
                return Ok(());
            }
        }
    }
}

impl Outside {
    /// The account of an address, and its password's hash. That of a service has none, and is nobody's to sign in to.
    ///
    /// # Errors
    /// The database's.
    pub async fn credentials(&mut self, email: &Email) -> StoreResult<Option<(Id<kind::Account>, String)>> {
        let row =
            sqlx::query!("select id, password_hash from accounts where email = $1 and service_of is null", &**email)
                .fetch_optional(&mut *self.transaction)
                .await?;
        Ok(row.map(|row| (row.id.into(), row.password_hash)))
    }

    /// Begins a session, with its first refresh token, for who has shown the password of this hash: of so many days at most,
    /// and until it is renewed of thirty. `None` if it is the account's password no longer.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_session(
        &mut self,
        account: Id<kind::Account>,
        password_hash: &str,
        refresh_hash: &[u8],
        (user_agent, address): (&str, &str),
        days: NonZeroU16,
    ) -> StoreResult<Option<Id<kind::Session>>> {
        let id = Uuid::now_v7();
        // The account is locked: whoever gives it another password waits, and then ends this session with the others.
        let begun = sqlx::query!(
            "insert into sessions (id, account_id, expires_at, user_agent, address)
             select $1, a.id, now() + make_interval(days => $3), $4, $5
             from (select id from accounts where id = $2 and password_hash = $6 for share) a",
            id,
            account.uuid(),
            LIFETIME_DAYS.min(i32::from(days.get())),
            user_agent,
            address,
            password_hash
        )
        .execute(&mut *self.transaction)
        .await?;
        if begun.rows_affected() == 0 {
            return Ok(None);
        }
        self.add_refresh_token(id.into(), refresh_hash).await?;
        Ok(Some(id.into()))
    }

    /// Adds a refresh token to a session.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_refresh_token(&mut self, session: Id<kind::Session>, hash: &[u8]) -> StoreResult<()> {
        sqlx::query!("insert into refresh_tokens (token_hash, session_id) values ($1, $2)", hash, session.uuid())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Uses a refresh token up. No session lasts longer than so many days from the sign-in, however often it is renewed.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew(&mut self, hash: &[u8], days: NonZeroU16) -> StoreResult<Renewal> {
        let days = i32::from(days.get());
        let row = sqlx::query!(
            "select s.id, s.account_id from refresh_tokens r join sessions s on s.id = r.session_id
             where r.token_hash = $1 and s.ended_at is null and s.expires_at > now()
                and s.created_at + make_interval(days => $2) > now()",
            hash,
            days
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let Some(row) = row else { return Ok(Renewal::Unknown) };
        // Of two who use it at once, the second finds it used: the session is locked before its row, as everywhere.
        let used =
            sqlx::query!("update refresh_tokens set used_at = now() where token_hash = $1 and used_at is null", hash)
                .execute(&mut *self.transaction)
                .await?;
        if used.rows_affected() == 0 {
            self.end_sessions(row.account_id.into(), &[row.id]).await?;
            return Ok(Renewal::Reused);
        }
        let renewed = sqlx::query!(
            "update sessions set last_used_at = now(),
                expires_at = least(now() + make_interval(days => $2), created_at + make_interval(days => $3))
             where id = $1 and ended_at is null and expires_at > now()",
            row.id,
            LIFETIME_DAYS,
            days
        )
        .execute(&mut *self.transaction)
        .await?;
        if renewed.rows_affected() == 0 {
            return Ok(Renewal::Unknown);
        }
        Ok(Renewal::Renewed(row.account_id.into(), row.id.into()))
    }

    /// The account's sessions that go on, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn sessions(&mut self, identity: &Identity, request: &PageRequest) -> StoreResult<Page<Session>> {
        let rows = sqlx::query!(
            "select id, created_at, last_used_at, expires_at, user_agent, address from sessions
             where account_id = $1 and ended_at is null and expires_at > now() and ($2::uuid is null or id < $2)
             order by id desc limit $3",
            identity.account.uuid(),
            request.after.as_ref().map(|after| after.id),
            i64::from(request.limit) + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let total = if request.total { Some(self.count_sessions(identity).await?) } else { None };
        let page = Page::cut(rows, request, total, |row| row.id);
        Ok(page.map(|row| Session {
            id: row.id.into(),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            user_agent: row.user_agent,
            address: row.address,
            current: row.id == identity.session.uuid(),
        }))
    }

    async fn count_sessions(&mut self, identity: &Identity) -> StoreResult<i64> {
        let counted = sqlx::query_scalar!(
            r#"select count(*) as "total!" from sessions
               where account_id = $1 and ended_at is null and expires_at > now()"#,
            identity.account.uuid()
        );
        Ok(counted.fetch_one(&mut *self.transaction).await?)
    }

    /// Ends one of the account's sessions, in a transaction that was begun for it ([`Store::ending`]). Its access tokens
    /// stop at once.
    ///
    /// # Errors
    /// There is no such session of this account that goes on.
    pub async fn end_session(&mut self, account: Id<kind::Account>, session: Id<kind::Session>) -> StoreResult<()> {
        let ended = self.end_sessions(account, &[session.uuid()]).await?;
        if ended == 1 { Ok(()) } else { Err(StoreError::Missing("session")) }
    }

    /// Ends those of an account's sessions that go on: waits for whoever is acting in them, and lets nobody act in them
    /// until this is committed. Tells how many there were.
    pub(crate) async fn end_sessions(&mut self, account: Id<kind::Account>, sessions: &[Uuid]) -> StoreResult<u64> {
        sqlx::query!(
            "select pg_advisory_xact_lock(session_lock(id))
             from (select id from sessions where account_id = $1 and id = any($2) order by id) own",
            account.uuid(),
            sessions
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let ended = sqlx::query!(
            "update sessions set ended_at = now()
             where account_id = $1 and id = any($2) and ended_at is null and expires_at > now()",
            account.uuid(),
            sessions
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(ended.rows_affected())
    }

    /// The signing keys, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn signing_keys(&mut self) -> StoreResult<Vec<SigningKey>> {
        Ok(sqlx::query_as!(SigningKey, "select id, secret, created_at from signing_keys order by id desc limit 5")
            .fetch_all(&mut *self.transaction)
            .await?)
    }

    /// Adds a signing key, unless there is one younger than `age`: of several servers that start at once, one does.
    ///
    /// # Errors
    /// The database's.
    pub async fn rotate_signing_key(&mut self, secret: &[u8], age: Duration) -> StoreResult<()> {
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended('signing keys', 2))")
            .fetch_one(&mut *self.transaction)
            .await?;
        sqlx::query!(
            "insert into signing_keys (id, secret)
             select $1, $2 where not exists (select 1 from signing_keys where created_at > now() - make_interval(secs => $3))",
            Uuid::now_v7(),
            secret,
            age.as_secs_f64()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
