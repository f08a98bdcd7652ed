//! How many requests are too many: counted by this server alone, in memory.

use std::{
    fmt::Write,
    hash::Hash,
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
};

use actix_web::http::StatusCode;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use usher_domain::{Id, kind};

use super::Problem;

/// How many keys a limit remembers before it forgets those that have rested.
const REMEMBERED: usize = 10_000;

/// So many a minute, for each key; all of them may come at once.
pub struct Limit<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>,
    a_minute: NonZeroU32,
    clock: DefaultClock,
    full: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// A limit, with nothing counted yet.
    #[must_use]
    pub fn a_minute(a_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::dashmap(Quota::per_minute(a_minute)).with_middleware();
        Self { limiter, a_minute, clock: DefaultClock::default(), full: AtomicUsize::new(REMEMBERED) }
    }

    /// Counts one, and says how many are left now.
    ///
    /// # Errors
    /// It is one too many: after so many seconds there is room for another.
    pub fn count(&self, key: &K) -> Result<u32, u64> {
        // Keys that have rested are forgotten, or an attacker with many names would fill the memory.
        if self.limiter.len() > self.full.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            self.full.store((2 * self.limiter.len()).max(REMEMBERED), Ordering::Relaxed);
        }
        match self.limiter.check_key(key) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(until) => Err(until.wait_time_from(self.clock.now()).as_secs() + 1),
        }
    }
}

/// How many requests one session may make, and how many may be made to one organization.
pub struct RequestLimits {
    session: Option<Limit<Id<kind::Session>>>,
    organization: Option<Limit<Id<kind::Organization>>>,
}

/// What is left of the limits that a request was counted by, for its answer's headers.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// `RateLimit-Policy`.
    pub policy: String,
    /// `RateLimit`.
    pub left: String,
}

impl RequestLimits {
    /// Limits of so many requests a minute; none where there is no number.
    #[must_use]
    pub fn new(session: Option<NonZeroU32>, organization: Option<NonZeroU32>) -> Self {
        Self { session: session.map(Limit::a_minute), organization: organization.map(Limit::a_minute) }
    }

    /// Counts a request of a session.
    ///
    /// # Errors
    /// 429.
    pub fn count_session(&self, session: Id<kind::Session>, counted: &mut Counted) -> Result<(), Problem> {
        self.session.as_ref().map_or(Ok(()), |limit| count(limit, &session, "session", counted))
    }

    /// Counts a request of a member to their organization. Nobody else's is counted, or they could use up its share.
    ///
    /// # Errors
    /// 429.
    pub fn count_organization(&self, of: Id<kind::Organization>, counted: &mut Counted) -> Result<(), Problem> {
        self.organization.as_ref().map_or(Ok(()), |limit| count(limit, &of, "organization", counted))
    }
}

fn count<K: Hash + Eq + Clone>(
    limit: &Limit<K>,
    key: &K,
    name: &'static str,
    counted: &mut Counted,
) -> Result<(), Problem> {
    let answer = limit.count(key);
    let (all, left) = (u64::from(limit.a_minute.get()), u64::from(*answer.as_ref().unwrap_or(&0)));
    let full_in = (60 * (all - left.min(all))).div_ceil(all);
    let comma = if counted.policy.is_empty() { "" } else { ", " };
    // Structured fields, as the IETF's draft on RateLimit header fields has them.
    let _ = write!(counted.policy, "{comma}\"{name}\";q={all};w=60");
    let _ = write!(counted.left, "{comma}\"{name}\";r={left};t={full_in}");
    answer.map(drop).map_err(|seconds| {
        let detail = format!("Too many requests of this {name}: try again in {seconds} seconds.");
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        Problem { retry_after: Some(seconds), ..problem }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_share_and_is_told_what_is_left() {
        let limits = RequestLimits::new(NonZeroU32::new(2), None);
        let (one, other) = (Id::new(), Id::new());
        let mut counted = Counted::default();
        limits.count_session(one, &mut counted).unwrap();
        assert_eq!((&*counted.policy, &*counted.left), ("\"session\";q=2;w=60", "\"session\";r=1;t=30"));
        limits.count_session(one, &mut Counted::default()).unwrap();
        let mut counted = Counted::default();
        let refused = limits.count_session(one, &mut counted).unwrap_err();
        assert_eq!((refused.status, refused.code, &*counted.left), (429, "rate_limited", "\"session\";r=0;t=60"));
        assert!((1..=31).contains(&refused.retry_after.unwrap()));
        limits.count_session(other, &mut Counted::default()).unwrap();
        limits.count_organization(Id::new(), &mut Counted::default()).unwrap();
    }

    #[test]
    fn what_has_rested_is_forgotten() {
        let limit = Limit::a_minute(NonZeroU32::new(60_000_000).unwrap());
        for key in 0..REMEMBERED + 2 {
            limit.count(&key).unwrap();
        }
        assert!(limit.limiter.len() <= REMEMBERED, "{}", limit.limiter.len());
    }
}
