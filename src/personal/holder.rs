//! The trait of a room that holds personal data.

use super::erasing::{Erasing, Merging};
use super::export::Held;
use super::person::Person;
use super::table::Table;
use crate::domain::{ContactId, Error, Obstacle, PersonalRecord, PossibleMatch, Use};
use crate::platform::transaction::{ReadTx, WriteTx};

/// A room that holds personal data.
pub trait Holder: Send + Sync {
    /// The room's name.
    fn room(&self) -> &'static str;

    /// Its tables.
    fn tables(&self) -> &'static [Table];

    /// Whether something here depends on the contact, so that it can only be erased by request.
    ///
    /// # Errors
    /// When the database fails.
    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error>;

    /// Searches each of the room's tables by everything that leads to the person, and returns what they hold, unsealed (UK
    /// GDPR Article 15(3)): one answer for every table, those that hold nothing included. The caller records the access.
    ///
    /// # Errors
    /// Internal when a record cannot be unsealed.
    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error>;

    /// The purposes that the room uses the contact's data for, or has used it for, and on which basis.
    ///
    /// # Errors
    /// When the database fails.
    fn uses(&self, _tx: &mut ReadTx<'_>, _contact: ContactId) -> Result<Vec<Use>, Error> {
        Ok(Vec::new())
    }

    /// Follows a contact whose e-mail address is another one than before, in the transaction that changed it. The contact is
    /// held, and its row has the new address. Not called where an address is only removed.
    ///
    /// # Errors
    /// When the room cannot write what follows from it.
    fn address_changed(&self, _tx: &mut WriteTx<'_>, _contact: ContactId) -> Result<(), Error> {
        Ok(())
    }

    /// Hands over what the room holds of the contact that goes to the one that stays, so that nothing
    /// that protected the person before is lost. Both are locked.
    ///
    /// # Errors
    /// When the database fails.
    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error>;

    /// Every record about the person in the tables whose records a plan of erasure counts (`policy::erasure`), with its
    /// version: what must not change between the plan and its execution. Nothing is unsealed.
    ///
    /// # Errors
    /// When the database fails.
    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error>;

    /// Finds the records that name no contact and have something in common with the person that others may have too: the
    /// number alone, an address that passed to another person, or the name, whose keyed index is `name`. Records that are the
    /// person's for certain are left out. Nothing is unsealed.
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

    /// What this room knows that stands in the way of erasing the person, here or in other rooms.
    ///
    /// # Errors
    /// When the database fails.
    fn obstacles(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error>;

    /// Deletes or empties what the room holds of the person, but the records that are withheld, and restricts the records that
    /// may be about them. The contact is locked;
    /// the person's key is still there or not, so that nothing may depend on it: the caller destroys it afterwards. Keys
    /// of the room's own records go here.
    ///
    /// # Errors
    /// When the database fails.
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
