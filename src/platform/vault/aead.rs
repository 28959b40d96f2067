//! AES-256-GCM as the vault uses it: a random nonce of 96 bits, then the ciphertext, then the tag.
//!
//! With random nonces one key may seal some 2^32 values before a repeated nonce becomes likely enough to
//! matter (NIST SP 800-38D section 8.3). A person's key never comes near it.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::SecretBytes;
use crate::domain::Entropy;

const TAG_LEN: usize = 16;

/// A key with its schedule worked out, ready to seal and open. The library wipes it on drop.
pub(super) struct Cipher(LessSafeKey);

impl Cipher {
    pub(super) fn new(key: &SecretBytes) -> Self {
        let Ok(key) = UnboundKey::new(&AES_256_GCM, key.as_bytes()) else {
            unreachable!("AES-256 takes any 32 bytes for a key")
        };
        Self(LessSafeKey::new(key))
    }

    /// `head`, then `plain` sealed together with `aad`, in one allocation.
    pub(super) fn seal(&self, entropy: &dyn Entropy, head: &[u8], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        let start = head.len() + NONCE_LEN;
        let mut sealed = Vec::with_capacity(start + plain.len() + TAG_LEN);
        sealed.extend_from_slice(head);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let text = sealed.get_mut(start..).unwrap_or_default();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let Ok(tag) = self.0.seal_in_place_separate_tag(nonce, Aad::from(aad), text) else {
            unreachable!("AES-GCM refuses only texts of more than 64 GiB")
        };
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// What was sealed, or `None` if the key, `aad` or a single bit of `sealed` is not the one it was sealed with.
    pub(super) fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut plain = vec![0; sealed.len().checked_sub(NONCE_LEN + TAG_LEN)?];
        self.open_into(aad, sealed, &mut plain)?;
        Some(plain)
    }

    /// Opens into `plain`, which must be exactly as long as what was sealed.
    pub(super) fn open_into(&self, aad: &[u8], sealed: &[u8], plain: &mut [u8]) -> Option<()> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let (text, tag) = rest.split_last_chunk::<TAG_LEN>()?;
        if text.len() != plain.len() {
            return None;
        }
        self.0.open_separate_gather(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), text, tag, plain).ok()
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::super::CountingEntropy;
    use super::*;

    #[test]
    fn a_sealed_text_has_its_nonce_before_it_and_its_tag_behind() {
        let entropy = CountingEntropy::new();
        let cipher = Cipher::new(&SecretBytes::random(&entropy));
        let sealed = cipher.seal(&entropy, b"head", b"aad", b"plain");
        assert_eq!(sealed.len(), 4 + NONCE_LEN + 5 + TAG_LEN);
        assert_eq!(sealed.capacity(), sealed.len());
        assert_eq!(cipher.open(b"aad", &sealed[4..]).unwrap(), b"plain");
        assert_eq!(cipher.open(b"other", &sealed[4..]), None);
        assert_eq!(cipher.open(b"aad", &sealed[4..30]), None);
        assert_eq!(cipher.open_into(b"aad", &sealed[4..], &mut [0; 6]), None);
    }
}
