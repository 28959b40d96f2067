//! What the runner must know of a job.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::{Error, Instant};

/// A job before it runs: a row of the table of jobs in `docs/OPERATIONS.md`.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name: the label in the metrics, the field in the log, and the actor in the audit.
    pub name: &'static str,
    /// The pause between two runs. After a failed run the pause is longer.
    pub period: Duration,
    /// What a run does.
    pub does: &'static str,
    /// What keeps several instances on one database apart.
    pub instances: &'static str,
    /// What is late when runs fail, for the log.
    pub late: &'static str,
    /// Whether `/health/ready` names the job when it hangs.
    pub in_readiness: bool,
    /// What becomes of a run that the stop of the service cuts off, for the log.
    pub cut_off: &'static str,
}

/// Background work that the [runner](super::Runner) repeats while the service runs.
///
/// Nothing of the law depends on a job having run: a state that changes with time alone is computed when it is read.
pub trait Job {
    /// Its name, its period, and what operators must know of it.
    fn about(&self) -> &'static About;

    /// Does what is due, and returns how much that was. A long run asks [`Round::goes_on`] between its steps.
    ///
    /// # Errors
    /// What kept the run from its end. The runner logs it, counts it, and tries again after a pause.
    fn tick<'a>(&'a self, round: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>>;
}

/// One run of a job.
#[derive(Clone, Copy)]
pub struct Round<'r> {
    now: Instant,
    goes_on: &'r dyn Fn() -> bool,
}

impl<'r> Round<'r> {
    /// A run that begins at `now` and may begin another step for as long as `goes_on` returns `true`.
    pub fn new(now: Instant, goes_on: &'r dyn Fn() -> bool) -> Self {
        Self { now, goes_on }
    }

    /// A run that is not cut short.
    pub fn whole(now: Instant) -> Self {
        Self { now, goes_on: &|| true }
    }

    /// When the run began.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Returns whether the run may begin another step: `false` once the service stops. Each call is a sign of life.
    pub fn goes_on(&self) -> bool {
        (self.goes_on)()
    }
}
