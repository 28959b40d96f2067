//! Builds packages that are too large to be built within a request.

use std::time::Duration;

use tokio::sync::watch;

use super::beat::beat;
use crate::domain::Error;
use crate::platform::access::AppState;
use crate::resources::subject_requests::package::store::building::{self, Claimed, Next};

/// How often it is looked for packages to be built.
const EVERY: Duration = Duration::from_secs(1);

/// The job's name in the audit.
const NAME: &str = "gathering";

/// Builds packages. Several, of several processes, may run on one database.
pub struct Gathering {
    state: AppState,
}

impl Gathering {
    /// The job of a service.
    pub fn new(state: AppState) -> Self {
        Self { state }
    }

    /// Builds every package that waits, and returns how many were ended.
    pub async fn tick(&self) -> Result<usize, Error> {
        self.gather_while(&|| true).await
    }

    /// The same for as long as `go_on` says, which is asked before each step. What is in hand then is given back.
    pub async fn gather_while(&self, go_on: &dyn Fn() -> bool) -> Result<usize, Error> {
        let mut ended = 0;
        while go_on() && self.state.job(NAME).read(building::is_due).await? {
            // Where another was faster, it has it; what is left is there at the next tick.
            let Some(claimed) = self.state.job(NAME).run(building::claim).await? else { break };
            match self.build(claimed, go_on).await {
                Ok(there) => ended += usize::from(there),
                Err(error) => {
                    let request = claimed.request;
                    tracing::error!(%request, %error, "a package cannot be built; it is tried again");
                    self.state.job(NAME).run(move |tx| building::give_back(tx, claimed, true)).await?;
                }
            }
        }
        Ok(ended)
    }

    /// Goes on with a package, step by step, to its end; `false` when it is not to be built, or not now.
    async fn build(&self, claimed: Claimed, go_on: &dyn Fn() -> bool) -> Result<bool, Error> {
        while go_on() {
            let next = self.state.job(NAME).read(move |tx| building::gather(tx, claimed)).await?;
            let is_ours = match next {
                Next::Keep(gathered) => {
                    self.state.job(NAME).run(move |tx| building::keep(tx, claimed, &gathered)).await?
                }
                Next::End => return self.state.job(NAME).run(move |tx| building::end(tx, claimed)).await,
                Next::Stop => false,
            };
            if !is_ours {
                return Ok(false);
            }
        }
        self.state.job(NAME).run(move |tx| building::give_back(tx, claimed, false)).await?;
        Ok(false)
    }

    /// Ticks until `stop` is signalled or its sender is dropped.
    pub async fn run(self, stop: watch::Receiver<()>) {
        beat((NAME, EVERY), self.state.heartbeats(), stop, "packages wait", async |go_on| {
            self.gather_while(go_on).await
        })
        .await;
    }
}
