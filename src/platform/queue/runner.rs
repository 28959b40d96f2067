//! The runner of the jobs.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use super::{About, Backoff, Job, Round};
use crate::domain::{Clock, Entropy};
use crate::platform::access::AppState;
use crate::platform::readiness::Heartbeats;
use crate::platform::supervision::Restarts;
use crate::platform::telemetry::JobMetrics;

/// The longest that one step of a run may take: a closure on a lane, or a mail to be handed over.
const STEP: Duration = Duration::from_mins(3);

/// The pauses after failed runs, for a job whose period is shorter.
const RETRY: Backoff = Backoff { first: TimeDelta::seconds(1), longest: TimeDelta::minutes(1) };

/// Repeats jobs. One runner serves all of them.
#[derive(Clone)]
pub struct Runner {
    heartbeats: Heartbeats,
    metrics: JobMetrics,
    clock: Clock,
    entropy: Arc<dyn Entropy>,
}

impl Runner {
    /// The runner of a service.
    pub fn of(state: &AppState) -> Self {
        Self {
            heartbeats: state.heartbeats().clone(),
            metrics: state.metrics().jobs().clone(),
            clock: state.clock().clone(),
            entropy: state.entropy().clone(),
        }
    }

    /// Repeats a job until `stop` is signalled or its sender is dropped. A run in progress then ends after the step that
    /// it has begun.
    ///
    /// A run that fails or panics is counted, and the pause doubles with each failed run in a row. Heartbeats are the
    /// start, each end of a run but a panic, and each step within it.
    pub async fn run(&self, job: &dyn Job, mut stop: watch::Receiver<()>) {
        let About { name, period, .. } = *job.about();
        let mut restarts = Restarts::of(name);
        let mut failures = 0;
        self.metrics.known(name);
        self.alive(job);
        loop {
            failures = if self.tick(job, &mut restarts, &stop).await { 0 } else { failures + 1 };
            let pause = match failures {
                0 => period,
                _ => period.max(RETRY.pause(failures, &*self.entropy).to_std().unwrap_or(period)),
            };
            tokio::select! {
                _ = stop.changed() => break,
                () = sleep(pause) => {}
            }
        }
        self.heartbeats.end(name);
    }

    /// Runs the job once, and returns whether it succeeded.
    async fn tick(&self, job: &dyn Job, restarts: &mut Restarts, stop: &watch::Receiver<()>) -> bool {
        let About { name, late, .. } = *job.about();
        let begun = Cell::new(false);
        let goes_on = || {
            if begun.replace(true) {
                self.alive(job);
            }
            stop.has_changed().is_ok_and(|changed| !changed)
        };
        let round = Round::new(self.clock.now(), &goes_on);
        let started = self.clock.elapsed();
        let mut succeeded = false;
        let body = async {
            // Dropped at the end of the run, also by a panic.
            let _measured = Measured { runner: self, job: name, started };
            let ended = job.tick(round).await;
            self.alive(job);
            match ended {
                Ok(_) => succeeded = true,
                Err(error) => {
                    tracing::warn!(job = name, effect = late, %error, "a job failed, and its next round tries again");
                }
            }
        };
        restarts.has_panicked(body).await;
        if !succeeded {
            self.metrics.failed(name);
        }
        succeeded
    }

    fn alive(&self, job: &dyn Job) {
        let About { name, period, in_readiness, .. } = *job.about();
        if in_readiness {
            self.heartbeats.beat(name, period + STEP);
        }
    }
}

/// Records the end of a run.
struct Measured<'r> {
    runner: &'r Runner,
    job: &'static str,
    /// When the run began, on the monotonic clock.
    started: Duration,
}

impl Drop for Measured<'_> {
    fn drop(&mut self) {
        let Runner { metrics, clock, .. } = self.runner;
        metrics.ran(self.job, clock.now(), clock.elapsed().saturating_sub(self.started));
    }
}

/// The jobs of a service while they run.
pub struct Jobs {
    stop: watch::Sender<()>,
    running: Vec<(&'static About, JoinHandle<()>)>,
}

impl Jobs {
    /// Starts the jobs, each in a task of its own. Must be called within a `LocalSet`, such as that of an actix system.
    pub fn start(runner: &Runner, jobs: Vec<Box<dyn Job>>) -> Self {
        let (stop, stopping) = watch::channel(());
        let start = |job: Box<dyn Job>| {
            let (about, runner, stopping) = (job.about(), runner.clone(), stopping.clone());
            (about, tokio::task::spawn_local(async move { runner.run(&*job, stopping).await }))
        };
        let running = jobs.into_iter().map(start).collect();
        Self { stop, running }
    }

    /// Stops all jobs at once, and waits for their runs in progress for as long as `limit` in all. A run that takes longer
    /// is cut off: its transaction is rolled back.
    pub async fn stop(self, limit: Duration) {
        let Self { stop, running } = self;
        drop(stop);
        let until = Instant::now() + limit;
        for (about, mut job) in running {
            if timeout_at(until, &mut job).await.is_err() {
                job.abort();
                tracing::warn!(job = about.name, effect = about.cut_off, "a job did not stop in time");
            }
        }
    }
}

#[cfg(test)]
mod tests;
