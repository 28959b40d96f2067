//! A transaction that writes. It is spent by [`WriteTx::record`]: a write without its audit entry
//! does not compile, nor does anything written after it.

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

/// A key that was made for a new owner, and is not stored yet.
#[must_use = "what is sealed under a key that is not kept can never be read"]
pub struct NewKey {
    owner: Uuid,
    key: DataKey,
    wrapped: Wrapped,
}

impl NewKey {
    /// Whose it is.
    pub fn owner(&self) -> Uuid {
        self.owner
    }

    /// The key, to seal under.
    pub fn key(&self) -> &DataKey {
        &self.key
    }
}

/// A value whose writing was written down. [`WriteTx::record`] makes one, and [`WriteTx::unchanged`], whose transaction is
/// rolled back:
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
/// A write that does not say what it did has nothing to return to its transaction:
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
/// Nor can anything be written once it was said:
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

    /// The last act of every write: it is written down, and its value may leave. The entry is written with those of
    /// whatever else the write consists of, before it ends.
    ///
    /// # Errors
    /// None of its own; if the entry cannot be written, nothing is.
    pub fn record<T>(mut self, entry: Entry, value: T) -> Result<Recorded<T>, Error> {
        self.note(entry, Outcome::Done);
        Ok(Recorded(value))
    }

    /// As [`WriteTx::record`], for a write of many like deeds, with an entry for each.
    ///
    /// # Errors
    /// When there is no entry: a deed without one is a fault of ours.
    pub fn record_each<T>(mut self, entries: Vec<Entry>, value: T) -> Result<Recorded<T>, Error> {
        if entries.is_empty() {
            return Err(Error::internal("a write without an entry"));
        }
        for entry in entries {
            self.note(entry, Outcome::Done);
        }
        Ok(Recorded(value))
    }

    /// As [`WriteTx::record`], for a look at personal data that changes something as well, such as a counted download: it is
    /// recorded as a look.
    ///
    /// # Errors
    /// None of its own, as [`WriteTx::record`].
    pub fn record_look<T>(mut self, entry: Entry, value: T) -> Result<Recorded<T>, Error> {
        self.note(entry, Outcome::Looked);
        Ok(Recorded(value))
    }

    /// Ends a write that turned out to have nothing to do; what was only read is recorded as a look. Unless another write of
    /// the same transaction has an entry, the lane rolls the transaction back: what a store changed all the same is undone.
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

    /// Another room's whole write inside this one.
    ///
    /// # Errors
    /// What that write fails with; then this one must fail as well.
    pub fn also<T>(&mut self, f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error>) -> Result<T, Error> {
        let inner = ReadTx { lane: &mut *self.0.lane, context: self.0.context, noted: &mut *self.0.noted };
        f(WriteTx(inner)).map(Recorded::into_inner)
    }

    /// A new identifier.
    pub fn new_id<K: From<Uuid>>(&self) -> K {
        self.0.context.services.mint.id(self.0.context.time.now)
    }

    /// A new identifier that sorts after `earlier`, which another process with another clock may have made: for the next
    /// entry of a history whose order decides something. Read `earlier` under the lock that guards the history.
    pub fn new_id_after<K: From<Uuid> + Into<Uuid>>(&self, earlier: Option<K>) -> K {
        if let Some(earlier) = earlier {
            self.0.context.services.mint.raise(earlier.into());
        }
        self.new_id()
    }

    /// Makes the key of a new owner.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn make_key(&mut self, owner: Uuid) -> Result<DataKey, Error> {
        let NewKey { owner, key, wrapped } = self.new_key(owner);
        store::insert_all(self.0.lane, vec![(owner, wrapped)], self.0.context.time.now)?;
        Ok(key)
    }

    /// A key for a new owner, which is lost unless it is kept.
    pub fn new_key(&self, owner: Uuid) -> NewKey {
        let key = DataKey::generate(self.entropy());
        let wrapped = self.0.context.services.vault.wrap(self.entropy(), owner.as_bytes(), key.as_secret());
        NewKey { owner, key, wrapped }
    }

    /// Keeps the keys of owners who have come.
    ///
    /// # Errors
    /// When they cannot be stored.
    pub fn keep_keys(&mut self, keys: Vec<NewKey>) -> Result<(), Error> {
        let wrapped = keys.into_iter().map(|NewKey { owner, wrapped, .. }| (owner, wrapped)).collect();
        store::insert_all(self.0.lane, wrapped, self.0.context.time.now)
    }

    /// Destroys the key of an owner: what was sealed under it can never be read again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn destroy_key(&mut self, owner: Uuid) -> Result<(), Error> {
        store::destroy(self.0.lane, owner, self.0.context.time.now)
    }

    /// Notes in the vault a plan of erasure that was executed and left something of the person, so that an older copy of the
    /// data is erased again by it.
    ///
    /// # Errors
    /// When the vault cannot be written.
    pub fn note_executed_plan(&mut self, plan: ExecutedPlan) -> Result<(), Error> {
        executed_plans::note(self.0.lane, plan)
    }

    /// Seals under the service's own key what belongs to no person.
    ///
    /// # Errors
    /// When it cannot be sealed.
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
