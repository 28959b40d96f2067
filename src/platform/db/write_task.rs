//! A writing lane's next task: the closure of one caller, or the batch of a
//! [`Batcher`](super::Batcher).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::lane::Lane;
use super::ticket::Ticket;
use crate::domain::{Code, Error};

/// Changes that are committed, or rolled back, together.
pub(super) type Closure = Box<dyn FnOnce(&mut Lane) -> Outcome + Send>;

/// The result of a closure: whether to keep its changes, and the response to send after that is
/// settled.
pub(super) struct Outcome {
    pub(super) keep: bool,
    pub(super) reply: Box<dyn FnOnce(Result<(), Error>)>,
    /// The tasks to run instead, each by itself, once the changes are rolled back.
    pub(super) instead: Vec<WriteTask>,
}

impl Outcome {
    /// The outcome of one caller's closure.
    pub(super) fn new(keep: bool, reply: Box<dyn FnOnce(Result<(), Error>)>) -> Self {
        Self { keep, reply, instead: Vec::new() }
    }
}

/// A queue whose commands a lane takes in one batch.
pub(super) trait PendingBatch: Send + Sync {
    /// Takes the next batch; `None` when the queue is empty.
    fn take_up(self: Arc<Self>) -> Option<Closure>;
}

/// A task on its way to a writing lane.
pub(super) enum WriteTask {
    /// A closure that no lane has started.
    Alone(Ticket, Closure),
    /// A closure that was started with others and rolled back with them.
    Again(Ticket, Closure),
    /// The commands that this queue holds when the lane is free.
    Batch(Arc<dyn PendingBatch>),
}

impl WriteTask {
    /// Takes the closure of the task, unless its caller has given it up. The closure settles its outcome with the caller, who
    /// cannot give it up afterwards.
    pub(super) fn take_up(self) -> Option<Closure> {
        match self {
            Self::Alone(ticket, closure) => ticket.start().then(|| settling(ticket, closure)),
            Self::Again(ticket, closure) => (!ticket.is_given_up()).then(|| settling(ticket, closure)),
            Self::Batch(gathered) => gathered.take_up(),
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

/// A panic in a closure fails that closure alone.
pub(super) fn guarded<T>(f: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let (mut f, mut answer) = (Some(f), None);
    survived(&mut || answer = f.take().map(|f| f()));
    answer.unwrap_or_else(|| Err(Error::internal("a panic on a lane")))
}

/// Runs `f` and catches its panic. It has no type of its own, so that the compiler makes one copy for all closures.
fn survived(f: &mut dyn FnMut()) {
    // A panic leaves no answer, which is all that `guarded` asks for.
    let _ = catch_unwind(AssertUnwindSafe(f));
}

/// Returns whether the error is that of a broken connection.
pub(super) fn is_passing(error: &Error) -> bool {
    error.code() == Code::Unavailable
}
