//! Cursors: what a caller carries from one page of a list to the next, sealed so that it can be neither
//! read nor made up, and bound to whom and what it was given for.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::SecretBytes;
use super::aead::Cipher;
use crate::domain::Entropy;

/// The key that seals cursors.
#[derive(Debug)]
pub struct CursorKey(Cipher);

impl CursorKey {
    /// The key with these bytes.
    pub fn new(secret: &SecretBytes) -> Self {
        Self(Cipher::new(secret))
    }

    /// `plain` sealed together with `aad` (caller, filters), in base64url.
    pub fn seal(&self, entropy: &dyn Entropy, aad: &[u8], plain: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.seal(entropy, &[], aad, plain))
    }

    /// What was sealed, or `None` if the text is no cursor of ours, or one for another `aad`.
    pub fn open(&self, aad: &[u8], text: &str) -> Option<Vec<u8>> {
        self.0.open(aad, &BASE64_URL_SAFE_NO_PAD.decode(text).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::CountingEntropy;
    use super::*;

    #[test]
    fn a_cursor_is_good_only_for_what_it_was_given_to() {
        let entropy = CountingEntropy::new();
        let key = CursorKey::new(&SecretBytes::random(&entropy));
        let text = key.seal(&entropy, b"caller and filters", b"after 7");
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_eq!(key.open(b"caller and filters", &text).unwrap(), b"after 7");
        assert_eq!(key.open(b"somebody else", &text), None);
        assert_eq!(key.open(b"caller and filters", &format!("{text}=")), None);
        assert_eq!(key.open(b"caller and filters", &text[1..]), None);
    }

    proptest! {
        #[test]
        fn no_text_that_was_made_up_opens_or_panics(text in ".{0,80}") {
            let key = CursorKey::new(&SecretBytes::random(&CountingEntropy::new()));
            prop_assert_eq!(key.open(b"", &text), None);
        }
    }
}
