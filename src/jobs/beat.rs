//! The beat that a job keeps.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::domain::Error;
use crate::platform::readiness::Heartbeats;
use crate::platform::supervision::Restarts;

/// The longest that one step of a tick may take: a closure on a lane, or a mail to be handed over.
const STEP: Duration = Duration::from_mins(3);

/// Ticks every so often until `stop` is signalled or its sender is dropped, and after a panic again. `go_on` says to a tick
/// whether it may begin with anything more. A tick that fails is logged with `late`, which says what waits; the next tick
/// tries again. Each end of a tick is a heartbeat, and each step within it.
pub(super) async fn beat<T>(
    (job, every): (&'static str, Duration),
    heartbeats: &Heartbeats,
    mut stop: watch::Receiver<()>,
    late: &'static str,
    tick: impl AsyncFn(&dyn Fn() -> bool) -> Result<T, Error>,
) {
    let alive = || heartbeats.beat(job, every + STEP);
    let mut run = async || {
        let mut beat = interval(every);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stop.changed() => return,
                _ = beat.tick() => {}
            }
            let (stopping, begun) = (stop.clone(), Cell::new(false));
            let go_on = || {
                if begun.replace(true) {
                    alive();
                }
                stopping.has_changed().is_ok_and(|changed| !changed)
            };
            if let Err(error) = tick(&go_on).await {
                tracing::warn!(job, effect = late, %error, "a job failed, and its next round tries again");
            }
            alive();
        }
    };
    alive();
    let mut restarts = Restarts::of(job);
    while restarts.has_panicked(run()).await {}
    heartbeats.end(job);
}

#[cfg(test)]
mod tests {
    use tokio::time::{sleep, timeout};

    use super::*;

    const EVERY: Duration = Duration::from_secs(15);

    #[tokio::test(start_paused = true)]
    async fn a_job_that_panics_ticks_again() {
        let (stop, stopping) = watch::channel(());
        let ticks = Cell::new(0);
        let tick = async |_: &dyn Fn() -> bool| {
            ticks.set(ticks.get() + 1);
            tokio::task::yield_now().await;
            assert!(ticks.get() != 2, "on purpose");
            if ticks.get() == 4 {
                stop.send(()).unwrap();
            }
            Ok(())
        };
        beat(("test-job", EVERY), &Heartbeats::default(), stopping, "it waits", tick).await;
        assert_eq!(ticks.get(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_hangs_or_always_panics_is_late_until_it_goes_on() {
        for panics in [false, true] {
            let heartbeats = Heartbeats::default();
            let (stop, stopping) = watch::channel(());
            let works = Cell::new(true);
            let tick = async |go_on: &dyn Fn() -> bool| {
                assert!(go_on());
                while !works.get() {
                    sleep(Duration::from_secs(1)).await;
                    assert!(!panics, "on purpose");
                }
                Ok(())
            };
            let watching = async {
                sleep(10 * (EVERY + STEP)).await;
                assert!(heartbeats.late().is_empty());
                works.set(false);
                sleep(EVERY).await;
                assert!(heartbeats.late().is_empty());
                sleep(EVERY + STEP).await;
                assert_eq!(heartbeats.late(), ["test-job"]);
                works.set(true);
                sleep(EVERY).await;
                assert!(heartbeats.late().is_empty());
                drop(stop);
            };
            tokio::join!(beat(("test-job", EVERY), &heartbeats, stopping, "it waits", tick), watching);
            sleep(2 * (EVERY + STEP)).await;
            assert!(heartbeats.late().is_empty(), "it has ended");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_tick_that_goes_on_step_by_step_is_not_late() {
        let heartbeats = Heartbeats::default();
        let (_stop, stopping) = watch::channel(());
        let tick = async |go_on: &dyn Fn() -> bool| {
            while go_on() {
                sleep(STEP).await;
            }
            Ok(())
        };
        let running = beat(("test-job", EVERY), &heartbeats, stopping, "it waits", tick);
        assert!(timeout(20 * STEP, running).await.is_err());
        assert!(heartbeats.late().is_empty());
    }
}
