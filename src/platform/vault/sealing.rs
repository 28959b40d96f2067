//! Sealing a value under a data key, so that it can be opened only in the place it was sealed for.
//!
//! A blob is one byte of format, then nonce, ciphertext and tag (AES-256-GCM). The table, the column
//! and the row are authenticated with it: a blob that is copied into another row or column does not
//! open.

use std::fmt;

use uuid::Uuid;

use super::SecretBytes;
use super::aead::Cipher;
use crate::domain::{Entropy, Error, LoggedCause, StoredRow};

/// The format of every blob written today: AES-256-GCM, bound to its [`Place`].
const FORMAT: u8 = 1;

/// Longest name of a table or column; PostgreSQL cuts identifiers off there.
const NAME_MAX: usize = 63;
const LABEL: &[u8] = b"iewm sealed 1";
const AAD_MAX: usize = LABEL.len() + 16 + 2 * (1 + NAME_MAX);

/// Where a sealed value stands. It opens there and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table's name, at most 63 bytes.
    pub table: &'a str,
    /// The column's name, at most 63 bytes.
    pub column: &'a str,
    /// The row's id.
    pub row: Uuid,
}

impl Place<'_> {
    /// Returns what was read from the value that was sealed here.
    ///
    /// # Errors
    /// An internal error that logs the place and the cause, never the value.
    #[track_caller]
    pub fn read<T, C: LoggedCause>(&self, read: Result<T, C>) -> Result<T, Error> {
        StoredRow::new(self.table, self.row).read(self.column, read)
    }

    /// Calls `then` with the place written as bytes: no two places are written the same.
    fn written<T>(&self, then: impl FnOnce(&[u8]) -> T) -> T {
        let mut aad = [0; AAD_MAX];
        let mut room = aad.as_mut_slice();
        let Self { table, column, row } = self;
        for part in [LABEL, row.as_bytes(), &name_len(table), table.as_bytes(), &name_len(column), column.as_bytes()] {
            if let Some(place) = room.split_off_mut(..part.len()) {
                place.copy_from_slice(part);
            }
        }
        let left = room.len();
        then(aad.get(..AAD_MAX - left).unwrap_or_default())
    }
}

fn name_len(name: &str) -> [u8; 1] {
    assert!(name.len() <= NAME_MAX, "no table or column has a name this long");
    [u8::try_from(name.len()).unwrap_or(u8::MAX)]
}

/// A key that seals data: one for each person, and one for what belongs to no person.
pub struct DataKey {
    secret: SecretBytes,
    cipher: Cipher,
}

impl DataKey {
    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::from_secret(SecretBytes::random(entropy))
    }

    /// The key with these bytes.
    pub fn from_secret(secret: SecretBytes) -> Self {
        Self { cipher: Cipher::new(&secret), secret }
    }

    /// The key's bytes, to be wrapped under a master key.
    pub fn as_secret(&self) -> &SecretBytes {
        &self.secret
    }

    /// `plain` sealed for `place`: 29 bytes longer than it was.
    ///
    /// # Panics
    /// If the table's or the column's name is longer than 63 bytes, which no database would take.
    pub fn seal(&self, entropy: &dyn Entropy, place: &Place<'_>, plain: &[u8]) -> Vec<u8> {
        place.written(|aad| self.cipher.seal(entropy, &[FORMAT], aad, plain))
    }

    /// What was sealed in `blob`.
    ///
    /// # Errors
    /// An internal error if the blob is of another format, was sealed under another key or for another
    /// place, or has been changed. It names the place, never the value.
    ///
    /// # Panics
    /// As [`DataKey::seal`].
    #[track_caller]
    pub fn open(&self, place: &Place<'_>, blob: &[u8]) -> Result<Vec<u8>, Error> {
        let cause = match blob.split_first() {
            Some((&FORMAT, sealed)) => match place.written(|aad| self.cipher.open(aad, sealed)) {
                Some(plain) => return Ok(plain),
                None => "it does not open: another key, another place, or changed",
            },
            Some(_) => "it is of an unknown format",
            None => "it is empty",
        };
        place.read(Err(cause))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::CountingEntropy;
    use super::*;

    const PLACE: Place<'static> = Place { table: "contacts", column: "particulars", row: Uuid::from_u128(7) };

    #[test]
    fn a_value_opens_only_in_its_own_place_and_under_its_own_key() {
        let entropy = CountingEntropy::new();
        let key = DataKey::generate(&entropy);
        let blob = key.seal(&entropy, &PLACE, b"Ada");
        assert_eq!(key.open(&PLACE, &blob).unwrap(), b"Ada");
        assert_eq!(DataKey::from_secret(key.as_secret().clone()).open(&PLACE, &blob).unwrap(), b"Ada");
        for elsewhere in [
            Place { table: "requests", ..PLACE },
            Place { column: "note", ..PLACE },
            Place { row: Uuid::from_u128(8), ..PLACE },
            Place { table: "contactsp", column: "articulars", ..PLACE },
        ] {
            assert!(key.open(&elsewhere, &blob).is_err());
        }
        assert!(DataKey::generate(&entropy).open(&PLACE, &blob).is_err());
    }

    #[test]
    fn a_value_sealed_twice_does_not_look_the_same() {
        let entropy = CountingEntropy::new();
        let key = DataKey::generate(&entropy);
        assert_ne!(key.seal(&entropy, &PLACE, b"Ada"), key.seal(&entropy, &PLACE, b"Ada"));
    }

    #[test]
    fn an_unknown_format_or_an_empty_blob_is_refused() {
        let entropy = CountingEntropy::new();
        let key = DataKey::generate(&entropy);
        let mut blob = key.seal(&entropy, &PLACE, b"Ada");
        blob[0] = 2;
        let error = key.open(&PLACE, &blob).unwrap_err();
        assert!(error.cause().unwrap().contains("contacts.particulars"), "{error}");
        assert!(key.open(&PLACE, &[]).is_err());
        assert!(key.open(&PLACE, &[FORMAT]).is_err());
    }

    #[test]
    fn the_longest_names_fit() {
        let name = "n".repeat(NAME_MAX);
        let place = Place { table: &name, column: &name, row: Uuid::nil() };
        assert_eq!(place.written(<[u8]>::len), AAD_MAX);
    }

    proptest! {
        #[test]
        fn what_is_sealed_can_be_opened(plain in prop::collection::vec(any::<u8>(), 0..400)) {
            let entropy = CountingEntropy::new();
            let key = DataKey::generate(&entropy);
            let blob = key.seal(&entropy, &PLACE, &plain);
            prop_assert_eq!(blob.len(), plain.len() + 29);
            prop_assert_eq!(key.open(&PLACE, &blob).unwrap(), plain);
        }

        #[test]
        fn a_changed_bit_is_noticed(bit in 0_usize..8 * (29 + 12)) {
            let entropy = CountingEntropy::new();
            let key = DataKey::generate(&entropy);
            let mut blob = key.seal(&entropy, &PLACE, b"Ada Lovelace");
            blob[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(key.open(&PLACE, &blob).is_err());
        }
    }
}
