//! The room that knows who is in which network.

use crate::domain::{ContactId, Error, NetworkId};
use crate::platform::transaction::ReadTx;

/// A room that knows the members of networks.
pub trait MembersOfNetworks: Send + Sync {
    /// The contacts who are in a network now, by falling id, those before `after`, at most `most` of them.
    fn members(
        &self,
        tx: &mut ReadTx<'_>,
        network: NetworkId,
        after: Option<ContactId>,
        most: i64,
    ) -> Result<Vec<ContactId>, Error>;
}

/// That room, as an extension of the transaction.
pub type Directory = &'static dyn MembersOfNetworks;
