//! The service a story talks to: a real one, on a port of its own, with a database, keys and issuers of
//! its own, and a clock that the story turns.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use iewm::app;
use iewm::config::Config;
use iewm::domain::{Clock, Error, Hands, IdMint, Instant, OrganisationId, Role};
use iewm::platform::access::AppState;
use iewm::platform::auth::{TokenMint, TokenRequest};
use iewm::platform::queue::{Job, Round};
use iewm::platform::vault::{MasterKeys, SystemEntropy};
use iewm::server;
use tempfile::TempDir;

use super::client::{Answer, Request};
use super::{Engine, postgres};

/// The `iss` of the story's tokens.
pub(crate) const ISSUER: &str = "https://issuer.example";
/// The `aud` of the story's tokens.
pub(crate) const AUDIENCE: &str = "iewm";

/// The configuration file of a service, where its story has one.
const FILE: &str = "iewm.toml";

/// A service of the story's own.
pub(crate) struct Service {
    /// The engine its database runs on.
    pub(crate) engine: Engine,
    /// Where its database is, as the configuration names it.
    pub(crate) database_url: String,
    /// The state of the service, for what a story does behind the API's back: background work, waiting for looks.
    pub(crate) state: AppState,
    /// The clock's hands.
    pub(crate) hands: Hands,
    /// The issuer of tokens.
    pub(crate) issuer: Arc<TokenMint>,
    config: Config,
    clock: Clock,
    address: String,
    metrics_address: String,
    server: ServerHandle,
    http: reqwest::Client,
    directory: Arc<TempDir>,
    _database: Option<postgres::Database>,
}

/// The configuration of a service that keeps its keys in `directory`.
fn config(directory: &Path, database_url: &str, more: &[(&str, &str)]) -> Config {
    let set = |name: &str, value: String| (format!("IEWM__{name}"), value);
    let path = |name: &str| directory.join(name).display().to_string();
    let mut variables: HashMap<String, String> = HashMap::from([
        set("SERVER__LISTEN", "127.0.0.1:0".into()),
        set("SERVER__METRICS_LISTEN", "127.0.0.1:0".into()),
        set("SERVER__PUBLIC_URL", "https://iewm.example".into()),
        set("SERVER__WORKERS", "2".into()),
        set("SERVER__SHUTDOWN_SECONDS", "1".into()),
        set("SERVER__CORS_ORIGINS", "https://www.council.example".into()),
        set("LIMITS__RATE", "off".into()),
        set("LIMITS__ADDRESS_RATE", "off".into()),
        set("DATABASE__URL", database_url.to_owned()),
        set("DATABASE__READERS", "2".into()),
        set("DATABASE__WRITERS", "3".into()),
        set("AUTH__ISSUER", ISSUER.into()),
        set("AUTH__AUDIENCE", AUDIENCE.into()),
        set("AUTH__JWKS", path("jwks.json")),
        set("VAULT__MASTER_KEY_FILE", path("master.key")),
    ]);
    variables.extend(more.iter().map(|(name, value)| set(name, (*value).to_owned())));
    let file = directory.join(FILE);
    Config::read(Some(&*file).filter(|file| file.exists()), &variables).expect("a configuration that is right")
}

impl Service {
    /// A service on a fresh database of `engine`, or `None` if this machine has no such engine.
    pub(crate) async fn start(engine: Engine) -> Option<Self> {
        Self::start_with(engine, &[]).await
    }

    /// The same with more configuration, by the names that the environment uses after `IEWM__`.
    pub(crate) async fn start_with(engine: Engine, more: &[(&str, &str)]) -> Option<Self> {
        Self::start_in(tempfile::tempdir().expect("a temporary directory"), engine, more).await
    }

    /// A service whose configuration file has this text; `JWKS` in it stands for the file of its issuer's keys.
    pub(crate) async fn start_with_file(engine: Engine, text: &str) -> Option<Self> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let jwks = directory.path().join("jwks.json").display().to_string();
        std::fs::write(directory.path().join(FILE), text.replace("JWKS", &jwks)).expect("a configuration file");
        Self::start_in(directory, engine, &[]).await
    }

    async fn start_in(directory: TempDir, engine: Engine, more: &[(&str, &str)]) -> Option<Self> {
        MasterKeys::generate_file(&directory.path().join("master.key"), &SystemEntropy).expect("a master key");
        let issuer = TokenMint::generate(&SystemEntropy).expect("an issuer");
        std::fs::write(directory.path().join("jwks.json"), issuer.jwks()).expect("a JWKS file");
        let (database_url, database) = match engine {
            Engine::Sqlite => (format!("sqlite://{}", directory.path().join("iewm.db").display()), None),
            Engine::Postgres => {
                postgres::template(|url| app::migrate_only(url).expect("migrations that run"));
                let database = postgres::database()?;
                (database.url.clone(), Some(database))
            }
        };
        let config = config(directory.path(), &database_url, more);
        let start = Instant::parse("2026-11-24T10:00:00Z").expect("an instant");
        Some(Self::begin(engine, config, start, database_url, issuer, directory, database).await)
    }

    /// A service with the keys of another in a folder, as after a restore elsewhere: on this database of PostgreSQL, or on
    /// the files of SQLite in the same folder.
    pub(crate) async fn restored(directory: TempDir, database: Option<postgres::Database>, now: Instant) -> Self {
        let issuer = TokenMint::generate(&SystemEntropy).expect("an issuer");
        std::fs::write(directory.path().join("jwks.json"), issuer.jwks()).expect("a JWKS file");
        let (engine, database_url) = match &database {
            None => (Engine::Sqlite, format!("sqlite://{}", directory.path().join("iewm.db").display())),
            Some(database) => (Engine::Postgres, database.url.clone()),
        };
        let config = config(directory.path(), &database_url, &[]);
        Self::begin(engine, config, now, database_url, issuer, directory, database).await
    }

    /// A service with the keys of another in a folder, on the database of PostgreSQL at an address.
    pub(crate) async fn restored_at(directory: TempDir, database_url: &str, now: Instant) -> Self {
        let issuer = TokenMint::generate(&SystemEntropy).expect("an issuer");
        std::fs::write(directory.path().join("jwks.json"), issuer.jwks()).expect("a JWKS file");
        let config = config(directory.path(), database_url, &[]);
        Self::begin(Engine::Postgres, config, now, database_url.to_owned(), issuer, directory, None).await
    }

    async fn begin(
        engine: Engine,
        config: Config,
        start: Instant,
        database_url: String,
        issuer: TokenMint,
        directory: TempDir,
        database: Option<postgres::Database>,
    ) -> Self {
        let (clock, hands) = Clock::by_hand(start);
        let (state, running) = open(&config, &clock).await;
        Self {
            engine,
            database_url,
            state,
            hands,
            issuer: Arc::new(issuer),
            config,
            clock,
            address: format!("http://{}", running.address),
            metrics_address: running.metrics_address.map(|address| format!("http://{address}")).unwrap_or_default(),
            server: begin(running),
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client"),
            directory: Arc::new(directory),
            _database: database,
        }
    }

    /// Another process on the same database, whose clock is ahead of this one's or behind it.
    pub(crate) async fn beside(&self, ahead: chrono::Duration) -> Self {
        let hands = self.hands.apart(ahead);
        let clock = hands.clock();
        let (state, running) = open(&self.config, &clock).await;
        Self {
            engine: self.engine,
            database_url: self.database_url.clone(),
            state,
            hands,
            issuer: self.issuer.clone(),
            config: self.config.clone(),
            clock,
            address: format!("http://{}", running.address),
            metrics_address: running.metrics_address.map(|address| format!("http://{address}")).unwrap_or_default(),
            server: begin(running),
            http: self.http.clone(),
            directory: self.directory.clone(),
            _database: None,
        }
    }

    /// Stops the service and starts it again on the same database, as after a deployment.
    pub(crate) async fn restart(&mut self) {
        self.server.stop(true).await;
        self.state.flush_looks().await;
        self.clock = self.hands.clock();
        let (state, running) = open(&self.config, &self.clock).await;
        self.state = state;
        self.address = format!("http://{}", running.address);
        self.server = begin(running);
    }

    /// Runs a background job once, and returns how much it did.
    pub(crate) async fn tick(&self, job: &dyn Job) -> Result<usize, Error> {
        job.tick(Round::whole(self.now())).await
    }

    /// The configuration.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The time on the service's clock.
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The address of the API, without a slash at its end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The address of the metrics.
    pub(crate) fn metrics_address(&self) -> &str {
        &self.metrics_address
    }

    /// The metrics, as the port of their own serves them.
    pub(crate) async fn metrics(&self) -> String {
        let metrics = reqwest::get(format!("{}/metrics", self.metrics_address)).await.expect("an answer");
        metrics.text().await.expect("a text")
    }

    /// The folder that holds the service's files.
    pub(crate) fn directory(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// A token of the story's issuer.
    pub(crate) fn token(&self, subject: &str, roles: &[Role], organisation: Option<OrganisationId>) -> String {
        let request = TokenRequest {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            subject: subject.to_owned(),
            roles: roles.to_vec(),
            organisation,
            lifetime_seconds: 3600,
        };
        let jti = IdMint::new(Arc::new(SystemEntropy)).uuid(self.now());
        self.issuer.mint(&request, self.now(), jti).expect("a token")
    }

    /// A token of IEWM's staff.
    pub(crate) fn staff(&self) -> String {
        self.token("staff-1", &[Role::IewmStaff], None)
    }

    /// A token of the council's.
    pub(crate) fn council(&self) -> String {
        self.token("council-1", &[Role::Council], None)
    }

    /// A request to the service, without a token.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        let method = method.parse().expect("a method");
        Request::new(self.http.request(method, format!("{}{path}", self.address)))
    }

    /// `GET path` with the token of staff.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).token(&self.staff()).send().await
    }

    /// `POST path` with the token of staff.
    pub(crate) async fn post(&self, path: &str, body: serde_json::Value) -> Answer {
        self.request("POST", path).token(&self.staff()).json(&body).send().await
    }

    /// `PATCH path` with the token of staff and the version's entity tag.
    pub(crate) async fn patch(&self, path: &str, etag: &str, body: serde_json::Value) -> Answer {
        self.request("PATCH", path).token(&self.staff()).if_match(etag).merge_patch(&body).send().await
    }
}

async fn open(config: &Config, clock: &Clock) -> (AppState, server::Running) {
    let state = app::build(config, clock.clone(), Arc::new(SystemEntropy)).await.expect("a service that can be built");
    let running = server::start(config, &state).expect("a server that can listen");
    (state, running)
}

fn begin(running: server::Running) -> ServerHandle {
    let handle = running.handle();
    actix_web::rt::spawn(running.api);
    if let Some(metrics) = running.metrics {
        actix_web::rt::spawn(metrics);
    }
    handle
}
