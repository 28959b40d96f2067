//! The master keys: a file outside the database, under which every other key is wrapped.
//!
//! One key a line, in base64, newest first; blank lines and lines that begin with `#` are passed over.
//! New keys are wrapped with the newest, old ones are unwrapped with whichever wrapped them, so that
//! rotation is: put a new line on top, re-wrap, take the old line away. The file must be readable by its
//! owner alone, and is never logged. UK GDPR Art 32(1)(a).

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::SecretBytes;
use super::aead::Cipher;
use crate::domain::{Entropy, Error};

/// A file of keys is short; a longer one is some other file.
const LONGEST: u64 = 64 * 1024;

/// Names a master key without telling it: the first eight bytes of a digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyId(pub [u8; 8]);

impl MasterKeyId {
    fn of(key: &SecretBytes) -> Self {
        let mut digest = digest::Context::new(&digest::SHA256);
        digest.update(b"iewm master key id 1\0");
        digest.update(key.as_bytes());
        let digest = digest.finish();
        Self(digest.as_ref().first_chunk().copied().unwrap_or_default())
    }
}

impl TryFrom<&[u8]> for MasterKeyId {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        let id = bytes.try_into().map_err(|_| Error::internal("the id of a master key does not have 8 bytes"))?;
        Ok(Self(id))
    }
}

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A key wrapped under a master key, as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// The master key that it is wrapped under.
    pub master_key: MasterKeyId,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

/// What is wrong with the file of master keys. For the operator: it names the file and the line, never a key.
#[derive(Debug)]
pub struct KeyFileError {
    path: PathBuf,
    fault: KeyFileFault,
}

/// The fault itself.
#[derive(Debug)]
pub enum KeyFileFault {
    /// There is no such file.
    Missing,
    /// It cannot be read.
    Unreadable(io::Error),
    /// It cannot be written.
    Unwritable(io::Error),
    /// It is there already, and may hold the only copy of a key.
    Exists,
    /// It is no regular file, or too long for a file of keys.
    NotAKeyFile,
    /// Others than its owner may use it; the mode it has.
    OpenToOthers(u32),
    /// It has no key.
    Empty,
    /// A line is not 32 bytes in base64; its number.
    Malformed(usize),
    /// A line repeats an earlier key; its number.
    Duplicate(usize),
    /// A line is no random key but a placeholder, such as all zeroes; its number.
    Sample(usize),
}

impl KeyFileError {
    pub(super) fn new(path: &Path, fault: KeyFileFault) -> Self {
        Self { path: path.to_owned(), fault }
    }

    /// What is wrong.
    pub fn fault(&self) -> &KeyFileFault {
        &self.fault
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.fault {
            KeyFileFault::Missing => {
                write!(f, "there is no file of master keys at {path}: generate one, or restore it")
            }
            KeyFileFault::Unreadable(error) => write!(f, "the file of master keys {path} cannot be read: {error}"),
            KeyFileFault::Unwritable(error) => write!(f, "the file of master keys {path} cannot be written: {error}"),
            KeyFileFault::Exists => {
                write!(
                    f,
                    "{path} exists already and will not be overwritten, because the data under its keys would be lost"
                )
            }
            KeyFileFault::NotAKeyFile => write!(f, "{path} is not a file of master keys: not a regular, short file"),
            KeyFileFault::OpenToOthers(mode) => write!(
                f,
                "the file of master keys {path} has mode {mode:04o}, so other users can read it: chmod 600 it, and \
                 replace the keys if another user may have read them"
            ),
            KeyFileFault::Empty => write!(f, "the file of master keys {path} has no key in it"),
            KeyFileFault::Malformed(line) => {
                write!(f, "line {line} of {path} is not a key: 32 bytes in standard base64, 44 characters")
            }
            KeyFileFault::Duplicate(line) => write!(f, "line {line} of {path} repeats a key of an earlier line"),
            KeyFileFault::Sample(line) => {
                write!(f, "line {line} of {path} is a sample, not a random key: generate one")
            }
        }
    }
}

impl std::error::Error for KeyFileError {}

/// The master keys in use. Meant to be shared through an `Arc`.
pub struct MasterKeys {
    path: PathBuf,
    ring: RwLock<Ring>,
}

struct Ring {
    stamp: Stamp,
    newest: (MasterKeyId, Cipher),
    older: Vec<(MasterKeyId, Cipher)>,
}

impl Ring {
    fn cipher(&self, id: MasterKeyId) -> Option<&Cipher> {
        std::iter::once(&self.newest).chain(&self.older).find(|(held, _)| *held == id).map(|(_, cipher)| cipher)
    }
}

impl MasterKeys {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// A [`KeyFileError`] if the file is missing, can be used by others than its owner, has no key, or has
    /// a line that is no proper key.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let ring = read_ring(path).map_err(|fault| KeyFileError::new(path, fault))?;
        Ok(Self { path: path.to_owned(), ring: RwLock::new(ring) })
    }

    /// Makes a file with one new key at `path`, for its owner alone.
    ///
    /// # Errors
    /// A [`KeyFileError`] if there is a file already, or it cannot be written.
    pub fn generate_file(path: &Path, entropy: &dyn Entropy) -> Result<(), KeyFileError> {
        let key = SecretBytes::random(entropy);
        let mut line = Zeroizing::new(String::with_capacity(64));
        BASE64_STANDARD.encode_string(key.as_bytes(), &mut line);
        line.push('\n');
        write_new(path, &line).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => KeyFileError::new(path, KeyFileFault::Exists),
            _ => KeyFileError::new(path, KeyFileFault::Unwritable(error)),
        })
    }

    /// Reads the file again if it is not the one that was read last; tells whether it was read.
    ///
    /// # Errors
    /// A [`KeyFileError`] as from [`MasterKeys::read`]. The keys that were read before stay in use, and the
    /// next call tries again.
    pub fn reload_if_changed(&self) -> Result<bool, KeyFileError> {
        let fault = |fault| KeyFileError::new(&self.path, fault);
        let stamp = Stamp::of(&fs::metadata(&self.path).map_err(|error| fault(unreadable(error)))?);
        if self.ring.read().unwrap_or_else(PoisonError::into_inner).stamp == stamp {
            return Ok(false);
        }
        let ring = read_ring(&self.path).map_err(fault)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(true)
    }

    /// The key that new ones are wrapped with.
    pub fn newest(&self) -> MasterKeyId {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).newest.0
    }

    /// Whether the file has the key that `id` names.
    pub fn holds(&self, id: MasterKeyId) -> bool {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).cipher(id).is_some()
    }

    /// `key` wrapped under the newest master key, for `owner` alone.
    pub fn wrap(&self, entropy: &dyn Entropy, owner: &[u8], key: &SecretBytes) -> Wrapped {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let (id, cipher) = &ring.newest;
        Wrapped { master_key: *id, bytes: cipher.seal(entropy, &[], &wrap_aad(owner), key.as_bytes()) }
    }

    /// The key that was wrapped for `owner`.
    ///
    /// # Errors
    /// An internal error if the file does not have the master key, or the wrapping is another owner's or
    /// has been changed.
    pub fn unwrap(&self, owner: &[u8], wrapped: &Wrapped) -> Result<SecretBytes, Error> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let id = wrapped.master_key;
        let cipher = ring
            .cipher(id)
            .ok_or_else(|| Error::internal(format_args!("the master key {id} is missing from its file")))?;
        let mut opened = None;
        let key = SecretBytes::filled(|key| opened = cipher.open_into(&wrap_aad(owner), &wrapped.bytes, key));
        opened.map(|()| key).ok_or_else(|| Error::internal("a wrapped key does not open: another owner's, or changed"))
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKeys").field("newest", &self.newest()).finish_non_exhaustive()
    }
}

fn wrap_aad(owner: &[u8]) -> Vec<u8> {
    [b"iewm wrapped key 1\0", owner].concat()
}

/// What tells one state of the file from another.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    len: u64,
    modified: Option<std::time::SystemTime>,
    #[cfg(unix)]
    inode: (u64, u64),
    /// Changes with the mode and the content, even if the modification time is set back.
    #[cfg(unix)]
    changed: (i64, i64),
}

impl Stamp {
    fn of(file: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            len: file.len(),
            modified: file.modified().ok(),
            #[cfg(unix)]
            inode: (file.dev(), file.ino()),
            #[cfg(unix)]
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }
}

fn unreadable(error: io::Error) -> KeyFileFault {
    if error.kind() == io::ErrorKind::NotFound { KeyFileFault::Missing } else { KeyFileFault::Unreadable(error) }
}

fn read_ring(path: &Path) -> Result<Ring, KeyFileFault> {
    // Looked at before it is opened, so that a pipe does not keep us waiting.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(KeyFileFault::NotAKeyFile);
    }
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return Err(KeyFileFault::NotAKeyFile);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyFileFault::OpenToOthers(mode));
        }
    }
    // The room is there from the start: growing would leave copies of the keys behind.
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(LONGEST).unwrap_or_default()));
    file.take(LONGEST).read_to_end(&mut text).map_err(unreadable)?;
    let mut keys = parse(&text)?.into_iter().map(|key| (MasterKeyId::of(&key), Cipher::new(&key)));
    let newest = keys.next().ok_or(KeyFileFault::Empty)?;
    Ok(Ring { stamp: Stamp::of(&metadata), newest, older: keys.collect() })
}

fn parse(text: &[u8]) -> Result<Vec<SecretBytes>, KeyFileFault> {
    let mut keys = Vec::new();
    for (line, number) in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).zip(1..) {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let key = decode(line).ok_or(KeyFileFault::Malformed(number))?;
        if is_sample(key.as_bytes()) {
            return Err(KeyFileFault::Sample(number));
        }
        if keys.contains(&key) {
            return Err(KeyFileFault::Duplicate(number));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn decode(line: &[u8]) -> Option<SecretBytes> {
    // One byte more than a key has, for the decoder reckons with the padding.
    let mut room = Zeroizing::new([0; SecretBytes::LEN + 1]);
    let length = BASE64_STANDARD.decode_slice(line, room.as_mut_slice()).ok()?;
    SecretBytes::from_slice(room.get(..length)?).ok()
}

/// Whether every byte is the one before it plus the same step, as in a key typed into an example.
fn is_sample(key: &[u8]) -> bool {
    let mut steps = key.iter().zip(key.iter().skip(1)).map(|(one, next)| next.wrapping_sub(*one));
    let first = steps.next();
    steps.all(|step| Some(step) == first)
}

fn write_new(path: &Path, line: &str) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = (|| {
        file.write_all(b"# Master keys of iewm, newest first. Keep a copy where the database's backups are not.\n")?;
        file.write_all(line.as_bytes())?;
        file.sync_all()
    })();
    if written.is_err() {
        // Half a file would be refused at the next start and stand in the way of a new one.
        let _ = fs::remove_file(path);
    }
    written
}

#[cfg(test)]
mod tests;
