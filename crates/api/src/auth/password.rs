//! Passwords: argon2id, off the threads that serve requests, a few at a time.

use std::{fmt, sync::LazyLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use serde::{Deserialize, Deserializer};
use tokio::sync::Semaphore;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use crate::http::Problem;

/// A password as it came: of at least `MIN` characters, white space and all, and never shown.
#[derive(Clone)]
pub struct Password<const MIN: usize>(String);

/// The most characters of a password.
const MAX: usize = 200;

impl<const MIN: usize> Password<MIN> {
    /// The password itself, to be hashed.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MIN: usize> fmt::Debug for Password<MIN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

impl<'de, const MIN: usize> Deserialize<'de> for Password<MIN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (MIN..=MAX).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom(format!("needs {MIN} to {MAX} characters")))
        }
    }
}

impl<const MIN: usize> PartialSchema for Password<MIN> {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Password);
        let text = ObjectBuilder::new().schema_type(Type::String).format(Some(format));
        text.min_length(Some(MIN)).max_length(Some(MAX)).into()
    }
}

impl<const MIN: usize> ToSchema for Password<MIN> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Password{MIN}").into()
    }
}

/// Each hash takes 19 MiB and some 30 ms of a core.
static AT_ONCE: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(4));

/// The hash of a password that nobody has: what an unknown account is compared with, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(&uuid::Uuid::now_v7().to_string()).unwrap_or_default());

fn hash_now(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Option<T> + Send + 'static) -> Result<T, Problem> {
    let failed = || {
        let status = actix_web::http::StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "internal_error", "Something went wrong on our side. Nothing was changed.")
    };
    let _turn = AT_ONCE.acquire().await.map_err(|_| failed())?;
    tokio::task::spawn_blocking(work).await.ok().flatten().ok_or_else(failed)
}

/// Hashes a password for storing.
///
/// # Errors
/// The machine has no randomness left.
pub async fn hash(password: String) -> Result<String, Problem> {
    blocking(move || hash_now(&password)).await
}

/// Whether a password is the one that was hashed. Without a hash it takes as long and is not.
///
/// # Errors
/// The machine is out of order.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, Problem> {
    blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let matches = PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        Some(known && matches)
    })
    .await
}
