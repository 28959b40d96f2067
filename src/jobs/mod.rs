//! The background jobs of the service. [`all`] is the one list of them.

mod clock_watch;
mod delivery;
mod digest;
mod gathering;
mod kept_answers;
mod purge;
mod refusals;
mod reminders;
mod upkeep;

pub use clock_watch::ClockWatch;
pub use delivery::Delivery;
pub use digest::Digest;
pub use gathering::Gathering;
pub use kept_answers::KeptAnswers;
pub use purge::Purge;
pub use refusals::Refusals;
pub use reminders::Reminders;
pub use upkeep::Upkeep;

use crate::platform::access::AppState;
use crate::platform::queue::Job;

/// Returns every job of a service. Without a mail server there is no `delivery`, and messages wait in the outbox.
pub fn all(state: &AppState, delivery: Option<Delivery>) -> Vec<Box<dyn Job>> {
    let mut jobs: Vec<Box<dyn Job>> = vec![
        Box::new(Upkeep::new(state.clone())),
        Box::new(ClockWatch::new(state.clone())),
        Box::new(Digest::new(state.clone())),
        Box::new(Purge::new(state.clone())),
        Box::new(Gathering::new(state.clone())),
        Box::new(Refusals::new(state.clone())),
        Box::new(Reminders::new(state.clone())),
        Box::new(KeptAnswers::new(state.clone())),
    ];
    if let Some(delivery) = delivery {
        jobs.push(Box::new(delivery));
    }
    jobs
}
