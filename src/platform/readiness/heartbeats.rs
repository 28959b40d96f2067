//! When each job last got on with its work.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The heartbeats of the jobs that run in this process.
#[derive(Clone, Default)]
pub struct Heartbeats(Arc<Mutex<BTreeMap<&'static str, Heart>>>);

struct Heart {
    last: Instant,
    /// The longest time between two beats of a job that works.
    most: Duration,
}

impl Heartbeats {
    /// Notes that the job has got on with its work, and will again within `most`.
    pub(crate) fn beat(&self, job: &'static str, most: Duration) {
        let mut hearts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hearts.insert(job, Heart { last: Instant::now(), most });
    }

    /// Forgets a job that has ended.
    pub(crate) fn end(&self, job: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(job);
    }

    /// The jobs that are late.
    pub(crate) fn late(&self) -> Vec<&'static str> {
        let hearts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hearts.iter().filter(|(_, heart)| heart.last.elapsed() > heart.most).map(|(job, _)| *job).collect()
    }
}
