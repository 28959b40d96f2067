//! The beat that a job keeps.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::domain::Error;
use crate::platform::supervision::Restarts;

/// Ticks every so often until `stop` is signalled or its sender is dropped, and after a panic again. `go_on` says to a tick
/// whether it may begin with anything more. A tick that fails is logged with `late`, which says what waits; the next tick
/// tries again.
pub(super) async fn beat<T>(
    job: &'static str,
    every: Duration,
    mut stop: watch::Receiver<()>,
    late: &'static str,
    tick: impl AsyncFn(&dyn Fn() -> bool) -> Result<T, Error>,
) {
    let mut run = async || {
        let mut beat = interval(every);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stop.changed() => return,
                _ = beat.tick() => {}
            }
            let stopping = stop.clone();
            if let Err(error) = tick(&move || stopping.has_changed().is_ok_and(|changed| !changed)).await {
                tracing::warn!(%error, "{late}");
            }
        }
    };
    let mut restarts = Restarts::of(job);
    while restarts.has_panicked(run()).await {}
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

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
        beat("test-job", Duration::from_secs(15), stopping, "it waits", tick).await;
        assert_eq!(ticks.get(), 4);
    }
}
