//! Lanes: threads that own one connection each and take closures from a bounded queue. One hop per
//! request, prepared statements that stay warm, and a queue that says no before it is too long.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use super::batch::{self, Lane, Outcome, WriteJob};
use super::connection::Use;
use super::{AnyConnection, Engine, Target, dialect};
use crate::domain::Error;

/// How long a request waits for a lane before it is told to come back: nothing has been done then.
const PATIENCE: Duration = Duration::from_millis(1900);
/// How many closures may wait for each kind of lane.
const QUEUE: usize = 2048;

/// How many lanes to run.
#[derive(Clone, Copy, Debug)]
pub struct LaneCount {
    /// Lanes that read. Two for each processor measured best on both engines.
    pub readers: usize,
    /// Lanes that write, on PostgreSQL. SQLite has one, which commits in groups.
    pub writers: usize,
}

type ReadJob = Box<dyn FnOnce(&mut Lane) + Send>;

/// A job on its way to a lane: whoever claims it first, the lane or the caller whose patience ends,
/// decides whether it is ever started.
#[derive(Clone)]
pub(super) struct Ticket(Arc<AtomicU8>);

impl Ticket {
    const WAITING: u8 = 0;
    const STARTED: u8 = 1;
    const GIVEN_UP: u8 = 2;

    fn new() -> Self {
        Self(Arc::new(AtomicU8::new(Self::WAITING)))
    }

    /// Takes the job for a lane, which starts it now; `false` when it was given up.
    pub(super) fn start(&self) -> bool {
        self.claim(Self::STARTED)
    }

    fn claim(&self, state: u8) -> bool {
        self.0.compare_exchange(Self::WAITING, state, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// Gives up a waiting job when the request that asked for it goes away.
struct Abandon(Ticket);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.claim(Ticket::GIVEN_UP);
    }
}

/// The database as the rest of the house has it: two queues.
pub struct Database {
    reads: flume::Sender<(Ticket, ReadJob)>,
    writes: flume::Sender<(Ticket, WriteJob)>,
}

impl Database {
    /// Starts the lanes. Each opens its connection by itself, now or when the database comes back.
    pub fn start(target: &Target, count: LaneCount) -> Self {
        let (reads, reading) = flume::bounded(QUEUE);
        let (writes, writing) = flume::bounded(QUEUE);
        for number in 0..count.readers.max(1) {
            let (jobs, target) = (reading.clone(), target.clone());
            spawn(&format!("read-lane-{number}"), move || read_lane(&target, &jobs));
        }
        let (writers, most) = match target.engine() {
            Engine::Sqlite => (1, 256),
            Engine::Postgres => (count.writers.max(1), 1),
        };
        for number in 0..writers {
            let (jobs, target) = (writing.clone(), target.clone());
            spawn(&format!("write-lane-{number}"), move || write_lane(&target, &jobs, most));
        }
        Self { reads, writes }
    }

    /// How many closures wait for a reading and for a writing lane.
    pub fn waiting(&self) -> (usize, usize) {
        (self.reads.len(), self.writes.len())
    }

    /// Runs `f` on a reading lane. A read has no effect, so that it can be given up at any time.
    pub(in crate::platform) async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Lane) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let ticket = Ticket::new();
        let (tell, told) = oneshot::channel();
        let job: ReadJob = Box::new(move |lane| {
            let answer = guarded(|| f(lane));
            lane.suspect = answer.as_ref().is_err_and(is_passing);
            let _ = tell.send(answer);
        });
        self.reads.try_send((ticket.clone(), job)).map_err(|_| Error::unavailable("the queue of reads is full"))?;
        let _abandon = Abandon(ticket);
        match tokio::time::timeout(PATIENCE, told).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Error::unavailable("no connection to the database")),
            Err(_) => Err(Error::unavailable("no answer from the database in time")),
        }
    }

    /// Runs `f` on a writing lane, in a transaction that is committed when `f` returns `Ok` and the
    /// answer given only then. Given up while it waits, never once it has started.
    pub(in crate::platform) async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Lane) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let ticket = Ticket::new();
        let (tell, mut told) = oneshot::channel();
        let job: WriteJob = Box::new(move |lane| {
            let answer = guarded(|| f(lane));
            let keep = answer.is_ok();
            lane.suspect |= answer.as_ref().is_err_and(is_passing);
            let reply = Box::new(move |committed: Result<(), Error>| {
                let _ = tell.send(answer.and_then(|value| committed.map(|()| value)));
            });
            Outcome { keep, reply }
        });
        self.writes.try_send((ticket.clone(), job)).map_err(|_| Error::unavailable("the queue of writes is full"))?;
        let abandon = Abandon(ticket);
        let answer = match tokio::time::timeout(PATIENCE, &mut told).await {
            Ok(answer) => answer,
            Err(_) if abandon.0.claim(Ticket::GIVEN_UP) => {
                return Err(Error::unavailable("no writing lane was free in time"));
            }
            Err(_) => told.await,
        };
        answer.unwrap_or_else(|_| Err(Error::unavailable("no connection to the database")))
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(run) {
        tracing::error!(%error, name, "a lane could not be started");
    }
}

/// A panic in a closure is the closure's failure alone.
fn guarded<T>(f: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|_| Err(Error::internal("a panic on a lane")))
}

fn is_passing(error: &Error) -> bool {
    error.code() == crate::domain::Code::Unavailable
}

/// The lane's connection, opened anew when the last one broke.
fn connected<'a>(lane: &'a mut Option<Lane>, target: &Target, purpose: Use) -> Option<&'a mut Lane> {
    if lane.as_mut().is_some_and(|lane| lane.suspect && dialect::is_broken(&mut lane.connection)) {
        *lane = None;
    }
    if lane.is_none() {
        match super::open(target, purpose).and_then(|connection: AnyConnection| Lane::new(connection, target, purpose))
        {
            Ok(opened) => *lane = Some(opened),
            Err(error) => tracing::warn!(%error, "no connection"),
        }
    }
    if let Some(lane) = lane.as_mut() {
        lane.suspect = false;
    }
    lane.as_mut()
}

fn read_lane(target: &Target, jobs: &flume::Receiver<(Ticket, ReadJob)>) {
    let mut lane = None;
    connected(&mut lane, target, Use::Reading);
    while let Ok((ticket, job)) = jobs.recv() {
        if !ticket.start() {
            continue;
        }
        if let Some(lane) = connected(&mut lane, target, Use::Reading) {
            job(lane);
        }
    }
}

fn write_lane(target: &Target, jobs: &flume::Receiver<(Ticket, WriteJob)>, most: usize) {
    let mut lane = None;
    connected(&mut lane, target, Use::Writing);
    let mut group = Vec::with_capacity(most);
    while let Ok(first) = jobs.recv() {
        group.extend(std::iter::once(first).chain(jobs.try_iter().take(most - 1)));
        match connected(&mut lane, target, Use::Writing) {
            Some(lane) => batch::run(lane, &mut group),
            None => group.clear(), // dropped replies answer 503
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc;

    use super::*;
    use crate::domain::Code;
    use crate::platform::db::migrate;

    /// A database with one lane of each kind, on a file that goes with the directory.
    fn database() -> (Database, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::sqlite(&directory.path().join("iewm.db"));
        migrate(&target, |_| Ok::<(), crate::platform::db::MigrationError>(())).unwrap();
        (Database::start(&target, LaneCount { readers: 1, writers: 1 }), directory)
    }

    /// What is too late is answered 503, and a closure that has not started then never does.
    #[tokio::test]
    async fn a_closure_that_waits_too_long_is_never_started() {
        let (database, _directory) = database();
        let (release, held) = mpsc::channel::<()>();
        let blocking = database.write(move |_| Ok(held.recv().is_ok()));
        let started = Arc::new(AtomicBool::new(false));
        let late = {
            let started = started.clone();
            database.write(move |_| {
                started.store(true, Ordering::SeqCst);
                Ok(())
            })
        };
        let too_late = async {
            let answer = late.await;
            release.send(()).unwrap();
            answer
        };
        let (blocked, late) = tokio::join!(blocking, too_late);
        assert_eq!(blocked, Ok(true), "what has started is awaited");
        let refused = late.unwrap_err();
        assert_eq!((refused.code(), refused.particulars().retry_after), (Code::Unavailable, Some(1)));
        // The lane has gone on, past the one that was given up.
        database.write(|_| Ok(())).await.unwrap();
        assert!(!started.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_full_queue_says_so_at_once() {
        let (database, _directory) = database();
        let (release, held) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        let database = Arc::new(database);
        let blocker = database.clone();
        let blocking = tokio::spawn(async move {
            blocker
                .write(move |_| {
                    begun.send(()).unwrap();
                    Ok(held.recv().is_ok())
                })
                .await
        });
        tokio::task::yield_now().await;
        begins.recv().unwrap();
        let waiting: Vec<_> = (0..QUEUE).map(|_| Box::pin(database.write(|_| Ok(())))).collect();
        let mut waiting = waiting;
        for write in &mut waiting {
            assert!(futures_util::poll!(write).is_pending());
        }
        let refused = database.write(|_| Ok(())).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable);
        release.send(()).unwrap();
        for write in waiting {
            write.await.unwrap();
        }
        assert_eq!(blocking.await.unwrap(), Ok(true));
    }

    #[tokio::test]
    async fn a_panic_is_the_closures_failure_alone() {
        let (database, _directory) = database();
        let panicked: Result<(), Error> = database.write(|_| panic!("on purpose")).await;
        assert_eq!(panicked.unwrap_err().code(), Code::Internal);
        database.write(|_| Ok(())).await.unwrap();
    }

    #[tokio::test]
    async fn a_reading_lane_cannot_write() {
        use diesel::connection::SimpleConnection;
        let (database, _directory) = database();
        let written = database.read(|lane| Ok(lane.connection.batch_execute("DELETE FROM kept_answers")?)).await;
        assert!(written.is_err());
    }
}
