//! The rooms that follow changes of organisations.

use crate::domain::{Error, OrganisationId};
use crate::platform::transaction::WriteTx;

/// A room that follows changes of organisations. Each method runs in the transaction that makes the change, and the organisation is
/// locked.
pub trait OrganisationFollower: Send + Sync {
    /// Judges whether the kind of an organisation can change.
    ///
    /// # Errors
    /// 409 when a record of the room depends on the kind; then the organisation stays as it was.
    fn kind_changes(&self, tx: &mut WriteTx<'_>, organisation: OrganisationId) -> Result<(), Error>;

    /// Follows an organisation that has ended.
    ///
    /// # Errors
    /// When the room cannot write what follows; then the organisation stays as it was.
    fn ended(&self, tx: &mut WriteTx<'_>, organisation: OrganisationId) -> Result<(), Error>;
}

/// All of them, as an extension of the transaction.
pub type OrganisationFollowers = &'static [&'static dyn OrganisationFollower];
