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

/// Finds the row that has been due longest. A row is due from its `next_attempt_at` on. Two kinds of rows are due before, and
/// are found when no other row is: one that was never claimed, because its time is the wall clock's, and one whose time is
/// after `horizon`, because only a wrong clock can have set that.
pub fn first_due(
    connection: &mut AnyConnection,
    rows: &WaitingRows,
    (now, horizon): (Instant, Instant),
    locked: Locked,
) -> Result<Option<DueRow>, Error> {
    match connection {
        AnyConnection::Postgres(postgres) => {
            let lock = if locked == Locked::Yes { " FOR UPDATE SKIP LOCKED" } else { "" };
            let due = diesel::sql_query(rows.first("next_attempt_at <= $1") + lock).bind::<InstantSql, _>(now);
            let mut found: Option<Native> = due.get_result(postgres).optional()?;
            if found.is_none() {
                let early = "next_attempt_at > $1 AND (attempts = 0 OR next_attempt_at > $2)";
                let early = diesel::sql_query(rows.first(early) + lock).bind::<InstantSql, _>(now);
                found = early.bind::<InstantSql, _>(horizon).get_result(postgres).optional()?;
            }
            Ok(found.map(|found| (found.id, found.attempts)))
        }
        AnyConnection::Sqlite(sqlite) => {
            let due = diesel::sql_query(rows.first("next_attempt_at <= ?")).bind::<InstantSql, _>(now);
            let mut found: Option<Bytes> = due.get_result(sqlite).optional()?;
            if found.is_none() {
                let early = "next_attempt_at > ? AND (attempts = 0 OR next_attempt_at > ?)";
                let early = diesel::sql_query(rows.first(early)).bind::<InstantSql, _>(now);
                found = early.bind::<InstantSql, _>(horizon).get_result(sqlite).optional()?;
            }
            let Some(Bytes { id, attempts }) = found else { return Ok(None) };
            let id = Uuid::from_slice(&id);
            let id = id.map_err(|error| Error::internal(format_args!("the id of a due row: {error}")))?;
            Ok(Some((id, attempts)))
        }
    }
}

impl WaitingRows {
    /// The query for the first of the waiting rows that meet a condition.
    fn first(&self, condition: &str) -> String {
        let Self { table, key, waiting } = self;
        format!(
            "SELECT {key} AS id, attempts FROM {table} WHERE {waiting} AND {condition} ORDER BY next_attempt_at LIMIT 1"
        )
    }
}

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
