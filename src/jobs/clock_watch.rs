//! Compares the clock of the process with the database's, and keeps new identifiers after those of other processes.

use std::time::Duration;

use tokio::sync::watch;

use super::beat::beat;
use crate::domain::Error;
use crate::platform::access::AppState;
use crate::platform::telemetry::Change;

/// How often the clocks are compared.
const EVERY: Duration = Duration::from_secs(15);

/// The job's name in the log.
const NAME: &str = "clock-watch";

/// Watches the clock. Each process has its own.
pub struct ClockWatch(AppState);

impl ClockWatch {
    /// The watch on the clock of a service.
    pub fn new(state: AppState) -> Self {
        Self(state)
    }

    /// Compares the clocks once. Logs a warning when they have come to differ by more than 5 seconds, and its end.
    pub async fn tick(&self) -> Result<Option<Change>, Error> {
        let change = self.0.observe_clock().await?;
        let seconds = self.0.clock_difference();
        match change {
            Some(Change::Began) => {
                tracing::warn!(seconds, "the clock differs from the database's; check NTP on both machines");
            }
            Some(Change::Ended) => tracing::info!(seconds, "the clock agrees with the database's again"),
            None => {}
        }
        Ok(change)
    }

    /// Ticks until `stop` is signalled or its sender is dropped.
    pub async fn run(self, stop: watch::Receiver<()>) {
        beat(
            (NAME, EVERY),
            self.0.heartbeats(),
            stop,
            "the clock cannot be compared with the database's",
            async |_| self.tick().await,
        )
        .await;
    }
}
