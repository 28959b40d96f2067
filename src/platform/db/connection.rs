//! One connection type over both engines, and how a connection is opened.

use std::fmt;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, SqliteConnection};

use super::Target;
use crate::domain::Error;

/// A connection to either engine. Queries written once run on both.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite, with the vault attached as `vault`.
    Sqlite(SqliteConnection),
}

impl fmt::Debug for AnyConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres(_) => "AnyConnection::Postgres",
            Self::Sqlite(_) => "AnyConnection::Sqlite",
        })
    }
}

/// The use of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Reading alone; the engine itself refuses a write.
    Reading,
    /// Writing the data; on SQLite the vault is read-only.
    Writing,
    /// Migrations and the first creation of keys: everything is writable.
    Preparing,
}

/// The reason why the database could not be opened, in words for the operator.
#[derive(Debug)]
pub struct ConnectionError(pub(crate) String);

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the database could not be opened: {}", self.0)
    }
}

impl std::error::Error for ConnectionError {}

impl From<ConnectionError> for Error {
    #[track_caller]
    fn from(error: ConnectionError) -> Self {
        Self::unavailable(error)
    }
}

/// Opens a connection. On SQLite only [`Use::Preparing`] may create the files.
pub(crate) fn open(target: &Target, purpose: Use) -> Result<AnyConnection, ConnectionError> {
    match target {
        Target::Postgres { url } => postgres(url, purpose).map(AnyConnection::Postgres),
        Target::Sqlite { file, vault } => {
            let uri = |path: &std::path::Path, mode: &str| {
                let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
                format!("file:{path}?mode={mode}")
            };
            let mode = if purpose == Use::Preparing { "rwc" } else { "rw" };
            let vault_mode = if purpose == Use::Preparing { "rwc" } else { "ro" };
            let opened = sqlite(&uri(file, mode), &uri(vault, vault_mode), purpose);
            opened
                .map(AnyConnection::Sqlite)
                .map_err(|error| ConnectionError(format!("{}: {}", file.display(), error.0)))
        }
    }
}

/// Opens the vault file alone, to write keys in a transaction of their own.
pub(super) fn open_vault_file(vault: &std::path::Path) -> Result<SqliteConnection, ConnectionError> {
    let fault = |error: &dyn fmt::Display| ConnectionError(error.to_string());
    let mut connection = SqliteConnection::establish(&vault.to_string_lossy()).map_err(|e| fault(&e))?;
    connection
        .batch_execute(
            // The lane decides when to checkpoint its journal.
            "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0;",
        )
        .map_err(|e| fault(&e))?;
    Ok(connection)
}

/// Opens the vault file alone, or creates it, for its own migrations.
pub(super) fn open_vault_to_migrate(vault: &std::path::Path) -> Result<SqliteConnection, ConnectionError> {
    let fault = |error: &dyn fmt::Display| ConnectionError(format!("{}: {error}", vault.display()));
    let mut connection = SqliteConnection::establish(&vault.to_string_lossy()).map_err(|e| fault(&e))?;
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;",
        )
        .map_err(|e| fault(&e))?;
    Ok(connection)
}

fn postgres(url: &str, purpose: Use) -> Result<PgConnection, ConnectionError> {
    let url = with_name(&with_timeouts(url), purpose);
    let mut connection = PgConnection::establish(&url).map_err(|error| ConnectionError(without_url(&error, &url)))?;
    let read_only = if purpose == Use::Reading { "SET default_transaction_read_only = on;" } else { "" };
    // The caller has timed out by then. A transaction that may take longer says so.
    let patience = if purpose == Use::Preparing { "0" } else { "2s" };
    // By default the server plans many prepared statements again at each execution, which takes longer
    // than the execution. So plans are kept. A kept plan must not be one for a table that was small at the
    // time, so no plan may read a whole table if there is an index, and the resulting costs must not
    // trigger compilation. A kept plan estimates any bound `LIMIT` as a tenth of the table, for which the
    // server would start parallel workers at a million rows.
    let plans = match purpose {
        Use::Reading | Use::Writing => {
            "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off; \
             SET max_parallel_workers_per_gather = 0;"
        }
        Use::Preparing => "",
    };
    connection
        .batch_execute(&format!(
            "SET TIME ZONE 'UTC'; SET client_min_messages = 'warning'; SET statement_timeout = '{patience}'; {plans} {read_only}"
        ))
        .map_err(|error| ConnectionError(error.to_string()))?;
    Ok(connection)
}

/// The connection to a hanging server ends within seconds, not within the kernel's quarter of an hour.
fn with_timeouts(url: &str) -> String {
    if url.contains("connect_timeout") {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!(
        "{url}{joint}connect_timeout=2&tcp_user_timeout=3000&keepalives_idle=5&keepalives_interval=1&keepalives_count=3"
    )
}

/// Names the connection for `pg_stat_activity`, unless the URL or `PGAPPNAME` has a name.
fn with_name(url: &str, purpose: Use) -> String {
    let purpose = match purpose {
        Use::Reading => "reader",
        Use::Writing => "writer",
        Use::Preparing => "start",
    };
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}fallback_application_name=iewm%20{purpose}")
}

/// libpq's messages can repeat the URL, and with it the password.
fn without_url(error: &dyn fmt::Display, url: &str) -> String {
    error.to_string().replace(url, "[url]")
}

fn sqlite(file: &str, vault: &str, purpose: Use) -> Result<SqliteConnection, ConnectionError> {
    let fault = |error: &dyn fmt::Display| ConnectionError(error.to_string());
    let mut connection = SqliteConnection::establish(file).map_err(|e| fault(&e))?;
    let vault = vault.replace('\'', "''");
    connection
        .batch_execute(&format!(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON; PRAGMA mmap_size = 1073741824; PRAGMA temp_store = MEMORY;
             ATTACH DATABASE '{vault}' AS vault;"
        ))
        .map_err(|e| fault(&e))?;
    let last = match purpose {
        // A connection that waits longer for another process, such as a rotation of keys, returns an error to
        // retry. It reads mapped pages, and needs little other memory.
        Use::Reading => "PRAGMA query_only = ON; PRAGMA busy_timeout = 1500; PRAGMA cache_size = -500;",
        // The changes of a large group stay in memory until the commit. The journal grows to 64 MB before a
        // checkpoint, so that a page with many changes is copied once.
        Use::Writing => "PRAGMA busy_timeout = 1500; PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 16000;",
        Use::Preparing => "PRAGMA vault.journal_mode = WAL; PRAGMA vault.secure_delete = ON;",
    };
    connection.batch_execute(last).map_err(|e| fault(&e))?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};

    use super::*;

    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = sql_types::Integer)]
        used: i32,
    }

    /// See `.cargo/config.toml`: a build without it works, and is slow.
    #[test]
    fn sqlite_is_built_as_its_makers_recommend() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        let mut used = |option: &str| {
            let asked = format!("SELECT sqlite_compileoption_used('{option}') AS used");
            sql_query(asked).get_result::<Used>(&mut connection).unwrap().used
        };
        assert_eq!(used("ENABLE_QPSG"), 1, "a prepared statement stays prepared");
        assert_eq!(used("ENABLE_MEMORY_MANAGEMENT"), 0, "each connection has pages of its own");
        assert_eq!(used("THREADSAFE=2"), 1, "a connection has no lock");
        assert_eq!(used("DEFAULT_MEMSTATUS=0"), 1, "SQLite counts no allocations");
    }
}
