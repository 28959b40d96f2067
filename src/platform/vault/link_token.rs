//! The secret of a capability link. Its holder may do what the link allows.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::Entropy;

/// A new token: 256 random bits, in base64url without padding. Only the sender of the mail may see it.
pub fn new_link_token(entropy: &dyn Entropy) -> String {
    let mut secret = [0; 32];
    entropy.fill(&mut secret);
    URL_SAFE_NO_PAD.encode(secret)
}

/// What is kept of a token, and looked up: its SHA-256.
pub fn link_token_hash(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_vec()
}
