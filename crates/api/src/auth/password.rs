//! Passwords: argon2id, off the threads that serve requests, a few at a time.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::http::Problem;

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
