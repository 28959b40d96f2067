//! What falls due by itself: offers of places that have run out, so that the next who waits is asked; what people needed at
//! events that are long over; the words of requests of people who were erased.

use std::time::Duration;

use tokio::sync::watch;

use super::beat::beat;
use crate::domain::Error;
use crate::platform::access::AppState;
use crate::resources::registrations::requirements::store as requirements;
use crate::resources::registrations::store::capacity as places;
use crate::resources::subject_requests::store::farewell;

/// How often it is looked for what is due.
const EVERY: Duration = Duration::from_secs(15);

/// The job's name in the audit.
const NAME: &str = "upkeep";

/// Does what falls due by itself. Several, of several processes, may run on one database.
pub struct Upkeep {
    state: AppState,
}

impl Upkeep {
    /// The job of a service.
    pub fn new(state: AppState) -> Self {
        Self { state }
    }

    /// Settles every offer that has run out, and returns of how many events; deletes what is no longer to be kept.
    pub async fn tick(&self) -> Result<usize, Error> {
        self.settle_while(&|| true).await
    }

    async fn settle_while(&self, go_on: &dyn Fn() -> bool) -> Result<usize, Error> {
        let mut settled = 0;
        while go_on() {
            let Some(event) = self.state.job(NAME).read(places::unsettled).await? else { break };
            // Where another process was faster, there may be more; where nothing was left, the next tick looks again.
            if !self.state.job(NAME).run(move |tx| places::settle(tx, event)).await? {
                break;
            }
            settled += 1;
        }
        while go_on() && self.state.job(NAME).read(requirements::is_due).await? {
            self.state.job(NAME).run(requirements::sweep).await?;
        }
        while go_on() && self.state.job(NAME).read(farewell::is_due).await? {
            self.state.job(NAME).run(farewell::empty).await?;
        }
        Ok(settled)
    }

    /// Ticks until `stop` is signalled or its sender is dropped.
    pub async fn run(self, stop: watch::Receiver<()>) {
        beat((NAME, EVERY), self.state.heartbeats(), stop, "due work is delayed", async |go_on| {
            self.settle_while(go_on).await
        })
        .await;
    }
}
