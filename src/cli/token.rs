//! `token`, `token check`, and the demo's issuer: a key and a JWKS under ./data, for trying things out.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use iewm::app;
use iewm::config::Config;
use iewm::domain::{Clock, IdMint, OrganisationId, Role};
use iewm::platform::auth::{TokenMint, TokenRequest, bearer};
use iewm::platform::vault::SystemEntropy;

/// The `iss` of the demo's tokens.
pub(super) const ISSUER: &str = "https://demo.iewm.invalid";
/// The `aud` of the demo's tokens.
pub(super) const AUDIENCE: &str = "iewm";

/// Whom the token is for, or which token to check.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct TokenArguments {
    #[command(subcommand)]
    command: Option<TokenCommand>,
    /// The role: `iewm_staff`, `council` or `contractor`. Several may be given.
    #[arg(long = "role", required = true, value_parser = |text: &str| text.parse::<Role>().map_err(|_| "one of iewm_staff, council, contractor"))]
    roles: Vec<Role>,
    /// The organisation of a contractor.
    #[arg(long)]
    org: Option<OrganisationId>,
    /// Whom the token is about.
    #[arg(long, default_value = "demo-user")]
    subject: String,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Say which rules a token breaks under the configuration, and which setting would mend each. Exit 1 if it breaks any.
    Check {
        /// The file that holds the token; `-` for standard input.
        #[arg(default_value = "-")]
        file: PathBuf,
        /// Judge it as a token of this issuer, by its configured name or its `iss`; else of the one that it names.
        #[arg(long, value_name = "NAME")]
        issuer: Option<String>,
    },
}

/// The longest input that is read, in bytes: a token has 8 KiB at most.
const LONGEST_INPUT: u64 = 64 * 1024;

pub(super) fn directory() -> PathBuf {
    PathBuf::from("data")
}

pub(super) fn jwks_file(directory: &Path) -> PathBuf {
    directory.join("demo-issuer.jwks.json")
}

fn seed_file(directory: &Path) -> PathBuf {
    directory.join("demo-issuer.key")
}

/// The demo's issuer, made on the first run.
pub(super) fn issuer(directory: &Path) -> Result<TokenMint, String> {
    let file = seed_file(directory);
    let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    if file.exists() {
        return existing_issuer(directory);
    }
    let mint = TokenMint::generate(&SystemEntropy).map_err(|error| fault(&error))?;
    let mut made =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file).map_err(|e| fault(&e))?;
    made.write_all(mint.seed()).map_err(|error| fault(&error))?;
    fs::write(jwks_file(directory), mint.jwks()).map_err(|error| fault(&error))?;
    Ok(mint)
}

fn existing_issuer(directory: &Path) -> Result<TokenMint, String> {
    let file = seed_file(directory);
    let fault = |error: std::io::Error| {
        format!("{}: {error}. Run `iewm demo` here first: it creates the issuer's key.", file.display())
    };
    let mode = fs::metadata(&file).map_err(fault)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(format!(
            "{} has mode {mode:04o}, so other users can read it: chmod 600 it, or remove ./data to start again",
            file.display(),
        ));
    }
    let seed = fs::read(&file).map_err(fault)?;
    let seed = seed.try_into().map_err(|_| format!("{} is damaged: it must hold 32 bytes", file.display()))?;
    TokenMint::from_seed(seed).map_err(|error| error.to_string())
}

/// A token of the demo's issuer, good for an hour.
pub(super) fn mint(
    mint: &TokenMint,
    roles: &[Role],
    organisation: Option<OrganisationId>,
    subject: &str,
) -> Result<String, String> {
    let now = Clock::system().now();
    let request = TokenRequest {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        subject: subject.to_owned(),
        roles: roles.to_vec(),
        organisation,
        lifetime_seconds: 3600,
    };
    let jti = IdMint::new(std::sync::Arc::new(SystemEntropy)).uuid(now);
    mint.mint(&request, now, jti).map_err(|error| {
        let faults =
            error.particulars().faults.listed().iter().map(|fault| format!("{} {}", fault.pointer(), fault.detail));
        let faults: Vec<String> = faults.collect();
        if faults.is_empty() { error.detail().to_owned() } else { faults.join("; ") }
    })
}

/// Prints a token, or checks one.
pub(super) fn token(asked: &TokenArguments, config: impl FnOnce() -> Result<Config, String>) -> Result<(), String> {
    if let Some(TokenCommand::Check { file, issuer }) = &asked.command {
        return check(&config()?, file, issuer.as_deref());
    }
    if asked.roles.contains(&Role::Contractor) && asked.org.is_none() {
        return Err("a contractor's token needs --org, the id of its organisation".to_owned());
    }
    let issuer = existing_issuer(&directory())?;
    super::print(&mint(&issuer, &asked.roles, asked.org, &asked.subject)?)
}

/// Judges a token by every rule. The token itself is printed nowhere.
fn check(config: &Config, file: &Path, issuer: Option<&str>) -> Result<(), String> {
    let token = input(file)?;
    let tokens = app::tokens(config).map_err(|error| error.to_string())?;
    let clock = Clock::system();
    let checking = tokens.check(&token, issuer, &clock);
    let findings = super::serve::block_on(checking)?;
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    super::print(&lines.join("\n"))?;
    match findings.iter().filter(|finding| finding.is_broken()).count() {
        0 => super::print("The token is valid, unless it is revoked or a contractor's organisation is not active."),
        1 => Err("the token would be refused: it breaks a rule".to_owned()),
        several => Err(format!("the token would be refused: it breaks {several} rules")),
    }
}

/// The token in a file or on standard input, without white space around it and without the scheme before it.
fn input(file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(LONGEST_INPUT).read_to_string(&mut text)
    } else {
        fs::File::open(file).and_then(|opened| opened.take(LONGEST_INPUT).read_to_string(&mut text))
    };
    read.map_err(|error| format!("{}: {error}", file.display()))?;
    let token = text.trim();
    Ok(bearer(token).unwrap_or(token).to_owned())
}
