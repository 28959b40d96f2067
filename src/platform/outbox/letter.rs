//! What a room must say of the messages that it queues.

use crate::domain::{ContactId, Error, Instant, MessageId, SubjectId};
use crate::platform::mail::Mail;
use crate::platform::transaction::WriteTx;

/// A message that a process has claimed in order to send it.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its id.
    pub id: MessageId,
    /// Which letter puts it together.
    pub kind: String,
    /// Whom it is for.
    pub contact: Option<ContactId>,
    /// The record that it is about.
    pub subject: Option<SubjectId>,
    /// The blind index of the address that asked for it.
    pub mark: Option<Vec<u8>>,
    /// When the message was queued.
    pub created_at: Instant,
    /// Which attempt this is, from 1.
    pub(super) attempts: i32,
}

/// A message, put together at the moment when it leaves.
pub enum Composed {
    /// To be sent.
    Mail(Mail),
    /// Its reason has gone: not to be sent, because of this.
    Moot(&'static str),
}

/// A kind of message.
pub trait Letter: Send + Sync {
    /// The kind's name, such as `confirmation`.
    fn kind(&self) -> &'static str;

    /// Puts the message together, from what holds in this transaction.
    ///
    /// # Errors
    /// then it is tried again later.
    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error>;
}

/// All kinds of messages.
pub type Letters = &'static [&'static dyn Letter];
