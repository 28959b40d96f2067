//! What is still to be sent by mail. A room queues a message in the transaction of its deed; a job sends it
//! afterwards, so that no mail tells of something that was rolled back, and none is forgotten.
//!
//! The outbox holds ids, never an address or a text. A [`Letter`] puts a message together when it leaves, and
//! drops it if its reason has gone meanwhile. A message is claimed for [`LEASE`]; when a process dies with
//! a message in hand, another takes the message up after that. So it leaves at least once, with the same `Message-ID` each time.

pub mod cards;
mod letter;
mod schedule;
pub mod store;

pub use letter::{Claimed, Composed, Letter, Letters};
pub use schedule::{GIVE_UP_AFTER, LEASE, horizon, pause};
pub use store::{Outgoing, Status, queue, queue_all};
