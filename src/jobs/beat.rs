//! The beat that a job keeps.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::domain::Error;

/// Ticks every so often until it is told to stop, by a value or by the sender's going. A tick is given what says whether
/// it may begin with anything more; a tick that fails is logged with `late`, which says what waits, and the next tries
/// again.
pub(super) async fn beat<T>(
    every: Duration,
    mut stop: watch::Receiver<()>,
    late: &'static str,
    tick: impl AsyncFn(&dyn Fn() -> bool) -> Result<T, Error>,
) {
    let mut beat = interval(every);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            _ = beat.tick() => {}
        }
        let told = stop.clone();
        if let Err(error) = tick(&move || told.has_changed().is_ok_and(|changed| !changed)).await {
            tracing::warn!(%error, "{late}");
        }
    }
}
