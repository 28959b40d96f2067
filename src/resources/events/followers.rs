//! The rooms that follow the changes of events.

use crate::domain::{Error, EventId};
use crate::platform::transaction::WriteTx;

/// A room that follows the changes of events.
pub trait EventFollower: Send + Sync {
    /// Follows a changed event, in the transaction that changed it. The event is locked.
    ///
    /// # Errors
    /// When the room cannot write what follows; then the event stays as it was.
    fn event_changed(&self, tx: &mut WriteTx<'_>, event: EventId) -> Result<(), Error>;
}

/// All of them, as an extension of the transaction.
pub type EventFollowers = &'static [&'static dyn EventFollower];
