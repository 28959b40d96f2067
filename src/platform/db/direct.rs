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
