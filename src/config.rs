//! The configuration: `config.default.toml`, then a file, then the environment. Typed, checked once at
//! the start, and passed by value.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat};
use serde::Deserialize;

use crate::domain::{Backups, Controller, Identity};
use crate::platform::db::Target;
use crate::platform::rate::RateSettings;
use crate::platform::telemetry::Format;
use crate::platform::vault::AlgorithmName;

mod auth;
mod calendar;
mod limits;
mod mail;
mod secret_file;

pub use auth::{Auth, CheckedIssuer, Issuer};
pub use calendar::HolidayTable;
pub use limits::Limits;
pub use mail::Mail;

/// The defaults, compiled in.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where and how the service listens.
    pub server: Server,
    /// Where the data is.
    pub database: Database,
    /// Whose tokens are accepted.
    pub auth: Auth,
    /// Where the master keys are.
    pub vault: Vault,
    /// How receipts are signed.
    pub receipts: Receipts,
    /// Where mails go, and who they come from.
    pub mail: Mail,
    /// Who is responsible for the data.
    pub controller: Controller,
    /// The rate limits.
    pub limits: Limits,
    /// What is kept for idempotency keys.
    pub idempotency: Idempotency,
    /// Which days are bank holidays.
    pub calendar: HolidayTable,
    /// How long backups are kept.
    pub backups: Backups,
    /// For `security.txt`.
    pub security: Security,
    /// What is logged, and how.
    pub log: Log,
}

/// Where and how the service listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where the metrics listen: an address, or `off`.
    pub metrics_listen: String,
    /// The address under which the service is reached, without a slash at its end.
    pub public_url: String,
    /// Threads that answer requests; 0 for one for each processor.
    pub workers: usize,
    /// Seconds that running requests have when the service stops.
    pub shutdown_seconds: u64,
    /// Origins whose pages may call the API, comma-separated.
    pub cors_origins: String,
}

impl Server {
    /// How many threads answer requests.
    pub fn worker_threads(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(2, usize::from),
            chosen => chosen,
        }
    }
}

/// What is kept for idempotency keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idempotency {
    /// Bytes of bodies that are kept for each caller.
    pub kept_bytes: usize,
}

/// Where the data is.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Its URL, which may hold a password.
    pub url: String,
    /// Connections that read; 0 for two for each processor on PostgreSQL, and on SQLite one, and two at least.
    pub readers: usize,
    /// Connections that write, on PostgreSQL; 0 for one for each processor, and two at least.
    pub writers: usize,
    /// Seconds that a start waits for another process that migrates the database.
    pub lock_seconds: u64,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Database {{ url: {:?}, readers: {}, writers: {}, lock_seconds: {} }}",
            Target::parse(&self.url),
            self.readers,
            self.writers,
            self.lock_seconds
        )
    }
}

/// Where the master keys are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// The file.
    pub master_key_file: PathBuf,
}

/// How receipts are signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    /// The name that receipts and the published key give their algorithm.
    pub algorithm_name: String,
}

impl Receipts {
    /// The name.
    ///
    /// # Errors
    /// A text for the operator.
    pub fn name(&self) -> Result<AlgorithmName, String> {
        self.algorithm_name.parse().map_err(|_| "receipts.algorithm_name must be EdDSA or Ed25519".to_owned())
    }
}

/// For `security.txt` (RFC 9116).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// Its `Contact`.
    pub contact: String,
}

/// What is logged, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// JSON or text.
    pub format: Format,
    /// Tracing's directives.
    pub filter: String,
}

impl Config {
    /// Reads the configuration: the defaults, `file` if one is given, and the environment as `variables`
    /// tells it, last.
    ///
    /// # Errors
    /// A text for the operator that names the key.
    pub fn read(file: Option<&Path>, variables: &std::collections::HashMap<String, String>) -> Result<Self, String> {
        let mut sources = config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(url) = variables.get("DATABASE_URL") {
            let weak = config::Config::builder()
                .set_override("database.url", url.as_str())
                .and_then(config::ConfigBuilder::<config::builder::DefaultState>::build);
            sources = sources.add_source(weak.map_err(|error| error.to_string())?);
        }
        if let Some(file) = file {
            sources = sources.add_source(File::from(file).format(FileFormat::Toml));
        }
        let ours = variables.iter().filter(|(name, _)| name.starts_with("IEWM__"));
        let ours = ours.map(|(name, value)| (name.clone(), value.clone())).collect();
        let environment = Environment::with_prefix("IEWM").prefix_separator("__").separator("__").try_parsing(true);
        let read = sources.add_source(environment.source(Some(ours))).build().map_err(|error| error.to_string())?;
        let mut config: Self = read.try_deserialize().map_err(|error| error.to_string())?;
        config.server.public_url = config.server.public_url.trim_end_matches('/').to_owned();
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        self.target()?;
        self.metrics_listen()?;
        let url = &self.server.public_url;
        if !(url.starts_with("https://") || url.starts_with("http://")) || url.contains('?') || url.contains('#') {
            return Err("server.public_url must be an http(s) address without query or fragment".to_owned());
        }
        if !(self.security.contact.starts_with("mailto:") || self.security.contact.starts_with("https://")) {
            return Err("security.contact must begin with mailto: or https:// (RFC 9116)".to_owned());
        }
        self.limits.check()?;
        self.receipts.name()?;
        self.cors_origins()?;
        self.rates()?;
        self.calendar.read()?;
        self.mail.check()?;
        self.sender()?;
        self.issuers().map(|_| ())
    }

    /// The database.
    ///
    /// # Errors
    /// A text for the operator.
    pub fn target(&self) -> Result<Target, String> {
        Target::parse(&self.database.url).map_err(|error| format!("database.url: {error}"))
    }

    /// Where the metrics listen, if anywhere.
    ///
    /// # Errors
    /// A text for the operator.
    pub fn metrics_listen(&self) -> Result<Option<SocketAddr>, String> {
        match self.server.metrics_listen.as_str() {
            "off" => Ok(None),
            address => address
                .parse()
                .map(Some)
                .map_err(|_| "server.metrics_listen must be an address such as 127.0.0.1:9090, or \"off\"".to_owned()),
        }
    }

    /// The origins whose pages may call the API.
    ///
    /// # Errors
    /// A text for the operator.
    pub fn cors_origins(&self) -> Result<Vec<String>, String> {
        let origins = listed(&self.server.cors_origins).map(|origin| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            let well_formed = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', '@']));
            well_formed.then(|| origin.to_owned()).ok_or_else(|| {
                "server.cors_origins must list origins such as https://www.example.gov.uk; * is refused".to_owned()
            })
        });
        origins.collect()
    }

    /// The rate limits.
    ///
    /// # Errors
    /// A text for the operator that names the key.
    pub fn rates(&self) -> Result<RateSettings, String> {
        let limit = |name: &str, value: &str, of: &str| match value {
            "off" => Ok(None),
            number => number
                .parse::<NonZeroU32>()
                .map(Some)
                .map_err(|_| format!("limits.{name} must be a whole number of {of}, or \"off\"")),
        };
        let rate = |name, value| limit(name, value, "requests a minute");
        Ok(RateSettings {
            per_caller: rate("rate", &self.limits.rate)?,
            per_address: rate("address_rate", &self.limits.address_rate)?,
            people_per_hour: limit("people_per_hour", &self.limits.people_per_hour, "people an hour")?,
            proxies: self.limits.proxies()?,
        })
    }

    /// The service as it names itself.
    pub fn identity(&self) -> Identity {
        Identity {
            public_url: self.server.public_url.clone(),
            pages_url: self.mail.pages_url(&self.server.public_url),
            controller: self.controller.clone(),
            security_contact: self.security.contact.clone(),
            backups: self.backups,
        }
    }

    /// All issuers.
    ///
    /// # Errors
    /// A text for the operator that names the issuer and the key, and says what to change.
    pub fn issuers(&self) -> Result<Vec<CheckedIssuer>, String> {
        self.auth.checked()
    }
}

/// The parts of a comma list.
fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;
    use std::collections::HashMap;

    fn variables(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_defaults_are_complete() {
        let config = Config::read(None, &variables(&[])).unwrap();
        assert_eq!(config.server.listen, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(config.database.url, "sqlite://data/iewm.db");
    }

    #[test]
    fn the_environment_overrides() {
        let config = Config::read(
            None,
            &variables(&[
                ("IEWM__SERVER__LISTEN", "127.0.0.1:1"),
                ("IEWM__AUTH__ROLES", "council"),
                ("IEWM__AUTH__ISSUER", "x"),
                ("IEWM__AUTH__JWKS", "j"),
            ]),
        )
        .unwrap();
        assert_eq!(config.server.listen.port(), 1);
        assert_eq!(config.issuers().unwrap()[0].ceiling, vec![Role::Council]);
    }

    #[test]
    fn our_own_variable_is_stronger_than_database_url() {
        let weak = Config::read(None, &variables(&[("DATABASE_URL", "postgres://h/a")])).unwrap();
        assert_eq!(weak.database.url, "postgres://h/a");
        let both = variables(&[("DATABASE_URL", "postgres://h/a"), ("IEWM__DATABASE__URL", "postgres://h/b")]);
        assert_eq!(Config::read(None, &both).unwrap().database.url, "postgres://h/b");
    }

    #[test]
    fn mistakes_are_told_by_their_key() {
        for (name, value, told) in [
            ("IEWM__SERVER__LISTEN", "nonsense", "server.listen"),
            ("IEWM__SERVER__LISTENN", "127.0.0.1:1", "listenn"),
            ("IEWM__DATABASE__URL", "iewm.db", "database.url"),
            ("IEWM__AUTH__ROLES", "admin", "auth.roles"),
            ("IEWM__SERVER__PUBLIC_URL", "ftp://x", "server.public_url"),
            ("IEWM__SECURITY__CONTACT", "me", "security.contact"),
            ("IEWM__SERVER__CORS_ORIGINS", "*", "server.cors_origins"),
            ("IEWM__SERVER__CORS_ORIGINS", "https://a.example/path", "server.cors_origins"),
            ("IEWM__LIMITS__RATE", "many", "limits.rate"),
            ("IEWM__LIMITS__PEOPLE_PER_HOUR", "0", "limits.people_per_hour"),
            ("IEWM__RECEIPTS__ALGORITHM_NAME", "ed25519", "receipts.algorithm_name"),
            ("IEWM__MAIL__FROM", "nobody", "mail.from"),
            ("IEWM__MAIL__SMTP_URL", "smtp://mail.example", "mail.smtp_url"),
            ("IEWM__MAIL__PAGES_URL", "http://pages.example", "mail.pages_url"),
            ("IEWM__LIMITS__BODY_SECONDS", "0", "limits.body_seconds"),
            ("IEWM__LIMITS__WRITE_STALL_SECONDS", "0", "limits.write_stall_seconds"),
            ("IEWM__LIMITS__RECEIVING_BYTES", "1000", "limits.receiving_bytes"),
            ("IEWM__LIMITS__SENDING_BYTES", "1000", "limits.sending_bytes"),
            ("IEWM__LIMITS__TRUSTED_PROXIES", "proxy", "limits.trusted_proxies"),
            ("IEWM__LIMITS__TRUSTED_PROXIES", "10.0.0.0/33", "limits.trusted_proxies"),
            ("IEWM__LIMITS__TRUSTED_PROXIES", "10.0.0.1", "limits.forwarded_header"),
            ("IEWM__LIMITS__FORWARDED_HEADER", "forwarded", "limits.forwarded_header"),
        ] {
            let given = variables(&[(name, value), ("IEWM__AUTH__ISSUER", "x"), ("IEWM__AUTH__JWKS", "j")]);
            let error = Config::read(None, &given).unwrap_err();
            assert!(error.contains(told), "{name}: {error}");
        }
    }

    #[test]
    fn a_password_is_not_debugged() {
        let config = Config::read(None, &variables(&[("DATABASE_URL", "postgres://u:secret@h/a")])).unwrap();
        assert!(!format!("{config:?}").contains("secret"));
    }
}
