//! A transaction that reads.

use super::context::{Context, Noted};
use crate::domain::{Actor, Calendar, Entropy, Error, Identity, Instant, Scope};
use crate::platform::audit::Entry;
use crate::platform::db::{AnyConnection, Lane};
use crate::platform::personal::Holders;
use crate::platform::vault::{Keyring, Place};

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

    /// Opens what was sealed under the house's own key: what belongs to no person.
    ///
    /// # Errors
    /// When it was changed or moved.
    pub fn open_for_house(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.keyring().house.open(place, sealed)
    }
}
