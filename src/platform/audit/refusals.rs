//! Refusals of callers. The audit gets each one, up to ten a minute for each caller and operation. It
//! gets the rest of a minute as one number after the minute, so that no caller can fill the database
//! with refusals.
//!
//! Recording never waits: if the queue is full, an entry counts as one of the rest, and the number is
//! recorded later.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Action, Entry, EntryRow, Looks, Outcome};
use crate::domain::{Actor, Clock, Code, IdMint};
use crate::platform::rate::Ticks;
use crate::platform::telemetry::CallerMetrics;

/// How many refusals of a caller and an operation are recorded one by one in a minute.
const ONE_BY_ONE: u32 = 10;
/// A minute, on the monotonic clock.
const MINUTE: Duration = Duration::from_mins(1);
/// How many pairs of caller and operation are counted at once.
const MOST: usize = 10_000;

/// The refused operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefusedRequest {
    /// The operation, as the document has it: `GET /v1/contacts/{id}`.
    pub operation: String,
    /// The permission that the operation needs.
    pub permission: &'static str,
    /// The code of the response.
    pub code: Code,
}

impl RefusedRequest {
    fn entry(&self) -> Entry {
        Entry::new(Action::RequestsRefuse)
            .with("operation", self.operation.as_str())
            .with("permission", self.permission)
    }
}

struct Minute {
    actor: Arc<Actor>,
    began: Duration,
    recorded: u32,
    left_out: u64,
}

/// The refusals of the last minute.
pub struct Refusals {
    minutes: Mutex<HashMap<(String, RefusedRequest), Minute>>,
    looks: Looks,
    clock: Clock,
    ticks: Ticks,
    mint: IdMint,
    metrics: CallerMetrics,
}

impl Refusals {
    /// No refusals so far. [`Refusals::settle`] must be called every second or so, to record the rest of each minute.
    pub(in crate::platform) fn new(looks: Looks, clock: Clock, mint: IdMint, metrics: CallerMetrics) -> Self {
        let ticks = Ticks::new(&clock);
        Self { minutes: Mutex::default(), looks, clock, ticks, mint, metrics }
    }

    /// Records a refusal of the caller known as `key`, one by one or as one of the rest of the minute.
    pub(in crate::platform) fn note(&self, key: String, actor: &Arc<Actor>, refusal: RefusedRequest) {
        let now = self.ticks.elapsed();
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (key, refusal);
        if minutes.len() >= MOST && !minutes.contains_key(&key) {
            self.metrics.unrecorded();
            tracing::warn!(
                actor = actor.label(),
                operation = key.1.operation,
                "a refusal was not recorded in the audit"
            );
            return;
        }
        let refusal = key.1.clone();
        let fresh = || Minute { actor: actor.clone(), began: now, recorded: 0, left_out: 0 };
        let minute = minutes.entry(key).or_insert_with(fresh);
        if is_over(minute, now) && self.record_rest(&refusal, minute) {
            *minute = fresh();
        }
        if minute.recorded < ONE_BY_ONE && self.record(refusal.entry(), &refusal, actor) {
            minute.recorded += 1;
        } else {
            minute.left_out += 1;
        }
    }

    /// Records the rest of the past minutes, or of all minutes when the service stops. Returns how many minutes it ended, each
    /// of one caller and operation.
    pub(in crate::platform) fn settle(&self, all: bool) -> usize {
        let now = self.ticks.elapsed();
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        let before = minutes.len();
        minutes.retain(|(_, refusal), minute| !((all || is_over(minute, now)) && self.record_rest(refusal, minute)));
        before - minutes.len()
    }

    /// Queues an entry, and returns whether the queue took it.
    fn record(&self, entry: Entry, refusal: &RefusedRequest, actor: &Actor) -> bool {
        let (now, outcome) = (self.clock.now(), Outcome::Refused(refusal.code.entry().name));
        self.looks.try_note(EntryRow::new(entry, outcome, actor, self.mint.id(now), now))
    }

    /// Records the number of omitted refusals of a minute, and returns whether none is left.
    fn record_rest(&self, refusal: &RefusedRequest, minute: &Minute) -> bool {
        minute.left_out == 0 || self.record(refusal.entry().with("left_out", minute.left_out), refusal, &minute.actor)
    }
}

fn is_over(minute: &Minute, now: Duration) -> bool {
    now >= minute.began + MINUTE
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{Caller, Instant, Role, SubjectClaim};
    use crate::platform::telemetry::Metrics;
    use crate::platform::vault::SystemEntropy;

    fn caller(subject: &str) -> Arc<Actor> {
        Arc::new(Actor::Caller(Caller {
            issuer: "https://issuer.example".to_owned(),
            subject: subject.to_owned(),
            subject_claim: SubjectClaim::Sub,
            is_person: true,
            roles: vec![Role::IewmStaff],
            organisation: None,
        }))
    }

    fn audit_read() -> RefusedRequest {
        let operation = "GET /v1/audit".to_owned();
        RefusedRequest { operation, permission: "audit:read", code: Code::Forbidden }
    }

    #[actix_web::test]
    async fn what_a_full_queue_does_not_take_is_counted_and_recorded_later() {
        let (clock, hands) = Clock::by_hand(Instant::parse("2026-11-24T10:00:00Z").unwrap());
        let (looks, mut next) = Looks::unwritten(3);
        let mint = IdMint::new(Arc::new(SystemEntropy));
        let metrics = Metrics::default();
        let refusals = Refusals::new(looks, clock, mint, metrics.callers().clone());
        let ada = caller("ada");
        for _ in 0..8 {
            refusals.note("ada".to_owned(), &ada, audit_read());
        }
        hands.advance(chrono::Duration::minutes(1));
        refusals.settle(false);
        let one_by_one = (0..3).filter_map(|_| next()).filter(|row| !row.detail.contains_key("left_out")).count();
        assert_eq!((one_by_one, next().is_none()), (3, true), "the queue was full, and the number waits");
        refusals.settle(false);
        let rest = next().unwrap();
        assert_eq!((rest.actor.as_str(), rest.code, &rest.detail["left_out"]), ("ada", Some("forbidden"), &json!(5)));
        refusals.settle(true);
        assert!(next().is_none(), "it is recorded once");
    }

    #[actix_web::test]
    async fn callers_beyond_the_most_are_counted_alone() {
        let (clock, _) = Clock::by_hand(Instant::parse("2026-11-24T10:00:00Z").unwrap());
        let (looks, _next) = Looks::unwritten(1);
        let mint = IdMint::new(Arc::new(SystemEntropy));
        let metrics = Metrics::default();
        let refusals = Refusals::new(looks, clock, mint, metrics.callers().clone());
        for n in 0..MOST + 5 {
            refusals.note(n.to_string(), &caller("ada"), audit_read());
        }
        assert_eq!(refusals.minutes.lock().unwrap().len(), MOST);
        let text = metrics.text((0, 0), &[], 0);
        assert!(text.contains("iewm_refusals_unrecorded_total 5\n"), "{text}");
    }
}
