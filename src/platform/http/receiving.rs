//! How much of bodies the process receives, holds and checks at a time, and for how long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web::{Bytes, BytesMut};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::budget::{Budget, Held};
use super::checking::{Checking, busy};
use crate::domain::{Code, Error};

/// How many files the process imports at a time.
const FILES: usize = 2;
/// How many files the process receives from each caller at a time.
const FILES_OF_A_CALLER: usize = 2;
/// The speed of the slowest line that a large body can arrive on, in bytes a second.
const SLOWEST_LINE: u64 = 64 * 1024;
/// The `Retry-After` of a refused file, in seconds.
const FILE_RETRY: u32 = 10;

/// What all bodies share: their deadline, a budget of bytes, the number of files of each caller, the permits to import, and
/// the checks of large bodies.
#[derive(Clone, Debug)]
pub struct Receiving {
    /// How long a body may take to arrive before the allowance for its bytes, and how long a file may wait for its turn.
    deadline: Duration,
    budget: Budget,
    files: Files,
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
        let (budget, files) = (Budget::new(most), Files::default());
        Self { deadline, budget, files, turns, checking: Checking::new(checked_at_once) }
    }

    /// Returns the deadline of a body that began to arrive at `begun`, when `received` bytes have arrived. Each byte adds the time
    /// that it takes on the slowest line, so that a large file arrives on such a line and a trickle does not.
    pub(super) fn due(&self, begun: Instant, received: usize) -> Instant {
        let received = u64::try_from(received).unwrap_or(u64::MAX);
        begun + self.deadline + Duration::from_millis(received.saturating_mul(1000) / SLOWEST_LINE)
    }

    /// The problem of a body that is late.
    pub(super) fn late(&self) -> Error {
        let detail = format!(
            "The body did not arrive in time: within {} seconds, and a second more for each 64 KiB that arrived.",
            self.deadline.as_secs()
        );
        Error::new(Code::RequestTimeout, detail)
    }

    /// Takes one of the caller's places for a file that arrives or waits for its turn.
    ///
    /// # Errors
    /// 429 when the process receives as many files of the caller as it may send.
    pub(super) fn file(&self, caller: &str) -> Result<FileOfCaller, Error> {
        self.files.begin(caller).ok_or_else(|| {
            let detail = format!(
                "The service is receiving {FILES_OF_A_CALLER} files of yours, and read nothing from this one. Send it again \
                 when one of them is answered."
            );
            Error::new(Code::TooManyImports, detail).with(|p| p.retry_after = Some(FILE_RETRY))
        })
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
                    "The service is importing {FILES} other files, and imported nothing from this one. Send it again \
                     later."
                ),
                FILE_RETRY,
            )),
        }
    }
}

/// The number of files that the process receives from each caller. It has no entry for a caller without one.
#[derive(Clone, Debug, Default)]
struct Files(Arc<Mutex<HashMap<String, usize>>>);

/// A caller's place for a file. Dropping it frees the place.
pub(super) struct FileOfCaller {
    files: Files,
    caller: String,
}

impl Files {
    /// Takes a place; `None` when the caller has none left.
    fn begin(&self, caller: &str) -> Option<FileOfCaller> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sending = files.entry(caller.to_owned()).or_default();
        if *sending >= FILES_OF_A_CALLER {
            return None;
        }
        *sending += 1;
        Some(FileOfCaller { files: self.clone(), caller: caller.to_owned() })
    }
}

impl Drop for FileOfCaller {
    fn drop(&mut self) {
        let mut files = self.files.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sending) = files.get_mut(&self.caller) {
            *sending -= 1;
            if *sending == 0 {
                files.remove(&self.caller);
            }
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
