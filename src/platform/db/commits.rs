//! Whether the writing lanes commit, for readiness, and how often.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{AnyConnection, InstantSql, prepared};
use crate::domain::{Entropy, Error, Instant as Moment, hex};

/// How long one commit shows that the lanes commit.
const LATELY: Duration = Duration::from_secs(10);
/// How many random bytes a trial writes after a failure, as hexadecimal digits: more than a full disk
/// is likely to have free in the database's files.
const LARGE: usize = 256 * 1024;

/// The time of the last commit of a lane.
pub(super) struct Commits {
    epoch: Instant,
    /// Milliseconds after `epoch`, and one; [`NEVER`] or [`DOUBTFUL`].
    last: AtomicU64,
    /// How many transactions the lanes have committed.
    count: AtomicU64,
}

/// No lane has committed yet.
const NEVER: u64 = 0;
/// A lane has failed since.
const DOUBTFUL: u64 = u64::MAX;

impl Commits {
    pub(super) fn new() -> Self {
        Self { epoch: Instant::now(), last: AtomicU64::new(NEVER), count: AtomicU64::new(0) }
    }

    /// Records a commit.
    pub(super) fn committed(&self) {
        self.last.store(self.now(), Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many transactions the lanes have committed since the start.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Records an error of a broken connection or a full disk.
    pub(super) fn failed(&self) {
        self.last.store(DOUBTFUL, Ordering::Relaxed);
    }

    /// Returns the row to write as a trial; `None` if a lane has committed lately, and none has failed
    /// since.
    pub(super) fn trial(&self, now: Moment, entropy: &dyn Entropy) -> Option<Trial> {
        let size = match self.last.load(Ordering::Relaxed) {
            NEVER => 0,
            DOUBTFUL => LARGE,
            last if self.now().saturating_sub(last) <= LATELY.as_secs() * 1000 => return None,
            _ => 0,
        };
        let (mut name, mut text) = ([0; 16], vec![0; size]);
        entropy.fill(&mut name);
        entropy.fill(&mut text);
        Some(Trial { name: format!("trial-{}", hex(&name)), text: hex(&text), at: now })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(DOUBTFUL - 2) + 1
    }
}

/// A row that is written and deleted in one transaction.
pub(super) struct Trial {
    /// An id that no other process uses.
    name: String,
    text: String,
    at: Moment,
}

impl Trial {
    /// Writes and deletes the row. Its commit needs space on the disk.
    pub(super) fn write(&self, connection: &mut AnyConnection) -> Result<(), Error> {
        let insert = prepared("INSERT INTO working_days (jurisdiction, version, adopted_at) VALUES (");
        let insert = insert.bind::<Text, _>(&self.name).sql(", ").bind::<Text, _>(&self.text);
        insert.sql(", ").bind::<InstantSql, _>(self.at).sql(")").execute(connection)?;
        let delete = prepared("DELETE FROM working_days WHERE jurisdiction = ").bind::<Text, _>(&self.name);
        delete.execute(connection)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::vault::SystemEntropy;

    #[test]
    fn a_commit_needs_no_trial_until_a_failure() {
        let commits = Commits::new();
        let now = Moment::parse("2026-11-24T10:00:00Z").unwrap();
        let size = || commits.trial(now, &SystemEntropy).map(|trial| trial.text.len());
        assert_eq!(size(), Some(0));
        commits.committed();
        assert_eq!(size(), None);
        commits.failed();
        assert_eq!(size(), Some(2 * LARGE));
        commits.committed();
        assert_eq!(size(), None);
        let old = Commits {
            epoch: Instant::now().checked_sub(2 * LATELY).unwrap(),
            last: AtomicU64::new(1),
            ..Commits::new()
        };
        assert!(old.trial(now, &SystemEntropy).is_some_and(|trial| trial.text.is_empty()));
    }
}
