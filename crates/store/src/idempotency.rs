//! Requests that are sent twice: the first answer is kept in the same commit as what it tells of.

use sqlx::types::Json;
use usher_domain::{Id, kind};
use uuid::Uuid;

use crate::{Conflict, Outside, StoreError, StoreResult, Work, connection::Transaction};

/// A request's idempotency key, and the hash of all that the request says.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The key that the client chose.
    pub key: String,
    /// Method, path and body.
    pub request_hash: [u8; 32],
}

/// An answer that was given.
#[derive(Debug, Clone)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A transaction in which an answer can be kept.
pub trait Unit {
    /// The account that acts, and the organization that it acts in.
    fn owner(&self) -> (Option<Id<kind::Account>>, Option<Id<kind::Organization>>);
    /// The transaction itself, opaque outside this crate.
    fn parts(&mut self) -> &mut Transaction;
    /// Makes it so.
    fn commit(self) -> impl Future<Output = StoreResult<()>>;
}

impl Unit for Work {
    fn owner(&self) -> (Option<Id<kind::Account>>, Option<Id<kind::Organization>>) {
        (Some(self.account()), Some(self.organization()))
    }
    fn parts(&mut self) -> &mut Transaction {
        &mut self.transaction
    }
    fn commit(self) -> impl Future<Output = StoreResult<()>> {
        self.transaction.commit()
    }
}

impl Unit for Outside {
    fn owner(&self) -> (Option<Id<kind::Account>>, Option<Id<kind::Organization>>) {
        (self.account, self.organization)
    }
    fn parts(&mut self) -> &mut Transaction {
        &mut self.transaction
    }
    fn commit(self) -> impl Future<Output = StoreResult<()>> {
        self.transaction.commit()
    }
}

/// Claims a key for this transaction, or returns the answer that was given to it.
///
/// # Errors
/// The same key is in flight, or its answer was forgotten (409); or it was used for another request (422).
pub async fn claim(unit: &mut impl Unit, key: &IdempotencyKey) -> StoreResult<Option<StoredAnswer>> {
    let (Some(account), _) = unit.owner() else { return Ok(None) };
    let transaction = unit.parts();
    let name = format!("idempotency {account} {}", key.key);
    let claimed =
        sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtextextended($1, 1)) as "claimed!""#, name)
            .fetch_one(&mut **transaction)
            .await?;
    if !claimed {
        return Err(StoreError::Conflict(Conflict {
            code: "request_in_flight",
            detail: "A request with this idempotency key is being worked on.",
        }));
    }
    let row = sqlx::query!(
        r#"select request_hash, status, headers as "headers: Json<Vec<(String, String)>>", body, forgotten
           from idempotency_keys where account_id = $1 and key = $2 and created_at > now() - interval '1 day'"#,
        account.uuid(),
        key.key
    )
    .fetch_optional(&mut **transaction)
    .await?;
    match row {
        None => Ok(None),
        Some(row) if row.request_hash == key.request_hash && row.forgotten => Err(StoreError::Conflict(Conflict {
            code: "answer_forgotten",
            detail: "This request was answered before your rights changed. Look whether you still want it, and send it \
                     with a new key.",
        })),
        Some(row) if row.request_hash == key.request_hash => {
            Ok(Some(StoredAnswer { status: row.status.unsigned_abs(), headers: row.headers.0, body: row.body }))
        }
        Some(_) => Err(StoreError::Invalid {
            pointer: "Idempotency-Key",
            code: "idempotency_key_reused",
            detail: "This idempotency key was used for another request.".to_owned(),
        }),
    }
}

/// Forgets what accounts were answered in an organization, since their rights in it change: they might not be told it any
/// more. Their keys stay used, so that a repeated request is never done a second time.
pub(crate) async fn forget(
    transaction: &mut Transaction,
    organization: Id<kind::Organization>,
    accounts: &[Uuid],
) -> StoreResult<()> {
    sqlx::query!(
        "update idempotency_keys set forgotten = true, headers = '[]', body = ''
         where org_id = $1 and account_id = any($2) and not forgotten",
        organization.uuid(),
        accounts
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Keeps the answer to a claimed key.
///
/// # Errors
/// The database's.
pub async fn remember(unit: &mut impl Unit, key: &IdempotencyKey, answer: &StoredAnswer) -> StoreResult<()> {
    let (Some(account), organization) = unit.owner() else { return Ok(()) };
    sqlx::query!(
        "insert into idempotency_keys (account_id, key, org_id, request_hash, status, headers, body)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (account_id, key) do update set org_id = excluded.org_id, request_hash = excluded.request_hash,
            status = excluded.status, headers = excluded.headers, body = excluded.body, forgotten = false,
            created_at = now()",
        account.uuid(),
        key.key,
        organization.map(|id| -> Uuid { id.uuid() }),
        &key.request_hash[..],
        i16::try_from(answer.status).unwrap_or(200),
        Json(&answer.headers) as _,
        answer.body
    )
    .execute(&mut **unit.parts())
    .await?;
    Ok(())
}
