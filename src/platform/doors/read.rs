//! A transaction that reads.

use std::collections::HashMap;

use uuid::Uuid;

use super::context::{Context, Noted};
use crate::domain::{Actor, Calendar, Entropy, Error, Identity, Instant, Scope};
use crate::platform::audit::Entry;
use crate::platform::db::{AnyConnection, Lane, dialect};
use crate::platform::personal::Holders;
use crate::platform::vault::{DataKey, Keyring, Place, Wrapped, store};

/// Reading, on behalf of an actor.
pub struct ReadTx<'a> {
    pub(super) lane: &'a mut Lane,
    pub(super) context: &'a Context,
    pub(super) noted: &'a mut Noted,
}

impl<'a> ReadTx<'a> {
    pub(in crate::platform) fn new(lane: &'a mut Lane, context: &'a Context, noted: &'a mut Noted) -> Self {
        Self { lane, context, noted }
    }

    /// The connection, for a store's queries.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.lane.connection
    }

    /// Whether the database answers at all.
    ///
    /// # Errors
    /// 503 when it does not.
    pub fn ping(&mut self) -> Result<(), Error> {
        Ok(dialect::ping(&mut self.lane.connection)?)
    }

    /// Who acts.
    pub fn actor(&self) -> &'a Actor {
        &self.context.actor
    }

    /// How far the actor may see.
    pub fn scope(&self) -> Scope {
        self.context.scope
    }

    /// The time of this request, the same in all its parts.
    pub fn now(&self) -> Instant {
        self.context.now
    }

    /// The working days, for what the law or an offer counts in them.
    pub fn calendar(&self) -> &'a Calendar {
        &self.context.calendar
    }

    /// The service as it names itself.
    pub fn identity(&self) -> &'a Identity {
        &self.context.identity
    }

    /// The rooms that hold personal data.
    pub fn holders(&self) -> Holders {
        self.context.holders
    }

    /// The service's own keys.
    pub fn keyring(&self) -> &'a Keyring {
        &self.context.vault.keyring
    }

    /// Unpredictable bytes.
    pub fn entropy(&self) -> &'a dyn Entropy {
        &*self.context.entropy
    }

    /// Says that personal data is being looked at. A read that unseals a person's data without
    /// saying so fails.
    pub fn look(&mut self, entry: Entry) {
        self.noted.looks.push(entry);
    }

    /// The key of `owner`, from the columns of `vault.data_keys` that a store joined to its row.
    ///
    /// # Errors
    /// When there is none, or it was wrapped under a master key that is not there: internal.
    pub fn key(&mut self, owner: Uuid, wrapped: Option<Wrapped>) -> Result<DataKey, Error> {
        self.noted.unsealed = true;
        let wrapped = match wrapped {
            Some(wrapped) => wrapped,
            None => store::made_in_this_group(self.lane, owner)
                .ok_or_else(|| Error::internal("a sealed row has no data key"))?,
        };
        let key = self.context.vault.unwrap(owner.as_bytes(), &wrapped)?;
        Ok(DataKey::from_secret(key))
    }

    /// The key of `owner`, by a query of its own.
    ///
    /// # Errors
    /// As [`ReadTx::key`], or when the database fails.
    pub fn key_of(&mut self, owner: Uuid) -> Result<DataKey, Error> {
        let wrapped = store::find(&mut self.lane.connection, owner)?;
        self.key(owner, wrapped)
    }

    /// The keys of owners, by one query.
    ///
    /// # Errors
    /// As [`ReadTx::key_of`], for any of them.
    pub fn keys_of(&mut self, owners: &[Uuid]) -> Result<HashMap<Uuid, DataKey>, Error> {
        if owners.is_empty() {
            return Ok(HashMap::new());
        }
        let mut found: HashMap<Uuid, Wrapped> =
            store::find_all(&mut self.lane.connection, owners)?.into_iter().collect();
        owners.iter().map(|&owner| Ok((owner, self.key(owner, found.remove(&owner))?))).collect()
    }

    /// The key of `owner`, by a query of its own; `None` when it was destroyed.
    ///
    /// # Errors
    /// When the database fails, or the master key is not there.
    pub fn key_if_there(&mut self, owner: Uuid) -> Result<Option<DataKey>, Error> {
        let found = store::find(&mut self.lane.connection, owner)?;
        match found.or_else(|| store::made_in_this_group(self.lane, owner)) {
            Some(wrapped) => self.key(owner, Some(wrapped)).map(Some),
            None => Ok(None),
        }
    }

    /// Opens what was sealed under the house's own key: what belongs to no person.
    ///
    /// # Errors
    /// When it was changed or moved.
    pub fn open_for_house(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.keyring().house.open(place, sealed)
    }
}
