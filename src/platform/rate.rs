//! Rate limits, per caller and per address: a bucket for each (GCRA, by `governor`). They run on the monotonic clock,
//! because a wall clock that steps back would refuse every caller until it catches up. Each answer states the limit in the
//! headers of draft-ietf-httpapi-ratelimit-headers.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use governor::clock::Clock as Ticking;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::domain::{Clock, Code, Error};

mod forwarded;
mod people;

pub use forwarded::{ForwardedHeader, TrustedProxies};
use people::PeopleLimit;

/// Keys above which idle ones are dropped before another is added.
const KEYS: usize = 10_000;
/// The window of a limit, in seconds.
const WINDOW: u32 = 60;

/// The monotonic clock, as `governor` reads one.
#[derive(Clone)]
pub(in crate::platform) struct Ticks(Clock);

impl Ticks {
    /// Ticks of a clock.
    pub(in crate::platform) fn new(clock: &Clock) -> Self {
        Self(clock.clone())
    }

    /// The time since a fixed moment.
    pub(in crate::platform) fn elapsed(&self) -> Duration {
        Ticking::now(self)
    }
}

impl Ticking for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

type Buckets<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, StateInformationMiddleware>;

struct Limit<K: std::hash::Hash + Eq + Clone> {
    policy: &'static str,
    per_minute: NonZeroU32,
    buckets: Buckets<K>,
    clock: Ticks,
}

/// What is left of a limit, for the answer's headers.
#[derive(Clone, Debug)]
pub struct Left {
    policy: &'static str,
    per_minute: u32,
    remaining: u32,
    seconds: u64,
}

impl Left {
    /// `RateLimit-Policy` and `RateLimit`.
    pub(in crate::platform) fn headers(&self) -> [(HeaderName, String); 2] {
        let Self { policy, per_minute, remaining, seconds } = self;
        [
            (HeaderName::from_static("ratelimit-policy"), format!("\"{policy}\";q={per_minute};w={WINDOW}")),
            (HeaderName::from_static("ratelimit"), format!("\"{policy}\";r={remaining};t={seconds}")),
        ]
    }
}

impl<K: std::hash::Hash + Eq + Clone> Limit<K> {
    fn new(policy: &'static str, per_minute: NonZeroU32, clock: &Clock) -> Self {
        let clock = Ticks(clock.clone());
        let buckets = RateLimiter::new(Quota::per_minute(per_minute), DashMapStateStore::default(), clock.clone());
        Self { policy, per_minute, buckets, clock }
    }

    fn take(&self, key: &K) -> Result<Left, Error> {
        if self.buckets.len() > KEYS {
            self.buckets.retain_recent();
        }
        let per_minute = self.per_minute.get();
        match self.buckets.check_key(key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let seconds =
                    u64::from(per_minute - remaining.min(per_minute)) * u64::from(WINDOW) / u64::from(per_minute);
                Ok(Left { policy: self.policy, per_minute, remaining, seconds })
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now()).as_secs() + 1;
                let left = Left { policy: self.policy, per_minute, remaining: 0, seconds: wait };
                Err(Error::new(
                    Code::RateLimited,
                    format!("You have sent more than {per_minute} requests in a minute. Wait {wait} seconds."),
                )
                .with(|p| {
                    p.retry_after = u32::try_from(wait).ok();
                    p.headers = left.headers().map(|(name, value)| (name.to_string(), value)).to_vec();
                }))
            }
        }
    }
}

/// What the configuration allows.
#[derive(Clone, Debug, Default)]
pub struct RateSettings {
    /// Requests a minute for each caller; `None` for no limit.
    pub per_caller: Option<NonZeroU32>,
    /// Requests a minute for each address; `None` for no limit.
    pub per_address: Option<NonZeroU32>,
    /// People an hour that each caller may read about; `None` for no limit.
    pub people_per_hour: Option<NonZeroU32>,
    /// The proxies before the service; `None` where callers connect themselves.
    pub proxies: Option<TrustedProxies>,
}

/// The limits of a running service.
pub struct RateLimits {
    callers: Option<Limit<String>>,
    addresses: Option<Limit<IpAddr>>,
    people: Option<PeopleLimit>,
    proxies: Option<TrustedProxies>,
}

impl RateLimits {
    /// Limits as configured, on the given clock.
    pub fn new(settings: RateSettings, clock: &Clock) -> Self {
        Self {
            callers: settings.per_caller.map(|rate| Limit::new("caller", rate, clock)),
            addresses: settings.per_address.map(|rate| Limit::new("address", rate, clock)),
            people: settings.people_per_hour.map(|people| PeopleLimit::new(people, clock)),
            proxies: settings.proxies,
        }
    }

    /// Whether the people that callers read about are limited.
    pub(in crate::platform) fn limits_people(&self) -> bool {
        self.people.is_some()
    }

    /// Counts people who are shown to a caller. A stream that `goes_on` is counted and never refused.
    ///
    /// # Errors
    /// 429 `reading_too_much`, when the caller has read about as many people as an hour allows.
    pub(in crate::platform) fn people(&self, caller: &str, people: usize, goes_on: bool) -> Result<(), Error> {
        let Some(limit) = &self.people else { return Ok(()) };
        if goes_on {
            limit.add(caller, people);
            return Ok(());
        }
        limit.take(caller, people)
    }

    /// Takes one request from the caller's bucket.
    ///
    /// # Errors
    /// 429 `rate_limited`.
    pub(in crate::platform) fn caller(&self, key: &String) -> Result<Option<Left>, Error> {
        self.callers.as_ref().map(|limit| limit.take(key)).transpose()
    }

    /// Takes one request from the bucket of the address that the request comes from.
    ///
    /// # Errors
    /// 429 `rate_limited`.
    pub(in crate::platform) fn address(&self, request: &HttpRequest) -> Result<Option<Left>, Error> {
        let Some(limit) = &self.addresses else { return Ok(None) };
        let Some(peer) = request.peer_addr().map(|peer| peer.ip()) else { return Ok(None) };
        let address = self.proxies.as_ref().map_or(peer, |proxies| {
            let lines = request.headers().get_all(proxies.header.name()).map(HeaderValue::as_bytes);
            proxies.caller(peer, &lines.collect::<Vec<_>>())
        });
        limit.take(&address.to_canonical()).map(Some)
    }
}
