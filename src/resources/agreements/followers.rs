//! The rooms that follow the end of agreements.

use crate::domain::{AgreementId, Error};
use crate::platform::transaction::WriteTx;

/// A room that follows the end of agreements.
pub trait AgreementFollower: Send + Sync {
    /// Follows an approved agreement that ended before its last day, in the transaction that ended it. The agreement is locked.
    ///
    /// # Errors
    /// When the room cannot write what follows; then the agreement stays as it was.
    fn agreement_ended(&self, tx: &mut WriteTx<'_>, agreement: AgreementId) -> Result<(), Error>;
}

/// All of them, as an extension of the transaction.
pub type AgreementFollowers = &'static [&'static dyn AgreementFollower];
