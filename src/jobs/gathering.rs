//! Builds packages that are too large to be built within a request.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::Error;
use crate::platform::access::AppState;
use crate::platform::queue::{About, Job, Next, Round, drain};
use crate::resources::subject_requests::package::store::building::{self, Claimed, Step};

const ABOUT: About = About {
    name: "gathering",
    period: Duration::from_secs(1),
    does: "builds the packages that are too large to be built within a request",
    instances: "each package is claimed by one",
    late: "packages wait",
    in_readiness: true,
    cut_off: "a package is still being built; the build continues at the next start",
};

/// Builds packages.
pub struct Gathering {
    state: AppState,
}

impl Gathering {
    /// The job of a service.
    pub fn new(state: AppState) -> Self {
        Self { state }
    }

    /// Goes on with a package, step by step, to its end; `false` when it is not to be built, or not now.
    async fn build(&self, claimed: Claimed, round: Round<'_>) -> Result<bool, Error> {
        let job = || self.state.job(ABOUT.name);
        while round.goes_on() {
            let is_ours = match job().read(move |tx| building::gather(tx, claimed)).await? {
                Step::Keep(gathered) => job().run(move |tx| building::keep(tx, claimed, &gathered)).await?,
                Step::End => return job().run(move |tx| building::end(tx, claimed)).await,
                Step::Stop => false,
            };
            if !is_ours {
                return Ok(false);
            }
        }
        job().run(move |tx| building::give_back(tx, claimed, false)).await?;
        Ok(false)
    }
}

impl Job for Gathering {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Builds every package that waits, and returns how many were ended. A stop gives the package in progress back.
    fn tick<'a>(&'a self, round: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async move {
            let job = || self.state.job(ABOUT.name);
            let ended = Cell::new(0);
            let build = async |claimed: Claimed| {
                match self.build(claimed, round).await {
                    Ok(there) => ended.set(ended.get() + usize::from(there)),
                    Err(error) => {
                        let request = claimed.request;
                        tracing::error!(%request, %error, "a package cannot be built; it is tried again");
                        job().run(move |tx| building::give_back(tx, claimed, true)).await?;
                    }
                }
                Ok(Next::GoOn)
            };
            let is_due = async || job().read(building::is_due).await;
            drain(round, is_due, async || job().run(building::claim).await, build).await?;
            Ok(ended.get())
        })
    }
}
