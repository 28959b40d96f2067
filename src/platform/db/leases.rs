//! Finding the next row of a table of leased rows: `attempts` counts how often a row was claimed, and `next_attempt_at` is
//! when its lease or its pause ends.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Integer, Uuid as PgUuid};
use uuid::Uuid;

use super::{AnyConnection, InstantSql};
use crate::domain::{Error, Instant};

/// The rows of a table that wait for a worker.
#[derive(Clone, Copy, Debug)]
pub struct WaitingRows {
    /// The table.
    pub table: &'static str,
    /// Its primary key, a UUID.
    pub key: &'static str,
    /// The rows that wait, as a condition in SQL.
    pub waiting: &'static str,
}

/// A row that is due, and how often it was claimed before.
pub type DueRow = (Uuid, i32);

/// Whether the row that is found is locked until the transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// It is not.
    No,
    /// It is; rows that another transaction has locked are passed over. SQLite has one writer and locks nothing.
    Yes,
}

/// Finds the row that has been due longest. A row is due before its first attempt, from its `next_attempt_at` on, and also
/// if that is after `horizon`, which only a wrong clock can have set.
pub fn first_due(
    connection: &mut AnyConnection,
    rows: &WaitingRows,
    (now, horizon): (Instant, Instant),
    locked: Locked,
) -> Result<Option<DueRow>, Error> {
    #[derive(QueryableByName)]
    struct Native {
        #[diesel(sql_type = PgUuid)]
        id: Uuid,
        #[diesel(sql_type = Integer)]
        attempts: i32,
    }
    #[derive(QueryableByName)]
    struct Bytes {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Integer)]
        attempts: i32,
    }
    let WaitingRows { table, key, waiting } = rows;
    let due = |now: &str, horizon: &str| {
        format!(
            "SELECT {key} AS id, attempts FROM {table} WHERE {waiting} \
             AND (attempts = 0 OR next_attempt_at <= {now} OR next_attempt_at > {horizon}) \
             ORDER BY next_attempt_at LIMIT 1"
        )
    };
    match connection {
        AnyConnection::Postgres(postgres) => {
            let lock = if locked == Locked::Yes { " FOR UPDATE SKIP LOCKED" } else { "" };
            let query = diesel::sql_query(due("$1", "$2") + lock);
            let query = query.bind::<InstantSql, _>(now).bind::<InstantSql, _>(horizon);
            let found: Option<Native> = query.get_result(postgres).optional()?;
            Ok(found.map(|found| (found.id, found.attempts)))
        }
        AnyConnection::Sqlite(sqlite) => {
            let query = diesel::sql_query(due("?", "?")).bind::<InstantSql, _>(now).bind::<InstantSql, _>(horizon);
            let found: Option<Bytes> = query.get_result(sqlite).optional()?;
            let Some(Bytes { id, attempts }) = found else { return Ok(None) };
            let id = Uuid::from_slice(&id);
            let id = id.map_err(|error| Error::internal(format_args!("the id of a due row: {error}")))?;
            Ok(Some((id, attempts)))
        }
    }
}

/// Limits how long each statement of this transaction waits for a lock of another transaction. A wait that is shorter than
/// PostgreSQL's `deadlock_timeout`, a second by default, leaves the other transaction untouched: it never becomes the victim
/// of a deadlock with this one.
pub fn give_way(connection: &mut AnyConnection) -> Result<(), Error> {
    use diesel::connection::SimpleConnection;
    if let AnyConnection::Postgres(postgres) = connection {
        postgres.batch_execute("SET LOCAL lock_timeout = '250ms'")?;
    }
    Ok(())
}
