//! Tokens of our own making: for the demo's issuer and for `iewm token`.
//!
//! One Ed25519 key, whose `kid` is its thumbprint (RFC 7638). What is minted is what
//! [`Tokens`](super::Tokens) takes, or an error that says why it would not.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::profile::ONE_HOUR;
use crate::domain::{Entropy, Error, Fault, Instant, OrganisationId, Role};

/// Signs tokens.
pub struct TokenMint {
    seed: Zeroizing<[u8; 32]>,
    pair: Ed25519KeyPair,
    kid: String,
}

impl fmt::Debug for TokenMint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenMint").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// What a token shall say.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// Who issues it (`iss`).
    pub issuer: String,
    /// Whom it is for (`aud`).
    pub audience: String,
    /// Whom it is about (`sub`).
    pub subject: String,
    /// The roles it carries, at least one.
    pub roles: Vec<Role>,
    /// The contractor's organisation (`org`), which that role needs.
    pub organisation: Option<OrganisationId>,
    /// How long it holds, in seconds: 1 to 3600.
    pub lifetime_seconds: i64,
}

impl TokenMint {
    /// A mint with a new key.
    ///
    /// # Errors
    /// The cryptographic library fails.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, Error> {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(seed.as_mut());
        Self::from_seed(*seed)
    }

    /// The mint whose key this seed makes.
    ///
    /// # Errors
    /// The cryptographic library fails.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, Error> {
        let seed = Zeroizing::new(seed);
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).map_err(|error| Error::internal(error))?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, thumbprint.as_bytes()));
        Ok(Self { seed, pair, kid })
    }

    /// The seed, to be kept as a secret.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The public key as a JWKS.
    pub fn jwks(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": x});
        json!({ "keys": [key] }).to_string()
    }

    /// A token as `request` describes, issued at `now` under the name `jti`.
    ///
    /// # Errors
    /// Such a token would be refused: no role, a contractor without an organisation, a lifetime out of
    /// range, or no subject.
    pub fn mint(&self, request: &TokenRequest, now: Instant, jti: Uuid) -> Result<String, Error> {
        let faults = faults(request);
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": self.kid});
        let mut claims = json!({
            "iss": request.issuer, "aud": request.audience, "sub": request.subject,
            "iat": now.seconds(), "exp": now.seconds() + request.lifetime_seconds, "jti": jti, "roles": request.roles,
        });
        if let (Some(organisation), Some(claims)) = (request.organisation, claims.as_object_mut()) {
            claims.insert("org".to_owned(), json!(organisation));
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.pair.try_sign(signed.as_bytes()).map_err(|error| Error::internal(error))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn faults(request: &TokenRequest) -> Vec<Fault> {
    let mut faults = Vec::new();
    if request.subject.is_empty() {
        faults.push(Fault::new("/subject", "required", "must not be empty"));
    }
    if request.roles.is_empty() {
        faults.push(Fault::new("/roles", "required", "must name at least one role"));
    }
    if request.roles.contains(&Role::Contractor) && request.organisation.is_none() {
        faults.push(Fault::new("/organisation", "required", "is needed for the role contractor"));
    }
    if !(1..=ONE_HOUR).contains(&request.lifetime_seconds) {
        faults.push(Fault::new("/lifetime_seconds", "range", "must be 1 to 3600 seconds"));
    }
    faults
}

#[cfg(test)]
mod tests;
