//! What the transactions of a process share.

use std::sync::Arc;

use super::extensions::Extensions;
use crate::domain::{Calendar, Clock, Entropy, IdMint, Identity};
use crate::platform::vault::Vault;

/// What the transactions of a process share.
pub struct Services {
    /// The vault and its keys.
    pub vault: Vault,
    /// The clock.
    pub clock: Clock,
    /// Unpredictable bytes.
    pub entropy: Arc<dyn Entropy>,
    /// The mint of identifiers.
    pub mint: IdMint,
    /// The service as it names itself.
    pub identity: Arc<Identity>,
    /// What the application gives its rooms.
    pub extensions: Extensions,
    /// The working days.
    pub calendar: Calendar,
}
