//! Files: what stands of them in the database. The bytes are elsewhere, under keys that are made here.
//!
//! A key is announced before its object is made, and struck out by the transaction that makes the file's row; when the row
//! goes, a trigger announces the key again. What stays announced is removed when its time has come. So there is no row without
//! its object, and no object without a row stays.

use usher_domain::{Id, kind};
use uuid::Uuid;

use crate::{Conflict, Store, StoreError, StoreResult, Work};

/// How many objects are removed in one go.
const REMOVED_AT_ONCE: i64 = 20;

/// A file whose object has been made, or is about to be.
#[derive(Debug, Clone)]
pub struct NewFile {
    id: Id<kind::File>,
    key: String,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// What it is, as its bytes say.
    pub content_type: &'static str,
    /// Its size in bytes.
    pub size: i64,
    /// How many bytes its organization may hold.
    pub quota: i64,
}

impl NewFile {
    /// A file to be, of an organization that may hold so many bytes in all.
    #[must_use]
    pub fn new(
        organization: Id<kind::Organization>,
        sha256: [u8; 32],
        content_type: &'static str,
        size: i64,
        quota: i64,
    ) -> Self {
        let id = Id::new();
        Self { id, key: key(organization.uuid(), id.uuid()), sha256, content_type, size, quota }
    }

    /// Where its bytes are to be.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// A file that there is.
#[derive(Debug, Clone)]
pub struct FileAt {
    /// Where its bytes are.
    pub key: String,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// What it is.
    pub content_type: String,
}

/// The key of a file's object. It is made of ids alone: nothing that a client names has a part in it.
pub(crate) fn key(organization: Uuid, file: Uuid) -> String {
    format!("{organization}/{file}")
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| format!("{text}{byte:02x}"))
}

impl Store {
    /// Announces a key whose object is about to be made: unless a row is made for it within an hour, the object goes.
    ///
    /// # Errors
    /// The database's.
    pub async fn announce_file(&self, file: &NewFile) -> StoreResult<()> {
        let mut transaction = self.begin("BEGIN").await?;
        sqlx::query!(
            "insert into file_removals (key, bytes, remove_after) values ($1, $2, now() + interval '1 hour')",
            file.key,
            file.size
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// The object of an announced file could not be made: until its key goes, it takes no room.
    ///
    /// # Errors
    /// The database's.
    pub async fn uncount_file(&self, file: &NewFile) -> StoreResult<()> {
        let mut transaction = self.begin("BEGIN").await?;
        sqlx::query!("update file_removals set bytes = 0 where key = $1", file.key).execute(&mut *transaction).await?;
        transaction.commit().await
    }

    /// Unless the file has come to be, its object goes at once, if it was made.
    ///
    /// # Errors
    /// The database's.
    pub async fn withdraw_file(&self, file: &NewFile) -> StoreResult<()> {
        let mut transaction = self.begin("BEGIN").await?;
        sqlx::query!("update file_removals set remove_after = now() where key = $1", file.key)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Some keys whose time has come. Their turn comes again in ten minutes, unless they are struck out before: nothing is
    /// locked while somebody removes the objects, which may take long, and no file comes to be of them any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn due_removals(&self) -> StoreResult<Vec<String>> {
        let mut transaction = self.begin("BEGIN").await?;
        let keys = sqlx::query_scalar!(
            "update file_removals set remove_after = now() + interval '10 minutes', being_removed = true
             where key in (
                select key from file_removals where remove_after <= now() order by remove_after limit $1 for update skip locked
             ) returning key",
            REMOVED_AT_ONCE
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(keys)
    }

    /// Strikes out keys whose objects are gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn removed(&self, keys: &[String]) -> StoreResult<()> {
        let mut transaction = self.begin("BEGIN").await?;
        sqlx::query!("delete from file_removals where key = any($1)", keys).execute(&mut *transaction).await?;
        transaction.commit().await
    }
}

impl Work {
    /// Makes the row of a file whose object is there, and counts its size.
    ///
    /// # Errors
    /// The organization would hold more than it may; or the upload took so long that the object was given up.
    pub(crate) async fn add_file(&mut self, file: &NewFile) -> StoreResult<()> {
        let organization = self.organization().uuid();
        let counted = sqlx::query!(
            "insert into storage as s (org_id, bytes) select $1::uuid, $2::bigint where $2::bigint <= $3::bigint
             on conflict (org_id) do update set bytes = s.bytes + excluded.bytes where s.bytes + excluded.bytes <= $3::bigint",
            organization,
            file.size,
            file.quota
        );
        if counted.execute(&mut *self.transaction).await?.rows_affected() == 0 {
            return Err(STORAGE_FULL.into());
        }
        let announced = sqlx::query!("delete from file_removals where key = $1 and not being_removed", file.key);
        if announced.execute(&mut *self.transaction).await?.rows_affected() == 0 {
            return Err(StoreError::CONTENTION);
        }
        sqlx::query!(
            "insert into files (org_id, id, sha256, content_type, size, created_by) values ($1, $2, $3, $4, $5, $6)",
            organization,
            file.id.uuid(),
            &file.sha256[..],
            file.content_type,
            file.size,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Makes sure that there is room for a file that takes the place of so many bytes, before it is stored. What is about to go
    /// takes room until it has gone: with that an organization has twice its quota, so that nobody fills what all share by
    /// uploading and deleting.
    pub(crate) async fn must_fit(&mut self, file: &NewFile, instead_of: i64) -> StoreResult<()> {
        let room = sqlx::query!(
            r#"select coalesce((select bytes from storage where org_id = $1::text::uuid), 0) as "held!",
                -- What begins with the organization and a `/`, behind which comes `0`.
                (select coalesce(sum(bytes), 0)::bigint from file_removals
                    where key > $1 || '/' and key < $1 || '0' and key <> $2) as "going!""#,
            self.organization().uuid().to_string(),
            file.key
        );
        let room = room.fetch_one(&mut *self.transaction).await?;
        let held = room.held.saturating_add(file.size - instead_of);
        if held > file.quota {
            return Err(STORAGE_FULL.into());
        }
        if held.saturating_add(room.going) > file.quota.saturating_mul(2) { Err(STORAGE_BUSY.into()) } else { Ok(()) }
    }
}

impl NewFile {
    /// Its id, for the row that refers to it.
    pub(crate) const fn id(&self) -> Id<kind::File> {
        self.id
    }
}

/// What was deleted goes within an hour or so.
const STORAGE_BUSY: Conflict = Conflict {
    code: "storage_busy",
    detail: "So much was uploaded and deleted lately that there is no room until it is gone: try again in an hour.",
};
const STORAGE_FULL: Conflict =
    Conflict { code: "storage_full", detail: "The organization's files have no room for this one: delete some first." };
