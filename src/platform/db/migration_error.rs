//! Why a database cannot be migrated.

use std::fmt;

use super::connection::ConnectionError;

/// The reason why the database could not be migrated, in words for the operator.
#[derive(Debug)]
pub enum MigrationError {
    /// The database could not be opened.
    Connection(ConnectionError),
    /// The database has a migration that this program does not know: a newer program made it.
    Newer(String),
    /// It lacks this migration, which was squashed with others that it holds.
    Older(&'static str),
    /// Another process holds the lock of the migrations.
    Locked {
        /// That process, in words.
        by: String,
    },
    /// The database lacks a migration, and its role may not create anything.
    NotOurs(String),
    /// A migration failed; it was rolled back.
    Failed(String),
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(error) => error.fmt(f),
            Self::Newer(version) => write!(
                f,
                "the database has migration {version}, which this program does not know: run the newer program"
            ),
            Self::Older(version) => write!(
                f,
                "the database lacks migration {version}, and this program upgrades only databases that hold all up to \
                 20261129000033: run iewm migrate of commit cc4cfba first, and then this program"
            ),
            Self::Locked { by } => write!(
                f,
                "{by} holds the lock under which the database is migrated. Wait for that process or end it, and start again. \
                 database.lock_seconds says how long a start waits"
            ),
            Self::NotOurs(version) => write!(
                f,
                "the database lacks migration {version}, and this role may not change its schema: run iewm migrate as the \
                 role that owns it"
            ),
            Self::Failed(why) => write!(f, "a migration failed and was rolled back: {why}"),
        }
    }
}

impl std::error::Error for MigrationError {}

impl From<ConnectionError> for MigrationError {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(error)
    }
}
