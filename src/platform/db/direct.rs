//! Frequent queries, directly on the engine's own connection.
//!
//! Diesel finds a prepared statement by the type of its query. A query over both engines has no such
//! type, so Diesel writes the text each time to find the statement: a tenth of the time of reading a
//! contact.

/// Runs `query`, an expression over the connection `engine`, on the engine's own connection behind
/// `connection`.
///
/// A macro, because the two connections share no trait that a function could require of a query.
macro_rules! direct {
    ($connection:expr, $engine:ident => $query:expr) => {
        match $connection {
            $crate::platform::db::AnyConnection::Postgres($engine) => $query,
            $crate::platform::db::AnyConnection::Sqlite($engine) => $query,
        }
    };
}
pub(crate) use direct;

/// Returns the first row that `query` finds, and locks it until the transaction ends. On PostgreSQL it
/// waits for the lock, and returns the row as the last writer committed it. SQLite has one writer.
///
/// A macro, because the two engines' queries have different types.
macro_rules! first_locked {
    ($connection:expr, $query:expr) => {
        match $connection {
            $crate::platform::db::AnyConnection::Postgres(postgres) => $query.for_no_key_update().first(postgres),
            $crate::platform::db::AnyConnection::Sqlite(sqlite) => $query.first(sqlite),
        }
    };
}
pub(crate) use first_locked;

/// As [`first_locked`], for all rows that `query` finds, in its order.
macro_rules! all_locked {
    ($connection:expr, $query:expr) => {
        match $connection {
            $crate::platform::db::AnyConnection::Postgres(postgres) => $query.for_no_key_update().load(postgres),
            $crate::platform::db::AnyConnection::Sqlite(sqlite) => $query.load(sqlite),
        }
    };
}
pub(crate) use all_locked;
