//! The lock under which a database is migrated, so that several instances can start at once.
//!
//! On SQLite it is a lock on a file, which the operating system releases when its process ends. On PostgreSQL a transaction
//! of a connection of its own holds an advisory lock. A session-level lock would outlive its client behind a pooler, which keeps
//! the session of a client that died.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};

use super::connection::{ConnectionError, Use, open};
use super::migration_error::MigrationError;
use super::serving::process_name;
use super::{AnyConnection, Target};

/// How long a start waits for the lock, unless the configuration says otherwise.
pub const LOCK_PATIENCE: Duration = Duration::from_secs(30);
/// After how long a start says what it waits for.
const SILENCE: Duration = Duration::from_secs(2);

/// The lock, until the value is dropped.
#[must_use = "the lock is released when this value is dropped"]
pub(super) struct MigrationLock {
    _held: Held,
}

#[expect(dead_code, reason = "the values hold the lock")]
enum Held {
    File(File),
    Transaction(AnyConnection),
}

impl MigrationLock {
    /// Takes the lock. A start that has waited for two seconds warns, with the name of the process that holds it.
    ///
    /// # Errors
    /// [`MigrationError::Locked`] after `patience`.
    pub(super) fn take(target: &Target, patience: Duration) -> Result<Self, MigrationError> {
        let silence = SILENCE.min(patience);
        let held = match target {
            Target::Sqlite { file, .. } => Held::File(lock_file(file, silence, patience)?),
            Target::Postgres { .. } => Held::Transaction(begin(target, silence, patience)?),
        };
        Ok(Self { _held: held })
    }
}

fn warn(by: &str, patience: Duration) {
    tracing::warn!(by, most_seconds = patience.as_secs(), "waiting for another process that migrates the database");
}

fn lock_file(database: &Path, silence: Duration, patience: Duration) -> Result<File, MigrationError> {
    let path = database.with_extension("lock");
    let failed =
        |error: std::io::Error| MigrationError::Connection(ConnectionError(format!("{}: {error}", path.display())));
    let file = File::options().create(true).read(true).write(true).truncate(false).open(&path).map_err(failed)?;
    // The operating system knows no lock with a timeout, so a thread waits for it.
    let (taken, wait) = flume::bounded(1);
    std::thread::spawn(move || taken.send(file.lock().map(|()| file)));
    let locked = wait.recv_timeout(silence).or_else(|_| {
        let by = holder_of(&path);
        warn(&by, patience);
        wait.recv_timeout(patience.saturating_sub(silence)).map_err(|_| MigrationError::Locked { by })
    })?;
    let mut file = locked.map_err(failed)?;
    // The name only serves the message of another process.
    let _ = file.set_len(0).and_then(|()| file.write_all(process_name().as_bytes()));
    Ok(file)
}

/// The process that holds a lock file, by its own entry.
fn holder_of(path: &Path) -> String {
    let mut by = String::new();
    let read = File::open(path).and_then(|mut file| file.read_to_string(&mut by));
    if read.is_ok() && !by.is_empty() { by.trim().to_owned() } else { "another process".to_owned() }
}

/// A connection in whose transaction the lock is held.
fn begin(target: &Target, silence: Duration, patience: Duration) -> Result<AnyConnection, MigrationError> {
    let failed = |error: diesel::result::Error| MigrationError::Failed(error.to_string());
    let mut connection = open(target, Use::Preparing)?;
    let AnyConnection::Postgres(postgres) = &mut connection else { return Ok(connection) };
    if let Err(error) = begin_within(postgres, silence) {
        // Without a holder it was no timeout.
        let by = holder(postgres)?.ok_or_else(|| failed(error))?;
        warn(&by, patience);
        if let Err(error) = begin_within(postgres, patience.saturating_sub(silence)) {
            let by = holder(postgres)?.ok_or_else(|| failed(error))?;
            return Err(MigrationError::Locked { by });
        }
    }
    Ok(connection)
}

/// Begins a transaction and takes the lock in it. The number of the lock is our own: "iewm" in ASCII.
fn begin_within(postgres: &mut PgConnection, most: Duration) -> QueryResult<()> {
    // PostgreSQL takes zero for no limit.
    let most = most.as_millis().max(1);
    let begun = postgres.batch_execute(&format!(
        "BEGIN; SET LOCAL lock_timeout = '{most}ms'; SET LOCAL idle_in_transaction_session_timeout = 0;
         SELECT pg_advisory_xact_lock(1768257389)"
    ));
    if begun.is_err() {
        postgres.batch_execute("ROLLBACK")?;
    }
    begun
}

/// The session that holds the lock, in words; `None` if none does.
fn holder(postgres: &mut PgConnection) -> Result<Option<String>, MigrationError> {
    #[derive(QueryableByName)]
    struct Session {
        #[diesel(sql_type = Integer)]
        pid: i32,
        #[diesel(sql_type = Nullable<Text>)]
        application: Option<String>,
        #[diesel(sql_type = Nullable<Text>)]
        host: Option<String>,
    }
    // A key of 64 bits stands in the catalogue as two halves, and the upper one of ours is zero.
    let sessions = diesel::sql_query(
        "SELECT l.pid, nullif(a.application_name, '') AS application, host(a.client_addr) AS host
         FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = 1768257389 AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    let session: Option<Session> =
        sessions.get_result(postgres).optional().map_err(|error| MigrationError::Failed(error.to_string()))?;
    Ok(session.map(|Session { pid, application, host }| {
        let application = application.map_or_else(String::new, |name| format!(" ({name})"));
        let host = host.map_or_else(String::new, |host| format!(" from {host}"));
        format!("PostgreSQL process {pid}{application}{host}")
    }))
}
