//! A transaction that reads.

use super::context::{Context, Noted};
use crate::domain::{Actor, Calendar, Entropy, Error, Identity, Instant, Scope};
use crate::platform::audit::Entry;
use crate::platform::db::{AnyConnection, Lane, dialect};
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
        self.context.time.now
    }

    /// The earliest time that it may be: before [`ReadTx::now`] for an hour after the clock jumped forward. What expires
    /// by this time may be deleted for good.
    pub fn earliest(&self) -> Instant {
        self.context.time.earliest
    }

    /// The latest time that it may be: after [`ReadTx::now`] for an hour after the clock jumped back. Nothing that has
    /// happened is later.
    pub fn latest(&self) -> Instant {
        self.context.time.latest
    }

    /// The time by which processes lease work to each other: PostgreSQL's, whose clock they share. SQLite has no clock of its
    /// own and serves one process, so that the time since that process began is enough.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub fn lease_time(&mut self) -> Result<Instant, Error> {
        let shown = dialect::clock(&mut self.lane.connection)?;
        let clock = &self.context.services.clock;
        Ok(shown.map_or_else(|| clock.steady(), |shown| clock.database(shown)))
    }

    /// The working days, for what the law or an offer counts in them.
    pub fn calendar(&self) -> &'a Calendar {
        &self.context.services.calendar
    }

    /// The service as it names itself.
    pub fn identity(&self) -> &'a Identity {
        &self.context.services.identity
    }

    /// The extension of a type.
    ///
    /// # Errors
    /// Internal when the service was assembled without it.
    pub fn extension<T: Copy + 'static>(&self) -> Result<T, Error> {
        self.context.services.extensions.get()
    }

    /// The service's own keys.
    pub fn keyring(&self) -> &'a Keyring {
        &self.context.services.vault.keyring
    }

    /// Unpredictable bytes.
    pub fn entropy(&self) -> &'a dyn Entropy {
        &*self.context.services.entropy
    }

    /// Says that personal data is being looked at. A read that unseals a person's data without
    /// saying so fails.
    pub fn look(&mut self, entry: Entry) {
        self.noted.looks.push(entry);
    }

    /// Opens what was sealed under the service's own key: what belongs to no person.
    ///
    /// # Errors
    /// When it was changed or moved.
    pub fn open_for_service(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.keyring().service.open(place, sealed)
    }
}
