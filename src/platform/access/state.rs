//! The shared state of the service: everything that a request runs on. It gives no way to the database but
//! through an [`Access`].

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::ServiceConfig;
use chrono::TimeDelta;

use super::batchers::Batchers;
use super::refusal_log::RefusalLog;
use crate::domain::{Calendar, Clock, Error, IdMint, Instant, OrganisationId, made_at};
use crate::platform::audit::{self, EntryRow, Looks, Refusals};
use crate::platform::auth::{Moments, Tokens};
use crate::platform::db::{AnyConnection, Database, Lane, dialect};
use crate::platform::http::{self, Budget, Receiving};
use crate::platform::idempotency::InFlight;
use crate::platform::rate::RateLimits;
use crate::platform::readiness::{Heartbeats, Readiness};
use crate::platform::telemetry::{Change, ClockDifference, Metrics};
use crate::platform::transaction::Services;
use crate::platform::vault::store::remnants::{self, Purged};

/// What the platform must ask of the organisations above it.
pub trait Standing: Send + Sync {
    /// Whether the organisation is there and active.
    ///
    /// # Errors
    /// When the database fails.
    fn is_active(&self, connection: &mut AnyConnection, organisation: OrganisationId) -> Result<bool, Error>;
}

/// The parts that the state is assembled from.
pub struct Parts {
    /// The lanes.
    pub database: Arc<Database>,
    /// What the transactions share.
    pub services: Arc<Services>,
    /// The tokens' judge.
    pub tokens: Tokens,
    /// The organisations' standing.
    pub standing: Box<dyn Standing>,
    /// How many requests are taken.
    pub limits: RateLimits,
    /// What all bodies of requests share.
    pub receiving: Receiving,
    /// How many bytes of answers may wait to be sent.
    pub sending: Budget,
    /// How many bytes of bodies are kept for the idempotency keys of one caller.
    pub kept_bytes: usize,
}

pub(super) struct Inner {
    pub(super) parts: Parts,
    pub(super) looks: Looks,
    pub(super) refusals: Arc<Refusals>,
    pub(super) metrics: Metrics,
    pub(super) readiness: Readiness,
    pub(super) in_flight: InFlight,
    pub(super) moments: Moments,
    pub(super) batchers: Batchers,
    pub(super) refusal_log: RefusalLog,
    pub(super) clock_difference: ClockDifference,
}

/// The shared state of the service, cheap to clone.
#[derive(Clone)]
pub struct AppState(pub(super) Arc<Inner>);

/// What the framework keeps; private, so that no handler can ask for it.
pub(super) struct Installed(pub(super) AppState);

impl AppState {
    /// Assembles the state. Must be called on a tokio runtime, which will write the looks.
    pub fn new(parts: Parts) -> Self {
        let Services { clock, mint, .. } = &*parts.services;
        let looks = Looks::start(parts.database.clone());
        let metrics = Metrics::default();
        let refusals = Refusals::start(looks.clone(), clock.clone(), mint.clone(), metrics.callers().clone());
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

    /// Records looks before the answer that shows what was looked at leaves.
    ///
    /// # Errors
    /// 503 when the queue of looks stays full.
    pub(in crate::platform) async fn note_looks(&self, looks: Vec<EntryRow>) -> Result<(), Error> {
        for look in looks {
            self.0.looks.note(look).await?;
        }
        Ok(())
    }

    /// Begins to keep the keys that issuers publish current. Must be called on a tokio runtime.
    pub fn keep_keys(&self) {
        self.0.parts.tokens.keep_keys(&self.0.parts.services.clock);
    }

    /// Returns when all looks so far are recorded, and the refusals of the minutes that are over.
    pub async fn flush_looks(&self) {
        self.0.refusals.settle(false);
        self.0.looks.flush().await;
    }

    /// Returns when all looks and refusals so far are recorded: the service stops, and no minute ends any more.
    pub async fn record_all(&self) {
        self.0.refusals.settle(true);
        self.0.looks.flush().await;
    }

    /// The metrics of the service.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Whether the service can do its work.
    ///
    /// # Errors
    /// 503, naming the parts that do not work.
    pub(super) async fn check_readiness(&self) -> Result<(), Error> {
        let Inner { readiness, parts, looks, .. } = &*self.0;
        let Services { clock, entropy, .. } = &*parts.services;
        readiness.check(&parts.database, looks, clock.now(), &**entropy).await
    }

    /// The heartbeats of the jobs, for readiness.
    pub fn heartbeats(&self) -> &Heartbeats {
        &self.0.readiness.heartbeats
    }

    /// Has the keys that were destroyed leave the database's pages, if one was by `destroyed_by`. None do on SQLite, which
    /// overwrites what is deleted, and none when another process is at it.
    ///
    /// # Errors
    /// 503 when the database does not answer, somebody is in the way, or it takes longer than `most`.
    pub async fn purge_keys(&self, destroyed_by: Instant, most: Duration) -> Result<Purged, Error> {
        let is_due =
            self.0.parts.database.read(move |lane| remnants::is_due(&mut lane.connection, destroyed_by)).await?;
        if !is_due {
            return Ok(Purged::Gone(0));
        }
        self.0.parts.database.apart(move |connection| remnants::purge(connection, most)).await
    }

    /// How many closures wait for a reading and for a writing lane.
    pub fn waiting(&self) -> (usize, usize) {
        self.0.parts.database.waiting()
    }

    /// The budget of answers that wait to be sent.
    pub fn sending(&self) -> &Budget {
        &self.0.parts.sending
    }

    /// How many rows were met without their key since the start.
    pub fn rows_without_keys(&self) -> u64 {
        self.0.parts.services.vault.rows_without_keys()
    }

    /// Makes every later identifier sort after those that are stored, and compares the clock with the database's. A time that
    /// differs is taken for possible. Returns what has become of the difference; SQLite has no clock to compare with.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn observe_clock(&self) -> Result<Option<Change>, Error> {
        let clock = self.0.parts.services.clock.clone();
        let observe = move |lane: &mut Lane| {
            let newest = audit::newest_entry(&mut lane.connection)?;
            let before = clock.now();
            let shown = dialect::clock(&mut lane.connection)?;
            // The database has read its clock about half way.
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

    /// At the start: takes the time of the newest identifier for possible if it is ahead by up to a day, because the clock
    /// may have been set back while the service was stopped.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn recall_time(&self) -> Result<(), Error> {
        let newest = self.0.parts.database.read(|lane| audit::newest_entry(&mut lane.connection)).await?;
        let (now, made) = (self.0.parts.services.clock.now(), newest.and_then(|newest| made_at(newest.uuid())));
        if let Some(made) = made.filter(|&made| made > now && made <= now.plus(TimeDelta::days(1))) {
            self.0.parts.services.clock.consider(made);
        }
        Ok(())
    }

    /// How far the clock is ahead of the database's, in seconds, when it was compared last; `None` on SQLite.
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

    /// The mint of identifiers.
    pub fn mint(&self) -> &IdMint {
        &self.0.parts.services.mint
    }
}
