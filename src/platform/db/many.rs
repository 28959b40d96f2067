//! Many rows in few statements.

/// Rows per INSERT, and commands per batch. Larger batches gain little, and smaller ones leave a smaller remainder.
pub(super) const BATCH: usize = 32;

/// Inserts rows into a table; returns early with the database error.
///
/// Inserts [`BATCH`] rows at a time, and the rest in halves, each with a statement that stays
/// prepared. On PostgreSQL each statement is a round trip; on SQLite it copies the pages that it
/// changes, if a trigger could still roll it back.
///
/// A macro, because the trait bounds of a function over both engines would be longer than its body.
macro_rules! insert_all {
    ($connection:expr, $table:expr, $rows:expr) => {
        $crate::platform::db::in_chunks!($connection, $rows, connection, rows => {
            diesel::insert_into($table).values(rows).execute(connection)?;
        })
    };
}
pub(crate) use insert_all;

/// As [`insert_all`], but skips rows whose value in the unique column `taken` exists already. Returns
/// the values of the column `id` of the inserted rows.
macro_rules! insert_new {
    ($connection:expr, $table:expr, $rows:expr, $taken:expr, $id:expr) => {{
        let mut inserted = Vec::with_capacity($rows.len());
        $crate::platform::db::in_chunks!($connection, $rows, connection, rows => {
            let insert = diesel::insert_into($table).values(rows).on_conflict($taken).do_nothing();
            inserted.append(&mut insert.returning($id).get_results(connection)?);
        });
        inserted
    }};
}
pub(crate) use insert_new;

/// Runs `$each` for the rows in chunks, as large as the prepared statements allow.
macro_rules! in_chunks {
    ($connection:expr, $all:expr, $engine:ident, $rows:ident => $each:block) => {
        $crate::platform::db::direct!($connection, $engine => {
            $crate::platform::db::in_chunks!(@of 32, 16, 8, 4, 2, 1; $all, $rows => $each);
        })
    };
    (@of $($size:literal),+; $all:expr, $rows:ident => $each:block) => {
        let rest = &$all[..];
        $(
            let (chunks, rest) = rest.as_chunks::<$size>();
            for $rows in chunks $each
        )+
        debug_assert!(rest.is_empty());
    };
}
pub(crate) use in_chunks;
