//! A token's header (RFC 7515 section 4, RFC 9068 section 2.1): which key, which algorithm, which type.
//!
//! A header can only choose among the keys that the issuer was configured with. One that brings a key
//! along, or says where to fetch one, is refused, and nothing is fetched (RFC 8725 section 3.10).

use jsonwebtoken::Algorithm;
use strum::{EnumString, IntoStaticStr, VariantNames};

use super::{Flaw, json_object};

/// Members that would change what the token means or where its key comes from.
const REFUSED: [&str; 8] = ["crit", "cty", "jwk", "jku", "x5u", "x5c", "zip", "b64"];

/// What the header of an access token says in `typ`. Exactly one value is taken for each issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantNames)]
pub(super) enum Typ {
    /// RFC 9068 section 2.1.
    #[strum(serialize = "at+jwt")]
    AtJwt,
    /// The same media type as `LemonLDAP::NG` 2.17 and later write it.
    #[strum(serialize = "at+JWT")]
    AtJwtCapital,
    /// Any JWT: a claim must tell an access token from an ID token (RFC 8725 sections 3.11 and 3.12).
    #[strum(serialize = "JWT")]
    Jwt,
}

/// What a header says.
pub(super) struct Header {
    pub(super) typ: Typ,
    pub(super) algorithm: Algorithm,
    pub(super) kid: String,
}

/// The algorithm that goes by `name`, if it is one of the three that are taken. `Ed25519` is the name that RFC 9864 gives
/// to the one curve of `EdDSA` that is taken.
pub(super) fn algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "EdDSA" | "Ed25519" => Some(Algorithm::EdDSA),
        "ES256" => Some(Algorithm::ES256),
        "RS256" => Some(Algorithm::RS256),
        _ => None,
    }
}

/// Reads a header.
///
/// # Errors
/// It is no JSON object, has a member twice or one that is refused, is of a type that no profile takes, or lacks a known
/// `alg` or a `kid`.
pub(super) fn read(bytes: &[u8]) -> Result<Header, Flaw> {
    let members = json_object::read(bytes).map_err(|_| Flaw::Malformed("header is not strict JSON"))?;
    let text = |name| members.get(name).and_then(serde_json::Value::as_str);
    if REFUSED.iter().any(|name| members.contains_key(*name)) {
        return Err(Flaw::Malformed("header has a refused member"));
    }
    let typ = text("typ").and_then(|typ| typ.parse().ok()).ok_or(Flaw::Type)?;
    let algorithm = text("alg").and_then(algorithm).ok_or(Flaw::Key("alg"))?;
    let kid = text("kid").ok_or(Flaw::Key("kid"))?.to_owned();
    Ok(Header { typ, algorithm, kid })
}
