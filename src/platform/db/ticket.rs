//! A closure's ticket: what becomes of it is decided once, by the lane or by the caller whose patience
//! ends, whoever is first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A closure on its way: waiting, then started, then settled, which means that the lane will try to
/// commit it. Until then its caller can give it up, and nothing of it will have been done.
#[derive(Clone)]
pub(super) struct Ticket(Arc<AtomicU8>);

const WAITING: u8 = 0;
const STARTED: u8 = 1;
const SETTLED: u8 = 2;
const GIVEN_UP: u8 = 3;

impl Ticket {
    /// A ticket that waits.
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU8::new(WAITING)))
    }

    /// Takes the closure for a lane, which starts it now; `false` when it was given up.
    pub(super) fn start(&self) -> bool {
        self.turn(WAITING, STARTED)
    }

    /// Decides that what was done is to be committed, once or again; `false` when it was given up and must be undone.
    pub(super) fn settle(&self) -> bool {
        self.turn(STARTED, SETTLED) || self.is_settled()
    }

    /// Gives the closure up unless a lane has started it; `false` when one has.
    pub(super) fn give_up_waiting(&self) -> bool {
        self.turn(WAITING, GIVEN_UP)
    }

    /// Gives the closure up: nothing of it was done or will be. `false` when it is settled already.
    pub(super) fn give_up(&self) -> bool {
        self.turn(WAITING, GIVEN_UP) || self.turn(STARTED, GIVEN_UP)
    }

    /// Whether its caller has given it up.
    pub(super) fn is_given_up(&self) -> bool {
        self.0.load(Ordering::SeqCst) == GIVEN_UP
    }

    /// Whether a lane has begun to commit it.
    pub(super) fn is_settled(&self) -> bool {
        self.0.load(Ordering::SeqCst) == SETTLED
    }

    fn turn(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// Gives up a waiting closure when the request that asked for it goes away.
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
