//! The data keys of owners, and rows whose key is missing.
//!
//! A data key is destroyed with its owner, and the vault records that. A key that neither exists nor
//! was destroyed is missing: the data is newer than the vault, as after a restore of backups that do
//! not belong together. A read of one owner then fails with 503 `key_missing`, and a list omits the
//! row.

use std::collections::HashMap;

use uuid::Uuid;

use super::read::ReadTx;
use crate::domain::{Code, Error};
use crate::platform::vault::{DataKey, Wrapped, store};

/// The error for a missing key.
const MISSING: &str = "The vault has no key to this data. The service changed nothing. A retry fails until the \
                       operator restores the key.";

impl ReadTx<'_> {
    /// Returns the key of `owner`, from the columns of `vault.data_keys` that a store joined to its row.
    ///
    /// # Errors
    /// 503 `key_missing` without a key, or without the master key that it is wrapped under; internal when the wrapped key
    /// was changed.
    pub fn key(&mut self, owner: Uuid, wrapped: Option<Wrapped>) -> Result<DataKey, Error> {
        self.noted.unsealed = true;
        let Some(wrapped) = wrapped.or_else(|| store::made_in_this_group(self.lane, owner)) else {
            return Err(self.key_missing(owner, "the vault has no key for it"));
        };
        match self.context.services.vault.unwrap(owner.as_bytes(), &wrapped)? {
            Some(key) => Ok(DataKey::from_secret(key)),
            None => Err(self.key_missing(owner, "its key is wrapped under a master key that is not in the file")),
        }
    }

    /// Returns the key of `owner`, by a query of its own.
    ///
    /// # Errors
    /// As [`ReadTx::key`].
    pub fn key_of(&mut self, owner: Uuid) -> Result<DataKey, Error> {
        let wrapped = store::find(&mut self.lane.connection, owner)?;
        self.key(owner, wrapped)
    }

    /// Returns the key of each owner, or the reason why there is none, by one query.
    ///
    /// # Errors
    /// For each owner, as [`ReadTx::key`].
    pub fn keys_of(&mut self, owners: &[Uuid]) -> Result<HashMap<Uuid, Result<DataKey, Error>>, Error> {
        if owners.is_empty() {
            return Ok(HashMap::new());
        }
        let mut found: HashMap<Uuid, Wrapped> =
            store::find_all(&mut self.lane.connection, owners)?.into_iter().collect();
        Ok(owners.iter().map(|&owner| (owner, self.key(owner, found.remove(&owner)))).collect())
    }

    /// Returns the key of `owner`, by a query of its own; `None` if it was destroyed.
    ///
    /// # Errors
    /// As [`ReadTx::key`].
    pub fn key_unless_destroyed(&mut self, owner: Uuid) -> Result<Option<DataKey>, Error> {
        let found = store::find(&mut self.lane.connection, owner)?;
        let found = found.or_else(|| store::made_in_this_group(self.lane, owner));
        if found.is_none() && store::was_destroyed(&mut self.lane.connection, owner)? {
            return Ok(None);
        }
        self.key(owner, found).map(Some)
    }

    /// Opens each row of a list with `open`, and omits the rows whose key is missing.
    ///
    /// # Errors
    /// The first other error of `open`.
    pub fn open_with_keys<R, T>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
        mut open: impl FnMut(&mut Self, R) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        rows.into_iter().filter_map(|row| unless_key_missing(open(self, row)).transpose()).collect()
    }

    fn key_missing(&self, owner: Uuid, why: &'static str) -> Error {
        self.context.services.vault.note_missing_key(owner, why);
        Error::new(Code::KeyMissing, MISSING)
    }
}

/// Returns the opened value; `None` if its key is missing.
///
/// # Errors
/// Any other error.
pub fn unless_key_missing<T>(opened: Result<T, Error>) -> Result<Option<T>, Error> {
    match opened {
        Err(error) if error.code() == Code::KeyMissing => Ok(None),
        opened => opened.map(Some),
    }
}
