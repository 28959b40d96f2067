//! The keys in a file, read again when it changes.
//!
//! What the file holds is compared, not when it was written: no file system's idea of time can hide
//! a change. A bad new file leaves the old keys in force and says so in the log, once for each change.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::{Current, KeySourceError};
use crate::domain::Instant;
use crate::platform::auth::KeySet;

/// How long a look at the file is good for, in microseconds. A clock that jumps makes the next look due at once.
const LOOK_AGAIN: u64 = 2_000_000;
/// The largest file of keys that is read, in bytes.
const LARGEST: u64 = 256 * 1024;

/// The keys in a file.
#[derive(Debug)]
pub struct FileKeys {
    path: PathBuf,
    current: RwLock<Current>,
    seen: Mutex<Seen>,
}

/// What the last look at the file showed.
#[derive(Debug)]
struct Seen {
    at: Option<Instant>,
    content: Option<Vec<u8>>,
}

impl FileKeys {
    pub(super) fn open(path: PathBuf) -> Result<Self, KeySourceError> {
        let content = read(&path).map_err(|why| KeySourceError::Unreadable(path.clone(), why))?;
        let keys = KeySet::parse(&content).map_err(|why| KeySourceError::Bad(path.clone(), why))?;
        note(&path, &keys);
        let current = RwLock::new(Current { keys: Arc::new(keys), generation: 0 });
        Ok(Self { path, current, seen: Mutex::new(Seen { at: None, content: Some(content) }) })
    }

    pub(super) fn current(&self, now: Instant) -> Current {
        // If another thread is reading the file, continue with the present keys.
        if let Ok(mut seen) = self.seen.try_lock() {
            let fresh = seen.at.is_some_and(|at| at.micros().abs_diff(now.micros()) < LOOK_AGAIN);
            if !fresh {
                seen.at = Some(now);
                self.look(&mut seen);
            }
        }
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn look(&self, seen: &mut Seen) {
        let (content, parsed) = match read(&self.path) {
            Ok(content) if seen.content.as_ref() == Some(&content) => return,
            Ok(content) => {
                let parsed = KeySet::parse(&content).map_err(|why| why.to_string());
                (Some(content), parsed)
            }
            Err(_) if seen.content.is_none() => return,
            Err(why) => (None, Err(why.to_string())),
        };
        seen.content = content;
        match parsed {
            Ok(keys) => {
                tracing::info!(path = %self.path.display(), number = keys.len(), "new keys are in force");
                note(&self.path, &keys);
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Current { keys: Arc::new(keys), generation: current.generation + 1 };
            }
            Err(why) => {
                tracing::warn!(path = %self.path.display(), why, "the new keys are refused; the old ones stay in force");
            }
        }
    }
}

/// Logs what an operator may not expect of a set of keys.
fn note(path: &Path, keys: &KeySet) {
    let (path, left_out) = (path.display(), keys.left_out());
    if keys.is_empty() {
        tracing::warn!(%path, ?left_out, "the file has no key that verifies tokens, so every token of its issuer is \
                                          refused");
    } else if !left_out.is_empty() {
        tracing::info!(%path, ?left_out, "keys that cannot verify tokens are ignored");
    }
}

/// The content of a regular file of a sensible size.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for its writer.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut content = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 256 KiB"));
    }
    Ok(content)
}

#[cfg(test)]
mod tests;
