//! Has destroyed keys leave the pages of PostgreSQL, where a deleted row stays until its table is rewritten. On SQLite,
//! which overwrites what is deleted, there is nothing to do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Europe::London;
use futures_util::future::LocalBoxFuture;

use crate::domain::{Error, Instant};
use crate::platform::access::AppState;
use crate::platform::audit::{Action, Entry};
use crate::platform::queue::{About, Job, Round};
use crate::platform::vault::store::remnants::Purged;

const ABOUT: About = About {
    name: "purge",
    period: Duration::from_mins(5),
    does: "rewrites the table of keys on PostgreSQL, an hour after a key was destroyed",
    instances: "a lock in the database lets one rewrite the table",
    late: "destroyed keys are still in the database's pages",
    in_readiness: true,
    cut_off: "the table of keys is still being rewritten; PostgreSQL ends or rolls back the rewrite",
};

/// How long destroyed keys are gathered, so that the table is not rewritten for each.
const GATHERED: TimeDelta = TimeDelta::hours(1);

/// How long the rewrite may take while lookups of keys wait: less than a request's timeout.
const BY_DAY: Duration = Duration::from_secs(1);

/// The same at night, for a table that is too large for the day.
const BY_NIGHT: Duration = Duration::from_secs(20);

/// Has the table of keys rewritten.
pub struct Purge {
    state: AppState,
    /// The log says once that the role may not rewrite the table, not every five minutes.
    told: AtomicBool,
}

/// How long the rewriting may take now: longer between two and five at night, by the clocks of London.
fn most(now: Instant) -> Duration {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
    let local = now.to_chrono().with_timezone(&London).time();
    if (hour(2)..hour(5)).contains(&local) { BY_NIGHT } else { BY_DAY }
}

impl Purge {
    /// The job of a service.
    pub fn new(state: AppState) -> Self {
        Self { state, told: AtomicBool::new(false) }
    }
}

impl Job for Purge {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Rewrites the table of keys if a key was destroyed an hour ago, and returns how many destroyed keys are in no page any
    /// more: none, when the service's role may not rewrite the table.
    ///
    /// Fails with 503 when the table is in use, a transaction is older than the destruction, or it takes too long.
    fn tick<'a>(&'a self, round: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(async move {
            let purged = match self.state.purge_keys(round.now().plus(-GATHERED), most(round.now())).await? {
                Purged::Gone(purged) => purged,
                Purged::NotPermitted => {
                    if !self.told.swap(true, Ordering::Relaxed) {
                        tracing::error!(
                            "destroyed keys stay in the database's pages, because this role may not rewrite \
                             vault.data_keys. Make it the table's owner, or grant it MAINTAIN (PostgreSQL 17)"
                        );
                    }
                    0
                }
            };
            if purged > 0 {
                let entry = Entry::new(Action::KeysPurge).with("count", purged);
                self.state.job(ABOUT.name).run(move |tx| tx.record(entry, ())).await?;
            }
            Ok(purged)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_its_time_at_night_alone() {
        for (at, expected) in [
            ("2026-11-24T01:59:59Z", BY_DAY),
            ("2026-11-24T02:00:00Z", BY_NIGHT),
            ("2026-11-24T04:59:59Z", BY_NIGHT),
            ("2026-11-24T05:00:00Z", BY_DAY),
            ("2027-06-01T01:00:00Z", BY_NIGHT), // two in summer time
            ("2027-06-01T04:00:00Z", BY_DAY),
        ] {
            assert_eq!(most(Instant::parse(at).unwrap()), expected, "{at}");
        }
    }
}
