//! How often one may try to sign in, and to act with a token that is none.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use actix_web::http::StatusCode;
use moka::sync::Cache;
use usher_store::TokenProof;

use crate::http::{Limit, Problem, subscriber};

/// Limits attempts by account and by address. An account is counted for each address by itself first, so that whoever
/// guesses from one place does not keep its owner out at another; and over all addresses, more widely.
pub struct SignInLimit {
    account_there: Limit<(String, Option<IpAddr>)>,
    account: Limit<String>,
    address: Limit<Option<IpAddr>>,
}

impl SignInLimit {
    /// At most so many attempts a minute for one account from one address; ten times as many for it from all of them, and
    /// from one address for all accounts.
    #[must_use]
    pub fn new(attempts_a_minute: NonZeroU32) -> Self {
        let wide = attempts_a_minute.saturating_mul(const { NonZeroU32::new(10).unwrap() });
        Self {
            account_there: Limit::a_minute(attempts_a_minute),
            account: Limit::a_minute(wide),
            address: Limit::a_minute(wide),
        }
    }

    /// Counts an attempt to sign in to an account.
    ///
    /// # Errors
    /// 429: too many.
    pub fn check(&self, account: &str, address: Option<IpAddr>) -> Result<(), Problem> {
        let from = address.map(subscriber);
        let there = self.address.count(&from).and_then(|_| self.account_there.count(&(account.to_owned(), from)));
        there.and_then(|_| self.account.count(&account.to_owned())).map(drop).map_err(too_many)
    }

    /// Counts an attempt that says nothing of an account that is there: to register one.
    ///
    /// # Errors
    /// 429: too many.
    pub fn check_address(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.address.count(&address.map(subscriber)).map(drop).map_err(too_many)
    }
}

/// Limits how often tokens of integrations are refused to one address: anybody can make up one that looks like a token, and
/// only the database tells. Whoever comes with a token that was good lately is let through to it all the same: behind one
/// address there may be many.
pub struct TokenLimit {
    refused: Limit<Option<IpAddr>>,
    shut: Cache<Option<IpAddr>, Instant>,
    good: Cache<[u8; 32], ()>,
}

impl TokenLimit {
    /// At most so many refusals a minute to one address.
    #[must_use]
    pub fn new(refusals_a_minute: NonZeroU32) -> Self {
        Self {
            refused: Limit::a_minute(refusals_a_minute),
            // An address is shut for a minute at most.
            shut: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(70)).build(),
            good: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(3_600)).build(),
        }
    }

    /// Whether a token may be asked about.
    ///
    /// # Errors
    /// 429: too many from this address were refused.
    pub fn check(&self, token: &TokenProof, address: Option<IpAddr>) -> Result<(), Problem> {
        let Some(until) = self.shut.get(&address.map(subscriber)) else { return Ok(()) };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || self.good.contains_key(&token.secret_hash) {
            return Ok(());
        }
        let seconds = left.as_secs() + 1;
        let detail = format!("Too many tokens from this address are not good: try again in {seconds} seconds.");
        Err(too_often(seconds, detail))
    }

    /// Remembers that a token is good.
    pub fn accepted(&self, token: &TokenProof) {
        if !self.good.contains_key(&token.secret_hash) {
            self.good.insert(token.secret_hash, ());
        }
    }

    /// Counts a token that was refused.
    pub fn refused(&self, token: &TokenProof, address: Option<IpAddr>) {
        self.good.invalidate(&token.secret_hash);
        let from = address.map(subscriber);
        if let Err(seconds) = self.refused.count(&from) {
            self.shut.insert(from, Instant::now() + Duration::from_secs(seconds));
        }
    }
}

fn too_many(seconds: u64) -> Problem {
    too_often(seconds, format!("Too many attempts to sign in: try again in {seconds} seconds."))
}

fn too_often(seconds: u64, detail: String) -> Problem {
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail);
    Problem { retry_after: Some(seconds), ..problem }
}
