//! Deletes the answers that were kept for idempotency keys, once their 24 hours are over.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::Error;
use crate::platform::access::AppState;
use crate::platform::queue::{About, Job, Round};

const ABOUT: About = About {
    name: "kept-answers",
    period: Duration::from_mins(1),
    does: "deletes the answers that were kept for idempotency keys, after their 24 hours",
    instances: "a row that another has deleted is passed over",
    late: "answers for idempotency keys are kept for longer than 24 hours",
    in_readiness: false,
    cut_off: "the rest is deleted after the next start",
};

/// Deletes kept answers.
pub struct KeptAnswers(AppState);

impl KeptAnswers {
    /// The job of a service.
    pub fn new(state: AppState) -> Self {
        Self(state)
    }
}

impl Job for KeptAnswers {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Returns how many answers it deleted. Each transaction deletes a few hundred, so that other writers can come between.
    fn tick<'a>(&'a self, round: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async move {
            let mut deleted = 0;
            while round.goes_on() {
                match self.0.delete_expired_answers().await? {
                    0 => break,
                    some => deleted += some,
                }
            }
            Ok(deleted)
        })
    }
}
