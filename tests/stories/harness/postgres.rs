//! A PostgreSQL database for each story.
//!
//! They are made on the server that `IEWM_TEST_POSTGRES_URL` names (by a role that may create databases), or else on a
//! throwaway cluster, started once per test process from the programs this machine has, reached only through a Unix
//! socket, and taken away when the process ends, in whatever way it ends: see `cluster`.
//!
//! Where there is neither, the PostgreSQL half of the stories is skipped, and standard error says so and why. `choice`
//! reads `IEWM_TEST_POSTGRES`, which makes that a failure, or skips the half on purpose.

use std::{
    env,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};

use super::{choice, cluster::Cluster};

/// Nothing here outlives the tests, so nothing need survive a power cut. Autovacuum would only get in the way of
/// creating and dropping databases.
pub(crate) const SETTINGS: &str = "max_connections = 400\nfsync = off\nfull_page_writes = off\nautovacuum = off\n";

/// A database of a story's own, dropped with this value, even while clients are connected to it.
pub(crate) struct Database {
    /// Where it is.
    pub(crate) url: String,
    name: String,
}

/// Makes a fresh database: a copy of the template if there is one, else empty. `None` if there is no PostgreSQL here.
pub(crate) fn database() -> Option<Database> {
    let template = TEMPLATE.get().map(String::as_str);
    made(template)
}

/// Makes a database with nothing in it. `None` if there is no PostgreSQL here.
pub(crate) fn empty() -> Option<Database> {
    made(None)
}

fn made(template: Option<&str>) -> Option<Database> {
    static MADE: AtomicU32 = AtomicU32::new(1);

    let server = server()?;
    let name = format!("iewm_test_{}_{}", server.mark, MADE.fetch_add(1, Ordering::Relaxed));
    match template {
        // By the default strategy, WAL_LOG since PostgreSQL 15: FILE_COPY was measured to take several times as long.
        Some(template) => server.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")),
        None => server.execute(&format!("CREATE DATABASE {name}")),
    }
    Some(Database { url: at_database(&server.url, &name), name })
}

/// Makes the template that databases are copied from, by letting `migrate` lay down the schema in an empty database,
/// given its URL. Only the first call in a process does anything; others wait until it has. `migrate` must close its
/// connections, since a database in use cannot be copied.
pub(crate) fn template(migrate: impl FnOnce(&str)) {
    let Some(server) = server() else { return };
    TEMPLATE.get_or_init(|| {
        let name = format!("iewm_template_{}", server.mark);
        server.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        server.execute(&format!("CREATE DATABASE {name}"));
        migrate(&at_database(&server.url, &name));
        server.execute(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
        name
    });
}

impl Database {
    /// A copy, as it is now. Nothing may be connected to it.
    pub(crate) fn copy(&self) -> Self {
        made(Some(&self.name)).expect("the server that it is on")
    }
}

static TEMPLATE: OnceLock<String> = OnceLock::new();

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(server) = server() {
            server.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// The server the databases are made on.
struct Server {
    /// The URL of its maintenance database.
    url: String,
    /// What sets the names of this process's databases apart: the server's number for our connection, which no other
    /// living connection has.
    mark: i32,
    connection: Mutex<PgConnection>,
    /// The throwaway cluster that it is, kept for as long as this process lives.
    _cluster: Option<Cluster>,
}

#[derive(QueryableByName)]
struct Mark {
    #[diesel(sql_type = sql_types::Integer)]
    mark: i32,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
}

impl Server {
    fn connect(url: String, cluster: Option<Cluster>) -> Result<Self, String> {
        let mut connection = PgConnection::establish(&url).map_err(|error| format!("cannot connect: {error}"))?;
        let Mark { mark } = sql_query("SELECT pg_backend_pid() AS mark")
            .get_result(&mut connection)
            .map_err(|error| format!("cannot query: {error}"))?;
        let server = Self { url, mark, connection: Mutex::new(connection), _cluster: cluster };
        server.sweep();
        Ok(server)
    }

    fn execute(&self, statement: &str) {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = sql_query(statement).execute(&mut *connection) {
            // Not while a story is already failing: a second panic would abort the process and hide the first.
            assert!(std::thread::panicking(), "{statement}: {error}");
        }
    }

    /// Drops what processes that were killed left on a server which outlives them.
    fn sweep(&self) {
        let left: Vec<Name> = {
            let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
            sql_query(
                "SELECT datname::text AS name FROM pg_database \
                 WHERE datname ~ '^iewm_(test|template)_[0-9]+(_[0-9]+)?$' \
                 AND split_part(datname, '_', 3) NOT IN \
                     (SELECT pid::text FROM pg_stat_activity WHERE pid <> pg_backend_pid())",
            )
            .load(&mut *connection)
            .expect("the list of databases")
        };
        for Name { name } in left {
            self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// The one server of this process, started when first asked for.
fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let start = || {
        if let Ok(url) = env::var("IEWM_TEST_POSTGRES_URL") {
            let server = Server::connect(url, None);
            Ok(server.unwrap_or_else(|why| panic!("IEWM_TEST_POSTGRES_URL is set, but {why}")))
        } else {
            let cluster = Cluster::start(SETTINGS)?;
            Server::connect(cluster.url("postgres"), Some(cluster))
        }
    };
    SERVER.get_or_init(|| choice::postgres("The stories on PostgreSQL", start)).as_ref()
}

/// The URL of database `name` on the server where `url` names another.
fn at_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, None), |(address, options)| (address, Some(options)));
    let authority = address.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = address.split_at(authority);
    let host = rest.split('/').next().unwrap_or_default();
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{scheme}{host}/{name}{options}")
}

#[test]
fn a_url_is_pointed_at_another_database() {
    for (url, expected) in [
        ("postgres://postgres@%2Ftmp%2Fpg/postgres", "postgres://postgres@%2Ftmp%2Fpg/other"),
        ("postgresql://u:p@db:5433", "postgresql://u:p@db:5433/other"),
        ("postgres:///postgres?host=/run/pg", "postgres:///other?host=/run/pg"),
        ("postgres://db/?sslmode=disable", "postgres://db/other?sslmode=disable"),
    ] {
        assert_eq!(at_database(url, "other"), expected);
    }
}
