//! Queries that are made all the time, straight on the engine's own connection.
//!
//! Diesel knows a statement that it has prepared by the type of its query. Of a query over both engines it knows none, and
//! writes the text anew each time, to know the statement by that: a tenth of the time of reading a contact.

/// Runs `query`, an expression in the connection `engine`, on the connection of the engine that is behind `connection`.
///
/// A macro, since the two connections have nothing in common that a function could demand of a query.
macro_rules! direct {
    ($connection:expr, $engine:ident => $query:expr) => {
        match $connection {
            $crate::platform::db::AnyConnection::Postgres($engine) => $query,
            $crate::platform::db::AnyConnection::Sqlite($engine) => $query,
        }
    };
}
pub(crate) use direct;

/// The first row that `query` finds, held against other writers until the transaction ends: on PostgreSQL by a lock, for
/// which it waits, and what is answered is the row as whoever had it before has left it. SQLite has one writer.
///
/// A macro, since the two engines' queries are of two types.
macro_rules! first_locked {
    ($connection:expr, $query:expr) => {
        match $connection {
            $crate::platform::db::AnyConnection::Postgres(postgres) => $query.for_no_key_update().first(postgres),
            $crate::platform::db::AnyConnection::Sqlite(sqlite) => $query.first(sqlite),
        }
    };
}
pub(crate) use first_locked;

/// As [`first_locked`], all rows that `query` finds, in the order that it says.
macro_rules! all_locked {
    ($connection:expr, $query:expr) => {
        match $connection {
            $crate::platform::db::AnyConnection::Postgres(postgres) => $query.for_no_key_update().load(postgres),
            $crate::platform::db::AnyConnection::Sqlite(sqlite) => $query.load(sqlite),
        }
    };
}
pub(crate) use all_locked;
