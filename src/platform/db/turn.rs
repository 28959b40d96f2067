//! What a writing lane takes up next: a closure of one caller's, or what has gathered for a [`Coalescer`](super::Coalescer).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::batch::Lane;
use super::ticket::Ticket;
use crate::domain::{Code, Error};

/// What is done, or undone, as one.
pub(super) type Closure = Box<dyn FnOnce(&mut Lane) -> Outcome + Send>;

/// What a closure wants: its changes kept or undone, and the answer sent once that is settled.
pub(super) struct Outcome {
    pub(super) keep: bool,
    pub(super) reply: Box<dyn FnOnce(Result<(), Error>)>,
    /// What is to be done instead, each by itself, once the changes are undone.
    pub(super) instead: Vec<WriteJob>,
}

impl Outcome {
    /// The outcome of one caller's closure.
    pub(super) fn new(keep: bool, reply: Box<dyn FnOnce(Result<(), Error>)>) -> Self {
        Self { keep, reply, instead: Vec::new() }
    }
}

/// What gathers between two turns.
pub(super) trait Gathered: Send + Sync {
    /// Takes up what has gathered; `None` when nobody waits.
    fn take_up(self: Arc<Self>) -> Option<Closure>;
}

/// On its way to a writing lane.
pub(super) enum WriteJob {
    /// A closure that nobody has started.
    Alone(Ticket, Closure),
    /// A closure that was started together with others and undone with them.
    Again(Ticket, Closure),
    /// Whatever has gathered there by then.
    Gathered(Arc<dyn Gathered>),
}

impl WriteJob {
    /// Takes it up, if anybody still waits for it. A closure's outcome is settled with its caller, so that it cannot be given
    /// up any more.
    pub(super) fn take_up(self) -> Option<Closure> {
        match self {
            Self::Alone(ticket, closure) => ticket.start().then(|| settling(ticket, closure)),
            Self::Again(ticket, closure) => (!ticket.is_given_up()).then(|| settling(ticket, closure)),
            Self::Gathered(gathered) => gathered.take_up(),
        }
    }
}

fn settling(ticket: Ticket, closure: Closure) -> Closure {
    Box::new(move |lane| {
        let mut outcome = closure(lane);
        outcome.keep = outcome.keep && ticket.settle();
        outcome
    })
}

/// A panic in a closure is the closure's failure alone.
pub(super) fn guarded<T>(f: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|_| Err(Error::internal("a panic on a lane")))
}

/// Whether the error is one that a broken connection makes.
pub(super) fn is_passing(error: &Error) -> bool {
    error.code() == Code::Unavailable
}
