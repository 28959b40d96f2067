//! What a room must say of the messages that it queues.

use super::Claimed;
use crate::domain::Error;
use crate::platform::mail::Mail;
use crate::platform::transaction::WriteTx;

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
    /// When the database fails; then it is tried again later.
    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error>;
}

/// All kinds of messages.
pub type Letters = &'static [&'static dyn Letter];
