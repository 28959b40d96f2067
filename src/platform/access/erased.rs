//! The closures of the rooms without their types.
//!
//! Every operation has a closure and a value of its own. The path of a request to a lane and back is the same for all of them.
//! Without the types the compiler makes one copy of that path instead of one for each operation. The price is one allocation
//! for the closure and one for the value.

use std::any::Any;

use crate::domain::Error;
use crate::platform::http::{Done, Replayable};
use crate::platform::idempotency::{Kept, KeptBody};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};

/// A value whose type the caller of the closure knows.
pub(super) type Value = Box<dyn Any + Send>;

/// A closure that reads.
pub(super) type Read = Box<dyn FnOnce(&mut ReadTx<'_>) -> Result<Value, Error> + Send>;

/// A closure that writes.
pub(super) type Write = Box<dyn FnOnce(WriteTx<'_>) -> Result<Recorded<Value>, Error> + Send>;

/// A closure that writes, with what is kept of its answer for an idempotency key. Its value is a [`Done`].
pub(super) type WriteOnce = Box<dyn FnOnce(WriteTx<'_>) -> Result<Recorded<(Option<Kept>, Value)>, Error> + Send>;

/// Erases the type that `f` reads.
pub(super) fn read<T: Send + 'static>(f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static) -> Read {
    Box::new(move |tx| Ok(Box::new(f(tx)?)))
}

/// Erases the type that `f` answers.
pub(super) fn write<T: Send + 'static>(
    f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
) -> Write {
    Box::new(move |tx| Ok(f(tx)?.map(|value| Box::new(value) as Value)))
}

/// Erases the type that `f` answers, and renders the answer where its body must be kept.
pub(super) fn write_once<T: Replayable>(
    f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    is_keyed: bool,
) -> WriteOnce {
    Box::new(move |tx| {
        Ok(f(tx)?.map(|value| {
            if !is_keyed {
                return (None, Box::new(Done::Fresh(value)) as Value);
            }
            let (kept, done) = kept_of(value);
            (Some(kept), Box::new(done) as Value)
        }))
    })
}

/// Returns what is kept of an answer, and the answer. The answer is rendered only where its body is kept.
pub(super) fn kept_of<T: Replayable>(value: T) -> (Kept, Done<T>) {
    if let Some(kept) = Kept::of(value.replay()) {
        return (kept, Done::Fresh(value));
    }
    let answer = value.into_answer();
    (Kept::Body(KeptBody::of(&answer)), Done::Rendered(answer))
}

/// Restores the type of a value.
///
/// # Errors
/// Internal, if the value has another type.
pub(super) fn typed<T: 'static>(value: Value) -> Result<T, Error> {
    let value = value.downcast::<T>().map_err(|_| Error::internal("a value of another type"))?;
    Ok(*value)
}
