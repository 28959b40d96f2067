//! What is still to be sent by mail. A room queues a message in the transaction of its deed; a job sends it
//! afterwards, so that no mail tells of something that was rolled back, and none is forgotten.
//!
//! The outbox holds ids, never an address or a text. A [`Letter`] puts a message together when it leaves, and
//! drops it if its reason has gone meanwhile. The table is a queue of leased rows (`platform/queue`): when an instance dies with
//! a message in hand, another claims the message after the lease of five minutes. So a message leaves at least once, with the
//! same `Message-ID` each time.

pub mod cards;
mod letter;
mod schedule;
pub mod store;

pub use letter::{Claimed, Composed, Letter, Letters};
pub use store::{Outgoing, Status, queue, queue_all};
