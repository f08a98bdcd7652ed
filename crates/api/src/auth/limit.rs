//! How often one may try to sign in.

use std::{net::IpAddr, num::NonZeroU32};

use actix_web::http::StatusCode;

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

fn too_many(seconds: u64) -> Problem {
    let detail = format!("Too many attempts to sign in: try again in {seconds} seconds.");
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail);
    Problem { retry_after: Some(seconds), ..problem }
}
