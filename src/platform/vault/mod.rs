//! The vault: it makes particulars unreadable to an attacker who has the database but not the keys.
//!
//! Pure cryptography (UK GDPR Art 32(1)(a)); it knows no table and no request. Three floors of keys:
//! the master keys, in a file outside the database; under them, wrapped, a data key for each person and
//! the service's own keys; under the data keys, the sealed values. Destroying a person's data key makes
//! every copy of what it sealed unreadable, which is how an erasure reaches a backup (Art 17).
//!
//! No key and no plaintext shows in `Debug`, in an error or in a log.

mod aead;
mod blind_index;
pub mod cards;
mod cursor;
mod keyring;
mod link_token;
mod mac;
mod master_keys;
mod missing;
mod random;
mod rotation;
mod sealing;
mod secret;
mod signing;
pub mod store;
mod words;

pub use blind_index::BlindIndexKey;
pub use cursor::CursorKey;
pub use keyring::Keyring;
pub use link_token::{link_token_hash, new_link_token};
pub use mac::MacKey;
pub use master_keys::{KeyFileError, KeyFileFault, MasterKeyId, MasterKeys, Wrapped};
pub use random::SystemEntropy;
pub use rotation::RotationError;
pub(crate) use rotation::rotate;
pub use sealing::{DataKey, Place};
pub use secret::SecretBytes;
pub use signing::{AlgorithmName, JwsFault, SigningKey, VerifyingKey, verify_jws};
pub use words::{NameQueryFault, matches as name_matches};

mod running;
pub use running::Vault;

/// An [`Entropy`](crate::domain::Entropy) for tests: every byte differs from call to call, none is secret.
#[cfg(test)]
pub(crate) struct CountingEntropy(std::sync::atomic::AtomicU64);

#[cfg(test)]
impl CountingEntropy {
    pub(crate) fn new() -> Self {
        Self(std::sync::atomic::AtomicU64::new(1))
    }
}

#[cfg(test)]
impl crate::domain::Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let count = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &count.to_be_bytes());
            chunk.copy_from_slice(&hash.as_ref()[..chunk.len()]);
        }
    }
}
