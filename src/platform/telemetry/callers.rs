//! What callers are refused, and how many people they read about: for alarms.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Forbidden {
    permission: &'static str,
}

/// Counters of refusals and of reads. No label names a caller or a person.
#[derive(Clone, Default)]
pub struct CallerMetrics {
    tokens_refused: Family<Refused, Counter>,
    forbidden: Family<Forbidden, Counter>,
    unrecorded: Counter,
    people_read: Counter,
    reads_refused: Counter,
}

impl CallerMetrics {
    /// The counters, registered.
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let all = Self::default();
        registry.register("tokens_refused", "Tokens that were refused, by reason", all.tokens_refused.clone());
        let forbidden = "Requests refused with 403, by the permission that they needed";
        registry.register("requests_forbidden", forbidden, all.forbidden.clone());
        let unrecorded = "Refusals that are not in the audit, because too many callers were refused at once";
        registry.register("refusals_unrecorded", unrecorded, all.unrecorded.clone());
        let people_read = "People shown to callers in responses; a person shown twice counts twice";
        registry.register("people_read", people_read, all.people_read.clone());
        let reads_refused = "Reads refused because the caller had read about limits.people_per_hour people";
        registry.register("people_reads_refused", reads_refused, all.reads_refused.clone());
        all
    }

    /// Counts a token that was refused.
    pub fn token_refused(&self, reason: &'static str) {
        self.tokens_refused.get_or_create(&Refused { reason }).inc();
    }

    /// Counts a 403 of an operation that needs a permission.
    pub fn forbidden(&self, permission: &'static str) {
        self.forbidden.get_or_create(&Forbidden { permission }).inc();
    }

    /// Counts a refusal that cannot be recorded in the audit.
    pub fn unrecorded(&self) {
        self.unrecorded.inc();
    }

    /// Counts people that were shown to a caller.
    pub fn people_read(&self, people: usize) {
        self.people_read.inc_by(u64::try_from(people).unwrap_or(u64::MAX));
    }

    /// Counts a read that was refused because its caller had read about too many people.
    pub fn read_refused(&self) {
        self.reads_refused.inc();
    }
}
