//! Who calls: bearer tokens of configured issuers (RFC 9068) and the keys they are checked with.
//!
//! Everything here is a function of the token, the keys and the time that is passed in. Only
//! [`KeySource`] reads anything: its file of keys, or the address that its issuer publishes them under.

mod admission;
mod bearer;
pub mod cards;
mod check;
mod claims;
mod compact;
mod flaw;
#[cfg(test)]
mod forge;
mod header;
mod issuer;
mod json_object;
mod jwks;
mod key_source;
mod mint;
mod permissions;
mod profile;
pub mod store;
mod tokens;

pub(in crate::platform) use admission::{Moment, Moments};
pub use bearer::{bearer, missing_part};
pub use check::{Broken, Finding};
pub use flaw::Flaw;
pub use issuer::Issuer;
pub use jwks::{KeySet, KeySetError, VerificationKey};
pub use key_source::{
    Authorities, Fetch, FetchError, Fetched, FileKeys, HttpsFetch, KeySource, KeySourceError, RemoteKeys,
};
pub use mint::{TokenMint, TokenRequest};
pub use permissions::*;
pub use profile::{Names, Profile, ProfileSettings};
pub use tokens::{DuplicateIssuer, Refused, Tokens, Verified};
