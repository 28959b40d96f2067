//! Queues the digest of what falls due on each working day, and deletes the packages that can be had no more.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::Error;
use crate::platform::access::AppState;
use crate::platform::queue::{About, Job, Round};
use crate::resources::deadlines::digest;
use crate::resources::subject_requests::package::store as packages;

const ABOUT: About = About {
    name: "digest",
    period: Duration::from_mins(1),
    does: "queues the digest of what falls due on each working day, and deletes expired packages",
    instances: "a lock in the database lets one queue the digest",
    late: "the digest of deadlines is delayed",
    in_readiness: true,
    cut_off: "the digest is queued at the next start",
};

/// Queues the digest.
pub struct Digest(AppState);

impl Digest {
    /// The digest of a service.
    pub fn new(state: AppState) -> Self {
        Self(state)
    }
}

impl Job for Digest {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Returns 1 if it queued the digest. Fails with 503 outside the table of bank holidays.
    fn tick<'a>(&'a self, _: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async {
            // A read first: usually nothing is due, and a read delays no writer.
            if self.0.job(ABOUT.name).read(packages::has_expired).await? {
                self.0.job(ABOUT.name).run(packages::sweep).await?;
            }
            if !self.0.job(ABOUT.name).read(digest::is_owed).await? {
                return Ok(0);
            }
            Ok(usize::from(self.0.job(ABOUT.name).run(digest::queue).await?))
        })
    }
}
