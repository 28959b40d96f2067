//! How far the clock of the process is from the database's.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// A difference above this is worth a warning, in microseconds.
const LARGE: i64 = 5_000_000;

/// Stands for a difference that was not measured.
const UNKNOWN: i64 = i64::MIN;

/// What a measurement changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The difference has become large.
    Began,
    /// The difference is small again.
    Ended,
}

/// The difference that was measured last, and whether it is large.
#[derive(Debug)]
pub struct ClockDifference {
    micros: AtomicI64,
    large: AtomicBool,
}

impl Default for ClockDifference {
    fn default() -> Self {
        Self { micros: AtomicI64::new(UNKNOWN), large: AtomicBool::new(false) }
    }
}

impl ClockDifference {
    /// Keeps a difference, in microseconds: positive when the clock of the process is ahead.
    pub fn note(&self, micros: i64) -> Option<Change> {
        self.micros.store(micros, Ordering::Relaxed);
        let large = micros.saturating_abs() > LARGE;
        match (self.large.swap(large, Ordering::Relaxed), large) {
            (false, true) => Some(Change::Began),
            (true, false) => Some(Change::Ended),
            _ => None,
        }
    }

    /// The difference in seconds; `None` when it was never measured, as on SQLite.
    pub fn seconds(&self) -> Option<f64> {
        let micros = self.micros.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a difference of 285 years is exact to the microsecond")]
        (micros != UNKNOWN).then(|| micros as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_difference_is_reported_once_and_so_is_its_end() {
        let difference = ClockDifference::default();
        assert_eq!(difference.seconds(), None);
        let second = 1_000_000;
        let noted = [0, -5, 6, 7, -3600, 5, 0, -6, 1].map(|seconds| difference.note(seconds * second));
        let (began, ended) = (Some(Change::Began), Some(Change::Ended));
        assert_eq!(noted, [None, None, began, None, None, ended, None, began, ended]);
        difference.note(-1_500_000);
        assert_eq!(difference.seconds(), Some(-1.5));
    }
}
