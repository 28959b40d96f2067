//! The application state: everything that a request needs. It gives no way to the database but through
//! an [`Access`].

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::ServiceConfig;
use chrono::TimeDelta;

use super::batchers::Batchers;
use super::refusal_log::RefusalLog;
use crate::domain::{Calendar, Clock, Entropy, Error, IdMint, Instant, OrganisationId, made_at};
use crate::platform::audit::{self, EntryRow, Looks, Refusals};
use crate::platform::auth::{Moments, Tokens};
use crate::platform::db::{AnyConnection, Database, Lane, Patience, dialect};
use crate::platform::http::{self, Budget, Receiving};
use crate::platform::idempotency::{self, InFlight};
use crate::platform::rate::RateLimits;
use crate::platform::readiness::{Heartbeats, Readiness};
use crate::platform::telemetry::{Change, ClockDifference, Metrics};
use crate::platform::transaction::Services;
use crate::platform::vault::store::remnants::{self, Purged};

/// The platform's question to the organisations room above it.
pub trait Standing: Send + Sync {
    /// Returns whether the organisation exists and is active.
    fn is_active(&self, connection: &mut AnyConnection, organisation: OrganisationId) -> Result<bool, Error>;
}

/// The parts that the state is assembled from.
pub struct Parts {
    /// The lanes.
    pub database: Arc<Database>,
    /// What the transactions share.
    pub services: Arc<Services>,
    /// The judge of tokens.
    pub tokens: Tokens,
    /// The lookup of organisations' status.
    pub standing: Box<dyn Standing>,
    /// The rate limits.
    pub limits: RateLimits,
    /// The shared budget of all request bodies.
    pub receiving: Receiving,
    /// How many bytes of responses may wait to be sent.
    pub sending: Budget,
    /// How many bytes of bodies are stored for the idempotency keys of one caller.
    pub kept_bytes: usize,
}

pub(super) struct Inner {
    pub(super) parts: Parts,
    pub(super) looks: Looks,
    pub(super) refusals: Refusals,
    pub(super) metrics: Metrics,
    pub(super) readiness: Readiness,
    pub(super) in_flight: InFlight,
    pub(super) moments: Moments,
    pub(super) batchers: Batchers,
    pub(super) refusal_log: RefusalLog,
    pub(super) clock_difference: ClockDifference,
}

/// The application state.
#[derive(Clone)]
pub struct AppState(pub(super) Arc<Inner>);

/// The framework's copy; private, so that no handler can extract it.
pub(super) struct Installed(pub(super) AppState);

impl AppState {
    /// Assembles the state. Must be called on a tokio runtime, which will write the looks.
    pub fn new(parts: Parts) -> Self {
        let Services { clock, mint, .. } = &*parts.services;
        let looks = Looks::start(parts.database.clone());
        let metrics = Metrics::default();
        let refusals = Refusals::new(looks.clone(), clock.clone(), mint.clone(), metrics.callers().clone());
        let refusal_log = RefusalLog::new(clock);
        Self(Arc::new(Inner {
            parts,
            looks,
            refusals,
            metrics,
            readiness: Readiness::default(),
            in_flight: InFlight::default(),
            moments: Moments::default(),
            batchers: Batchers::default(),
            refusal_log,
            clock_difference: ClockDifference::default(),
        }))
    }

    /// Gives the state to the handlers' guards.
    pub fn install(&self, config: &mut ServiceConfig) {
        config.app_data(Installed(self.clone()));
        http::install(self.0.parts.services.identity.clone(), self.0.parts.sending.clone(), config);
    }

    /// Records accesses before the response with their data is sent.
    ///
    /// # Errors
    /// 503 when the queue of accesses stays full.
    pub(in crate::platform) async fn note_looks(&self, looks: Vec<EntryRow>) -> Result<(), Error> {
        for look in looks {
            self.0.looks.note(look).await?;
        }
        Ok(())
    }

    /// Starts the refresh of published issuer keys. Must be called on a tokio runtime.
    pub fn keep_keys(&self) {
        self.0.parts.tokens.keep_keys(&self.0.parts.services.clock);
    }

    /// Records the refusals of the past minutes, and returns how many minutes have ended, each of one caller and operation.
    pub fn settle_refusals(&self) -> usize {
        self.0.refusals.settle(false)
    }

    /// Returns when all accesses so far are recorded, and the refusals of the past minutes.
    pub async fn flush_looks(&self) {
        self.0.refusals.settle(false);
        self.0.looks.flush().await;
    }

    /// Returns when all accesses and refusals so far are recorded; used when the service stops.
    pub async fn record_all(&self) {
        self.0.refusals.settle(true);
        self.0.looks.flush().await;
    }

    /// The metrics of the service.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Checks that the service can do its work.
    ///
    /// # Errors
    /// 503, naming the failed parts.
    pub(super) async fn check_readiness(&self) -> Result<(), Error> {
        let Inner { readiness, parts, looks, .. } = &*self.0;
        let Services { clock, entropy, .. } = &*parts.services;
        readiness.check(&parts.database, looks, clock.now(), &**entropy).await
    }

    /// The heartbeats of the jobs, for readiness.
    pub fn heartbeats(&self) -> &Heartbeats {
        &self.0.readiness.heartbeats
    }

    /// Removes keys that were destroyed by `destroyed_by` from the database's pages. Does nothing on
    /// SQLite, which overwrites deleted data, or while another process does it.
    ///
    /// # Errors
    /// 503 when another process holds the lock, or when it takes longer than `most`.
    pub async fn purge_keys(&self, destroyed_by: Instant, most: Duration) -> Result<Purged, Error> {
        let is_due =
            self.0.parts.database.read(move |lane| remnants::is_due(&mut lane.connection, destroyed_by)).await?;
        if !is_due {
            return Ok(Purged::Gone(0));
        }
        self.0.parts.database.apart(move |connection| remnants::purge(connection, most)).await
    }

    /// Deletes a few hundred of the answers kept for idempotency keys whose time is over, and returns how many; 0 when none
    /// is left.
    ///
    /// # Errors
    /// 503 when no lane is free in time.
    pub async fn delete_expired_answers(&self) -> Result<usize, Error> {
        let Parts { database, services, .. } = &self.0.parts;
        let earliest = services.clock.read().earliest;
        // A read first: usually no answer has expired, and a read delays no writer.
        let expired = database.read(move |lane| idempotency::expired(&mut lane.connection, earliest)).await?;
        if expired.is_empty() {
            return Ok(0);
        }
        let delete = move |lane: &mut Lane| idempotency::delete_expired(&mut lane.connection, &expired, earliest);
        database.write(Patience::Job, delete).await
    }

    /// Returns the lengths of the reading and the writing queue.
    pub fn waiting(&self) -> (usize, usize) {
        self.0.parts.database.waiting()
    }

    /// How many transactions the writing lanes have committed since the start.
    pub fn commits(&self) -> u64 {
        self.0.parts.database.commits()
    }

    /// The budget of responses that wait to be sent.
    pub fn sending(&self) -> &Budget {
        &self.0.parts.sending
    }

    /// How many rows were found without their key since the start.
    pub fn rows_without_keys(&self) -> u64 {
        self.0.parts.services.vault.rows_without_keys()
    }

    /// Makes every later identifier sort after the stored ones, and compares the clock with the database's.
    /// A differing time counts as possible. Returns the change of the difference; SQLite has no clock to
    /// compare with.
    pub async fn observe_clock(&self) -> Result<Option<Change>, Error> {
        let clock = self.0.parts.services.clock.clone();
        let observe = move |lane: &mut Lane| {
            let newest = audit::newest_entry(&mut lane.connection)?;
            let before = clock.now();
            let shown = dialect::clock(&mut lane.connection)?;
            // The database has read its clock about half way through the round trip.
            let half_way = i64::midpoint(before.micros(), clock.now().micros());
            let shown = shown.map(|shown| clock.database(shown));
            Ok((newest, shown, shown.map(|shown| half_way - shown.micros())))
        };
        let (newest, shown, difference) = self.0.parts.database.read(observe).await?;
        if let Some(newest) = newest {
            self.0.parts.services.mint.raise(newest.uuid());
        }
        if let Some(shown) = shown {
            self.0.parts.services.clock.consider(shown);
        }
        Ok(difference.and_then(|micros| self.0.clock_difference.note(micros)))
    }

    /// At the start: counts the time of the newest identifier as possible if it is ahead by up to a day,
    /// because the clock may have been set back while the service was stopped.
    pub async fn recall_time(&self) -> Result<(), Error> {
        let newest = self.0.parts.database.read(|lane| audit::newest_entry(&mut lane.connection)).await?;
        let (now, made) = (self.0.parts.services.clock.now(), newest.and_then(|newest| made_at(newest.uuid())));
        if let Some(made) = made.filter(|&made| made > now && made <= now.plus(TimeDelta::days(1))) {
            self.0.parts.services.clock.consider(made);
        }
        Ok(())
    }

    /// How far the clock was ahead of the database's, in seconds, at the last comparison; `None` on SQLite.
    pub fn clock_difference(&self) -> Option<f64> {
        self.0.clock_difference.seconds()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.parts.services.clock
    }

    /// The working days.
    pub fn calendar(&self) -> &Calendar {
        &self.0.parts.services.calendar
    }

    /// The source of unpredictable bytes.
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.0.parts.services.entropy
    }

    /// The mint of identifiers.
    pub fn mint(&self) -> &IdMint {
        &self.0.parts.services.mint
    }
}
