//! How often one may try to sign in.

use std::{net::IpAddr, num::NonZeroU32};

use actix_web::http::StatusCode;

use crate::http::{Limit, Problem, subscriber};

/// Limits attempts by account and by address.
pub struct SignInLimit {
    account: Limit<String>,
    address: Limit<Option<IpAddr>>,
}

impl SignInLimit {
    /// At most so many attempts a minute for one account, and ten times as many from one address.
    #[must_use]
    pub fn new(attempts_a_minute: NonZeroU32) -> Self {
        let from_an_address = attempts_a_minute.saturating_mul(const { NonZeroU32::new(10).unwrap() });
        Self { account: Limit::a_minute(attempts_a_minute), address: Limit::a_minute(from_an_address) }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// 429: too many.
    pub fn check(&self, account: &str, address: Option<IpAddr>) -> Result<(), Problem> {
        let from = self.address.count(&address.map(subscriber));
        from.and_then(|_| self.account.count(&account.to_owned())).map(drop).map_err(|seconds| {
            let detail = format!("Too many attempts to sign in: try again in {seconds} seconds.");
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail);
            Problem { retry_after: Some(seconds), ..problem }
        })
    }
}
