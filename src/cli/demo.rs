//! `demo`: everything that it takes to try the service, made on the first run and found on the next.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use iewm::config::Config;
use iewm::domain::{OrganisationId, Role};
use iewm::platform::auth::{House, TokenMint};
use iewm::platform::telemetry::{Format, start_logging};
use iewm::platform::vault::{MasterKeys, SystemEntropy};

use super::{sample, serve, token};

/// Serves the demo. Only the addresses are taken from the configuration.
pub(super) fn demo(mut config: Config) -> Result<(), String> {
    let directory = token::directory();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory).map_err(|error| format!("./data: {error}"))?;
    let key_file = directory.join("master.key");
    let database = directory.join("iewm.db");
    check_half_made(&key_file, &database)?;
    if !key_file.exists() {
        MasterKeys::generate_file(&key_file, &SystemEntropy).map_err(|error| error.to_string())?;
    }
    let issuer = token::issuer(&directory)?;
    config.database.url = format!("sqlite://{}", database.display());
    config.vault.master_key_file = key_file;
    config.auth.issuer = token::ISSUER.to_owned();
    config.auth.audience = token::AUDIENCE.to_owned();
    config.auth.jwks = token::jwks_file(&directory).display().to_string();
    config.auth.roles = "iewm_staff,council,contractor".to_owned();
    config.auth.issuers.clear();
    start_logging(Format::Text, "warn")?;
    let address = config.server.listen;
    serve::run(&config, async move |house| {
        let contractor = sample::fill(house).await?;
        greet(house, &issuer, contractor, &format!("http://{address}"))
    })
}

/// A master key and a database belong together.
fn check_half_made(key_file: &Path, database: &Path) -> Result<(), String> {
    match (key_file.exists(), database.exists()) {
        (false, true) => Err(format!(
            "{} is there but {} is not, and without it the data cannot be read. Restore the key, or remove ./data to begin anew.",
            database.display(),
            key_file.display(),
        )),
        _ => Ok(()),
    }
}

fn greet(_: &House, issuer: &TokenMint, contractor: OrganisationId, base: &str) -> Result<(), String> {
    println!("The demo is at {base}, its API document at {base}/docs/");
    println!("It keeps everything in ./data; remove that folder to begin anew. These tokens last an hour:\n");
    println!("export STAFF={}", token::mint(issuer, &[Role::IewmStaff], None, "demo-staff")?);
    println!("export COUNCIL={}", token::mint(issuer, &[Role::Council], None, "demo-council")?);
    println!("export CONTRACTOR={}", token::mint(issuer, &[Role::Contractor], Some(contractor), "demo-contractor")?);
    println!("\n`iewm token --role iewm_staff` makes more. Stop with Ctrl-C.");
    Ok(())
}
