//! The only place where the code depends on the engine.

use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Array, Binary, Integer, Text, Uuid as PgUuid};
use uuid::Uuid;

use super::{AnyConnection, Engine, InstantSql, prepared};
use crate::domain::{Code, Error, Instant};

/// The engine of an open connection.
pub fn engine(connection: &AnyConnection) -> Engine {
    match connection {
        AnyConnection::Postgres(_) => Engine::Postgres,
        AnyConnection::Sqlite(_) => Engine::Sqlite,
    }
}

/// Begins a transaction that will write. On SQLite it takes the write lock at once: a deferred one
/// would fail when it first writes.
pub(super) fn begin_write(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::begin_transaction(postgres),
    }
}

/// Sets a savepoint. Diesel's own savepoints are not used, because it prepares them again each time.
pub(super) fn savepoint(connection: &mut AnyConnection) -> QueryResult<()> {
    prepared("SAVEPOINT one_of_many").execute(connection).map(drop)
}

/// Releases or rolls back to the savepoint, which ends.
pub(super) fn end_savepoint(connection: &mut AnyConnection, keep: bool) -> QueryResult<()> {
    if !keep {
        prepared("ROLLBACK TO SAVEPOINT one_of_many").execute(connection)?;
    }
    prepared("RELEASE SAVEPOINT one_of_many").execute(connection).map(drop)
}

/// Allows the statements of this transaction up to `most` each, if the server has a shorter timeout.
pub(super) fn allow_statements(connection: &mut AnyConnection, most: Duration) -> QueryResult<()> {
    use diesel::connection::SimpleConnection;
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(postgres) => {
            postgres.batch_execute(&format!("SET LOCAL statement_timeout = '{}s'", most.as_secs()))
        }
    }
}

/// Locks the row `id` of `table` until the transaction ends. On SQLite there is only one writer anyway.
/// A missing row locks nothing. A foreign-key reference to the row does not wait for the lock.
pub fn lock(connection: &mut AnyConnection, table: &'static str, id: Uuid) -> Result<(), Error> {
    if let AnyConnection::Postgres(postgres) = connection {
        let row = prepared(format!("SELECT 1 FROM {table} WHERE id = ")).bind::<PgUuid, _>(id);
        row.sql(" FOR NO KEY UPDATE").execute(postgres)?;
    }
    Ok(())
}

/// Locks the row `id` of `table` against changes until the transaction ends. Others may lock it so too. On SQLite there is only
/// one writer anyway.
pub fn lock_shared(connection: &mut AnyConnection, table: &'static str, id: Uuid) -> Result<(), Error> {
    if let AnyConnection::Postgres(postgres) = connection {
        let row = prepared(format!("SELECT 1 FROM {table} WHERE id = ")).bind::<PgUuid, _>(id);
        row.sql(" FOR SHARE").execute(postgres)?;
    }
    Ok(())
}

/// Locks a name (not a row) against writers of all processes until the transaction ends: for decisions
/// about a row that may not exist yet.
pub fn lock_name(connection: &mut AnyConnection, name: &str) -> Result<(), Error> {
    if let AnyConnection::Postgres(postgres) = connection {
        let held = prepared("SELECT pg_advisory_xact_lock(hashtextextended(").bind::<Text, _>(name);
        held.sql(", 0))").execute(postgres)?;
    }
    Ok(())
}

/// Locks a name as [`lock_name`] does, but several transactions can lock it so at the same time.
pub fn lock_name_shared(connection: &mut AnyConnection, name: &str) -> Result<(), Error> {
    if let AnyConnection::Postgres(postgres) = connection {
        let held = prepared("SELECT pg_advisory_xact_lock_shared(hashtextextended(").bind::<Text, _>(name);
        held.sql(", 0))").execute(postgres)?;
    }
    Ok(())
}

/// Locks several rows of `table`, always in the order of their ids, so that two transactions with
/// several rows cannot deadlock.
pub fn lock_all(connection: &mut AnyConnection, table: &'static str, ids: &[Uuid]) -> Result<(), Error> {
    if let AnyConnection::Postgres(postgres) = connection {
        let rows = prepared(format!("SELECT 1 FROM {table} WHERE id = ANY(")).bind::<Array<PgUuid>, _>(ids);
        rows.sql(") ORDER BY id FOR NO KEY UPDATE").execute(postgres)?;
    }
    Ok(())
}

/// Locks several names in the given order: pass them sorted.
pub fn lock_names(connection: &mut AnyConnection, names: &[String]) -> Result<(), Error> {
    if let AnyConnection::Postgres(postgres) = connection {
        let held = prepared("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(");
        held.bind::<Array<Text>, _>(names).sql(") AS name").execute(postgres)?;
    }
    Ok(())
}

/// Locks a name without waiting; returns `false` if another transaction of any process has it.
pub fn try_lock_name(connection: &mut AnyConnection, name: &[u8]) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        taken: bool,
    }
    match connection {
        AnyConnection::Sqlite(_) => Ok(true),
        AnyConnection::Postgres(postgres) => {
            let answer: Answer =
                diesel::sql_query("SELECT pg_try_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0)) AS taken")
                    .bind::<Binary, _>(name)
                    .get_result(postgres)?;
            Ok(answer.taken)
        }
    }
}

impl From<DieselError> for Error {
    /// The error for the caller, unless a room has mapped the database error. Database messages can quote
    /// values, so only the kind is kept.
    #[track_caller]
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::not_found(),
            DieselError::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
                    Self::new(Code::Conflict, "This contradicts stored data.")
                }
                DatabaseErrorKind::ClosedConnection => Self::unavailable("the connection to the database is closed"),
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ReadOnlyTransaction => {
                    Self::unavailable(format_args!("{kind:?}"))
                }
                kind => unkind(&format!("{kind:?}"), information.message()),
            },
            DieselError::BrokenTransactionManager => Self::unavailable("the transaction is broken"),
            other => Self::internal(format_args!("database: {}", kind_of(&other))),
        }
    }
}

/// Classifies the errors that Diesel has no kind for: errors of a database that is shutting down or
/// overloaded are temporary, the rest are internal.
#[track_caller]
fn unkind(kind: &str, message: &str) -> Error {
    const PASSING: &[&str] = &[
        "server closed the connection",
        "no connection to the server",
        "terminating connection",
        "could not connect",
        "database is locked",
        "database or disk is full",
        "disk I/O error",
        "statement timeout",
        "No space left",
        "the database system is",
        "connection not open",
        "AnyConnection refused",
        "SSL SYSCALL",
        "could not receive data",
        "could not send data",
        "attempt to write a readonly database",
        "unable to open database file",
        "deadlock detected",
        "lock timeout",
    ];
    match PASSING.iter().find(|passing| message.contains(**passing)) {
        Some(passing) => Error::unavailable(passing),
        // PostgreSQL and SQLite name constraints, columns and syntax here. Values come only after "DETAIL",
        // which this is not.
        None => Error::internal(format_args!("database: {kind}: {}", message.lines().next().unwrap_or_default())),
    }
}

fn kind_of(error: &DieselError) -> &'static str {
    match error {
        DieselError::QueryBuilderError(_) => "a query could not be built",
        DieselError::DeserializationError(_) => "a value could not be read",
        DieselError::SerializationError(_) => "a value could not be written",
        DieselError::RollbackErrorOnCommit { .. } => "a commit and its rollback failed",
        _ => "an unexpected error",
    }
}

/// Returns the time on PostgreSQL's clock; `None` on SQLite, which reads the clock of the process.
pub fn clock(connection: &mut AnyConnection) -> QueryResult<Option<Instant>> {
    #[derive(QueryableByName)]
    struct Shown {
        #[diesel(sql_type = InstantSql)]
        at: Instant,
    }
    match connection {
        AnyConnection::Sqlite(_) => Ok(None),
        AnyConnection::Postgres(postgres) => {
            let shown: Shown = diesel::sql_query("SELECT clock_timestamp() AS at").get_result(postgres)?;
            Ok(Some(shown.at))
        }
    }
}

/// Makes the cheapest query, to see that the database answers.
///
/// # Errors
/// When the database does not answer.
pub fn ping(connection: &mut AnyConnection) -> QueryResult<()> {
    use diesel::connection::SimpleConnection;
    connection.batch_execute("SELECT 1")
}

/// Checkpoints a SQLite file's journal and truncates it; returns `false` if a reader still needs it.
pub(super) fn truncate_journal(file: &mut SqliteConnection) -> QueryResult<bool> {
    use diesel::connection::SimpleConnection;
    #[derive(QueryableByName)]
    struct Checkpoint {
        #[diesel(sql_type = Integer)]
        busy: i32,
    }
    #[derive(QueryableByName)]
    struct Patience {
        #[diesel(sql_type = Integer)]
        timeout: i32,
    }
    // The checkpoint waits for a reader, but not as long as a request may.
    let Patience { timeout } = diesel::sql_query("PRAGMA busy_timeout").get_result(file)?;
    file.batch_execute("PRAGMA busy_timeout = 100")?;
    let done = diesel::sql_query("PRAGMA main.wal_checkpoint(TRUNCATE)").get_result(file);
    file.batch_execute(&format!("PRAGMA busy_timeout = {timeout}"))?;
    done.map(|Checkpoint { busy }| busy == 0)
}

/// Checkpoints as much of a SQLite file's journal as readers allow, without waiting for them.
pub(super) fn copy_journal(file: &mut SqliteConnection) -> QueryResult<()> {
    use diesel::connection::SimpleConnection;
    file.batch_execute("PRAGMA main.wal_checkpoint(PASSIVE)")
}

/// Whether the connection is unusable after an error.
pub(super) fn is_broken(connection: &mut AnyConnection) -> bool {
    ping(connection).is_err()
}

/// Maps the violation of the unique constraint `name` to `error`; every other error passes. SQLite
/// names the columns of a constraint, PostgreSQL its name: give both.
///
/// # Errors
/// Returns `error` for that violation, and every other error unchanged.
pub fn on_unique<T>(
    result: QueryResult<T>,
    constraint: &str,
    columns: &str,
    error: impl FnOnce() -> Error,
) -> Result<T, Error> {
    match result {
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information))
            if information.constraint_name() == Some(constraint)
                || information.message().contains(constraint)
                || information.message().contains(columns) =>
        {
            Err(error())
        }
        other => other.map_err(Error::from),
    }
}

/// Maps the violation of a foreign key to `error`; every other error passes.
///
/// # Errors
/// Returns `error` for that violation, and every other error unchanged.
pub fn on_foreign_key<T>(result: QueryResult<T>, error: impl FnOnce() -> Error) -> Result<T, Error> {
    match result {
        Err(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Err(error()),
        other => other.map_err(Error::from),
    }
}
