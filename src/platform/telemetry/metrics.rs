//! Counters for Prometheus, served on a port of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::logging::LINES_DROPPED;
use super::{CallerMetrics, JobMetrics};
use crate::platform::supervision::RESTARTED;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lane {
    kind: &'static str,
}

/// How many deadlines of one kind are over, or as near as a label says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineCount {
    /// The kind of deadline.
    pub kind: &'static str,
    /// `overdue`, or how near.
    pub due: &'static str,
    /// How many.
    pub count: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Deadline {
    kind: &'static str,
    due: &'static str,
}

/// The label of a metric that has none and is not always there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Unlabelled {}

/// The metrics of one service.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    answered: Family<Answered, Counter>,
    seconds: Histogram,
    waiting: Family<Lane, Gauge>,
    deadlines: Family<Deadline, Gauge>,
    calendar_days: Gauge,
    unread: Counter,
    callers: CallerMetrics,
    jobs: JobMetrics,
    rows_without_keys: Counter,
    commits: Counter,
    clock_difference: Family<Unlabelled, Gauge<f64, AtomicU64>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let answered = Family::<Answered, Counter>::default();
        let buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
        let seconds = Histogram::new(buckets);
        let waiting = Family::<Lane, Gauge>::default();
        let deadlines = Family::<Deadline, Gauge>::default();
        let calendar_days = Gauge::default();
        let unread = Counter::default();
        let rows_without_keys = Counter::default();
        let commits = Counter::default();
        let mut registry = Registry::with_prefix("iewm");
        registry.register("http_answers", "Requests, by method, route and status", answered.clone());
        registry.register("http_answer_seconds", "Duration of requests, in seconds", seconds.clone());
        registry.register("database_waiting", "Closures queued for a database lane", waiting.clone());
        let committed = "Transactions committed by the writing lanes";
        registry.register("database_commits", committed, commits.clone());
        let dropped = "Log lines that could not be written";
        registry.register("log_lines_dropped", dropped, LINES_DROPPED.clone());
        registry.register("tasks_restarted", "Threads and tasks restarted after a panic", RESTARTED.clone());
        registry.register("deadlines", "Legal deadlines that have passed or are near, by kind", deadlines.clone());
        let stalled = "Connections closed because the caller stopped reading its response";
        registry.register("unread_connections_closed", stalled, unread.clone());
        let callers = CallerMetrics::registered(&mut registry);
        let jobs = JobMetrics::registered(&mut registry);
        let days = "Days until the table of bank holidays ends; below 400, add a newer table";
        registry.register("calendar_days_left", days, calendar_days.clone());
        let keyless = "Rows found without their data key, and omitted from a list or answered key_missing";
        registry.register("rows_without_keys", keyless, rows_without_keys.clone());
        let clock_difference = Family::<Unlabelled, Gauge<f64, AtomicU64>>::default();
        let ahead = "Seconds by which this process's clock is ahead of the database's; only with PostgreSQL";
        registry.register("clock_difference_seconds", ahead, clock_difference.clone());
        Self {
            registry: Arc::new(registry),
            answered,
            seconds,
            waiting,
            deadlines,
            calendar_days,
            unread,
            callers,
            jobs,
            rows_without_keys,
            commits,
            clock_difference,
        }
    }
}

impl Metrics {
    /// Counts an answer. `route` is the pattern, never the path.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let labels = Answered { method, route: route.to_owned(), status };
        self.answered.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// The counter of connections that were closed because the caller had stopped reading its answer.
    pub(crate) fn unread(&self) -> Counter {
        self.unread.clone()
    }

    /// The counters of refusals and of reads.
    pub fn callers(&self) -> &CallerMetrics {
        &self.callers
    }

    /// The metrics of the background jobs.
    pub fn jobs(&self) -> &JobMetrics {
        &self.jobs
    }

    /// Sets how many rows were met without their data key since the start.
    pub fn rows_without_keys(&self, rows: u64) {
        self.rows_without_keys.inner().store(rows, Ordering::Relaxed);
    }

    /// Sets how many transactions the writing lanes have committed since the start.
    pub fn commits(&self, commits: u64) {
        self.commits.inner().store(commits, Ordering::Relaxed);
    }

    /// Keeps by how many seconds the clock is ahead of the database's, where it is known.
    pub fn clock_is_ahead(&self, seconds: Option<f64>) {
        if let Some(seconds) = seconds {
            self.clock_difference.get_or_create(&Unlabelled {}).set(seconds);
        }
    }

    /// The metrics in the text format of `OpenMetrics` 1.0, with the lengths of the lanes' queues, the deadlines and the days
    /// that the table of bank holidays still covers as given. Where the deadlines are not known there are none, rather than
    /// old ones.
    pub fn text(&self, (reads, writes): (usize, usize), deadlines: &[DeadlineCount], calendar_days: i64) -> String {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.calendar_days.set(calendar_days);
        for (kind, count) in [("read", reads), ("write", writes)] {
            self.waiting.get_or_create(&Lane { kind }).set(number(count));
        }
        self.deadlines.clear();
        for &DeadlineCount { kind, due, count } in deadlines {
            self.deadlines.get_or_create(&Deadline { kind, due }).set(number(count));
        }
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
