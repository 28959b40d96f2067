//! A closure's ticket. Either the lane or the caller's timeout settles the outcome, whichever is first,
//! and only once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A closure's state: waiting, then started, then settled, which means that the lane will try to commit
/// it. Until then its caller can cancel it, and none of its changes are committed.
#[derive(Clone)]
pub(super) struct Ticket(Arc<AtomicU8>);

const WAITING: u8 = 0;
const STARTED: u8 = 1;
const SETTLED: u8 = 2;
const GIVEN_UP: u8 = 3;

impl Ticket {
    /// A waiting ticket.
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU8::new(WAITING)))
    }

    /// Starts the closure on a lane; returns `false` if it was cancelled.
    pub(super) fn start(&self) -> bool {
        self.turn(WAITING, STARTED)
    }

    /// Settles that the changes will be committed, also if settled before; returns `false` if the closure
    /// was cancelled and must be rolled back.
    pub(super) fn settle(&self) -> bool {
        self.turn(STARTED, SETTLED) || self.is_settled()
    }

    /// Cancels the closure unless a lane has started it; returns `false` if one has.
    pub(super) fn give_up_waiting(&self) -> bool {
        self.turn(WAITING, GIVEN_UP)
    }

    /// Cancels the closure: none of its changes are or will be committed. Returns `false` if it is settled
    /// already.
    pub(super) fn give_up(&self) -> bool {
        self.turn(WAITING, GIVEN_UP) || self.turn(STARTED, GIVEN_UP)
    }

    /// Returns whether the caller has cancelled it.
    pub(super) fn is_given_up(&self) -> bool {
        self.0.load(Ordering::SeqCst) == GIVEN_UP
    }

    /// Returns whether a lane has begun to commit it.
    pub(super) fn is_settled(&self) -> bool {
        self.0.load(Ordering::SeqCst) == SETTLED
    }

    fn turn(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// Cancels a waiting closure when its request ends.
pub(super) struct Abandon(pub(super) Ticket);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.give_up_waiting();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_up_is_neither_started_nor_committed() {
        let waiting = Ticket::new();
        assert!(waiting.give_up() && !waiting.start() && !waiting.settle());
        let started = Ticket::new();
        assert!(started.start() && started.give_up() && !started.settle() && !started.is_settled());
    }

    #[test]
    fn what_is_being_committed_cannot_be_given_up() {
        let ticket = Ticket::new();
        assert!(ticket.start() && ticket.settle() && !ticket.give_up() && ticket.is_settled());
        assert!(ticket.settle() && !ticket.is_given_up(), "what was undone with others is done again");
    }

    #[test]
    fn a_caller_that_goes_away_leaves_what_has_started() {
        let ticket = Ticket::new();
        assert!(ticket.start());
        drop(Abandon(ticket.clone()));
        assert!(ticket.settle());
    }
}
