//! Reminds recipients of their open obligations.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::Error;
use crate::platform::access::AppState;
use crate::platform::queue::{About, Job, Round};
use crate::resources::disclosures::obligations::store as obligations;

const ABOUT: About = About {
    name: "reminders",
    period: Duration::from_mins(1),
    does: "queues the mails that remind recipients of open obligations, 7 and 21 days after the opening",
    instances: "a lock in the database lets one queue a reminder",
    late: "recipients are reminded later",
    in_readiness: true,
    cut_off: "the reminders are queued at the next start",
};

/// Queues the reminders.
pub struct Reminders(AppState);

impl Reminders {
    /// The job of a service.
    pub fn new(state: AppState) -> Self {
        Self(state)
    }
}

impl Job for Reminders {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Queues every reminder that is due, and returns how many.
    fn tick<'a>(&'a self, round: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async move {
            let mut queued = 0;
            // A read first: usually nothing is due, and a read delays no writer.
            while round.goes_on() && self.0.job(ABOUT.name).read(obligations::has_unreminded).await? {
                queued += self.0.job(ABOUT.name).run(obligations::remind).await?;
            }
            Ok(queued)
        })
    }
}
