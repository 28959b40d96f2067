//! A keyed digest (HMAC-SHA-256) over labelled, length-prefixed parts.
//!
//! Every part is preceded by its length, the label too, so that no two lists of parts are digested alike
//! and one key can serve several purposes under several labels.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use super::SecretBytes;

/// A key for HMAC-SHA-256, prepared once.
pub struct MacKey(hmac::Key);

impl MacKey {
    /// The key with these bytes.
    pub fn new(secret: &SecretBytes) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }

    /// The digest of `parts`, under `label`, which says what it is for.
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut digest = hmac::Context::with_key(&self.0);
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            digest.update(&(part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let Ok(mac) = digest.sign().as_ref().try_into() else { unreachable!("SHA-256 has 32 bytes") };
        mac
    }

    /// Whether `mac` is the digest of `parts` under `label`, told in constant time.
    pub fn verify(&self, label: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
        verify_slices_are_equal(&self.mac(label, parts), mac).is_ok()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_part_ends_and_what_it_is_for_make_a_difference() {
        let key = MacKey::new(&SecretBytes::from_slice(&[7; 32]).unwrap());
        let mac = key.mac("link", &[b"ab", b"c"]);
        assert_eq!(mac, key.mac("link", &[b"ab", b"c"]));
        assert_ne!(mac, key.mac("link", &[b"a", b"bc"]));
        assert_ne!(mac, key.mac("link", &[b"ab", b"c", b""]));
        assert_ne!(mac, key.mac("linka", &[b"b", b"c"]));
        assert_ne!(mac, MacKey::new(&SecretBytes::from_slice(&[8; 32]).unwrap()).mac("link", &[b"ab", b"c"]));
    }

    #[test]
    fn a_changed_digest_is_refused() {
        let key = MacKey::new(&SecretBytes::from_slice(&[7; 32]).unwrap());
        let mut mac = key.mac("link", &[b"a"]);
        assert!(key.verify("link", &[b"a"], &mac));
        mac[31] ^= 1;
        assert!(!key.verify("link", &[b"a"], &mac));
        assert!(!key.verify("link", &[b"a"], &mac[..16]));
    }
}
