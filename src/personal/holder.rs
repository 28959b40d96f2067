//! The trait of a room that holds personal data.

use super::erasing::{Erasing, Merging};
use super::export::Held;
use super::person::Person;
use crate::domain::{Card, Cards, ContactId, Error, Obstacle, PersonalRecord, PossibleMatch, RecordName, Use};
use crate::platform::transaction::{ReadTx, WriteTx};

/// What of a contact is another than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressChange {
    /// The e-mail address.
    Email,
    /// The telephone number and name together; the e-mail address is the same.
    NamedNumber,
}

/// A room that holds personal data.
pub trait Holder: Send + Sync {
    /// The room's name.
    fn room(&self) -> &'static str;

    /// The cards of the room's tables about people.
    fn cards(&self) -> &'static [Card];

    /// Whether a record of this room depends on the person, so that only a request can erase them.
    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error>;

    /// Searches each of the room's tables by every identifier of the person, and returns the records,
    /// unsealed (UK GDPR Article 15(3)): one entry for every table, including empty ones. The caller
    /// records the access.
    ///
    /// # Errors
    /// Internal when a record cannot be unsealed.
    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error>;

    /// The purposes for which the room uses or has used the person's data, with their basis.
    fn uses(&self, _tx: &mut ReadTx<'_>, _person: &Person) -> Result<Vec<Use>, Error> {
        Ok(Vec::new())
    }

    /// Follows a contact that has an e-mail address after a `change`, in the transaction that made it. The contact is locked,
    /// and its row has changed already. Not called if an address was only removed.
    ///
    /// # Errors
    /// When the room cannot write the consequences.
    fn address_changed(&self, _tx: &mut WriteTx<'_>, _contact: ContactId, _change: AddressChange) -> Result<(), Error> {
        Ok(())
    }

    /// Moves the room's records of the ending contact to the remaining one, so that the person keeps every
    /// protection. Both contacts are locked.
    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error>;

    /// Every record about the person in the tables that an erasure plan counts (`policy::erasure`), with
    /// its version: it must not change between the plan and its execution. Unseals nothing.
    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error>;

    /// Finds the records without a contact, and the other contacts, that share an ambiguous identifier with
    /// the person, such as an address that passed to another person. `name` is the keyed index of the
    /// person's name. Omits records that are certainly the person's. Unseals nothing.
    ///
    /// # Errors
    /// When the records cannot be read.
    fn matches(
        &self,
        _tx: &mut ReadTx<'_>,
        _person: &Person,
        _name: Option<&[u8]>,
    ) -> Result<Vec<PossibleMatch>, Error> {
        Ok(Vec::new())
    }

    /// The obstacles that this room knows to erasing the person, here or in other rooms.
    fn obstacles(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error>;

    /// Lifts the restriction of those of the records that this room holds: they are about another person than the one for whose
    /// sake they were restricted.
    ///
    /// # Errors
    /// When the records cannot be written.
    fn lift_restriction(&self, _tx: &mut WriteTx<'_>, _records: &[RecordName]) -> Result<(), Error> {
        Ok(())
    }

    /// Deletes or empties the room's records of the person, except withheld ones, and restricts the records
    /// that may be about the person. The contact is locked. The person's key may be missing, so the room
    /// must not depend on it: the caller destroys it afterwards. This method destroys the keys of the
    /// room's own records.
    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error>;
}

/// All rooms that hold personal data.
pub type Holders = &'static [&'static dyn Holder];

/// The rooms that hold personal data.
///
/// # Errors
/// Internal when the service was assembled without them.
pub fn holders(tx: &ReadTx<'_>) -> Result<Holders, Error> {
    tx.extension()
}

/// The cards of all tables.
///
/// # Errors
/// Internal when the service was assembled without them.
pub fn cards(tx: &ReadTx<'_>) -> Result<Cards, Error> {
    tx.extension()
}
