//! Whether a token is good, and whose it is.
//!
//! Every failure looks the same to the caller; the metrics count its reason, and the debug log has a word on it.
//! A token that was good is remembered, but never beyond its own time nor beyond the keys that it was
//! verified with.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use futures_util::future::join_all;
use quick_cache::sync::Cache;

use super::admission::Admitted;
use super::claims::{Payload, Window};
use super::{Flaw, Issuer, compact, header};
use crate::domain::{Caller, Clock, Code, Error, Instant, Reading};

/// How many verified tokens are remembered.
const REMEMBERED: usize = 10_000;

/// What a good token says.
#[derive(Debug)]
pub struct Verified {
    /// Who calls.
    pub caller: Caller,
    /// The token's own name (`jti`, or the claim that the issuer's profile names), by which it can be revoked.
    pub jti: String,
    /// When it was issued (`iat`), in seconds since 1970.
    pub issued_at: i64,
    /// When it expires (`exp`), in seconds since 1970.
    pub expires_at: i64,
    /// When the database had nothing against it.
    pub(in crate::platform) admitted: Admitted,
}

/// A token was refused. Neither its text nor its `Debug` says why, because the answer to the caller is made from it.
#[derive(Clone, PartialEq, Eq)]
pub struct Refused(Flaw);

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Refused")
    }
}

impl Refused {
    /// Why, for the metrics and the log.
    pub fn flaw(&self) -> &Flaw {
        &self.0
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token was refused")
    }
}

impl std::error::Error for Refused {}

impl From<Refused> for Error {
    fn from(_: Refused) -> Self {
        Self::new(Code::InvalidToken, "The service refused the token. Get a new one from its issuer.")
    }
}

/// Two configured issuers have this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateIssuer(pub String);

impl fmt::Display for DuplicateIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the issuer {} is configured twice", self.0)
    }
}

impl std::error::Error for DuplicateIssuer {}

/// Why a token is not taken, or not yet.
enum Shortfall {
    /// It is bad.
    Flaw(Flaw),
    /// It would do, but no key of its issuer goes by this name.
    UnknownKey { issuer: usize, kid: String },
}

impl From<Flaw> for Shortfall {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

/// A verified token, and the state of the keys that it was verified with.
#[derive(Clone)]
struct Remembered {
    verified: Arc<Verified>,
    window: Window,
    issuer: usize,
    generation: u64,
}

/// The tokens of the configured issuers.
pub struct Tokens {
    issuers: Vec<Issuer>,
    remembered: Cache<[u8; 32], Remembered>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("issuers", &self.issuers).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Accepts tokens of `issuers` only.
    ///
    /// # Errors
    /// Two of them have the same name.
    pub fn new(issuers: Vec<Issuer>) -> Result<Self, DuplicateIssuer> {
        let mut names: Vec<&str> = issuers.iter().map(|issuer| issuer.issuer.as_str()).collect();
        names.sort_unstable();
        let twice = names.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some((*one).to_owned()),
            _ => None,
        });
        match twice {
            Some(name) => Err(DuplicateIssuer(name)),
            None => Ok(Self { issuers, remembered: Cache::new(REMEMBERED) }),
        }
    }

    /// The issuers.
    pub(in crate::platform) fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// Begins to keep the keys that issuers publish current, for as long as `self` is there. Must be called
    /// on a tokio runtime.
    pub fn keep_keys(&self, clock: &Clock) {
        for issuer in &self.issuers {
            issuer.keys.keep(&issuer.issuer, clock);
        }
    }

    /// The issuers whose published keys cannot be had now, with the reasons, for an operator's check.
    pub async fn without_keys(&self, now: Instant) -> Vec<(&str, String)> {
        let probes = self.issuers.iter().map(|issuer| async move {
            let found = issuer.keys.fetched(now).await;
            found.err().map(|why| (issuer.issuer.as_str(), why))
        });
        join_all(probes).await.into_iter().flatten().collect()
    }

    /// Whose `token` is, if it is good at the time `now`. Revocations are not looked at here. Only a token that names
    /// a key which its issuer did not have when it was last asked is waited with, until it has been asked.
    ///
    /// # Errors
    /// The token is refused, for whatever reason.
    pub async fn verify(&self, token: &str, now: impl Into<Reading>) -> Result<Arc<Verified>, Refused> {
        let now = now.into();
        let mut judged = self.examine(token, now);
        if let Err(Shortfall::UnknownKey { issuer, kid }) = &judged
            && let Some(issuer) = self.issuers.get(*issuer)
        {
            issuer.keys.learn(kid).await;
            judged = self.examine(token, now);
        }
        judged.map_err(|shortfall| match shortfall {
            Shortfall::Flaw(flaw) => Refused(flaw),
            Shortfall::UnknownKey { .. } => Refused(Flaw::Key("unknown kid")),
        })
    }

    /// The operator's name of the issuer that a refused token names. The token may be forged.
    pub(in crate::platform) fn named_in(&self, token: &str) -> Option<&str> {
        let payload = Payload::read(&compact::split(token).ok()?.payload).ok()?;
        payload.issuer().and_then(|issuer| self.name_of(issuer))
    }

    /// The operator's name of the issuer whose `iss` is `issuer`.
    pub(in crate::platform) fn name_of(&self, issuer: &str) -> Option<&str> {
        self.issuers.iter().find(|one| one.issuer == issuer).map(|one| one.name.as_str())
    }

    fn examine(&self, token: &str, now: Reading) -> Result<Arc<Verified>, Shortfall> {
        if token.len() > compact::LONGEST {
            return Err(Flaw::Malformed("too long").into());
        }
        let name =
            <[u8; 32]>::try_from(digest(&SHA256, token.as_bytes()).as_ref()).map_err(|_| Flaw::Malformed("digest"))?;
        if let Some(known) = self.remembered.get(&name) {
            let generation = self.issuers.get(known.issuer).map(|issuer| issuer.keys.current(now.now).generation);
            if generation == Some(known.generation) {
                known.window.holds(now)?;
                return Ok(known.verified);
            }
            self.remembered.remove(&name);
        }
        let fresh = self.verify_anew(token, now)?;
        let verified = Arc::clone(&fresh.verified);
        self.remembered.insert(name, fresh);
        Ok(verified)
    }

    fn verify_anew(&self, token: &str, now: Reading) -> Result<Remembered, Shortfall> {
        let parts = compact::split(token)?;
        let header = header::read(&parts.header)?;
        let payload = Payload::read(&parts.payload)?;
        let named = payload.issuer().ok_or(Flaw::Issuer)?;
        let found = self.issuers.iter().enumerate().find(|(_, issuer)| issuer.issuer == named);
        let (index, issuer) = found.ok_or(Flaw::Issuer)?;
        if header.typ != issuer.profile.typ {
            return Err(Flaw::Type.into());
        }
        if !issuer.profile.allows(header.algorithm) {
            return Err(Flaw::Key("the profile does not allow the algorithm").into());
        }
        // Only this issuer's own keys: another one's may go by the same `kid`.
        let current = issuer.keys.current(now.now);
        let Some(key) = current.keys.find(&header.kid) else {
            // A token that would be refused with any key is no reason to ask for one.
            payload.claims(issuer)?.window.holds(now)?;
            return Err(Shortfall::UnknownKey { issuer: index, kid: header.kid });
        };
        if key.algorithm() != header.algorithm {
            return Err(Flaw::Key("the key serves another algorithm").into());
        }
        if !key.verifies(parts.signed, parts.signature) {
            return Err(Flaw::Signature.into());
        }
        let claims = payload.claims(issuer)?;
        claims.window.holds(now)?;
        let verified = Verified {
            caller: claims.caller,
            jti: claims.jti,
            issued_at: claims.window.issued_at,
            expires_at: claims.window.expires_at,
            admitted: Admitted::default(),
        };
        let (verified, generation) = (Arc::new(verified), current.generation);
        Ok(Remembered { verified, window: claims.window, issuer: index, generation })
    }
}

#[cfg(test)]
mod tests;
