//! Restarts a thread or a task that panics, or that ends although it must not.
//!
//! `while restarts.has_panicked(writer.run()).await {}` runs a body until it returns: after a panic it pauses, and runs the
//! body again. What must outlive a panic belongs to the caller, here `writer`, which lends it to the body.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// The label of a restarted thread or task.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(in crate::platform) struct Task {
    task: &'static str,
}

/// How often the threads and tasks of the process were restarted.
pub(in crate::platform) static RESTARTED: LazyLock<Family<Task, Counter>> = LazyLock::new(Family::default);

/// The pause after a panic that is the first for a while.
const SHORTEST: Duration = Duration::from_millis(50);
/// The longest pause. Each is twice as long as the one before.
const LONGEST: Duration = Duration::from_secs(5);
/// A body that ran for so long starts with the shortest pause again.
const SETTLED: Duration = Duration::from_mins(1);

/// The restarts of one thread or task.
pub(crate) struct Restarts {
    task: &'static str,
    pause: Duration,
}

impl Restarts {
    /// None so far. `task` is the label in the metrics and the log.
    pub(crate) fn of(task: &'static str) -> Self {
        Self { task, pause: SHORTEST }
    }

    /// Runs `body` to its end; after a panic, pauses and returns `true`: run it again.
    pub(crate) async fn has_panicked(&mut self, body: impl Future<Output = ()>) -> bool {
        let began = Instant::now();
        let panicked = AssertUnwindSafe(body).catch_unwind().await.is_err();
        if panicked {
            tokio::time::sleep(self.count(began.elapsed())).await;
        }
        panicked
    }

    /// Runs `body`, which must not end. Once it has ended or panicked, pauses: run it again.
    pub(crate) async fn has_ended(&mut self, body: impl Future<Output = ()>) {
        let began = Instant::now();
        let _ = AssertUnwindSafe(body).catch_unwind().await;
        tokio::time::sleep(self.count(began.elapsed())).await;
    }

    /// As [`Restarts::has_panicked`], for a body that blocks its thread.
    pub(in crate::platform) fn thread_has_panicked(&mut self, body: impl FnOnce()) -> bool {
        let began = Instant::now();
        let panicked = catch_unwind(AssertUnwindSafe(body)).is_err();
        if panicked {
            std::thread::park_timeout(self.count(began.elapsed()));
        }
        panicked
    }

    /// Counts and logs a restart of a body that ran for so long, and returns the pause before it.
    fn count(&mut self, ran: Duration) -> Duration {
        let pause = if ran >= SETTLED { SHORTEST } else { self.pause };
        self.pause = LONGEST.min(2 * pause);
        RESTARTED.get_or_create(&Task { task: self.task }).inc();
        tracing::error!(task = self.task, ?pause, "restarted after a panic or an unexpected end");
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(task: &'static str) -> u64 {
        RESTARTED.get_or_create(&Task { task }).get()
    }

    /// Does one piece of work after the other. The second cannot be done.
    struct Worker {
        work: Vec<u8>,
        done: Vec<u8>,
    }

    impl Worker {
        fn new() -> Self {
            Self { work: vec![1, 2, 3], done: Vec::new() }
        }

        fn work(&mut self) {
            while let Some(piece) = self.work.pop() {
                assert!(piece != 2, "on purpose");
                self.done.push(piece);
            }
        }

        async fn work_later(&mut self) {
            tokio::task::yield_now().await;
            self.work();
        }
    }

    #[test]
    fn a_thread_runs_on_with_what_it_had() {
        let (mut worker, mut restarts) = (Worker::new(), Restarts::of("test-thread"));
        while restarts.thread_has_panicked(|| worker.work()) {}
        assert_eq!((worker.done, counted("test-thread")), (vec![3, 1], 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_runs_on_with_what_it_had() {
        let (mut worker, mut restarts) = (Worker::new(), Restarts::of("test-task"));
        while restarts.has_panicked(worker.work_later()).await {}
        assert_eq!((worker.done, counted("test-task")), (vec![3, 1], 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_must_not_end_runs_again() {
        let (mut ends, mut restarts) = (0, Restarts::of("test-end"));
        while ends < 3 {
            restarts
                .has_ended(async {
                    ends += 1;
                    assert!(ends != 2, "on purpose");
                })
                .await;
        }
        assert_eq!(counted("test-end"), 3);
    }

    #[test]
    fn pauses_grow_until_the_body_has_settled() {
        let mut restarts = Restarts::of("test-pauses");
        let mut pauses = |ran| restarts.count(ran).as_millis();
        let all: Vec<_> = (0..9).map(|_| pauses(Duration::ZERO)).collect();
        assert_eq!(all, [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!([pauses(SETTLED), pauses(Duration::ZERO)], [50, 100]);
    }
}
