//! The lock of the process that serves a SQLite database. Lanes cache data in memory that a second
//! process would change.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::Target;

/// The right to serve a database, for as long as this value lives. On PostgreSQL every process has it.
#[must_use = "the lock is released when this value is dropped"]
#[derive(Debug)]
pub struct Serving {
    _locked: Option<File>,
}

/// Why this process may not serve the database. The text is for the operator.
#[derive(Debug)]
pub enum ServingError {
    /// Another process serves it.
    Taken {
        /// The database file.
        file: PathBuf,
        /// The other process's own entry: its number and its host.
        by: String,
    },
    /// The lock could not be taken.
    Lock(PathBuf, std::io::Error),
}

impl fmt::Display for ServingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken { file, by } => write!(
                f,
                "{} is being served by {by}. Only one process can serve a SQLite database: stop that process first, \
                 or use PostgreSQL",
                file.display()
            ),
            Self::Lock(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for ServingError {}

impl Serving {
    /// Locks a SQLite database against other processes that would serve it. The operating system releases
    /// the lock when the process ends, in any way. Migrations, a rotation of keys and backups do not need
    /// it.
    ///
    /// # Errors
    /// [`ServingError`].
    pub fn begin(target: &Target) -> Result<Self, ServingError> {
        let Target::Sqlite { file, .. } = target else { return Ok(Self { _locked: None }) };
        let path = beside(file);
        let fault = |error| ServingError::Lock(path.clone(), error);
        let mut lock =
            File::options().create(true).read(true).write(true).truncate(false).open(&path).map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut by = String::new();
                // A process that has just started has not written its name yet.
                let read = lock.read_to_string(&mut by);
                let by = if read.is_ok() && !by.is_empty() { by } else { "another process".to_owned() };
                return Err(ServingError::Taken { file: file.clone(), by: by.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        // The name only serves the message above, so a full disk does not prevent serving.
        if let Err(error) = lock.set_len(0).and_then(|()| lock.write_all(process_name().as_bytes())) {
            tracing::warn!(path = %path.display(), %error, "the lock file does not name this process");
        }
        Ok(Self { _locked: Some(lock) })
    }
}

/// Returns the lock file of a database, beside the real file behind any links.
fn beside(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned()).with_extension("serving.lock")
}

/// The entry of this process in a lock file: its number and its host.
pub(super) fn process_name() -> String {
    let host = hostname::get().map_or_else(|_| "an unknown host".into(), |host| host.to_string_lossy().into_owned());
    format!("process {} on {host}\n", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_served_by_one_at_a_time_whatever_links_lead_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("iewm.db"), folder.path().join("link.db"));
        std::fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let first = Serving::begin(&Target::sqlite(&file)).unwrap();
        for path in [&file, &link] {
            let refused = Serving::begin(&Target::sqlite(path)).unwrap_err().to_string();
            assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        }
        drop(first);
        drop(Serving::begin(&Target::sqlite(&link)).unwrap());
    }

    #[test]
    fn a_lock_file_without_a_name_refuses_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::sqlite(&folder.path().join("iewm.db"));
        let _first = Serving::begin(&target).unwrap();
        std::fs::write(folder.path().join("iewm.serving.lock"), "").unwrap();
        assert!(Serving::begin(&target).unwrap_err().to_string().contains("by another process"));
    }
}
