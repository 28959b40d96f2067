//! Changing the master key: a new one is put first in its file, and every wrapped key is wrapped anew
//! under it, while the service runs. What was sealed stays as it is: data keys do not change.
//!
//! A key is replaced only while it is still the one that was read, so that a person erased meanwhile is
//! not brought back; a rotation that was stopped goes on where it stood.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::{KeyFileError, KeyFileFault, MasterKeys, SecretBytes, store};
use crate::domain::{Entropy, Error};
use crate::platform::db::AnyConnection;

/// How many keys are wrapped anew between two words of progress.
const BATCH: i64 = 500;

/// Why a rotation stopped. What was done stays done; running it again goes on.
#[derive(Debug)]
pub enum RotationError {
    /// The file of master keys.
    File(KeyFileError),
    /// The database, or a key that cannot be unwrapped.
    Keys(Error),
}

impl std::fmt::Display for RotationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RotationError {}

impl From<KeyFileError> for RotationError {
    fn from(error: KeyFileError) -> Self {
        Self::File(error)
    }
}

impl From<Error> for RotationError {
    fn from(error: Error) -> Self {
        Self::Keys(error)
    }
}

/// Puts a new key first in the file at `path`, whole or not at all.
///
/// # Errors
/// When the file cannot be read or replaced.
fn put_first(path: &Path, entropy: &dyn Entropy) -> Result<(), KeyFileError> {
    let fault = |error| KeyFileError::new(path, KeyFileFault::Unwritable(error));
    let before = Zeroizing::new(fs::read_to_string(path).map_err(fault)?);
    // Comments at the top stay there.
    let top = before.lines().take_while(|line| line.starts_with('#')).map(|line| line.len() + 1).sum::<usize>();
    let (comments, keys) = before.split_at_checked(top).unwrap_or(("", &before));
    let mut text = Zeroizing::new(String::with_capacity(before.len() + 64));
    text.push_str(comments);
    BASE64_STANDARD.encode_string(SecretBytes::random(entropy).as_bytes(), &mut text);
    text.push('\n');
    text.push_str(keys);
    let beside = path.with_extension("new");
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(fault)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
    fs::rename(&beside, path).map_err(fault)
}

/// Rotates. If an earlier rotation left keys, it continues with those; otherwise it creates a new
/// master key. `progress` gets the number of finished keys and the total.
///
/// # Errors
/// [`RotationError`]; running it again goes on.
pub(crate) fn rotate(
    connection: &mut AnyConnection,
    key_file: &Path,
    entropy: &dyn Entropy,
    mut progress: impl FnMut(i64, i64),
) -> Result<i64, RotationError> {
    let mut master_keys = MasterKeys::read(key_file)?;
    if store::older_than(connection, master_keys.newest())? == 0 {
        put_first(key_file, entropy)?;
        master_keys = MasterKeys::read(key_file)?;
    }
    let newest = master_keys.newest();
    let total = store::older_than(connection, newest)?;
    store::rewrap_service_keys(connection, &master_keys, entropy)?;
    let mut done = 0;
    loop {
        let rewrapped = store::rewrap_data_keys(connection, &master_keys, entropy, BATCH)?;
        done += rewrapped;
        progress(done.min(total), total);
        if rewrapped < BATCH {
            return Ok(total);
        }
    }
}
