//! The keys of a running service, which follow their file when it changes.

use uuid::Uuid;

use super::missing::MissingKeys;
use super::{KeyFileError, Keyring, MasterKeys, SecretBytes, Wrapped};
use crate::domain::{Entropy, Error};

/// The keys of a running service.
#[derive(Debug)]
pub struct Vault {
    master_keys: MasterKeys,
    /// The service's own keys.
    pub keyring: Keyring,
    missing: MissingKeys,
}

impl Vault {
    /// The keys, as they were read.
    pub fn new(master_keys: MasterKeys, keyring: Keyring) -> Self {
        Self { master_keys, keyring, missing: MissingKeys::default() }
    }

    /// `key` wrapped for `owner` under the newest master key. The file is looked at each time, a microsecond's
    /// work: a rotation must not leave behind what was wrapped after it.
    pub(in crate::platform) fn wrap(&self, entropy: &dyn Entropy, owner: &[u8], key: &SecretBytes) -> Wrapped {
        self.reload();
        self.master_keys.wrap(entropy, owner, key)
    }

    /// The key that was wrapped for `owner`; `None` when its master key is not in the file. The file is read again for a
    /// master key that is not known yet.
    ///
    /// # Errors
    /// Internal when the wrapped key was changed.
    pub(in crate::platform) fn unwrap(&self, owner: &[u8], wrapped: &Wrapped) -> Result<Option<SecretBytes>, Error> {
        if !self.master_keys.holds(wrapped.master_key) {
            self.reload();
            if !self.master_keys.holds(wrapped.master_key) {
                return Ok(None);
            }
        }
        self.master_keys.unwrap(owner, wrapped).map(Some)
    }

    /// Counts a row that cannot be opened for want of its owner's key, and names the owner in the log.
    pub(in crate::platform) fn note_missing_key(&self, owner: Uuid, why: &'static str) {
        self.missing.note(owner, why);
    }

    /// How many rows were found without their key since the start.
    pub fn rows_without_keys(&self) -> u64 {
        self.missing.rows()
    }

    fn reload(&self) {
        match self.master_keys.reload_if_changed() {
            Ok(true) => tracing::info!(newest = %self.master_keys.newest(), "the file of master keys was read again"),
            Ok(false) => {}
            Err(error) => warn(&error),
        }
    }
}

fn warn(error: &KeyFileError) {
    tracing::error!(%error, "the file of master keys has changed and cannot be used; the earlier keys stay in use");
}
