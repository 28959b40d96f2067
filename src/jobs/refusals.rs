//! Records how many refusals of a past minute the audit has not listed one by one.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::Error;
use crate::platform::access::AppState;
use crate::platform::queue::{About, Job, Round};

const ABOUT: About = About {
    name: "refusals",
    period: Duration::from_secs(1),
    does: "records after each minute how many refusals the audit has not listed one by one",
    instances: "each records the refusals of its own callers",
    late: "numbers of refusals are late in the audit",
    in_readiness: false,
    cut_off: "the end of the process records the numbers",
};

/// Records the numbers of refusals.
pub struct Refusals(AppState);

impl Refusals {
    /// The job of a service.
    pub fn new(state: AppState) -> Self {
        Self(state)
    }
}

impl Job for Refusals {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn tick<'a>(&'a self, _: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async { Ok(self.0.settle_refusals()) })
    }
}
