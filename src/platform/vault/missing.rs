//! Owners whose data key the vault does not have, as after a restore of a vault that is older than the data.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// How many owners are named in the log. After that, only the counter goes on.
const NAMED: usize = 1000;

/// Counts the rows that were met without their key, and names each owner once in the log.
#[derive(Debug, Default)]
pub(super) struct MissingKeys {
    rows: AtomicU64,
    named: Mutex<HashSet<Uuid>>,
}

impl MissingKeys {
    /// Notes a row of `owner` that cannot be opened, and `why`. Logs the owner's id the first time.
    pub(super) fn note(&self, owner: Uuid, why: &'static str) {
        self.rows.fetch_add(1, Ordering::Relaxed);
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named.len() >= NAMED || !named.insert(owner) {
            return;
        }
        tracing::error!(%owner, why, "a row cannot be read without its key: lists omit it");
        if named.len() == NAMED {
            tracing::error!(
                owners = NAMED,
                "the log names no more owners without a key; iewm_rows_without_keys continues"
            );
        }
    }

    /// How many rows were found without their key since the start.
    pub(super) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_counted_and_every_owner_is_named_once() {
        let missing = MissingKeys::default();
        for owner in [1, 2, 1, 1] {
            missing.note(Uuid::from_u128(owner), "a test");
        }
        assert_eq!((missing.rows(), missing.named.lock().unwrap().len()), (4, 2));
    }

    #[test]
    fn the_names_are_bounded() {
        let missing = MissingKeys::default();
        for owner in 0..2 * NAMED as u128 {
            missing.note(Uuid::from_u128(owner), "a test");
        }
        assert_eq!((missing.rows(), missing.named.lock().unwrap().len()), (2 * NAMED as u64, NAMED));
    }
}
