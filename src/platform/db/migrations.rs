//! Migrations: a folder for each engine with the same names, compiled in, applied under a lock. `migrations/README.md` says how
//! to write one.
//!
//! SQLite's vault is a file of its own, and two files do not commit together. So the vault has its own
//! migrations, which are applied first. After a kill in between, each file records its own version.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{ConnectionError, Use, open, open_vault_to_migrate};
use super::migration_error::MigrationError;
use super::migration_lock::MigrationLock;
use super::squashed::{self, Held};
use super::{AnyConnection, Engine, Target};

/// The migrations in a folder.
struct Folder {
    migrations: EmbeddedMigrations,
    /// The versions that were squashed, and are no longer in the folder.
    squashed: &'static [&'static str],
}

const SQLITE: Folder = Folder { migrations: embed_migrations!("migrations/sqlite"), squashed: squashed::DATA };
const SQLITE_VAULT: Folder =
    Folder { migrations: embed_migrations!("migrations/sqlite-vault"), squashed: squashed::VAULT };
const POSTGRES: Folder = Folder { migrations: embed_migrations!("migrations/postgres"), squashed: squashed::DATA };

/// Opens the database or creates a SQLite file, applies pending migrations, and runs `prepare` on the
/// connection. All of it is under a lock, so that several instances can start at once. A start waits for the lock for
/// `patience` at most.
///
/// # Errors
/// [`MigrationError`], or what `prepare` returns.
pub(crate) fn migrate<T, E: From<MigrationError>>(
    target: &Target,
    patience: Duration,
    prepare: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    let _lock = MigrationLock::take(target, patience)?;
    if let Target::Sqlite { file, vault } = target {
        // Both files are judged before either is changed. A new database begins with its vault.
        if file.metadata().is_ok_and(|found| found.len() > 0) {
            pending(&mut open(target, Use::Preparing).map_err(MigrationError::from)?, &SQLITE)?;
        }
        let mut vault = AnyConnection::Sqlite(open_vault_to_migrate(vault).map_err(MigrationError::from)?);
        apply(&mut vault, SQLITE_VAULT)?;
    }
    let mut connection = open(target, Use::Preparing).map_err(MigrationError::from)?;
    belong_together(&mut connection, target)?;
    apply(&mut connection, if target.engine() == Engine::Sqlite { SQLITE } else { POSTGRES })?;
    if let AnyConnection::Sqlite(sqlite) = &mut connection {
        writable(sqlite, target)?;
    }
    prepare(&mut connection)
}

/// Refuses a new SQLite database beside a vault with keys, because those are the keys of another
/// database.
fn belong_together(connection: &mut AnyConnection, target: &Target) -> Result<(), MigrationError> {
    let Target::Sqlite { file, vault } = target else { return Ok(()) };
    if !applied(connection)?.is_empty() || is_unused(vault) {
        return Ok(());
    }
    Err(MigrationError::Connection(ConnectionError(format!(
        "{} has no tables, but {} holds the keys of a database: restore the database, or move the vault away to \
         start again",
        file.display(),
        vault.display()
    ))))
}

/// SQLite opens an unwritable file read-only without an error. This check reports it at the start,
/// rather than at every write.
fn writable(sqlite: &mut SqliteConnection, target: &Target) -> Result<(), MigrationError> {
    let Target::Sqlite { file, vault } = target else { return Ok(()) };
    // Neither changes anything, but each needs the right to.
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

/// What a database lacks.
struct Pending {
    /// The first migration that it lacks.
    first: String,
    /// Whether it holds the versions that were squashed.
    is_old: bool,
}

/// What a database lacks of a folder's migrations; `None` if it lacks nothing. Only reads.
///
/// # Errors
/// If the database belongs to a newer program, or is older than this program can upgrade.
fn pending(connection: &mut AnyConnection, folder: &Folder) -> Result<Option<Pending>, MigrationError> {
    let applied = applied(connection)?;
    let known = known(&folder.migrations)?;
    let is_known = |version: &String| known.contains(version) || folder.squashed.contains(&version.as_str());
    if let Some(newer) = applied.iter().find(|version| !is_known(version)) {
        return Err(MigrationError::Newer(newer.clone()));
    }
    let held = squashed::held(connection, &applied, folder.squashed);
    let is_old = match held.map_err(|error| MigrationError::Failed(error.to_string()))? {
        Held::Lacks(version) => return Err(MigrationError::Older(version)),
        held => held == Held::All,
    };
    let first = known.into_iter().find(|version| !applied.contains(version));
    Ok(first.map(|first| Pending { first, is_old }))
}

/// Applies the pending migrations. Where none is pending it only reads, so that a role without the right to create anything can
/// start a service.
fn apply(connection: &mut AnyConnection, folder: Folder) -> Result<(), MigrationError> {
    let Some(Pending { first, is_old }) = pending(connection, &folder)? else { return Ok(()) };
    if let AnyConnection::Postgres(postgres) = connection
        && !may_create(postgres)?
    {
        return Err(MigrationError::NotOurs(first));
    }
    let failed = |error: &dyn fmt::Display| MigrationError::Failed(error.to_string());
    if is_old {
        // Diesel makes the table of its history where there is none: in a vault of before it had one.
        match connection {
            AnyConnection::Postgres(postgres) => postgres.applied_migrations().map(drop),
            AnyConnection::Sqlite(sqlite) => sqlite.applied_migrations().map(drop),
        }
        .map_err(|error| failed(&error))?;
        let known = known(&folder.migrations)?;
        squashed::rewrite(connection, &known, folder.squashed).map_err(|error| failed(&error))?;
    }
    match connection {
        AnyConnection::Postgres(postgres) => postgres.run_pending_migrations(folder.migrations).map(drop),
        AnyConnection::Sqlite(sqlite) => sqlite.run_pending_migrations(folder.migrations).map(drop),
    }
    .map_err(|error| failed(&error))
}

/// The versions that this program has, in order.
fn known(source: &EmbeddedMigrations) -> Result<Vec<String>, MigrationError> {
    let migrations = MigrationSource::<diesel::sqlite::Sqlite>::migrations(source);
    let migrations = migrations.map_err(|error| MigrationError::Failed(error.to_string()))?;
    let mut versions: Vec<String> = migrations.iter().map(|migration| migration.name().version().to_string()).collect();
    versions.sort_unstable();
    Ok(versions)
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    is_so: bool,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The versions that the database has; none if it has no table of them yet. Diesel would create the
/// table first.
fn applied(connection: &mut AnyConnection) -> Result<Vec<String>, MigrationError> {
    let failed = |error: diesel::result::Error| MigrationError::Failed(error.to_string());
    let is_there = match connection {
        AnyConnection::Postgres(_) => "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS is_so",
        AnyConnection::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM main.sqlite_master WHERE name = '__diesel_schema_migrations') AS is_so"
        }
    };
    let Answer { is_so } = diesel::sql_query(is_there).get_result(connection).map_err(failed)?;
    if !is_so {
        return Ok(Vec::new());
    }
    let versions = diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let versions: Vec<Version> = versions.load(connection).map_err(failed)?;
    Ok(versions.into_iter().map(|Version { version }| version).collect())
}

/// Returns whether the role may create objects in the schema of the data.
fn may_create(postgres: &mut PgConnection) -> Result<bool, MigrationError> {
    let asked = "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS is_so";
    let answer = diesel::sql_query(asked).get_result(postgres);
    let Answer { is_so } = answer.map_err(|error| MigrationError::Failed(error.to_string()))?;
    Ok(is_so)
}

/// Returns whether a vault was never used: it has no key, not even one of the service's own. A first
/// start that was killed before there were data leaves such a vault.
pub(crate) fn is_unused(vault: &Path) -> bool {
    let Ok(mut vault) = open_vault_to_migrate(vault) else { return false };
    let has_any = |table: &str| {
        let any = diesel::sql_query(format!("SELECT EXISTS (SELECT 1 FROM {table}) AS is_so"));
        any.get_result::<Answer>(&mut vault).map(|answer| answer.is_so)
    };
    match ["service_keys", "data_keys"].map(has_any) {
        [Ok(false), Ok(false)] => true,
        // Without the table the first start did not get that far; a file that is not a database gets another
        // error.
        answers => {
            answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.to_string().contains("no such table")))
        }
    }
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

/// Returns every column of the migrated schema, for the test of the inventory.
pub fn columns(target: &Target) -> Result<Vec<Column>, MigrationError> {
    let query = match target {
        Target::Postgres { .. } => {
            "SELECT CASE table_schema WHEN 'vault' THEN 'vault.' ELSE '' END || table_name AS table_name,
                    column_name::text AS column_name, data_type::text AS type_name, is_nullable = 'NO' AS required
             FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
             WHERE table_schema IN ('public', 'vault') AND table_type = 'BASE TABLE' ORDER BY 1, 2"
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
