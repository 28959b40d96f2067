//! What this machine could do at best: the database without the service, and the service without HTTP.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use futures_util::future::join_all;
use iewm::config::Config;
use iewm::domain::{Clock, ContactId};
use iewm::platform::access::AppState;
use iewm::platform::vault::SystemEntropy;
use iewm::resources::contacts::store as contacts;

use super::cluster;
use super::http::Sample;
use super::people::spread;
use super::service::Service;

/// About as many bytes as a sealed contact has.
const BODY: &str = "decode(repeat('ab', 400), 'hex')";

/// A service on the service's database, inside this process.
pub(crate) async fn state(service: &Service<'_>) -> AppState {
    let config = Config::read(None, &service.variables).expect("the service's configuration");
    iewm::app::build(&config, Clock::system(), Arc::new(SystemEntropy)).await.expect("a service that can be built")
}

/// Reads contacts by id as a request does, lane and query and unsealing and look, without HTTP and token.
pub(crate) async fn reads(state: &AppState, ids: &[ContactId], connections: usize, lasts: Duration) -> Sample {
    let started = Instant::now();
    let one = async |number: usize| {
        let mut took = Vec::new();
        while started.elapsed() < lasts {
            let id = ids[spread(number + took.len() * connections) % ids.len()];
            let asked = Instant::now();
            let read = state.job("bench").read(move |tx| contacts::read(tx, id)).await;
            assert!(read.is_ok(), "a contact that is there");
            took.push(asked.elapsed());
        }
        took
    };
    let took = join_all((0..connections).map(one)).await.concat();
    Sample::of(took, started.elapsed())
}

/// A table of rows for `pgbench`, in the database at `url`.
pub(crate) fn pgbench_tables(url: &str, rows: usize) {
    let mut connection = PgConnection::establish(url).expect("the database");
    let statements = format!(
        "CREATE TABLE bench_rows (id bigint PRIMARY KEY, body bytea NOT NULL); \
         INSERT INTO bench_rows SELECT n, {BODY} FROM generate_series(1, {rows}) AS n; \
         CREATE TABLE bench_inserts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL); \
         ANALYZE"
    );
    connection.batch_execute(&statements).expect("a table of rows");
}

/// `pgbench` reading one row by its key.
pub(crate) fn pgbench_select(url: &str, rows: usize, clients: usize, lasts: Duration) -> Sample {
    pgbench(
        url,
        clients,
        lasts,
        &format!("\\set id random(1, {rows})\nSELECT id, body FROM bench_rows WHERE id = :id;\n"),
    )
}

/// `pgbench` inserting one row in a transaction of its own.
pub(crate) fn pgbench_insert(url: &str, clients: usize, lasts: Duration) -> Sample {
    pgbench(url, clients, lasts, &format!("INSERT INTO bench_inserts (body) VALUES ({BODY});\n"))
}

/// Prepared statements over the same socket as the service's, no matter how short the run.
fn pgbench(url: &str, clients: usize, lasts: Duration, script: &str) -> Sample {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), script).expect("a script");
    // Debian puts it in PATH, and the newest beside the other programs.
    let beside = cluster::programs().map(|place| place.join("pgbench")).filter(|program| program.is_file());
    let program = beside.unwrap_or_else(|| "pgbench".into());
    let output = Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=1"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", lasts.as_secs().max(1)))
        .arg(format!("--file={}", file.path().display()))
        .arg(url)
        .output()
        .expect("pgbench runs");
    let told = String::from_utf8_lossy(&output.stdout);
    let rate = told.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    let rate = rate.unwrap_or_else(|| panic!("{told}{}", String::from_utf8_lossy(&output.stderr)));
    Sample { rate, ..Sample::default() }
}

/// SQLite inserting one row in a transaction of its own, as durable as the service's.
pub(crate) fn sqlite_insert(directory: &Path, lasts: Duration) -> Sample {
    let file = directory.join("ceiling.db");
    let mut connection = SqliteConnection::establish(&file.to_string_lossy()).expect("a file");
    let prepare = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
        CREATE TABLE IF NOT EXISTS bench_inserts (id INTEGER PRIMARY KEY, body BLOB NOT NULL)";
    connection.batch_execute(prepare).expect("a table");
    let (started, mut took) = (Instant::now(), Vec::new());
    while started.elapsed() < lasts {
        let asked = Instant::now();
        let insert = "INSERT INTO bench_inserts (body) VALUES (zeroblob(400))";
        diesel::sql_query(insert).execute(&mut connection).expect("a row");
        took.push(asked.elapsed());
    }
    Sample::of(took, started.elapsed())
}
