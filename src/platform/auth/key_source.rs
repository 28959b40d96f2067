//! Where the keys of an issuer come from: a file, or an address under which the issuer publishes them.

mod fetch;
mod file;
mod pace;
mod remote;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{KeySet, KeySetError};
use crate::domain::{Clock, Instant};

pub use fetch::{Authorities, Fetch, FetchError, Fetched, HttpsFetch};
pub use file::FileKeys;
pub use remote::RemoteKeys;

/// Where an issuer's keys come from.
#[derive(Debug)]
pub enum KeySource {
    /// A file on this machine.
    File(FileKeys),
    /// An https address.
    Https(RemoteKeys),
}

/// The reason why an issuer's keys cannot be fetched, in words for the operator.
#[derive(Debug)]
pub enum KeySourceError {
    /// The address is not one that keys may be fetched from; the text says why.
    Address(&'static str),
    /// The connections to issuers cannot be made ready; the text says why.
    Connections(String),
    /// The file cannot be read.
    Unreadable(PathBuf, io::Error),
    /// What the file holds is not a set of keys that may verify tokens.
    Bad(PathBuf, KeySetError),
}

impl fmt::Display for KeySourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(why) => f.write_str(why),
            Self::Connections(why) => {
                write!(f, "https does not work: {why}. Install the system's CA certificates, or set auth.ca_file")
            }
            Self::Unreadable(path, why) => write!(f, "the keys in {} cannot be read: {why}", path.display()),
            Self::Bad(path, why) => write!(f, "the keys in {} are refused: {why}", path.display()),
        }
    }
}

impl std::error::Error for KeySourceError {}

impl KeySource {
    /// The source that a configuration names: the path of a file, or an https address. Nothing is fetched
    /// before [`KeySource::keep`].
    ///
    /// # Errors
    /// The address is none that keys may be fetched from, or as for [`KeySource::file`].
    pub fn named(location: &str, authorities: &Authorities) -> Result<Self, KeySourceError> {
        if !location.contains("://") {
            return Self::file(location);
        }
        Ok(Self::Https(RemoteKeys::new(Arc::new(HttpsFetch::new(location, authorities, fetch::DEADLINE)?))))
    }

    /// The JWKS file at `path`, which must be good now.
    ///
    /// # Errors
    /// The file cannot be read, or its keys are refused.
    pub fn file(path: impl Into<PathBuf>) -> Result<Self, KeySourceError> {
        FileKeys::open(path.into()).map(Self::File)
    }

    /// Begins to keep the keys of `issuer` current, for as long as the source is there. Must be called on
    /// a tokio runtime.
    pub(super) fn keep(&self, issuer: &str, clock: &Clock) {
        if let Self::Https(remote) = self {
            remote.keep(issuer, clock);
        }
    }

    /// The keys in force at `now`, and how often they have changed so far.
    pub(super) fn current(&self, now: Instant) -> Current {
        match self {
            Self::File(file) => file.current(now),
            Self::Https(remote) => remote.current(),
        }
    }

    /// Returns when the keys are as new as can be had for `kid`, which was not found among them.
    pub(super) async fn learn(&self, kid: &str) {
        if let Self::Https(remote) = self {
            remote.learn(kid).await;
        }
    }

    /// The keys as they can be had now, for an operator's check: those of an address are fetched, and not kept.
    ///
    /// # Errors
    /// They cannot be fetched, or are refused; the text says why.
    pub(super) async fn fetched(&self, now: Instant) -> Result<Arc<KeySet>, String> {
        match self {
            Self::File(file) => Ok(file.current(now).keys),
            Self::Https(remote) => remote.fetched().await.map(Arc::new),
        }
    }
}

/// Keys in force.
#[derive(Clone, Debug)]
pub(super) struct Current {
    pub(super) keys: Arc<KeySet>,
    pub(super) generation: u64,
}
