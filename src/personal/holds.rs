//! What a room must ask before it deletes something about a person: whether a legal hold keeps it.

use super::person::Person;
use crate::domain::Error;
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room that knows the legal holds.
pub trait HoldKeeper: Send + Sync {
    /// Keeps new holds out until the transaction ends: a hold that is placed at the same moment waits, and binds afterwards.
    /// Call it after the contact is locked and before the holds are read.
    ///
    /// # Errors
    /// When the lock cannot be taken in time.
    fn keep_out(&self, tx: &mut WriteTx<'_>) -> Result<(), Error>;

    /// Checks that no hold keeps anything about a person.
    ///
    /// # Errors
    /// 423 `held`, which names the holds for a caller who may read them.
    fn must_be_free(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<(), Error>;
}

/// That room, as an extension of the transaction.
pub type Holds = &'static dyn HoldKeeper;

/// Checks that no legal hold keeps anything about a person, and keeps new holds out until the transaction ends. The contact is
/// locked.
///
/// # Errors
/// 423 `held`.
pub fn must_be_free(tx: &mut WriteTx<'_>, person: &Person) -> Result<(), Error> {
    let keeper: Holds = tx.extension()?;
    keeper.keep_out(tx)?;
    keeper.must_be_free(tx, person)
}

/// Keeps new holds out until the transaction ends, in which a plan of erasure is executed: the plan lists what is held.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn keep_out(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    let keeper: Holds = tx.extension()?;
    keeper.keep_out(tx)
}
