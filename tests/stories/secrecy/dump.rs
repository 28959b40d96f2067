//! Everything that a database holds, as bytes.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use iewm::domain::hex;

use super::needles::{Needles, contains};

/// The files of the two SQLite databases in a folder, as they are on the disk.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let ours = names.filter(|name| name.contains(".db"));
    ours.map(|name| (name.clone(), fs::read(folder.join(&name)).unwrap())).collect()
}

/// How long the service may take to empty its journals, if it meets a reader that still needs them.
const PATIENCE: Duration = Duration::from_mins(1);

/// The files once none of them holds anything `destroyed`: the answer that something is destroyed may come before the service has
/// emptied its journals, which it does by itself.
#[track_caller]
pub(crate) fn files_without(folder: &Path, destroyed: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let files = files(folder);
        let left = |bytes: &[u8]| destroyed.iter().find(|destroyed| contains(bytes, destroyed));
        let Some((name, cell)) = files.iter().find_map(|(name, bytes)| Some((name, left(bytes)?))) else {
            return files;
        };
        assert!(Instant::now() < deadline, "{name} holds after {PATIENCE:?} what was destroyed: {}", hex(cell));
        std::thread::yield_now();
    }
}

/// Looks for the needles in every file of the databases.
#[track_caller]
pub(crate) fn search_files(needles: &Needles, folder: &Path) {
    for (name, bytes) in files(folder) {
        needles.assert_absent(&name, &bytes);
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Looks for the needles in every row of every table, bytes in hexadecimal.
#[track_caller]
pub(crate) fn search_postgres(needles: &Needles, url: &str) {
    let mut connection = PgConnection::establish(url).unwrap();
    let tables: Vec<Line> = sql_query(
        "SELECT format('%I.%I', table_schema, table_name) AS line FROM information_schema.tables \
         WHERE table_schema IN ('public', 'vault')",
    )
    .load(&mut connection)
    .unwrap();
    assert!(tables.len() > 10, "{} tables", tables.len());
    let mut rows = 0;
    for Line { line: table } in tables {
        let query = format!("SELECT t::text AS line FROM {table} t");
        for Line { line } in sql_query(query).load::<Line>(&mut connection).unwrap() {
            needles.assert_absent(&table, line.as_bytes());
            rows += 1;
        }
    }
    assert!(rows > 10, "{rows} rows");
}
