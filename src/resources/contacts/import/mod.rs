//! Importing many contacts from a file.
//!
//! The file is parsed as it is worked through, 200 rows at a time, each such chunk in a transaction of
//! its own, so that other requests have their turn. Within a chunk nothing of a row is written that was
//! not checked before, so that a row is there whole or not at all. There are no consents in a file: an
//! import neither gives nor revives one, and what a suppressed address says stays unsaid.

mod file;
mod people;
mod row;
mod store;

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use tokio::task::JoinHandle;

pub(super) use file::ImportFile;
pub(super) use row::{ImportQuery, ImportResults};

use self::file::Parsed;
use self::people::People;
use self::row::ImportResult;
use crate::domain::{Code, Error, Fault, london_date};
use crate::platform::auth::{Access, ContactsImport};

/// How many rows are written in one transaction.
const CHUNK: usize = 200;
/// How often a chunk is tried while the database is too busy.
const ATTEMPTS: u32 = 5;

/// Imports a file, or tells what importing it would do.
///
/// # Errors
/// When nothing could be done at all. Once rows have been written, those that cannot be are rejected, so
/// that the caller learns of both.
pub(super) async fn import(
    access: Access<ContactsImport>,
    file: ImportFile,
    dry_run: bool,
) -> Result<ImportResults, Error> {
    let today = london_date(access.now());
    let mut results: Vec<ImportResult> = Vec::new();
    let mut people = People::default();
    let mut stopped: Option<Fault> = None;
    let mut parsing = parse(file, today);
    loop {
        let (file, rows) = parsing.await.map_err(Error::internal)?;
        if rows.is_empty() {
            return Ok(ImportResults { results });
        }
        // The next rows, while these are written.
        parsing = parse(file, today);
        let first = u32::try_from(results.len() + 1).map_err(Error::internal)?;
        if let Some(fault) = &stopped {
            let rejected = (first..).zip(&rows).map(|(row, _)| ImportResult::rejected(row, vec![fault.clone()]));
            results.extend(rejected);
        } else if dry_run {
            let (told, known) = access.page(move |tx| store::rehearse(tx, first, &rows, people)).await?;
            people = known;
            results.extend(told);
        } else {
            let rows = Arc::new(rows);
            match write(&access, first, &rows).await {
                Ok(written) => results.extend(written),
                Err(error) if first == 1 => return Err(error),
                Err(error) => {
                    let detail = "could not be stored, as the rows after it; import them again";
                    let fault = Fault::new("", error.code().entry().name, detail);
                    let rejected =
                        (first..).zip(rows.iter()).map(|(row, _)| ImportResult::rejected(row, vec![fault.clone()]));
                    results.extend(rejected);
                    stopped = Some(fault);
                }
            }
        }
    }
}

/// Parses the next rows, on a thread of its own: a worker of the web server has others waiting.
fn parse(mut file: ImportFile, today: NaiveDate) -> JoinHandle<(ImportFile, Vec<Parsed>)> {
    tokio::task::spawn_blocking(move || {
        let rows = file.next_rows(CHUNK, today);
        (file, rows)
    })
}

async fn write(
    access: &Access<ContactsImport>,
    first: u32,
    rows: &Arc<Vec<Parsed>>,
) -> Result<Vec<ImportResult>, Error> {
    let mut attempt = 1;
    loop {
        let again = rows.clone();
        match access.chunk(move |tx| store::write(tx, first, &again)).await {
            Err(error) if error.code() == Code::Unavailable && attempt < ATTEMPTS => {
                tokio::time::sleep(Duration::from_millis(100) * attempt).await;
                attempt += 1;
            }
            done => return done,
        }
    }
}
