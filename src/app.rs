//! Assembly: configuration in, a running service out.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, ServiceConfig};
use chrono::NaiveDate;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder};

use crate::config::{self, CheckedIssuer, Config};
use crate::domain::{Calendar, Clock, Entropy, Error, IdMint, SubjectClaim, london_date};
use crate::inventory;
use crate::jobs::{self, ClockWatch, Delivery};
use crate::personal::holds::Holds;
use crate::platform::access::{AppState, Parts};
use crate::platform::auth::{Authorities, Issuer, KeySource, Tokens};
use crate::platform::db::{
    Database, Engine, LOCK_PATIENCE, LaneCount, MigrationError, Serving, Target, is_unused, migrate,
};
use crate::platform::http::{Budget, FixedBody, Receiving};
use crate::platform::queue::Job;
use crate::platform::rate::RateLimits;
use crate::platform::serve::{OperationListing, Room, Routes, install};
use crate::platform::telemetry::DeadlineCount;
use crate::platform::transaction::{Extensions, ReadTx, Services};
use crate::platform::vault::{MasterKeys, Vault, rotate, store as vault};
use crate::resources::agreements::OrganisationAgreements;
use crate::resources::agreements::followers::AgreementFollowers;
use crate::resources::contacts::directory::Directory;
use crate::resources::disclosures::DisclosureData;
use crate::resources::events::followers::EventFollowers;
use crate::resources::holds::HoldData;
use crate::resources::networks::NetworkData;
use crate::resources::organisations::followers::OrganisationFollowers;
use crate::resources::registrations::RegistrationData;
use crate::resources::{
    self, agreements, complaints, contacts, deadlines, holds, notices, organisations::store::OrganisationStanding,
    subject_requests,
};
use crate::system;

/// Why the service cannot start. The text is for the operator.
#[derive(Debug)]
pub struct StartError(pub String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<MigrationError> for StartError {
    fn from(error: MigrationError) -> Self {
        Self(error.to_string())
    }
}

impl From<Error> for StartError {
    fn from(error: Error) -> Self {
        Self(error.cause().map_or_else(|| error.detail().to_owned(), str::to_owned))
    }
}

/// All rooms, those of `system` included.
pub fn rooms() -> Vec<Room> {
    let mut rooms = vec![system::routes()];
    rooms.extend(resources::rooms());
    rooms
}

/// Every operation with its permission: what the matrix of roles is driven from.
pub fn operations() -> Vec<OperationListing> {
    rooms().iter().flat_map(Room::listing).collect()
}

/// The document as it is served: the committed one, which a test holds equal to what [`openapi_json`] writes.
const DOCUMENT: &[u8] = include_bytes!("../openapi/openapi.json");

/// The OpenAPI document.
pub fn openapi() -> OpenApi {
    let info = InfoBuilder::new()
        .title("IEWM Privacy API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("../openapi/introduction.md")))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .contact(Some(ContactBuilder::new().name(Some("Improvement and Efficiency West Midlands")).build()));
    let servers = [ServerBuilder::new().url("/").description(Some("The host that served this document.")).build()];
    let mut document = OpenApiBuilder::new().info(info.build()).servers(Some(servers)).build();
    for room in rooms() {
        room.describe(&mut document);
    }
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(
        "A JWT access token (RFC 9068) of a configured issuer. Its `roles` decide which permissions it has; each \
         operation names the one it needs.",
    ));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    document
}

/// The document as it is committed.
pub fn openapi_json() -> String {
    let mut text = openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Locks the database against other processes that would serve it, for as long as the value lives. What a service
/// does first.
///
/// # Errors
/// [`StartError`] that names the process which serves it already.
pub fn claim(config: &Config) -> Result<Serving, StartError> {
    let target = config.target().map_err(StartError)?;
    Serving::begin(&target).map_err(|error| StartError(error.to_string()))
}

/// Opens everything that the configuration names, brings the database up to date, and assembles the
/// service. Must be called on a tokio runtime.
///
/// # Errors
/// [`StartError`] with what the operator must change.
pub async fn build(config: &Config, clock: Clock, entropy: Arc<dyn Entropy>) -> Result<AppState, StartError> {
    let target = config.target().map_err(StartError)?;
    check_files(&target)?;
    let master_keys = MasterKeys::read(&config.vault.master_key_file).map_err(|error| StartError(error.to_string()))?;
    let now = clock.now();
    let patience = Duration::from_secs(config.database.lock_seconds);
    let mut keyring = migrate(&target, patience, |connection| -> Result<_, StartError> {
        Ok(vault::open_keyring(connection, &master_keys, &*entropy, now)?)
    })?;
    keyring.receipts = keyring.receipts.named(config.receipts.name().map_err(StartError)?);
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    let chosen = |configured: usize, by_default| if configured == 0 { by_default } else { configured };
    let readers = match target.engine() {
        // What reads is a processor: another lane only has to wait for it, in the midst of a read.
        Engine::Sqlite => processors.max(2),
        Engine::Postgres => 2 * processors,
    };
    let count = LaneCount {
        readers: chosen(config.database.readers, readers),
        writers: chosen(config.database.writers, processors.max(2)),
    };
    let limits = RateLimits::new(config.rates().map_err(StartError)?, &clock);
    let services = Services {
        vault: Vault::new(master_keys, keyring),
        clock,
        entropy: entropy.clone(),
        mint: IdMint::new(entropy),
        identity: Arc::new(config.identity()),
        extensions: extensions(),
        calendar: config.calendar.read().map_err(StartError)?,
    };
    let state = AppState::new(Parts {
        database: Arc::new(Database::start(&target, count)),
        services: Arc::new(services),
        tokens: tokens(config)?,
        standing: Box::new(OrganisationStanding),
        limits,
        receiving: receiving(config),
        sending: Budget::new(config.limits.sending_bytes),
        kept_bytes: config.idempotency.kept_bytes,
    });
    warn_of_the_end(state.calendar(), london_date(now));
    state.job("start").run(notices::store::seed).await?;
    state.recall_time().await?;
    // New identifiers sort after those of the process that served before, whose clock may have been ahead.
    ClockWatch::new(state.clone()).compare().await?;
    state.job("start").run(subject_requests::store::adopt_working_days).await?;
    state.job("start").run(contacts::store::changes::sweep_keys).await?;
    state.job("start").run(contacts::store::repeating::repeat).await?;
    warn_of_other_claims(&state, config).await?;
    // After the erased are erased again: the rest can be unsealed.
    while state.job("start").run(contacts::store::reindex::reindex).await? {}
    while state.job("start").run(complaints::store::reindex).await? {}
    while state.job("start").run(subject_requests::store::reindex).await? {}
    Ok(state)
}

/// What lower rooms call of higher ones.
fn extensions() -> Extensions {
    const FOLLOWERS: EventFollowers = &[&RegistrationData];
    const DIRECTORY: Directory = &NetworkData;
    const OF_AGREEMENTS: AgreementFollowers = &[&DisclosureData];
    const OF_ORGANISATIONS: OrganisationFollowers = &[&OrganisationAgreements];
    const HOLDS: Holds = &HoldData;
    Extensions::default()
        .with(inventory::holders())
        .with(inventory::CARDS)
        .with(FOLLOWERS)
        .with(OF_AGREEMENTS)
        .with(OF_ORGANISATIONS)
        .with(DIRECTORY)
        .with(HOLDS)
}

/// What all bodies of requests share. One thread fewer than answer requests checks large bodies, because the others must
/// have a processor; at most four do, because each may need 30 MB.
fn receiving(config: &Config) -> Receiving {
    let limits = &config.limits;
    let checked_at_once = config.server.worker_threads().saturating_sub(1).min(4);
    Receiving::new(Duration::from_secs(limits.body_seconds), limits.receiving_bytes, checked_at_once)
}

/// Counts the open proposals of an issuer's people that name the proposer by another claim than its tokens do now.
type OpenProposals = fn(&mut ReadTx<'_>, &str, SubjectClaim) -> Result<i64, Error>;

/// What one person proposes and another must authorise.
const PROPOSALS: &[(&str, OpenProposals)] = &[
    ("erasure plans", contacts::store::erasure::open_under_another_claim),
    ("agreements to share data", agreements::store::open_under_another_claim),
    ("releases of legal holds", holds::store::open_under_another_claim),
];

/// Warns of proposals whose proposers are named by another claim than their issuer's tokens name people by now. No person of
/// that issuer can authorise them: they must be proposed again.
pub async fn warn_of_other_claims(state: &AppState, config: &Config) -> Result<i64, StartError> {
    let mut found = 0;
    for CheckedIssuer { settings, profile, .. } in config.issuers().map_err(StartError)? {
        for &(proposals, count) in PROPOSALS {
            let (issuer, claim) = (settings.issuer.clone(), profile.subject_claim());
            let open = state.job("start").read(move |tx: &mut ReadTx<'_>| count(tx, &issuer, claim)).await?;
            if open > 0 {
                let (issuer, claim) = (&settings.name, <&str>::from(claim));
                tracing::warn!(
                    issuer,
                    claim,
                    proposals,
                    open,
                    "proposals name their proposer by another subject_claim, so people of this issuer cannot authorise \
                     them: propose them again"
                );
            }
            found += open;
        }
    }
    Ok(found)
}

/// Tells the operator that the table of bank holidays ends within 400 days of `today`, or has ended: what the law counts
/// in working days cannot be worked out then, and is answered 503.
fn warn_of_the_end(calendar: &Calendar, today: NaiveDate) {
    const NEWER: &str = "name a newer one in calendar.extra_holidays_file";
    let days = calendar.days_left_from(today);
    if days < 0 {
        tracing::error!(
            days,
            advice = NEWER,
            "the table of bank holidays has ended, so the service answers 503 to deadlines"
        );
    } else if calendar.is_running_out(today) {
        tracing::warn!(days, advice = NEWER, "the table of bank holidays ends soon");
    }
}

/// How many legal deadlines are over or near, for an alarm.
pub async fn deadline_counts(state: &AppState) -> Result<Vec<DeadlineCount>, Error> {
    state.job("metrics").read(deadlines::counts).await
}

/// The background jobs of the service. Without a configured mail server none sends messages. Must be called on a tokio
/// runtime.
///
/// # Errors
/// [`StartError`] with what the operator must change.
pub fn jobs(config: &Config, state: &AppState) -> Result<Vec<Box<dyn Job>>, StartError> {
    let sender = config.sender().map_err(StartError)?;
    let courier = config.mail.courier().map_err(StartError)?;
    if courier.is_none() {
        tracing::warn!("mail.smtp_url is empty: messages stay in the outbox");
    }
    let delivery = courier.map(|courier| Delivery::new(state.clone(), resources::letters(), courier, sender));
    Ok(jobs::all(state, delivery))
}

/// Brings the database at `url` up to date and does nothing else: a template for many.
///
/// # Errors
/// [`StartError`] with what the operator must change.
pub fn migrate_only(url: &str) -> Result<(), StartError> {
    let target = Target::parse(url).map_err(|error| StartError(error.to_string()))?;
    migrate(&target, LOCK_PATIENCE, |_| Ok::<(), StartError>(()))
}

/// Puts a new master key first in its file and wraps every key anew under it, beside a running service.
///
/// # Errors
/// [`StartError`] with what the operator must change; running it again goes on.
pub fn rotate_keys(config: &Config, entropy: &dyn Entropy, progress: impl FnMut(i64, i64)) -> Result<i64, StartError> {
    let target = config.target().map_err(StartError)?;
    check_files(&target)?;
    migrate(&target, Duration::from_secs(config.database.lock_seconds), |connection| {
        rotate(connection, &config.vault.master_key_file, entropy, progress)
            .map_err(|error| StartError(error.to_string()))
    })
}

/// Half a database is no database: never make a new empty file beside what is left of an old one. An empty
/// file is what a disk that was full leaves, or a hand that slipped: SQLite would take it for a new database.
fn check_files(target: &Target) -> Result<(), StartError> {
    let Target::Sqlite { file, vault } = target else { return Ok(()) };
    let is_there = |file: &Path| std::fs::metadata(file).is_ok_and(|found| found.len() > 0);
    let (missing, there) = match (is_there(file), is_there(vault)) {
        (true, false) => (vault, file),
        // A first start makes the vault first: one that was killed then has lost nothing.
        (false, true) if is_unused(vault) => return Ok(()),
        (false, true) => (file, vault),
        (true, true) => return Ok(()),
        (false, false) => {
            // A volume that is not mounted looks like this too.
            tracing::warn!(file = %file.display(), "there is no database: creating a new, empty one");
            return Ok(());
        }
    };
    Err(StartError(format!(
        "{} exists but {} is missing or empty: the two belong together. Restore the missing file, or move the other \
         away to start again.",
        there.display(),
        missing.display(),
    )))
}

/// The configured issuers, with the keys of those that have a key file. The service fetches published
/// keys when it listens, so an issuer that is down stops no caller of another issuer.
///
/// # Errors
/// [`StartError`] when an issuer stands twice, the keys in its file are refused, or its address is.
pub fn tokens(config: &Config) -> Result<Tokens, StartError> {
    let authorities = match config.auth.ca_file.as_str() {
        "" => Authorities::default(),
        file => Authorities::read(file.as_ref()).map_err(|error| StartError(format!("auth.ca_file: {error}")))?,
    };
    let mut issuers = Vec::new();
    for CheckedIssuer { settings, ceiling, profile } in config.issuers().map_err(StartError)? {
        let config::Issuer { name, issuer, audience, jwks, .. } = settings;
        let keys = KeySource::named(&jwks, &authorities)
            .map_err(|error| StartError(format!("auth.jwks of {issuer}: {error}")))?;
        issuers.push(Issuer { name, issuer, audience, keys, ceiling, profile });
    }
    Tokens::new(issuers).map_err(|error| StartError(format!("auth: the issuer {} appears twice", error.0)))
}

/// What installs the service and all its operations in a worker.
///
/// # Errors
/// [`StartError`] when two operations have the same path.
pub fn configure(state: &AppState) -> Result<impl Fn(&mut ServiceConfig) + Clone + use<>, StartError> {
    let routes = Routes::new(rooms()).map_err(|error| StartError(format!("the routes: {error}")))?;
    let (state, routes) = (state.clone(), Arc::new(routes));
    let document = FixedBody::new(Bytes::from_static(DOCUMENT));
    Ok(move |config: &mut ServiceConfig| {
        state.install(config);
        system::install_docs(document.clone(), config);
        install(&routes, config);
    })
}
