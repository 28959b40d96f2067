//! Has the digest of what falls due sent, on each working day, and deletes the packages that can be had no more.

use std::time::Duration;

use tokio::sync::watch;

use super::beat::beat;
use crate::domain::Error;
use crate::platform::access::AppState;
use crate::resources::deadlines::digest;
use crate::resources::subject_requests::package::store as packages;

/// How often it is looked whether a digest is to be sent.
const EVERY: Duration = Duration::from_mins(1);

/// The job's name in the audit.
const NAME: &str = "digest";

/// Has the digest sent. Several, of several processes, may run on one database.
pub struct Digest(AppState);

impl Digest {
    /// The digest of a service.
    pub fn new(state: AppState) -> Self {
        Self(state)
    }

    /// Queues the digest if it is to be sent now, and says whether it did; deletes what has expired.
    ///
    /// # Errors
    /// 503 outside the table of bank holidays.
    pub async fn tick(&self) -> Result<bool, Error> {
        // A read first: the outbox is usually empty, and a read delays no writer.
        if self.0.job(NAME).read(packages::has_expired).await? {
            self.0.job(NAME).run(packages::sweep).await?;
        }
        if !self.0.job(NAME).read(digest::is_owed).await? {
            return Ok(false);
        }
        self.0.job(NAME).run(digest::queue).await
    }

    /// Ticks until `stop` is signalled or its sender is dropped.
    pub async fn run(self, stop: watch::Receiver<()>) {
        beat((NAME, EVERY), self.0.heartbeats(), stop, "the digest of deadlines is delayed", async |_| {
            self.tick().await
        })
        .await;
    }
}
