//! Whoever copies SQLite's journals into the files beside the writer, which would otherwise do it between two groups, and
//! do nothing else meanwhile.
//!
//! A journal begins anew once all of it has been copied, which somebody who copies beside a busy writer never sees. So the
//! writer copies the rest by itself when a journal has grown to [`WRITERS_TURN`] pages.

use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::SqliteConnection;

use super::connection::open_file;
use super::{Target, dialect};

/// How many pages a journal has when the writer copies them itself: 32 MiB.
pub(super) const WRITERS_TURN: u32 = 8000;
/// How long a journal may grow before it is looked at again.
const PAUSE: Duration = Duration::from_millis(100);

/// Starts the thread, and returns what to tell it after each commit; it ends when that is dropped. Nothing on PostgreSQL.
pub(super) fn start(target: &Target) -> Option<flume::Sender<()>> {
    let Target::Sqlite { file, vault } = target else { return None };
    let (tell, told) = flume::bounded(1);
    let journals = [Journal::of(file), Journal::of(vault)];
    let spawned = std::thread::Builder::new().name("checkpoints".to_owned()).spawn(move || copy_all(journals, &told));
    if let Err(error) = &spawned {
        tracing::error!(%error, "the writer copies the journals alone");
    }
    spawned.ok().map(|_| tell)
}

fn copy_all(mut journals: [Journal; 2], told: &flume::Receiver<()>) {
    while told.recv().is_ok() {
        journals.iter_mut().for_each(Journal::copy);
        std::thread::park_timeout(PAUSE);
    }
}

/// A file whose journal is copied, and the connection that does it.
struct Journal {
    file: PathBuf,
    open: Option<SqliteConnection>,
}

impl Journal {
    fn of(file: &Path) -> Self {
        Self { file: file.to_owned(), open: None }
    }

    /// Copies what no reader is in the way of. What cannot be copied now stays in the journal, where it is safe.
    fn copy(&mut self) {
        if self.open.is_none() {
            self.open = open_file(&self.file).ok();
        }
        let Some(open) = &mut self.open else { return };
        if let Err(error) = dialect::copy_journal(open) {
            tracing::warn!(%error, file = %self.file.display(), "a journal could not be copied into its file");
            self.open = None;
        }
    }
}
