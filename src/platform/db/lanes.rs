//! Lanes: threads that own one connection each and take closures from a bounded queue. A request makes
//! one hop, prepared statements stay cached, and a full queue refuses at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::batcher::Batcher;
use super::commits::Commits;
use super::connection::Use;
use super::lane::Lane;
use super::supervisor::{self, ReadTask};
use super::ticket::{Abandon, Ticket};
use super::write_task::{Closure, Outcome, WriteTask, guarded, is_passing};
use super::{AnyConnection, Engine, Target, dialect};
use crate::domain::{Entropy, Error, Instant};

/// How many closures each kind of lane may queue.
const QUEUE: usize = 2048;
/// The rest of two seconds, for the result of a running commit.
const COMMITTING: Duration = Duration::from_millis(100);

/// How many lanes to run.
#[derive(Clone, Copy, Debug)]
pub struct LaneCount {
    /// Lanes that read. On PostgreSQL two for each processor measured best, on SQLite one.
    pub readers: usize,
    /// Lanes that write, on PostgreSQL. One for each processor measured best. SQLite has one, which commits in groups.
    pub writers: usize,
}

/// How long a caller waits for a lane before it gets a 503.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// A request: 1.9 seconds in all.
    Request,
    /// A chunk of a long request: 1.9 seconds for a lane, 10 on it.
    Chunk,
    /// Background work and work at the start: 1.9 seconds for a lane, 60 on it.
    Job,
}

impl Patience {
    /// How long any caller waits for a lane.
    const WAITING: Duration = Duration::from_millis(1900);

    /// How much longer a caller waits for a closure that has started.
    fn more(self) -> Option<Duration> {
        match self {
            Self::Request => None,
            Self::Chunk => Some(Duration::from_secs(10)),
            Self::Job => Some(Duration::from_mins(1)),
        }
    }
}

/// The database, as the other modules see it: two queues.
pub struct Database {
    reads: flume::Sender<(Ticket, ReadTask)>,
    writes: flume::Sender<WriteTask>,
    target: Target,
    commits: Arc<Commits>,
    /// When it is dropped, the supervisor of the lanes ends.
    _supervised: flume::Sender<()>,
}

impl Database {
    /// Starts the lanes. Each opens its own connection, now or when the database is back.
    pub fn start(target: &Target, count: LaneCount) -> Self {
        let (reads, reading) = flume::bounded(QUEUE);
        let (writes, writing) = flume::bounded(QUEUE);
        let (supervised, stop) = flume::bounded(0);
        let (writers, most) = match target.engine() {
            Engine::Sqlite => (1, 256),
            Engine::Postgres => (count.writers.max(1), 1),
        };
        let commits = Arc::new(Commits::new());
        supervisor::start(target, (count.readers.max(1), writers), most, &commits, reading, writing, stop);
        Self { reads, writes, target: target.clone(), commits, _supervised: supervised }
    }

    /// Returns the lengths of the reading and the writing queue.
    pub fn waiting(&self) -> (usize, usize) {
        (self.reads.len(), self.writes.len())
    }

    /// Returns how many transactions the writing lanes have committed since the start.
    pub fn commits(&self) -> u64 {
        self.commits.count()
    }

    /// Checks that a reading lane answers.
    ///
    /// # Errors
    /// 503 when no lane answers in time.
    pub(in crate::platform) async fn can_read(&self) -> Result<(), Error> {
        self.read(|lane| Ok(dialect::ping(&mut lane.connection)?)).await
    }

    /// Checks that a writing lane commits: one has committed within the last ten seconds and none has
    /// failed since, or one commits now.
    ///
    /// # Errors
    /// 503 when no lane answers in time.
    pub(in crate::platform) async fn can_write(&self, now: Instant, entropy: &dyn Entropy) -> Result<(), Error> {
        let Some(trial) = self.commits.trial(now, entropy) else { return Ok(()) };
        self.write(Patience::Request, move |lane| trial.write(&mut lane.connection)).await
    }

    /// Runs `f` on a connection of its own, outside a transaction and without a timeout, for work that does
    /// not suit a lane.
    pub(in crate::platform) async fn apart<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let target = self.target.clone();
        let (tell, told) = oneshot::channel();
        let work = move || {
            let done = guarded(|| f(&mut super::open(&target, Use::Preparing)?));
            let _ = tell.send(done);
        };
        // The process does not wait for this thread when it ends.
        std::thread::Builder::new().name("apart".to_owned()).spawn(work).map_err(|error| Error::internal(error))?;
        told.await.map_err(|_| Error::internal("a thread beside the lanes ended"))?
    }

    /// Runs `f` on a reading lane. A read has no effect, so its caller can cancel it at any time.
    pub(in crate::platform) async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Lane) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let ticket = Ticket::new();
        let (tell, told) = oneshot::channel();
        let job: ReadTask = Box::new(move |lane| {
            let answer = guarded(|| f(lane));
            lane.suspect = answer.as_ref().is_err_and(is_passing);
            let _ = tell.send(answer);
        });
        self.reads.try_send((ticket.clone(), job)).map_err(|_| Error::unavailable("the queue of reads is full"))?;
        let _abandon = Abandon(ticket);
        match timeout(Patience::WAITING, told).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Error::unavailable("no connection to the database")),
            Err(_) => Err(Error::unavailable("no answer from the database in time")),
        }
    }

    /// Runs `f` on a writing lane, in a transaction that the lane commits if `f` returns `Ok`; the caller
    /// gets the result after the commit. When the timeout in `patience` ends, the caller cancels the write,
    /// and the lane does not commit it. If the commit has begun by then, the caller gets
    /// [`Code::OutcomeUnknown`](crate::domain::Code::OutcomeUnknown).
    pub(in crate::platform) async fn write<T: Send + 'static>(
        &self,
        patience: Patience,
        f: impl FnOnce(&mut Lane) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write_or_undo(patience, |lane| f(lane).map(Settled::Keep)).await
    }

    /// As [`Database::write`], for a closure that decides itself whether the lane commits its changes or
    /// rolls them back. The caller gets the result in either case.
    pub(in crate::platform) async fn write_or_undo<T: Send + 'static>(
        &self,
        patience: Patience,
        f: impl FnOnce(&mut Lane) -> Result<Settled<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let ticket = Ticket::new();
        let (tell, told) = oneshot::channel();
        let closure: Closure = Box::new(move |lane| {
            let answer = guarded(|| {
                if let Some(longer) = patience.more() {
                    dialect::allow_statements(&mut lane.connection, longer)?;
                }
                f(lane)
            });
            let keep = matches!(answer, Ok(Settled::Keep(_)));
            lane.suspect |= answer.as_ref().is_err_and(is_passing);
            let reply = Box::new(move |ended: Result<(), Error>| {
                let _ = tell.send(answer.and_then(|settled| ended.map(|()| settled.into_value())));
            });
            Outcome::new(keep, reply)
        });
        self.send(WriteTask::Alone(ticket.clone(), closure))?;
        answered(patience, ticket, told).await
    }

    /// As [`Database::write`], in one transaction with the commands that other callers queue at the same time.
    pub(in crate::platform) async fn write_batched<T: Send + 'static, R: Send + 'static>(
        &self,
        batcher: Arc<Batcher<T, R>>,
        asked: T,
    ) -> Result<R, Error> {
        let ticket = Ticket::new();
        let (tell, told) = oneshot::channel();
        batcher.put(asked, ticket.clone(), tell);
        if let Err(error) = self.send(WriteTask::Batch(batcher.clone())) {
            ticket.give_up();
            batcher.forget_given_up();
            return Err(error);
        }
        answered(Patience::Request, ticket, told).await
    }

    fn send(&self, job: WriteTask) -> Result<(), Error> {
        self.writes.try_send(job).map_err(|_| Error::unavailable("the queue of writes is full"))
    }
}

/// The result of a closure, and the fate of its changes.
pub enum Settled<T> {
    /// The lane commits them.
    Keep(T),
    /// The lane rolls them back.
    Undo(T),
}

impl<T> Settled<T> {
    fn into_value(self) -> T {
        match self {
            Self::Keep(value) | Self::Undo(value) => value,
        }
    }
}

/// Waits for the result of a writing lane, as long as `patience` says.
async fn answered<T>(
    patience: Patience,
    ticket: Ticket,
    mut told: oneshot::Receiver<Result<T, Error>>,
) -> Result<T, Error> {
    let abandon = Abandon(ticket);
    let ticket = &abandon.0;
    let mut answer = timeout(Patience::WAITING, &mut told).await;
    if let (Err(_), Some(longer)) = (&answer, patience.more())
        && !ticket.give_up_waiting()
    {
        answer = timeout(longer, &mut told).await;
    }
    if answer.is_err() {
        if ticket.give_up() {
            return Err(Error::unavailable("no answer from a writing lane in time: cancelled and not committed"));
        }
        answer = timeout(COMMITTING, told).await;
    }
    match answer {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) if !ticket.is_settled() => Err(Error::unavailable("no connection to the database")),
        Ok(Err(_)) | Err(_) => Err(Error::outcome_unknown("no answer to a commit in time")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;

    use super::super::write_task::PendingBatch;
    use super::*;
    use crate::domain::Code;
    use crate::platform::db::{LOCK_PATIENCE, MigrationError, migrate};

    /// A database with one lane of each kind, on a file in a temporary directory.
    fn database() -> (Database, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::sqlite(&directory.path().join("iewm.db"));
        migrate(&target, LOCK_PATIENCE, |_| Ok::<(), MigrationError>(())).unwrap();
        (Database::start(&target, LaneCount { readers: 1, writers: 1 }), directory)
    }

    /// A late closure answers 503, and never starts after that.
    #[tokio::test]
    async fn a_closure_that_waits_too_long_is_never_started() {
        let (database, _directory) = database();
        let (release, held) = mpsc::channel::<()>();
        let blocking = database.write(Patience::Job, move |_| Ok(held.recv().is_ok()));
        let started = Arc::new(AtomicBool::new(false));
        let late = {
            let started = started.clone();
            database.write(Patience::Request, move |_| {
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
        assert_eq!(blocked, Ok(true), "a job that has started is awaited");
        let refused = late.unwrap_err();
        assert_eq!((refused.code(), refused.particulars().retry_after), (Code::Unavailable, Some(1)));
        // The lane has continued, past the cancelled closure.
        database.write(Patience::Request, |_| Ok(())).await.unwrap();
        assert!(!started.load(Ordering::SeqCst));
    }

    /// A running closure is rolled back, not committed, after its caller got the answer that nothing was
    /// written.
    #[tokio::test]
    async fn a_started_write_that_was_given_up_leaves_nothing() {
        use diesel::connection::SimpleConnection;
        let (database, _directory) = database();
        let (release, held) = mpsc::channel::<()>();
        let insert = "INSERT INTO kept_answers (key, fingerprint, kind, status, body_bytes, kept_until) \
                      VALUES (x'00', x'00', 'status', 204, 0, 0)";
        let slow = database.write(Patience::Request, move |lane| {
            lane.connection.batch_execute(insert)?;
            Ok(held.recv().is_ok())
        });
        let refused = slow.await.unwrap_err();
        assert_eq!((refused.code(), refused.particulars().retry_after), (Code::Unavailable, Some(1)));
        release.send(()).unwrap();
        // It is the first with its key.
        database.write(Patience::Request, move |lane| Ok(lane.connection.batch_execute(insert)?)).await.unwrap();
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
                .write(Patience::Job, move |_| {
                    begun.send(()).unwrap();
                    Ok(held.recv().is_ok())
                })
                .await
        });
        tokio::task::yield_now().await;
        begins.recv().unwrap();
        let waiting: Vec<_> = (0..QUEUE).map(|_| Box::pin(database.write(Patience::Request, |_| Ok(())))).collect();
        let mut waiting = waiting;
        for write in &mut waiting {
            assert!(futures_util::poll!(write).is_pending());
        }
        let refused = database.write(Patience::Request, |_| Ok(())).await.unwrap_err();
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
        // Enough time for printing a backtrace, if one is enabled.
        let panicked: Result<(), Error> = database.write(Patience::Job, |_| panic!("on purpose")).await;
        assert_eq!(panicked.unwrap_err().code(), Code::Internal);
        database.write(Patience::Request, |_| Ok(())).await.unwrap();
    }

    /// A job that panics outside the guard, which kills its lane.
    struct Bomb;

    impl PendingBatch for Bomb {
        fn take_up(self: Arc<Self>) -> Option<Closure> {
            panic!("on purpose")
        }
    }

    #[tokio::test]
    async fn a_lane_that_panics_restarts_with_the_jobs_it_had() {
        let (database, _directory) = database();
        let (release, held) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        let blocking = database.write(Patience::Job, move |_| {
            begun.send(()).unwrap();
            Ok(held.recv().is_ok())
        });
        let behind = async {
            begins.recv().unwrap();
            database.send(WriteTask::Batch(Arc::new(Bomb))).unwrap();
            let mut behind = Box::pin(database.write(Patience::Job, |_| Ok("done")));
            assert!(futures_util::poll!(&mut behind).is_pending());
            release.send(()).unwrap();
            behind.await
        };
        let (blocked, behind) = tokio::join!(blocking, behind);
        assert_eq!((blocked, behind), (Ok(true), Ok("done")));

        database.reads.send((Ticket::new(), Box::new(|_| panic!("on purpose")))).unwrap();
        assert_eq!(database.read(|_| Ok("read")).await, Ok("read"));
    }

    #[tokio::test]
    async fn a_reading_lane_cannot_write() {
        use diesel::connection::SimpleConnection;
        let (database, _directory) = database();
        let written = database.read(|lane| Ok(lane.connection.batch_execute("DELETE FROM kept_answers")?)).await;
        assert!(written.is_err());
    }
}
