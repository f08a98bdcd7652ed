//! How often one may try to sign in.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};

use crate::http::Problem;

/// Limits attempts by account and by address.
pub struct SignInLimit {
    account: DefaultKeyedRateLimiter<String>,
    address: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl SignInLimit {
    /// At most so many attempts a minute for one account, and ten times as many from one address.
    #[must_use]
    pub fn new(attempts_a_minute: NonZeroU32) -> Self {
        Self {
            account: RateLimiter::keyed(Quota::per_minute(attempts_a_minute)),
            address: RateLimiter::keyed(Quota::per_minute(attempts_a_minute.saturating_mul(TEN))),
            clock: DefaultClock::default(),
        }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// 429: too many.
    pub fn check(&self, account: &str, address: &str) -> Result<(), Problem> {
        // Keys that have rested are forgotten, or an attacker with many names would fill the memory.
        if self.account.len() > 10_000 {
            self.account.retain_recent();
            self.address.retain_recent();
        }
        let wait =
            self.address.check_key(&address.to_owned()).and_then(|()| self.account.check_key(&account.to_owned()));
        wait.map_err(|until| {
            let seconds = until.wait_time_from(self.clock.now()).as_secs() + 1;
            let detail = format!("Too many attempts to sign in: try again in {seconds} seconds.");
            let status = actix_web::http::StatusCode::TOO_MANY_REQUESTS;
            Problem { retry_after: Some(seconds), ..Problem::new(status, "too_many_attempts", detail) }
        })
    }
}

const TEN: NonZeroU32 = match NonZeroU32::new(10) {
    Some(ten) => ten,
    None => NonZeroU32::MIN,
};
