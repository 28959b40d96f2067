//! Rewriting a PostgreSQL table, so that its file holds its live rows and no deleted data.
//!
//! A deleted row stays in its page until a vacuum, and its bytes stay in the free space after that.
//! `VACUUM (FULL)` writes the live rows into a new file and frees the old one. It also copies deleted
//! rows that a transaction may still see. So it works only when no transaction is older than the
//! deletion. This also makes it safe beside a backup that has just begun: after `ALTER TABLE`, the
//! table would look empty to that backup.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as PgUuid};
use uuid::Uuid;

use super::AnyConnection;
use crate::domain::Error;

/// How long the table's readers may wait for the lock while another session holds it.
const LOCK: Duration = Duration::from_millis(200);

/// A connection outside the lanes.
fn postgres(connection: &mut AnyConnection) -> Result<&mut PgConnection, Error> {
    match connection {
        AnyConnection::Postgres(postgres) => Ok(postgres),
        AnyConnection::Sqlite(_) => Err(Error::internal("SQLite overwrites what is deleted by itself")),
    }
}

/// Locks a name until the connection is closed, without waiting; returns `false` if another process has
/// it.
pub fn try_keep_name(connection: &mut AnyConnection, name: &str) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        taken: bool,
    }
    let taken =
        diesel::sql_query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken").bind::<Text, _>(name);
    let Answer { taken } = taken.get_result(postgres(connection)?)?;
    Ok(taken)
}

/// Releases a name, sooner than the server notices the closed connection.
pub fn give_name_back(connection: &mut AnyConnection, name: &str) -> Result<(), Error> {
    let given = diesel::sql_query("SELECT pg_advisory_unlock(hashtextextended($1, 0))").bind::<Text, _>(name);
    given.execute(postgres(connection)?)?;
    Ok(())
}

/// Returns the `column` of those rows of `table` that are older than every open transaction. No
/// transaction can still see the keys that were deleted together with them.
pub fn past_all_transactions(
    connection: &mut AnyConnection,
    table: &'static str,
    column: &'static str,
) -> Result<Vec<Uuid>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = PgUuid)]
        id: Uuid,
    }
    // Snapshots of this database and of standbys; transactions that have written, in any database, because
    // later snapshots reach back to them; replication; and the margin that servers before PostgreSQL 16
    // can be configured to keep.
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT {column} AS id FROM {table} WHERE age(xmin) > (
             SELECT coalesce(max(age(held)), 0) + coalesce(current_setting('vacuum_defer_cleanup_age', true), '0')::int
             FROM (
                 SELECT backend_xmin AS held FROM pg_stat_activity
                 WHERE pid <> pg_backend_pid() AND (datname IS NULL OR datname = current_database())
                 UNION ALL SELECT backend_xid FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                 UNION ALL SELECT xmin FROM pg_replication_slots
                 UNION ALL SELECT transaction FROM pg_prepared_xacts
             ) AS transactions
         )"
    ))
    .load(postgres(connection)?)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Returns whether the role may rewrite `table`: it owns it or, since PostgreSQL 17, has `MAINTAIN` on
/// it. For any other role `VACUUM` warns, does nothing, and succeeds.
pub fn may_rewrite(connection: &mut AnyConnection, table: &'static str) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        is_so: bool,
    }
    let postgres = postgres(connection)?;
    let mut ask = |query: &str| -> Result<bool, Error> {
        let Answer { is_so } = diesel::sql_query(query).get_result(postgres)?;
        Ok(is_so)
    };
    let owns = format!("SELECT pg_has_role(relowner, 'USAGE') AS is_so FROM pg_class WHERE oid = '{table}'::regclass");
    // An older server does not know the privilege, and refuses the query.
    Ok(ask(&owns)?
        || ask("SELECT current_setting('server_version_num')::int >= 170000 AS is_so")?
            && ask(&format!("SELECT has_table_privilege('{table}', 'MAINTAIN') AS is_so"))?)
}

/// Rewrites `table` into a new file and frees the old one. The table is locked meanwhile.
///
/// # Errors
/// 503 when the table is in use, or the rewrite takes longer than `most`; nothing is changed then.
pub fn rewrite(connection: &mut AnyConnection, table: &'static str, most: Duration) -> Result<(), Error> {
    let postgres = postgres(connection)?;
    let (lock, most) = (LOCK.as_millis(), most.as_millis());
    postgres.batch_execute(&format!("SET lock_timeout = '{lock}ms'; SET statement_timeout = '{most}ms'"))?;
    // Sent alone, because it runs outside a transaction, and several statements sent together are one
    // transaction.
    postgres.batch_execute(&format!("VACUUM (FULL) {table}"))?;
    Ok(postgres.batch_execute("RESET statement_timeout")?)
}
