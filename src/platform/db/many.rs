//! Many rows in few statements.

/// How many rows one statement inserts. More gain little, and what is left over is the smaller the fewer there are.
pub(crate) const TOGETHER: usize = 32;

/// Inserts rows into a table; returns early with the error when the database fails.
///
/// [`TOGETHER`] rows go at a time, by a statement that is prepared once. On PostgreSQL each statement is a journey there and
/// back, so that the rest go by one of their own. On SQLite each statement copies the pages that it changes, where a trigger
/// could still undo it; there is no journey, and the rest go row by row, by a statement that is prepared once as well.
///
/// A macro: what a function would have to demand of the rows, for both engines, is longer than what it would do.
macro_rules! insert_all {
    ($connection:expr, $table:expr, $rows:expr) => {
        let (groups, rest) = $rows.as_chunks::<{ $crate::platform::db::TOGETHER }>();
        match $connection {
            $crate::platform::db::AnyConnection::Postgres(postgres) => {
                for rows in groups {
                    diesel::insert_into($table).values(rows).execute(postgres)?;
                }
                match rest {
                    [] => 0,
                    [row] => diesel::insert_into($table).values(row).execute(postgres)?,
                    rows => diesel::insert_into($table).values(rows).execute(postgres)?,
                };
            }
            $crate::platform::db::AnyConnection::Sqlite(sqlite) => {
                for rows in groups {
                    diesel::insert_into($table).values(rows).execute(sqlite)?;
                }
                for row in rest {
                    diesel::insert_into($table).values(row).execute(sqlite)?;
                }
            }
        }
    };
}
pub(crate) use insert_all;
