//! Compares the clock of the process with the database's, and keeps new identifiers after those of other processes.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::Error;
use crate::platform::access::AppState;
use crate::platform::queue::{About, Job, Round};
use crate::platform::telemetry::Change;

const ABOUT: About = About {
    name: "clock-watch",
    period: Duration::from_secs(15),
    does: "compares the clock with the database's, and keeps new ids after those of other processes",
    instances: "each watches its own clock",
    late: "the clock cannot be compared with the database's",
    in_readiness: true,
    cut_off: "the next start compares the clocks again",
};

/// Watches the clock.
pub struct ClockWatch(AppState);

impl ClockWatch {
    /// The watch on the clock of a service.
    pub fn new(state: AppState) -> Self {
        Self(state)
    }

    /// Compares the clocks once. Logs a warning when they have come to differ by more than 5 seconds, and its end.
    ///
    /// # Errors
    /// 503 when the database does not show its clock.
    pub async fn compare(&self) -> Result<Option<Change>, Error> {
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
}

impl Job for ClockWatch {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn tick<'a>(&'a self, _: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async { Ok(usize::from(self.compare().await?.is_some())) })
    }
}
