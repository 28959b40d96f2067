//! The marks that many rooms read: who must not be written to, whatever else is stored about them.
//!
//! A suppression mark is the blind index of an e-mail address for one purpose. It survives the
//! erasure of the person, so that no import and no new sign-up can bring the address back; only the
//! mailbox itself lifts it, for one purpose at a time (UK GDPR Articles 17 and 21(3)).
//!
//! A former address is the blind index of an address or number that a contact no longer has. It leads to the person until an
//! erasure turns it into a suppression mark, or its mailbox confirms for another person.

pub mod cards;
mod personal;
pub mod store;

pub use personal::SuppressionData;
