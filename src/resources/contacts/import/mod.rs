//! Importing many contacts from a file.
//!
//! The file is parsed as it is worked through, 200 rows at a time, each such chunk in a transaction of
//! its own, so that other requests have their turn. Within a chunk nothing of a row is written that was
//! not checked before, so that a row is there whole or not at all. There are no consents in a file: an
//! import neither gives nor revives one, and what a suppressed address says stays unsaid.
//!
//! Results are streamed as lines if the caller asks for lines: the caller sees the progress, and memory
//! does not grow with the file.

mod answer;
mod file;
mod indexed;
mod people;
mod row;
mod store;

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use tokio::task::JoinHandle;

pub(super) use answer::{Form, Imported};
pub(super) use file::ImportFile;
pub(super) use row::ImportQuery;

use self::indexed::IndexedRow;
use self::people::People;
use self::row::{ImportResult, Listed};
use crate::domain::{Code, Error, Fault, Faults, london_date};
use crate::platform::access::Access;
use crate::platform::auth::ContactsImport;
use crate::platform::http::Done;

/// How many rows are written in one transaction.
const CHUNK: usize = 200;
/// How often a chunk is tried while the database is too busy.
const ATTEMPTS: u32 = 5;

/// The rows of a chunk being parsed, and the rest of the file.
type Parsing = JoinHandle<(ImportFile, Vec<Result<IndexedRow, Faults>>)>;

/// A file being imported, or rehearsed.
pub(super) struct Import {
    access: Access<ContactsImport>,
    today: NaiveDate,
    /// The number of the next row.
    row: u32,
    /// The next rows; `None` after the last.
    parsing: Option<Parsing>,
    doing: Doing,
    listed: Listed,
}

/// What is done with each chunk.
enum Doing {
    Write,
    /// Nothing is written; people are remembered as the chunks before would have left them.
    Rehearse(People),
    /// An earlier chunk could not be stored: nor are those after it.
    Reject(Fault),
}

impl Import {
    /// Begins with a file: its first rows are parsed.
    pub(super) fn new(access: Access<ContactsImport>, file: ImportFile, dry_run: bool) -> Self {
        let today = london_date(access.now());
        let doing = if dry_run { Doing::Rehearse(People::default()) } else { Doing::Write };
        let parsing = Some(parse(&access, file, today));
        Self { access, today, row: 1, parsing, doing, listed: Listed::default() }
    }

    /// Ends the import once the result of its last row is sent. A rehearsal changes nothing, so that no key remembers it.
    async fn conclude(&self, answer: Imported) -> Done<Imported> {
        if self.rehearses() { Done::Fresh(answer) } else { self.access.conclude(answer).await }
    }

    /// As [`Import::conclude`], where the results were sent line by line.
    async fn conclude_streamed(&self) {
        if !self.rehearses() {
            self.access.conclude_streamed().await;
        }
    }

    fn rehearses(&self) -> bool {
        matches!(self.doing, Doing::Rehearse(_))
    }

    /// Imports the next rows, and returns what became of each; none at the end of the file.
    ///
    /// # Errors
    /// When nothing could be done at all, or nothing be rehearsed. Once rows have been written, those that cannot be
    /// are rejected, so that the caller learns of both.
    async fn next(&mut self) -> Result<Vec<ImportResult>, Error> {
        let Some(parsing) = self.parsing.take() else { return Ok(Vec::new()) };
        let (file, rows) = parsing.await.map_err(|error| Error::internal(error))?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        // The rows after these, while these are written.
        self.parsing = Some(parse(&self.access, file, self.today));
        let (first, count) = (self.row, rows.len());
        let rejected = |fault: &Fault| {
            let numbers = (first..).take(count);
            numbers.map(|row| ImportResult::rejected(row, &fault.clone().into())).collect::<Vec<_>>()
        };
        let mut results = match &mut self.doing {
            Doing::Reject(fault) => rejected(fault),
            Doing::Rehearse(people) => {
                let people = std::mem::take(people);
                let (told, known) = self.access.page(move |tx| store::rehearse(tx, first, &rows, people)).await?;
                self.doing = Doing::Rehearse(known);
                told
            }
            Doing::Write => match write(&self.access, first, &Arc::new(rows)).await {
                Ok(written) => written,
                Err(error) if first == 1 => return Err(error),
                Err(error) => {
                    let detail = "could not be stored, nor could the rows after it; import them again";
                    let fault = Fault::new("", error.code().entry().name, detail);
                    let results = rejected(&fault);
                    self.doing = Doing::Reject(fault);
                    results
                }
            },
        };
        for result in &mut results {
            self.listed.shorten(result);
        }
        self.row += u32::try_from(count).map_err(|error| Error::internal(error))?;
        Ok(results)
    }
}

/// Parses the next rows and computes their indexes, on a thread of its own: a worker of the web server has others waiting.
fn parse(access: &Access<ContactsImport>, mut file: ImportFile, today: NaiveDate) -> Parsing {
    let keys = access.keyring().blind_index.clone();
    tokio::task::spawn_blocking(move || {
        let rows = file.next_rows(CHUNK, today);
        let rows = rows.into_iter().map(|row| row.map(|row| IndexedRow::new(&keys, row))).collect();
        (file, rows)
    })
}

async fn write(
    access: &Access<ContactsImport>,
    first: u32,
    rows: &Arc<Vec<Result<IndexedRow, Faults>>>,
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
