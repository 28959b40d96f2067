//! When the database was last asked about a token.
//!
//! Reads that wait for a lane at the same time need not each ask whether their token still holds: what was asked after a
//! request had come is as new as the request. Where many wait, one question does for all of them; a request by itself asks
//! its own. Writes always ask, inside their transaction.

use std::sync::atomic::{AtomicU64, Ordering};

/// A moment at which a read came, or the database was asked.
#[derive(Clone, Copy, Debug)]
pub struct Moment(u64);

/// Tells which of two moments came first.
#[derive(Debug, Default)]
pub struct Moments(AtomicU64);

impl Moments {
    /// Now: later than every moment before it.
    pub(in crate::platform) fn now(&self) -> Moment {
        Moment(self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

/// The last moment at which the database was asked about a token and had nothing against it.
#[derive(Debug, Default)]
pub struct Admitted(AtomicU64);

impl Admitted {
    /// Whether that was later than `moment`.
    pub(in crate::platform) fn since(&self, moment: Moment) -> bool {
        self.0.load(Ordering::SeqCst) > moment.0
    }

    /// Notes that there was nothing against it when the database was `asked`.
    pub(in crate::platform) fn note(&self, asked: Moment) {
        self.0.fetch_max(asked.0, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_before_a_request_came_does_not_count() {
        let (moments, admitted) = (Moments::default(), Admitted::default());
        let first = moments.now();
        assert!(!admitted.since(first), "no request has asked");
        let asked = moments.now();
        let second = moments.now();
        admitted.note(asked);
        assert!(admitted.since(first), "it was asked after this one came");
        assert!(!admitted.since(second), "it was asked before this one came");
    }

    #[test]
    fn an_answer_that_comes_late_takes_nothing_back() {
        let (moments, admitted) = (Moments::default(), Admitted::default());
        let (early, came, late) = (moments.now(), moments.now(), moments.now());
        admitted.note(late);
        admitted.note(early);
        assert!(admitted.since(came));
    }
}
