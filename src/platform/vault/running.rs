//! The keys of a running service, which follow their file when it changes.

use super::{KeyFileError, Keyring, MasterKeys, SecretBytes, Wrapped};
use crate::domain::{Entropy, Error};

/// The keys of a running service.
#[derive(Debug)]
pub struct Vault {
    master_keys: MasterKeys,
    /// The service's own keys.
    pub keyring: Keyring,
}

impl Vault {
    /// The keys, as they were read.
    pub fn new(master_keys: MasterKeys, keyring: Keyring) -> Self {
        Self { master_keys, keyring }
    }

    /// `key` wrapped for `owner` under the newest master key. The file is looked at each time, a microsecond's
    /// work: a rotation must not leave behind what was wrapped after it.
    pub(in crate::platform) fn wrap(&self, entropy: &dyn Entropy, owner: &[u8], key: &SecretBytes) -> Wrapped {
        self.reload();
        self.master_keys.wrap(entropy, owner, key)
    }

    /// The key that was wrapped for `owner`. A master key that we do not have may be new in its file.
    ///
    /// # Errors
    /// When the master key is not there, or the wrapped key was changed: internal.
    pub(in crate::platform) fn unwrap(&self, owner: &[u8], wrapped: &Wrapped) -> Result<SecretBytes, Error> {
        if !self.master_keys.holds(wrapped.master_key) {
            self.reload();
        }
        self.master_keys.unwrap(owner, wrapped)
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
    tracing::error!(%error, "the file of master keys has changed and cannot be used; the keys read before stay in use");
}
