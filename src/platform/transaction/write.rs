//! A transaction that writes. [`WriteTx::record`] consumes it: a write without its audit entry does not
//! compile, nor does a write after the entry.

use std::ops::{Deref, DerefMut};

use uuid::Uuid;

use super::context::Context;
use super::read::ReadTx;
use crate::domain::Error;
use crate::platform::audit::{Entry, EntryRow, Outcome};
use crate::platform::vault::store::executed_plans::{self, ExecutedPlan};
use crate::platform::vault::{DataKey, Place, Wrapped, store};

/// Writing, on behalf of an actor.
pub struct WriteTx<'a>(pub(super) ReadTx<'a>);

/// A key that was created for a new owner, and is not stored yet.
#[must_use = "what is sealed under a key that is not kept can never be read"]
pub struct NewKey {
    owner: Uuid,
    key: DataKey,
    wrapped: Wrapped,
}

impl NewKey {
    /// The id of the record's owner.
    pub fn owner(&self) -> Uuid {
        self.owner
    }

    /// The key, to seal under.
    pub fn key(&self) -> &DataKey {
        &self.key
    }
}

/// A value whose write has an audit entry. [`WriteTx::record`] makes one, and [`WriteTx::unchanged`],
/// whose transaction is rolled back:
///
/// ```
/// use iewm::domain::Error;
/// use iewm::platform::audit::{Action, Entry};
/// use iewm::platform::transaction::{Recorded, WriteTx};
///
/// fn act(tx: WriteTx<'_>) -> Result<Recorded<u8>, Error> {
///     tx.record(Entry::new(Action::OrganisationsUpdate), 1)
/// }
/// ```
///
/// A write without an entry has nothing to return:
///
/// ```compile_fail,E0423
/// use iewm::domain::Error;
/// use iewm::platform::transaction::{Recorded, WriteTx};
///
/// fn act(tx: WriteTx<'_>) -> Result<Recorded<u8>, Error> {
///     Ok(Recorded(1))
/// }
/// ```
///
/// A write after the entry does not compile:
///
/// ```compile_fail,E0382
/// use iewm::domain::{ContactId, Error};
/// use iewm::platform::audit::{Action, Entry};
/// use iewm::platform::transaction::{Recorded, WriteTx};
///
/// fn act(mut tx: WriteTx<'_>, contact: ContactId) -> Result<Recorded<u8>, Error> {
///     let recorded = tx.record(Entry::new(Action::OrganisationsUpdate), 1)?;
///     tx.destroy_key(contact.uuid())?;
///     Ok(recorded)
/// }
/// ```
#[must_use = "a write that is not returned to its transaction is rolled back"]
#[derive(Debug)]
pub struct Recorded<T>(T);

impl<T> Recorded<T> {
    pub(in crate::platform) fn into_inner(self) -> T {
        self.0
    }

    /// The same write with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Recorded<U> {
        Recorded(f(self.0))
    }
}

impl<'a> WriteTx<'a> {
    pub(in crate::platform) fn new(tx: ReadTx<'a>) -> Self {
        Self(tx)
    }

    /// Ends a write: adds its audit entry, and releases its value. The entries of all nested writes are
    /// inserted together, before the transaction ends.
    ///
    /// # Errors
    /// None of its own; if the entry cannot be inserted, the transaction is rolled back.
    pub fn record<T>(mut self, entry: Entry, value: T) -> Result<Recorded<T>, Error> {
        self.note(entry, Outcome::Done);
        Ok(Recorded(value))
    }

    /// As [`WriteTx::record`], for a write of many similar acts, with an entry for each.
    ///
    /// # Errors
    /// Internal, when there is no entry.
    pub fn record_each<T>(mut self, entries: Vec<Entry>, value: T) -> Result<Recorded<T>, Error> {
        if entries.is_empty() {
            return Err(Error::internal("a write without an entry"));
        }
        for entry in entries {
            self.note(entry, Outcome::Done);
        }
        Ok(Recorded(value))
    }

    /// As [`WriteTx::record`], for an access to personal data that also changes something, such as a
    /// counted download: it is recorded as an access.
    ///
    /// # Errors
    /// None of its own, as [`WriteTx::record`].
    pub fn record_look<T>(mut self, entry: Entry, value: T) -> Result<Recorded<T>, Error> {
        self.note(entry, Outcome::Looked);
        Ok(Recorded(value))
    }

    /// Notes that this transaction records how many people an organisation is shown. Only the store of batches calls it,
    /// beside the row that it inserts; a test of the architecture fails on another caller.
    pub fn disclosing(&mut self, people: usize) {
        self.0.noted.disclosed = Some(self.0.noted.disclosed.unwrap_or_default() + people);
    }

    /// Ends a write that had nothing to change; its reads are recorded as accesses. Unless another write of
    /// the same transaction has an entry, the lane rolls the transaction back with any changes.
    ///
    /// # Errors
    /// None of its own, as [`WriteTx::record`].
    pub fn unchanged<T>(mut self, look: Option<Entry>, value: T) -> Result<Recorded<T>, Error> {
        if let Some(entry) = look {
            self.0.look(entry);
        }
        Ok(Recorded(value))
    }

    fn note(&mut self, entry: Entry, outcome: Outcome) {
        let Context { actor, time, services, .. } = self.0.context;
        self.0.noted.deeds.push(EntryRow::new(entry, outcome, actor, services.mint.id(time.now), time.now));
    }

    /// Runs another room's complete write inside this one.
    ///
    /// # Errors
    /// That write's error; this write must then fail as well.
    pub fn also<T>(&mut self, f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error>) -> Result<T, Error> {
        let inner = ReadTx { lane: &mut *self.0.lane, context: self.0.context, noted: &mut *self.0.noted };
        f(WriteTx(inner)).map(Recorded::into_inner)
    }

    /// A new identifier.
    pub fn new_id<K: From<Uuid>>(&self) -> K {
        self.0.context.services.mint.id(self.0.context.time.now)
    }

    /// A new identifier that sorts after `earlier`, which another process with another clock may have made:
    /// for the next entry of a history whose order matters. Read `earlier` under the lock that guards the
    /// history.
    pub fn new_id_after<K: From<Uuid> + Into<Uuid>>(&self, earlier: Option<K>) -> K {
        if let Some(earlier) = earlier {
            self.0.context.services.mint.raise(earlier.into());
        }
        self.new_id()
    }

    /// Creates the key of a new owner.
    ///
    /// # Errors
    /// When the key cannot be stored.
    pub fn make_key(&mut self, owner: Uuid) -> Result<DataKey, Error> {
        let NewKey { owner, key, wrapped } = self.new_key(owner);
        store::insert_all(self.0.lane, vec![(owner, wrapped)], self.0.context.time.now)?;
        Ok(key)
    }

    /// A key for a new owner, which is lost unless it is stored.
    pub fn new_key(&self, owner: Uuid) -> NewKey {
        let key = DataKey::generate(self.entropy());
        let wrapped = self.0.context.services.vault.wrap(self.entropy(), owner.as_bytes(), key.as_secret());
        NewKey { owner, key, wrapped }
    }

    /// Stores the keys of new owners.
    ///
    /// # Errors
    /// When the keys cannot be stored.
    pub fn keep_keys(&mut self, keys: Vec<NewKey>) -> Result<(), Error> {
        let wrapped = keys.into_iter().map(|NewKey { owner, wrapped, .. }| (owner, wrapped)).collect();
        store::insert_all(self.0.lane, wrapped, self.0.context.time.now)
    }

    /// Destroys the key of an owner: data sealed under it is unreadable from then on.
    pub fn destroy_key(&mut self, owner: Uuid) -> Result<(), Error> {
        store::destroy(self.0.lane, owner, self.0.context.time.now)
    }

    /// Records in the vault an executed erasure plan that kept some records, so that the service erases an
    /// older copy of the data again.
    ///
    /// # Errors
    /// When the vault cannot be written.
    pub fn note_executed_plan(&mut self, plan: ExecutedPlan) -> Result<(), Error> {
        executed_plans::note(self.0.lane, plan)
    }

    /// Seals data of no person under the service's own key.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn seal_for_service(&self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.keyring().service.seal(self.entropy(), place, plain))
    }
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &ReadTx<'a> {
        &self.0
    }
}

impl<'a> DerefMut for WriteTx<'a> {
    fn deref_mut(&mut self) -> &mut ReadTx<'a> {
        &mut self.0
    }
}
