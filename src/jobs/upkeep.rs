//! What falls due by itself: offers of places that have run out, so that the next person who waits is asked; what people
//! needed at events that are long over; the words of requests of people who were erased.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::Error;
use crate::platform::access::AppState;
use crate::platform::queue::{About, Job, Round};
use crate::resources::registrations::requirements::store as requirements;
use crate::resources::registrations::store::capacity as places;
use crate::resources::subject_requests::store::farewell;

const ABOUT: About = About {
    name: "upkeep",
    period: Duration::from_secs(15),
    does: "settles offers of places that have run out, deletes requirements of past events, and empties the requests of \
           erased people",
    instances: "each event is locked while its offers are settled",
    late: "due work is delayed",
    in_readiness: true,
    cut_off: "an offer is still in progress; its transaction is rolled back",
};

/// Does what falls due by itself.
pub struct Upkeep {
    state: AppState,
}

impl Upkeep {
    /// The job of a service.
    pub fn new(state: AppState) -> Self {
        Self { state }
    }
}

impl Job for Upkeep {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Returns the number of events whose offers it settled.
    fn tick<'a>(&'a self, round: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async move {
            let job = || self.state.job(ABOUT.name);
            let mut settled = 0;
            while round.goes_on() {
                let Some(event) = job().read(places::unsettled).await? else { break };
                // Where another process was faster, there may be more; where nothing was left, the next run looks again.
                if !job().run(move |tx| places::settle(tx, event)).await? {
                    break;
                }
                settled += 1;
            }
            while round.goes_on() && job().read(requirements::is_due).await? {
                job().run(requirements::sweep).await?;
            }
            while round.goes_on() && job().read(farewell::is_due).await? {
                job().run(farewell::empty).await?;
            }
            Ok(settled)
        })
    }
}
