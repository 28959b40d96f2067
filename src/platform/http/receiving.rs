//! How much of bodies the process receives, holds and checks at a time.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, BytesMut};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::budget::{Budget, Held};
use super::checking::{Checking, busy};
use crate::domain::Error;

/// How many files are received and worked through at a time.
const FILES: usize = 2;
/// After how many seconds a caller may send its file again, when others were before it.
const FILE_RETRY: u32 = 10;

/// What all bodies share: their deadline, a budget of bytes, the turns of files, and the checks of large bodies.
#[derive(Clone, Debug)]
pub struct Receiving {
    /// How long a body may take to arrive, and how long a file may wait for its turn.
    pub(in crate::platform) deadline: Duration,
    budget: Budget,
    turns: Arc<Semaphore>,
    pub(super) checking: Checking,
}

/// A body while it arrives.
pub(super) struct Arriving {
    bytes: BytesMut,
    held: Held,
    turn: Option<OwnedSemaphorePermit>,
}

/// A body that has arrived, and the turn that it has until its last copy is dropped.
struct Arrived {
    bytes: BytesMut,
    _turn: Option<OwnedSemaphorePermit>,
}

impl AsRef<[u8]> for Arrived {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Receiving {
    /// Bodies that arrive within `deadline`, of which at most `most` bytes are held, and at most `checked_at_once` large
    /// ones are checked at a time.
    pub fn new(deadline: Duration, most: usize, checked_at_once: usize) -> Self {
        let turns = Arc::new(Semaphore::new(FILES));
        Self { deadline, budget: Budget::new(most), turns, checking: Checking::new(checked_at_once) }
    }

    /// A body of `declared` bytes, of which none has arrived. What was promised has its place at once; the system fills it
    /// in as it comes.
    pub(super) fn body(&self, declared: usize) -> Arriving {
        Arriving { bytes: BytesMut::with_capacity(declared), held: self.budget.hold_none(), turn: None }
    }

    /// Waits for the turn of a file. It ends when the file's last copy is dropped.
    ///
    /// # Errors
    /// 503 when others have their turns for longer than the deadline.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        match timeout(self.deadline, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(busy(
                format!(
                    "The service is importing {FILES} other files, and read nothing from this one. Send it again \
                     later."
                ),
                FILE_RETRY,
            )),
        }
    }
}

impl Arriving {
    /// The same body, as a file that has its turn.
    pub(super) fn in_turn(self, turn: OwnedSemaphorePermit) -> Self {
        Self { turn: Some(turn), ..self }
    }

    /// How many bytes have arrived.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a piece that has arrived.
    ///
    /// # Errors
    /// 503 when all bodies together would be more than the budget.
    pub(super) fn add(&mut self, piece: &[u8]) -> Result<(), Error> {
        if !self.held.grow(piece.len()) {
            return Err(busy(
                "The service is receiving too much at once, and changed nothing. Send the request again.",
                1,
            ));
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The whole body. It counts against the budget until its last copy is dropped.
    pub(super) fn whole(self) -> Bytes {
        self.held.around(Arrived { bytes: self.bytes, _turn: self.turn })
    }
}
