//! A lane: one connection of the database, and what belongs to the transaction on it.

use super::connection::{ConnectionError, Use};
use super::keys::KeyChanges;
use super::{AnyConnection, Target};

/// A connection and what belongs to the transaction on it.
pub struct Lane {
    pub(in crate::platform) connection: AnyConnection,
    /// Keys made or destroyed, where they live in a file of their own.
    pub(in crate::platform) keys: Option<KeyChanges>,
    /// The last error was one that a broken connection makes.
    pub(super) suspect: bool,
    /// The connection must be opened anew.
    pub(super) broken: bool,
    /// Keys were destroyed, and the journals may still hold what they were.
    pub(super) unscrubbed: bool,
}

impl Lane {
    pub(super) fn new(connection: AnyConnection, target: &Target, purpose: Use) -> Result<Self, ConnectionError> {
        let keys = match target {
            Target::Sqlite { vault, .. } if purpose == Use::Writing => Some(KeyChanges::open(vault)?),
            _ => None,
        };
        // What a crash has left is not known.
        let unscrubbed = keys.is_some();
        Ok(Self { connection, keys, suspect: false, broken: false, unscrubbed })
    }
}
