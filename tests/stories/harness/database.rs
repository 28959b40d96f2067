//! The database as an intruder or a fault meets it: raw SQL on either engine, behind the service's back.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::{sql_query, sql_types};

use super::{Engine, Service};

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = sql_types::Integer)]
    busy: i32,
}

/// How long a journal may be in use by others before it counts as stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// But for the index of names and numbers, whose rows are its own affair.
const TABLES_SQLITE: &str = "SELECT 'main.' || name AS name FROM sqlite_master \
    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'contact_tokens%' \
    UNION SELECT 'vault.' || name FROM vault.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
const TABLES_POSTGRES: &str = "SELECT schemaname || '.' || tablename AS name FROM pg_tables \
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";

impl Service {
    pub(crate) fn sqlite(&self) -> SqliteConnection {
        let file = self.database_url.trim_start_matches("sqlite://");
        let mut connection = SqliteConnection::establish(file).expect("the database's file");
        let vault = file.replace(".db", "-vault.db");
        let attach = format!("PRAGMA busy_timeout = 10000; ATTACH DATABASE '{vault}' AS vault");
        connection.batch_execute(&attach).expect("the vault's file");
        connection
    }

    pub(crate) fn postgres(&self) -> PgConnection {
        PgConnection::establish(&self.database_url).expect("the database")
    }

    /// Runs statements, and returns the database's complaint if it has one.
    pub(crate) fn sql(&self, statements: &str) -> Result<(), String> {
        let done = match self.engine {
            Engine::Sqlite => self.sqlite().batch_execute(statements),
            Engine::Postgres => self.postgres().batch_execute(statements),
        };
        done.map_err(|error| error.to_string())
    }

    /// Copies what SQLite's two journals hold into the files, as a backup does. One copier is at work on a file at a
    /// time, and the service copies too once it has destroyed a key: a caller that finds a copy in progress tries again.
    #[track_caller]
    pub(crate) fn empty_journals(&self) {
        let mut database = self.sqlite();
        for journal in ["main", "vault"] {
            let copy = format!("PRAGMA {journal}.wal_checkpoint(TRUNCATE)");
            let deadline = Instant::now() + PATIENCE;
            while sql_query(&copy).get_result::<Checkpoint>(&mut database).expect("a journal").busy != 0 {
                assert!(Instant::now() < deadline, "the journal of {journal} is still in use after {PATIENCE:?}");
                std::thread::yield_now();
            }
        }
    }

    /// How many rows each table has, the vault's too.
    pub(crate) fn counts(&self) -> BTreeMap<String, i64> {
        let count = |name: &str| format!("SELECT count(*) AS count FROM {name}");
        match self.engine {
            Engine::Sqlite => {
                let mut database = self.sqlite();
                let tables: Vec<Name> = sql_query(TABLES_SQLITE).load(&mut database).expect("the tables");
                let counted = tables.into_iter().map(|Name { name }| {
                    let Count { count } = sql_query(count(&name)).get_result(&mut database).expect("a count");
                    (name, count)
                });
                counted.collect()
            }
            Engine::Postgres => {
                let mut database = self.postgres();
                let tables: Vec<Name> = sql_query(TABLES_POSTGRES).load(&mut database).expect("the tables");
                let counted = tables.into_iter().map(|Name { name }| {
                    let Count { count } = sql_query(count(&name)).get_result(&mut database).expect("a count");
                    (name, count)
                });
                counted.collect()
            }
        }
    }

    /// How many rows a table of the data has.
    pub(crate) fn count(&self, table: &str) -> i64 {
        let counts = self.counts();
        let found = counts.iter().find(|(name, _)| name.split_once('.').is_some_and(|(_, name)| name == table));
        *found.unwrap_or_else(|| panic!("no table {table}")).1
    }

    /// From now on the database fails when it is to `event` a row of `table` for which `when` holds.
    pub(crate) fn break_table(&self, table: &str, event: &str, when: &str) {
        let statements = match self.engine {
            Engine::Sqlite => format!(
                "CREATE TRIGGER story_fault BEFORE {event} ON {table} WHEN {when} \
                 BEGIN SELECT RAISE(ABORT, 'a fault of the story'); END"
            ),
            Engine::Postgres => format!(
                "CREATE OR REPLACE FUNCTION story_fault() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'a fault of the story'; END $$; \
                 CREATE TRIGGER story_fault BEFORE {event} ON {table} \
                 FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION story_fault()"
            ),
        };
        self.sql(&statements).expect("a trigger");
    }

    /// From now on every transaction that inserts into `table` fails when it is to be committed.
    pub(crate) fn break_commit(&self, table: &str) {
        let statements = match self.engine {
            Engine::Sqlite => format!(
                "CREATE TABLE story_orphans (owner BLOB REFERENCES contacts (id) DEFERRABLE INITIALLY DEFERRED); \
                 CREATE TRIGGER story_fault AFTER INSERT ON {table} \
                 BEGIN INSERT INTO story_orphans VALUES (x'00'); END"
            ),
            Engine::Postgres => format!(
                "CREATE OR REPLACE FUNCTION story_fault() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'a fault of the story'; END $$; \
                 CREATE CONSTRAINT TRIGGER story_fault AFTER INSERT ON {table} \
                 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION story_fault()"
            ),
        };
        self.sql(&statements).expect("a trigger");
    }

    /// The table works again.
    pub(crate) fn mend_table(&self, table: &str) {
        let statement = match self.engine {
            Engine::Sqlite => "DROP TRIGGER story_fault".to_owned(),
            Engine::Postgres => format!("DROP TRIGGER story_fault ON {table}"),
        };
        self.sql(&statement).expect("a trigger to drop");
    }
}
