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

    /// The actor.
    pub fn actor(&self) -> &'a Actor {
        &self.context.actor
    }

    /// The records that the actor may see.
    pub fn scope(&self) -> Scope {
        self.context.scope
    }

    /// The time of this request, the same in all its parts.
    pub fn now(&self) -> Instant {
        self.context.time.now
    }

    /// The earliest possible time: before [`ReadTx::now`] for an hour after the clock jumped forward.
    /// Records that expire by this time may be deleted permanently.
    pub fn earliest(&self) -> Instant {
        self.context.time.earliest
    }

    /// The latest possible time: after [`ReadTx::now`] for an hour after the clock jumped back. No past
    /// event is later.
    pub fn latest(&self) -> Instant {
        self.context.time.latest
    }

    /// The time for leases between processes: PostgreSQL's, because they share its clock. SQLite has no
    /// clock of its own and serves one process, so the time since the start of the process is enough.
    pub fn lease_time(&mut self) -> Result<Instant, Error> {
        let shown = dialect::clock(&mut self.lane.connection)?;
        let clock = &self.context.services.clock;
        Ok(shown.map_or_else(|| clock.steady(), |shown| clock.database(shown)))
    }

    /// The working days, for periods of the law or of an offer.
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

    /// Records an access to personal data. A read that unseals a person's data without this call fails.
    pub fn look(&mut self, entry: Entry) {
        self.noted.looks.push(entry);
    }

    /// Opens a value that is sealed under the service's own key: data of no person.
    ///
    /// # Errors
    /// Internal, when the value was changed or moved.
    pub fn open_for_service(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.keyring().service.open(place, sealed)
    }
}
