//! `demo`: everything that it takes to try the service, made on the first run and found on the next.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;

use iewm::config::{Auth, Config, Issuer};
use iewm::domain::Role;
use iewm::platform::auth::{ProfileSettings, TokenMint};
use iewm::platform::telemetry::{Format, start_logging};
use iewm::platform::vault::{MasterKeys, SystemEntropy};

use super::sample::{self, Recipients};
use super::{make_folder, serve, token};

/// The URL of a database that the demo may be told to use.
pub(super) fn database(url: &str) -> Result<String, String> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(url.to_owned());
    }
    Err("name a PostgreSQL database, as postgres://USER@HOST/DATABASE; without one the demo keeps its data in ./data"
        .into())
}

/// Serves the demo, on SQLite unless a database is named. Only the addresses are taken from the configuration: a database
/// that it names may be one that is not to be filled with samples.
pub(super) fn demo(mut config: Config, database_url: Option<String>) -> Result<(), String> {
    let directory = token::directory();
    let key_file = directory.join("master.key");
    make_folder(&key_file)?;
    let database = directory.join("iewm.db");
    let elsewhere = database_url.is_some();
    if !elsewhere {
        check_half_made(&key_file, &database)?;
    }
    if !key_file.exists() {
        MasterKeys::generate_file(&key_file, &SystemEntropy).map_err(|error| error.to_string())?;
    }
    let issuer = token::issuer(&directory)?;
    if config.server.public_url == Config::read(None, &HashMap::new())?.server.public_url {
        // The configuration names no other address: links lead to the address on which the demo listens.
        config.server.public_url = format!("http://{}", config.server.listen);
    }
    config.database.url = database_url.unwrap_or_else(|| format!("sqlite://{}", database.display()));
    config.vault.master_key_file = key_file;
    let mails = directory.join("mail");
    if config.mail.smtp_url.is_empty() {
        config.mail.folder = mails.display().to_string();
    }
    let mails = config.mail.smtp_url.is_empty().then_some(mails);
    let issuer_of_demo = Issuer {
        name: "demo".to_owned(),
        issuer: token::ISSUER.to_owned(),
        audience: token::AUDIENCE.to_owned(),
        jwks: token::jwks_file(&directory).display().to_string(),
        roles: "iewm_staff,council,contractor".into(),
        profile: ProfileSettings::default(),
    };
    config.auth = Auth { first: issuer_of_demo, ca_file: String::new(), issuers: Vec::new() };
    let _log = start_logging(Format::Text, "warn")?;
    serve::run(&config, async move |state, address| {
        let recipients = sample::fill(state).await?;
        greet(&issuer, recipients, address, mails.as_deref(), elsewhere)
    })
}

/// A master key and a database belong together.
fn check_half_made(key_file: &Path, database: &Path) -> Result<(), String> {
    match (key_file.exists(), database.exists()) {
        (false, true) => Err(format!(
            "{} exists but {} does not, and the data cannot be read without it. Restore the key, or remove ./data to \
             start again.",
            database.display(),
            key_file.display(),
        )),
        _ => Ok(()),
    }
}

/// What to try with the recipients' tokens.
const TRY: &str = "\
CONTRACTOR: GET /v1/shared-contacts shows the three people who are shared with it. STAFF finds who read them with
GET /v1/disclosures?batch=ID, where ID is the answer's disclosure_batch.
VENUE: GET /v1/events shows tonight's event, and GET /v1/events/ID/attendees its guest list. STAFF sees six guests there and
VENUE five, because Declan O'Brien refuses to share his data with venues. The list answers 410 twelve hours after the first start.";

fn greet(
    issuer: &TokenMint,
    recipients: Recipients,
    address: SocketAddr,
    mails: Option<&Path>,
    elsewhere: bool,
) -> Result<(), String> {
    let place = if elsewhere {
        "It keeps its keys in ./data, its people in the database that you named."
    } else {
        "It keeps everything in ./data; remove that folder to start again."
    };
    let mail = mails.map_or_else(String::new, |mails| {
        format!("\nNo mail server is configured: the demo writes mails to {} as .eml files.\n", mails.display())
    });
    let greeting = format!(
        "The demo is at http://{address}, its API document at http://{address}/docs/\n{place} These tokens are valid \
         for an hour:\n\nexport STAFF={}\nexport COUNCIL={}\nexport VENUE={}\nexport CONTRACTOR={}\n\n{TRY}\n{mail}\n`iewm token \
         --role iewm_staff` creates more. Stop with Ctrl-C.",
        token::mint(issuer, &[Role::IewmStaff], None, "demo-staff")?,
        token::mint(issuer, &[Role::Council], None, "demo-council")?,
        token::mint(issuer, &[Role::Contractor], Some(recipients.venue), "demo-venue")?,
        token::mint(issuer, &[Role::Contractor], Some(recipients.contractor), "demo-contractor")?,
    );
    super::print(&greeting)
}
