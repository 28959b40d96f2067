//! Migrations: two folders with the same names, compiled in, applied under a lock.

use std::fmt;
use std::fs::File;

use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{ConnectionError, Use, open};
use super::{AnyConnection, Target};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Why the database could not be brought up to date. The text is for the operator.
#[derive(Debug)]
pub enum MigrationError {
    /// It could not be opened.
    Connection(ConnectionError),
    /// It holds a migration that this program does not know: it belongs to a newer one.
    Newer(String),
    /// A migration failed; it was rolled back.
    Failed(String),
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(error) => error.fmt(f),
            Self::Newer(version) => write!(
                f,
                "the database holds migration {version}, which this program does not know: run the newer program"
            ),
            Self::Failed(why) => write!(f, "a migration failed and was rolled back: {why}"),
        }
    }
}

impl std::error::Error for MigrationError {}

impl From<ConnectionError> for MigrationError {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(error)
    }
}

/// Opens the database, creating a SQLite file where there is none, applies what is pending, and runs
/// `prepare` on the connection; all of it under a lock, so that several instances can start at once.
///
/// # Errors
/// [`MigrationError`], or what `prepare` returns.
pub(crate) fn migrate<T, E: From<MigrationError>>(
    target: &Target,
    prepare: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    let failed = |error: &dyn fmt::Display| MigrationError::Failed(error.to_string());
    let _held = hold(target)?;
    let mut connection = open(target, Use::Preparing).map_err(MigrationError::from)?;
    match &mut connection {
        AnyConnection::Postgres(postgres) => {
            // Held until the connection closes. The number is ours alone: "iewm" in ASCII.
            diesel::sql_query("SELECT pg_advisory_lock(1768257389)").execute(postgres).map_err(|e| failed(&e))?;
            apply(postgres, POSTGRES)?;
        }
        AnyConnection::Sqlite(sqlite) => {
            apply(sqlite, SQLITE)?;
            writable(sqlite, target)?;
        }
    }
    prepare(&mut connection)
}

/// SQLite opens for reading alone a file that it may not write, and says nothing: told here, not by every write.
fn writable(sqlite: &mut SqliteConnection, target: &Target) -> Result<(), MigrationError> {
    let Target::Sqlite { file, vault } = target else { return Ok(()) };
    // Neither changes anything, but each asks for the right to.
    let asked = [
        (file, "DELETE FROM __diesel_schema_migrations WHERE 1 = 0"),
        (vault, "DELETE FROM vault.data_keys WHERE 1 = 0"),
    ];
    for (file, statement) in asked {
        diesel::sql_query(statement).execute(sqlite).map_err(|error| {
            MigrationError::Connection(ConnectionError(format!("{} cannot be written: {error}", file.display())))
        })?;
    }
    Ok(())
}

/// Holds a SQLite database against other processes that start: a lock on a file beside it, which the
/// system lets go of when the process ends. PostgreSQL has a lock of its own for this.
fn hold(target: &Target) -> Result<Option<File>, MigrationError> {
    let Target::Sqlite { file, .. } = target else { return Ok(None) };
    let path = file.with_extension("lock");
    let failed =
        |error: std::io::Error| MigrationError::Connection(ConnectionError(format!("{}: {error}", path.display())));
    let held = File::options().create(true).write(true).truncate(false).open(&path).map_err(failed)?;
    held.lock().map_err(failed)?;
    Ok(Some(held))
}

fn apply<DB, C>(connection: &mut C, source: EmbeddedMigrations) -> Result<(), MigrationError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| MigrationError::Failed(error.to_string());
    let known: Vec<String> = MigrationSource::<DB>::migrations(&source)
        .map_err(failed)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let applied = connection.applied_migrations().map_err(failed)?;
    if let Some(newer) = applied.iter().map(ToString::to_string).find(|version| !known.contains(version)) {
        return Err(MigrationError::Newer(newer));
    }
    connection.run_pending_migrations(source).map_err(failed)?;
    Ok(())
}

/// A column of the migrated schema, in terms that both engines share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct Column {
    /// The table, `vault.` before those of the vault.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub table_name: String,
    /// The column.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub column_name: String,
    /// The type as the engine names it.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub type_name: String,
    /// Whether it must have a value.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub required: bool,
}

/// Every column of the migrated schema: what the inventory is held against.
///
/// # Errors
/// When the database cannot be read.
pub fn columns(target: &Target) -> Result<Vec<Column>, MigrationError> {
    let query = match target {
        Target::Postgres { .. } => {
            "SELECT CASE table_schema WHEN 'vault' THEN 'vault.' ELSE '' END || table_name AS table_name,
                    column_name::text AS column_name, data_type::text AS type_name, is_nullable = 'NO' AS required
             FROM information_schema.columns WHERE table_schema IN ('public', 'vault') ORDER BY 1, 2"
        }
        Target::Sqlite { .. } => {
            "SELECT m.name AS table_name, p.name AS column_name, p.type AS type_name, (p.\"notnull\" OR p.pk > 0) AS required
             FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
             UNION ALL
             SELECT 'vault.' || m.name, p.name, p.type, (p.\"notnull\" OR p.pk > 0)
             FROM vault.sqlite_master m, pragma_table_info(m.name, 'vault') p
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
        }
    };
    let mut connection = open(target, Use::Reading)?;
    diesel::sql_query(query).load(&mut connection).map_err(|error| MigrationError::Failed(error.to_string()))
}
