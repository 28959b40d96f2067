//! The service's own keys: made once, at random, and kept wrapped beside the persons' keys.
//!
//! None is derived from a master key, so that rotating those leaves every index, link and receipt valid.
//! Each serves one purpose only.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{BlindIndexKey, CursorKey, DataKey, MacKey, SecretBytes, SigningKey};
use crate::domain::{Entropy, Error};

/// The service's own keys, ready for use.
#[derive(Debug)]
pub struct Keyring {
    /// Finds people by what is sealed.
    pub blind_index: Arc<BlindIndexKey>,
    /// Seals the cursors of lists.
    pub cursors: Arc<CursorKey>,
    /// Seals what belongs to no person.
    pub service: DataKey,
    /// Recognises a repeated request without keeping it.
    pub idempotency: MacKey,
    /// Seals the statements that links carry.
    pub links: CursorKey,
    /// Signs receipts.
    pub receipts: SigningKey,
}

impl Keyring {
    /// The names of the keys, under which they are kept.
    pub const NAMES: &[&str] = &["blind_index", "cursors", "house", "idempotency", "links", "receipts"];

    /// The keys, each from the secret of its name. Secrets of other names are passed over, so that an older
    /// release can run beside a newer one.
    ///
    /// # Errors
    /// An internal error that names the key whose secret is missing.
    pub fn from_secrets(secrets: &BTreeMap<String, SecretBytes>) -> Result<Self, Error> {
        let secret = |name: &str| {
            secrets.get(name).ok_or_else(|| Error::internal(format_args!("the service's key {name} is missing")))
        };
        Ok(Self {
            blind_index: Arc::new(BlindIndexKey::new(secret("blind_index")?)),
            cursors: Arc::new(CursorKey::new(secret("cursors")?)),
            // Stored under its first name.
            service: DataKey::from_secret(secret("house")?.clone()),
            idempotency: MacKey::new(secret("idempotency")?),
            links: CursorKey::new(secret("links")?),
            receipts: SigningKey::from_seed(secret("receipts")?),
        })
    }

    /// A new secret for the key called `name`, to be wrapped and kept by the caller.
    ///
    /// # Panics
    /// In a debug build, if there is no key of that name.
    pub fn fresh_secret(name: &str, entropy: &dyn Entropy) -> SecretBytes {
        debug_assert!(Self::NAMES.contains(&name), "{name} is no key of the service");
        SecretBytes::random(entropy)
    }
}

#[cfg(test)]
mod tests {
    use super::super::CountingEntropy;
    use super::*;

    fn secrets() -> BTreeMap<String, SecretBytes> {
        let entropy = CountingEntropy::new();
        Keyring::NAMES.iter().map(|name| ((*name).to_owned(), Keyring::fresh_secret(name, &entropy))).collect()
    }

    #[test]
    fn the_names_are_all_that_a_keyring_needs_and_it_needs_them_all() {
        assert!(Keyring::from_secrets(&secrets()).is_ok());
        for name in Keyring::NAMES {
            let mut secrets = secrets();
            secrets.remove(*name);
            let error = Keyring::from_secrets(&secrets).unwrap_err();
            assert!(error.cause().unwrap().contains(name), "{error}");
        }
    }

    #[test]
    fn the_same_secrets_make_the_same_keys() {
        let secrets = secrets();
        let (one, other) = (Keyring::from_secrets(&secrets).unwrap(), Keyring::from_secrets(&secrets).unwrap());
        assert_eq!(one.receipts.kid(), other.receipts.kid());
        assert_eq!(one.idempotency.mac("l", &[]), other.idempotency.mac("l", &[]));
        assert_eq!(one.service.as_secret(), &secrets["house"]);
        assert!(format!("{one:?}").matches("[secret]").count() >= 5);
    }
}
