//! What the background jobs do: for alarms on a job that fails or no longer runs.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::domain::Instant;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Job {
    job: &'static str,
}

/// The metrics of the jobs, by the name of the job.
#[derive(Clone)]
pub struct JobMetrics {
    last_run: Family<Job, Gauge<f64, AtomicU64>>,
    duration: Family<Job, Histogram, fn() -> Histogram>,
    failures: Family<Job, Counter>,
}

impl Default for JobMetrics {
    fn default() -> Self {
        let duration = || Histogram::new([0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0]);
        Self {
            last_run: Family::default(),
            duration: Family::new_with_constructor(duration),
            failures: Family::default(),
        }
    }
}

impl JobMetrics {
    /// The metrics, registered.
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let all = Self::default();
        let last_run = "When the last run of the job ended, in seconds since 1970; a failed run counts";
        registry.register("job_last_run_timestamp_seconds", last_run, all.last_run.clone());
        registry.register("job_duration_seconds", "Duration of the job's runs, in seconds", all.duration.clone());
        registry.register("job_failures", "Runs of the job that failed or panicked", all.failures.clone());
        all
    }

    /// Makes the counter of failures visible, at 0, before the first run.
    pub(in crate::platform) fn known(&self, job: &'static str) {
        drop(self.failures.get_or_create(&Job { job }));
    }

    /// Records a run that ended at `at` and took so long.
    pub(in crate::platform) fn ran(&self, job: &'static str, at: Instant, took: Duration) {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are exact to the microsecond until 2255")]
        self.last_run.get_or_create(&Job { job }).set(at.micros() as f64 / 1e6);
        self.duration.get_or_create(&Job { job }).observe(took.as_secs_f64());
    }

    /// Counts a run that failed or panicked.
    pub(in crate::platform) fn failed(&self, job: &'static str) {
        self.failures.get_or_create(&Job { job }).inc();
    }
}
