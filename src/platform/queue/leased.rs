//! Tables of leased rows. A worker claims a row for a time, works on it outside any transaction, and settles it. When a
//! worker dies with a row in hand, the lease ends and another worker claims the row: each row is worked on at least once,
//! and by one worker at a time while the leases hold.
//!
//! A claim raises `attempts`, and every later write of the worker names its attempt, so that a worker that took longer than
//! its lease writes nothing after another has claimed the row. Leases and pauses run on the clock that all instances share.

use chrono::Duration;
use uuid::Uuid;

use super::Backoff;
use crate::domain::{Error, Instant};
use crate::platform::db::{Locked, WaitingRows, first_due};
use crate::platform::transaction::{ReadTx, WriteTx};

/// A table of leased rows. It has the columns `attempts` and `next_attempt_at`.
#[derive(Clone, Copy, Debug)]
pub struct Leased {
    /// Its waiting rows.
    pub rows: WaitingRows,
    /// How long a row is left to the worker that claimed it: longer than any step of the work may take.
    pub lease: Duration,
    /// The pauses after failed attempts.
    pub backoff: Backoff,
}

/// A row that a worker is about to claim, or has claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The row's id.
    pub row: Uuid,
    /// Which attempt this is, from 1. The row has the number before until the claim is written.
    pub attempt: i32,
    /// When the lease ends.
    pub until: Instant,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempted {
    /// The other side took it.
    Done,
    /// Its reason has gone.
    Moot(&'static str),
    /// Not now, because of this.
    Later(String),
    /// Never, because of this.
    Refused(String),
}

impl Leased {
    /// Returns the latest instant that a lease or a pause which begins at `now` can name.
    fn horizon(&self, now: Instant) -> Instant {
        now.plus(self.lease.max(self.backoff.longest))
    }

    /// Whether a row waits for a worker.
    pub fn is_due(&self, tx: &mut ReadTx<'_>) -> Result<bool, Error> {
        let now = tx.lease_time()?;
        let found = first_due(tx.connection(), &self.rows, (now, self.horizon(now)), Locked::No)?;
        Ok(found.is_some())
    }

    /// Finds the row that has been due longest, and locks it until the transaction ends. The claim is made when the
    /// transaction writes the lease's `attempt` and `until` to the row.
    pub fn next(&self, tx: &mut WriteTx<'_>) -> Result<Option<Lease>, Error> {
        let now = tx.lease_time()?;
        let found = first_due(tx.connection(), &self.rows, (now, self.horizon(now)), Locked::Yes)?;
        Ok(found.map(|(row, attempts)| Lease { row, attempt: attempts + 1, until: now.plus(self.lease) }))
    }

    /// Returns when a lease ends that is renewed now.
    pub fn renewed(&self, tx: &mut ReadTx<'_>) -> Result<Instant, Error> {
        Ok(tx.lease_time()?.plus(self.lease))
    }

    /// Returns when a row is due again whose `attempt` has failed now.
    pub fn retry_at(&self, tx: &mut ReadTx<'_>, attempt: i32) -> Result<Instant, Error> {
        let pause = self.backoff.pause(u32::try_from(attempt).unwrap_or(0), tx.entropy());
        Ok(tx.lease_time()?.plus(pause))
    }
}
