//! The commands, and what they share.

mod demo;
mod health;
mod sample;
mod serve;
mod token;

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use iewm::config::Config;
use iewm::platform::vault::{MasterKeys, SystemEntropy};

/// Keeps the promises of a public privacy notice.
#[derive(Parser)]
#[command(name = "iewm", version, about)]
pub(crate) struct Arguments {
    /// A configuration file, over the defaults and under the environment.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API; pending migrations are applied first, under a lock.
    Serve,
    /// Try it: SQLite under ./data with sample people, keys made on the first run, tokens printed.
    Demo {
        /// The URL of a PostgreSQL database to use instead: one that is empty, or this demo's own.
        #[arg(long, value_name = "URL", value_parser = demo::database)]
        database_url: Option<String>,
    },
    /// Apply pending migrations and stop.
    Migrate,
    /// The master keys.
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Print a token of the demo's issuer, good for an hour; or check one.
    Token(token::TokenArguments),
    /// Read the configuration and say whether it is right.
    CheckConfig,
    /// Ask a running service whether it is ready; for containers.
    Health,
}

#[derive(Subcommand)]
enum Keys {
    /// Make the master key file that the configuration names.
    Init,
    /// Make a new master key and wrap every key anew under it, beside a running service. Run again, it goes
    /// on where it was stopped.
    Rotate,
}

impl Arguments {
    /// Carries the command out.
    pub(crate) fn run(self) -> Result<(), String> {
        let config = || {
            let variables: HashMap<String, String> = std::env::vars().collect();
            Config::read(self.config.as_deref(), &variables)
        };
        match self.command {
            Command::Serve => serve::serve(&config()?),
            Command::Demo { database_url } => demo::demo(config()?, database_url),
            Command::Migrate => serve::migrate(&config()?),
            Command::Keys { command: Keys::Init } => {
                let file = config()?.vault.master_key_file;
                make_folder(&file)?;
                MasterKeys::generate_file(&file, &SystemEntropy).map_err(|error| error.to_string())?;
                print(&format!(
                    "Created {}. Back it up separately from the database: without it, the data cannot be read.",
                    file.display()
                ))
            }
            Command::Keys { command: Keys::Rotate } => {
                let config = config()?;
                let told = |done, total| note(&format!("{done} of {total} keys rewrapped"));
                let total = iewm::app::rotate_keys(&config, &SystemEntropy, told).map_err(|error| error.to_string())?;
                let file = config.vault.master_key_file.display();
                print(&format!(
                    "{total} keys are wrapped under the first key of {file}. Back the file up; its older keys open older backups."
                ))
            }
            Command::Openapi => print(iewm::app::openapi_json().trim_end()),
            Command::Token(asked) => token::token(&asked, config),
            Command::CheckConfig => {
                serve::check_config(&config()?)?;
                print("The configuration is valid.")
            }
            Command::Health => health::health(&config()?),
        }
    }
}

/// Prints an answer and ends the line. A reader that has closed the pipe, such as `head`, has read enough.
fn print(answer: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{answer}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("cannot write to standard output: {error}")),
        _ => Ok(()),
    }
}

/// Tells the operator something beside the answer. A command goes on when standard error cannot be written.
fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Makes the folder of a file that is to be secret, for its owner alone.
fn make_folder(file: &Path) -> Result<(), String> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| format!("{}: {error}", folder.display()))
}
