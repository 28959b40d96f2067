//! A set of public keys (RFC 7517), read strictly: one doubtful key refuses the whole set.
//!
//! A set may hold keys for other uses besides, such as Keycloak's key for encryption. Those are left out (RFC 7517
//! section 5), and nothing else is forgiven. A message about a key names its `kid`.
//!
//! A key serves one algorithm, which follows from its type, so that no token can choose another for
//! it (RFC 8725 section 3.1). Secret keys of either kind have no place in a set that is published.

use std::collections::HashMap;
use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use super::{header, json_object};

/// Members that only a private or symmetric key has (RFC 7518 section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// The longest `kid`, in characters.
const LONGEST_KID: usize = 255;

/// A public key and the one algorithm that it serves.
#[derive(Debug)]
pub struct VerificationKey {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl VerificationKey {
    /// The algorithm that the key serves.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature`, in base64url, is this key's over `signed`.
    pub fn verifies(&self, signed: &str, signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &self.key, self.algorithm).unwrap_or(false)
    }
}

/// The public keys of one issuer, by `kid`.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: HashMap<String, VerificationKey>,
    left_out: Vec<String>,
}

/// What is wrong with a set of keys, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetError(String);

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeySetError {}

/// Why a key is not taken.
enum Unfit {
    /// It may be a good key, but is not for verifying tokens with an algorithm that is taken here.
    OtherUse(&'static str),
    /// It is not what a published key may be.
    Doubtful(&'static str),
}

impl From<&'static str> for Unfit {
    fn from(why: &'static str) -> Self {
        Self::Doubtful(why)
    }
}

impl KeySet {
    /// Reads a set. Keys for encryption, or of a type or an algorithm that is not taken here, are left out. A set without any
    /// other key is one under which no token is good.
    ///
    /// # Errors
    /// It is not a JWKS, or a key in it is not one that may be published. The text says which key, by its place and its `kid`,
    /// and why.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeySetError> {
        let set = json_object::read(bytes).map_err(|why| KeySetError(format!("it is not strict JSON: {why}")))?;
        let list = set.get("keys").and_then(Value::as_array);
        let list = list.ok_or_else(|| KeySetError("it has no `keys` array".to_owned()))?;
        let (mut keys, mut left_out) = (HashMap::new(), Vec::new());
        for (index, jwk) in list.iter().enumerate() {
            let named = |why: &str| format!("key {} of the set{} {why}", index + 1, named(jwk));
            let (kid, key) = match read_key(jwk) {
                Ok(read) => read,
                Err(Unfit::OtherUse(why)) => {
                    left_out.push(named(why));
                    continue;
                }
                Err(Unfit::Doubtful(why)) => return Err(KeySetError(named(why))),
            };
            if keys.insert(kid, key).is_some() {
                return Err(KeySetError(named("has the `kid` of another key")));
            }
        }
        Ok(Self { keys, left_out })
    }

    /// The keys that were left out, each with the reason.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The key that goes by `kid`, letter for letter.
    pub fn find(&self, kid: &str) -> Option<&VerificationKey> {
        self.keys.get(kid)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// The key's `kid` for a message, cut if it is long; nothing for a key without one.
fn named(jwk: &Value) -> String {
    let kid = jwk.get("kid").and_then(Value::as_str).filter(|kid| !kid.is_empty());
    kid.map(|kid| format!(" (kid {:?})", kid.chars().take(64).collect::<String>())).unwrap_or_default()
}

fn read_key(jwk: &Value) -> Result<(String, VerificationKey), Unfit> {
    let jwk = jwk.as_object().ok_or("is not an object")?;
    let text = |name| jwk.get(name).and_then(Value::as_str);
    if text("kty") == Some("oct") {
        return Err("is symmetric (`oct`); only public keys may verify tokens".into());
    }
    if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
        return Err("is a private key; publish its public part only, and replace it if it was published".into());
    }
    if let Some(usage) = jwk.get("use") {
        let usage = usage.as_str().ok_or("has a `use` that is not a text")?;
        if usage != "sig" {
            return Err(Unfit::OtherUse("has a `use` other than `sig`"));
        }
    }
    if let Some(operations) = jwk.get("key_ops") {
        let operations = operations.as_array().ok_or("has a `key_ops` that is not an array")?;
        if !operations.iter().any(|operation| operation == "verify") {
            return Err(Unfit::OtherUse("has a `key_ops` without `verify`"));
        }
    }
    let serves = match (text("kty").ok_or("has no `kty`")?, text("crv")) {
        ("OKP", Some("Ed25519")) => Algorithm::EdDSA,
        ("EC", Some("P-256")) => Algorithm::ES256,
        ("RSA", _) => Algorithm::RS256,
        _ => return Err(Unfit::OtherUse("is not Ed25519, P-256 or RSA")),
    };
    if let Some(named) = jwk.get("alg") {
        let named = named.as_str().ok_or("has an `alg` that is not a text")?;
        if header::algorithm(named) != Some(serves) {
            return Err(Unfit::OtherUse("has an `alg` that its type does not serve"));
        }
    }
    let kid = text("kid").filter(|kid| !kid.is_empty() && kid.chars().count() <= LONGEST_KID);
    let kid = kid.ok_or("has no `kid`, or one longer than 255 characters")?.to_owned();
    let key = match serves {
        Algorithm::EdDSA => ed25519(jwk)?,
        Algorithm::ES256 => p256(jwk)?,
        _ => rsa(jwk)?,
    };
    Ok((kid, key))
}

/// The bytes of a member in canonical base64url.
fn bytes(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok()
}

fn ed25519(jwk: &Map<String, Value>) -> Result<VerificationKey, &'static str> {
    let point = bytes(jwk, "x").filter(|x| x.len() == 32).ok_or("has no `x` of 32 bytes")?;
    Ok(VerificationKey { algorithm: Algorithm::EdDSA, key: DecodingKey::from_ed_der(&point) })
}

fn p256(jwk: &Map<String, Value>) -> Result<VerificationKey, &'static str> {
    let coordinate = |name| bytes(jwk, name).filter(|bytes| bytes.len() == 32).ok_or("has no `x` and `y` of 32 bytes");
    let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).map_err(|_| "is not a point of P-256")?;
    Ok(VerificationKey { algorithm: Algorithm::ES256, key: DecodingKey::from_ec_der(&point) })
}

fn rsa(jwk: &Map<String, Value>) -> Result<VerificationKey, &'static str> {
    let modulus = bytes(jwk, "n").ok_or("has no `n`")?;
    let exponent = bytes(jwk, "e").ok_or("has no `e`")?;
    // 256 bytes of which the first has its highest bit, or more: 2048 bits (RFC 7518 section 3.3).
    let long = match (modulus.len(), modulus.first()) {
        (256, Some(first)) => *first >= 0x80,
        (257..=1024, Some(first)) => *first != 0,
        _ => false,
    };
    if !long || modulus.last().is_none_or(|last| last % 2 == 0) {
        return Err("is RSA but not of 2048 to 8192 bits");
    }
    // An exponent of 1 would make anything a signature. FIPS 186-5: odd and above 2^16.
    let sound = (3..=4).contains(&exponent.len())
        && exponent.first().is_some_and(|first| *first != 0)
        && exponent.last().is_some_and(|last| last % 2 == 1);
    if !sound {
        return Err("is RSA with an exponent that is not odd and between 2^16 and 2^32");
    }
    let key = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
    Ok(VerificationKey { algorithm: Algorithm::RS256, key })
}

#[cfg(test)]
mod tests;
