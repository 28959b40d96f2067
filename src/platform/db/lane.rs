//! A lane: one connection of the database, and what belongs to the transaction on it.

use super::connection::{ConnectionError, Use};
use super::keys::KeyChanges;
use super::{AnyConnection, Target};

/// A connection and the state of the transaction on it.
pub struct Lane {
    pub(in crate::platform) connection: AnyConnection,
    /// Created and destroyed keys, if they are in a file of their own.
    pub(in crate::platform) keys: Option<KeyChanges>,
    /// The last error was that of a broken connection.
    pub(super) suspect: bool,
    /// The connection must be opened again.
    pub(super) broken: bool,
    /// Keys were destroyed, and the journals may still hold them.
    pub(super) unscrubbed: bool,
}

impl Lane {
    pub(super) fn new(connection: AnyConnection, target: &Target, purpose: Use) -> Result<Self, ConnectionError> {
        let keys = match target {
            Target::Sqlite { vault, .. } if purpose == Use::Writing => Some(KeyChanges::open(vault)?),
            _ => None,
        };
        // The state after a crash is unknown.
        let unscrubbed = keys.is_some();
        Ok(Self { connection, keys, suspect: false, broken: false, unscrubbed })
    }
}
