//! Signatures of the service: Ed25519 in a compact JWS (RFC 7515, RFC 8037), strictly read.
//!
//! What is signed names its key by the key's thumbprint (RFC 7638) and says what it is in `typ`, so that a
//! receipt cannot be passed off as anything else. The reader takes nothing but the form that the signer
//! writes: one algorithm, three header members, canonical base64url.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::SecretBytes;
use crate::domain::Entropy;

/// The name that what is signed, and the published key, give the algorithm. The reader takes both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
pub enum AlgorithmName {
    /// RFC 8037: what verifiers know.
    #[default]
    EdDSA,
    /// RFC 9864, which deprecates the other.
    Ed25519,
}

/// A key that signs.
pub struct SigningKey {
    name: AlgorithmName,
    seed: SecretBytes,
    pair: Ed25519KeyPair,
    public: VerifyingKey,
}

impl SigningKey {
    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::from_seed(&SecretBytes::random(entropy))
    }

    /// The key that grows out of `seed` (RFC 8032 section 5.1.5).
    pub fn from_seed(seed: &SecretBytes) -> Self {
        let Ok(pair) = Ed25519KeyPair::from_seed_unchecked(seed.as_bytes()) else {
            unreachable!("Ed25519 takes any 32 bytes for a seed")
        };
        let Ok(public) = pair.public_key().as_ref().try_into() else {
            unreachable!("a public key of Ed25519 has 32 bytes")
        };
        let name = AlgorithmName::default();
        Self { name, seed: seed.clone(), public: VerifyingKey::from_bytes(public), pair }
    }

    /// The same key, which gives its algorithm this name.
    #[must_use]
    pub fn named(self, name: AlgorithmName) -> Self {
        Self { name, ..self }
    }

    /// The seed, to be wrapped under a master key.
    pub fn seed(&self) -> &SecretBytes {
        &self.seed
    }

    /// The key that verifies what this one signs.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The key's name: its JWK thumbprint (RFC 7638) with SHA-256, in base64url.
    pub fn kid(&self) -> String {
        self.public.kid.clone()
    }

    /// The public key as a JWK, for publication.
    pub fn public_jwk(&self) -> Value {
        self.public.jwk(self.name)
    }

    /// `payload` in a compact JWS of type `typ`, signed.
    pub fn sign_jws(&self, typ: &str, payload: &[u8]) -> String {
        let header = json!({ "alg": <&str>::from(self.name), "kid": self.public.kid, "typ": typ }).to_string();
        let mut jws = String::with_capacity(200 + payload.len() * 4 / 3);
        BASE64_URL_SAFE_NO_PAD.encode_string(header, &mut jws);
        jws.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(payload, &mut jws);
        let signature = self.pair.sign(jws.as_bytes());
        jws.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
        jws
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.kid)
    }
}

/// The public half of a [`SigningKey`].
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    kid: String,
    bytes: [u8; 32],
}

impl VerifyingKey {
    /// The key with these bytes (RFC 8032 section 5.1.5).
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        // The required members alone, in the order of their names, without white space (RFC 7638 section 3).
        let x = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let required = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let kid = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, required.as_bytes()));
        Self { kid, bytes }
    }

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The key's name: its JWK thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key as a JWK (RFC 8037 section 2).
    pub fn jwk(&self, name: AlgorithmName) -> Value {
        let (alg, x) = (<&str>::from(name), BASE64_URL_SAFE_NO_PAD.encode(self.bytes));
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid, "alg": alg, "use": "sig" })
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.kid)
    }
}

/// Why a JWS is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsFault {
    /// It is not three parts in canonical base64url, or its header is not a JSON object.
    Malformed,
    /// Its header has other members than `alg`, `kid` and `typ`, one of them twice, or another algorithm.
    Header,
    /// It is of another type.
    Type,
    /// It names a key that is not ours.
    UnknownKey,
    /// The signature is not its key's over this content.
    Signature,
}

impl fmt::Display for JwsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "is not a compact JWS",
            Self::Header => "has a header other than alg EdDSA or Ed25519, kid and typ",
            Self::Type => "is of another type",
            Self::UnknownKey => "is signed with an unknown key",
            Self::Signature => "has a wrong signature",
        })
    }
}

impl std::error::Error for JwsFault {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// The payload of a compact JWS of type `typ` that one of `keys` signed.
///
/// # Errors
/// A [`JwsFault`] that says which rule it breaks. Nothing of the payload is returned unless all are kept.
pub fn verify_jws(jws: &str, typ: &str, keys: &[VerifyingKey]) -> Result<Vec<u8>, JwsFault> {
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsFault::Malformed);
    let (signed, signature) = jws.rsplit_once('.').ok_or(JwsFault::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsFault::Malformed)?;
    let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);
    // serde would take an array for the header as well.
    if !header.starts_with(b"{") {
        return Err(JwsFault::Malformed);
    }
    let header: Header = serde_json::from_slice(&header)
        .map_err(|error| if error.is_data() { JwsFault::Header } else { JwsFault::Malformed })?;
    if header.alg.parse::<AlgorithmName>().is_err() {
        return Err(JwsFault::Header);
    }
    if header.typ != typ {
        return Err(JwsFault::Type);
    }
    let key = keys.iter().find(|key| key.kid == header.kid).ok_or(JwsFault::UnknownKey)?;
    UnparsedPublicKey::new(&ED25519, key.bytes)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| JwsFault::Signature)?;
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::CountingEntropy;
    use super::*;

    fn key() -> SigningKey {
        SigningKey::generate(&CountingEntropy::new())
    }

    fn under_header(key: &SigningKey, header: &str) -> String {
        let signed = format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(header), BASE64_URL_SAFE_NO_PAD.encode("payload"));
        let signature = key.pair.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn the_key_of_rfc_8037_has_the_thumbprint_that_stands_there() {
        let seed = BASE64_URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let key = SigningKey::from_seed(&SecretBytes::from_slice(&seed).unwrap());
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(
            key.public_jwk(),
            json!({
                "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "kid": key.kid(), "alg": "EdDSA", "use": "sig",
            })
        );
        let signature = key.pair.sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
        assert_eq!(
            BASE64_URL_SAFE_NO_PAD.encode(signature),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn a_seed_gives_the_same_key_again() {
        let key = key();
        let again = SigningKey::from_seed(key.seed());
        assert_eq!(again.verifying_key(), key.verifying_key());
        assert_eq!(again.sign_jws("t", b"p"), key.sign_jws("t", b"p"));
    }

    #[test]
    fn what_one_of_the_keys_signed_is_taken() {
        let entropy = CountingEntropy::new();
        let (old, new) = (SigningKey::generate(&entropy), SigningKey::generate(&entropy));
        let keys = [new.verifying_key().clone(), old.verifying_key().clone()];
        assert_eq!(verify_jws(&old.sign_jws("receipt", b"{}"), "receipt", &keys).unwrap(), b"{}");
        assert_eq!(verify_jws(&new.sign_jws("receipt", b""), "receipt", &keys).unwrap(), b"");
        let other = key().sign_jws("seal", b"{}");
        assert_eq!(verify_jws(&other, "receipt", &keys), Err(JwsFault::Type));
        let stranger = SigningKey::generate(&entropy).sign_jws("receipt", b"{}");
        assert_eq!(verify_jws(&stranger, "receipt", &keys), Err(JwsFault::UnknownKey));
    }

    #[test]
    fn a_key_gives_its_algorithm_the_name_that_is_configured_and_the_reader_takes_both() {
        let (one, other) = (key(), key().named(AlgorithmName::Ed25519));
        let keys = [one.verifying_key().clone()];
        for (key, name) in [(&one, "EdDSA"), (&other, "Ed25519")] {
            assert_eq!(key.public_jwk()["alg"], name);
            let jws = key.sign_jws("t", b"payload");
            let header = BASE64_URL_SAFE_NO_PAD.decode(jws.split('.').next().unwrap()).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["alg"], name);
            assert_eq!(verify_jws(&jws, "t", &keys).unwrap(), b"payload");
        }
    }

    #[test]
    fn a_header_that_is_not_exactly_ours_is_refused() {
        let key = key();
        let keys = [key.verifying_key().clone()];
        let kid = key.kid();
        let ours = under_header(&key, &format!(r#"{{"typ":"t","kid":"{kid}","alg":"EdDSA"}}"#));
        assert_eq!(verify_jws(&ours, "t", &keys).unwrap(), b"payload");
        for (header, fault) in [
            (format!(r#"{{"alg":"none","kid":"{kid}","typ":"t"}}"#), JwsFault::Header),
            (format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"t"}}"#), JwsFault::Header),
            (format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#), JwsFault::Header),
            (format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"t","crit":[]}}"#), JwsFault::Header),
            (format!(r#"{{"alg":"EdDSA","alg":"EdDSA","kid":"{kid}","typ":"t"}}"#), JwsFault::Header),
            (format!(r#"["EdDSA","{kid}","t"]"#), JwsFault::Malformed),
            (format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"t"}} x"#), JwsFault::Malformed),
        ] {
            assert_eq!(verify_jws(&under_header(&key, &header), "t", &keys), Err(fault), "{header}");
        }
    }

    #[test]
    fn only_three_parts_in_canonical_base64url_are_taken() {
        let key = key();
        let keys = [key.verifying_key().clone()];
        let jws = key.sign_jws("t", b"payload");
        let (signed, _) = jws.rsplit_once('.').unwrap();
        for bad in [
            String::new(),
            "..".into(),
            signed.into(),
            format!("{jws}."),
            format!("{jws}=="),
            format!(" {jws}"),
            format!("{jws}.x"),
        ] {
            assert_eq!(verify_jws(&bad, "t", &keys), Err(JwsFault::Malformed), "{bad}");
        }
        assert_eq!(verify_jws(&format!("{signed}."), "t", &keys), Err(JwsFault::Signature));
        // The last character of a signature carries four bits that mean nothing: they must be zero.
        let last = jws.chars().last().unwrap();
        for stray in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().filter(|c| *c != last) {
            assert!(verify_jws(&format!("{}{stray}", &jws[..jws.len() - 1]), "t", &keys).is_err());
        }
    }

    #[test]
    fn debug_does_not_tell_the_seed() {
        let key = key();
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.kid()));
    }

    proptest! {
        #[test]
        fn any_payload_comes_back_and_no_change_goes_unseen(
            payload in prop::collection::vec(any::<u8>(), 0..64), at in any::<prop::sample::Index>(),
        ) {
            let key = key();
            let keys = [key.verifying_key().clone()];
            let jws = key.sign_jws("t", &payload);
            prop_assert_eq!(verify_jws(&jws, "t", &keys).unwrap(), payload);
            let mut changed = jws.into_bytes();
            let at = at.index(changed.len());
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            prop_assert!(verify_jws(std::str::from_utf8(&changed).unwrap(), "t", &keys).is_err());
        }
    }
}
