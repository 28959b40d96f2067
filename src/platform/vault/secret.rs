//! Thirty-two secret bytes that are wiped when they are let go.
//!
//! Every key of the service is that long, whatever it is for. The bytes lie on the heap, so that moving the
//! value does not leave copies behind on the stack.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::Zeroize;

use crate::domain::{Entropy, Error};

/// A key's bytes: wiped on drop, compared in constant time, and `[secret]` in `Debug`.
#[derive(Clone)]
pub struct SecretBytes(Box<[u8; Self::LEN]>);

impl SecretBytes {
    /// How many bytes a secret has.
    pub const LEN: usize = 32;

    /// A new secret out of `entropy`.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self::filled(|bytes| entropy.fill(bytes))
    }

    /// A copy of `bytes` as a secret.
    ///
    /// # Errors
    /// An internal error if there are not exactly 32 of them.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() != Self::LEN {
            return Err(Error::internal("a secret does not have 32 bytes"));
        }
        Ok(Self::filled(|room| room.copy_from_slice(bytes)))
    }

    /// A secret whose bytes `fill` writes where they will stay.
    pub(super) fn filled(fill: impl FnOnce(&mut [u8; Self::LEN])) -> Self {
        let mut secret = Self(Box::new([0; Self::LEN]));
        fill(&mut secret.0);
        secret
    }

    /// The bytes themselves.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.as_bytes(), other.as_bytes()).is_ok()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::super::CountingEntropy;
    use super::*;

    #[test]
    fn debug_does_not_tell_it() {
        assert_eq!(format!("{:?}", SecretBytes::random(&CountingEntropy::new())), "[secret]");
    }

    #[test]
    fn only_thirty_two_bytes_make_a_secret() {
        assert_eq!(SecretBytes::from_slice(&[7; 32]).unwrap().as_bytes(), &[7; 32]);
        assert!(SecretBytes::from_slice(&[7; 31]).is_err());
        assert!(SecretBytes::from_slice(&[7; 33]).is_err());
    }

    #[test]
    fn two_secrets_are_equal_only_if_every_byte_is() {
        let one = SecretBytes::from_slice(&[7; 32]).unwrap();
        assert_eq!(one, one.clone());
        assert_ne!(one, SecretBytes::from_slice(&[8; 32]).unwrap());
    }
}
