//! The threads of the lanes, and the supervisor that replaces hanging ones. A call into libpq cannot be
//! interrupted while the server hangs, so the supervisor abandons such a lane and starts another, up to
//! a limit. A lane that panics restarts by itself, with a new connection and the jobs that it has not
//! started.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::commits::Commits;
use super::connection::Use;
use super::group_commit;
use super::lane::Lane;
use super::ticket::Ticket;
use super::write_task::WriteTask;
use super::{Target, dialect};
use crate::platform::supervision::Restarts;

/// How often the supervisor checks the lanes.
const ROUND: Duration = Duration::from_millis(250);
/// How long a lane may run one job before another replaces it: longer than opening a connection may
/// take. Its job continues, and may still commit if its caller waits.
const STUCK: Duration = Duration::from_secs(3);
/// How many lanes may be abandoned, for each configured lane.
const LEFT_BEHIND: usize = 4;
/// How soon the journals are truncated again after a reader blocked it.
const SCRUB_AGAIN: Duration = Duration::from_secs(1);
/// How long a connection may have been idle before it is tested.
const TRUSTED: Duration = Duration::from_secs(1);

/// A closure that reads, queued for a lane.
pub(super) type ReadTask = Box<dyn FnOnce(&mut Lane) + Send>;

/// What the lanes of one database share.
struct Shared {
    target: Target,
    reads: flume::Receiver<(Ticket, ReadTask)>,
    writes: flume::Receiver<WriteTask>,
    /// How many queued writes are committed together at most.
    most: usize,
    /// The number of lost connections: a connection that was opened before the last loss is tested first.
    losses: AtomicU64,
    commits: Arc<Commits>,
    /// Whether the database was reachable last time, so that a change is logged once.
    reachable: AtomicBool,
}

/// The supervisor's record of a lane.
struct Watch {
    epoch: Instant,
    /// Milliseconds after `epoch` at which its job began, plus one; 0 while it has none.
    began: AtomicU64,
    /// Another lane has replaced it: it ends when its call returns.
    replaced: AtomicBool,
}

impl Watch {
    fn begin(&self) {
        let after = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.began.store(after + 1, Ordering::Relaxed);
    }

    /// Records the end of a job; returns `false` if the lane was replaced and must end.
    fn end(&self) -> bool {
        self.began.store(0, Ordering::Relaxed);
        !self.replaced.load(Ordering::Acquire)
    }

    fn is_stuck(&self) -> bool {
        let began = self.began.load(Ordering::Relaxed);
        began != 0 && self.epoch.elapsed() > Duration::from_millis(began - 1) + STUCK
    }
}

/// A thread with a connection.
struct Post {
    watch: Arc<Watch>,
    thread: JoinHandle<()>,
}

/// One of the configured lanes.
struct Place {
    purpose: Use,
    name: String,
    /// The lane; `None` while the system cannot start a thread for it.
    post: Option<Post>,
}

/// Starts the lanes and their supervisor, which ends when the sender of `stop` is dropped.
pub(super) fn start(
    target: &Target,
    (readers, writers): (usize, usize),
    most: usize,
    commits: &Arc<Commits>,
    reads: flume::Receiver<(Ticket, ReadTask)>,
    writes: flume::Receiver<WriteTask>,
    stop: flume::Receiver<()>,
) {
    let shared = Arc::new(Shared {
        target: target.clone(),
        reads,
        writes,
        most,
        losses: AtomicU64::new(0),
        commits: commits.clone(),
        reachable: AtomicBool::new(true),
    });
    let read = (0..readers).map(|number| (Use::Reading, format!("read-lane-{number}")));
    let write = (0..writers).map(|number| (Use::Writing, format!("write-lane-{number}")));
    let start = |(purpose, name): (Use, String)| Place { purpose, post: post(&shared, purpose, &name), name };
    let places: Vec<_> = read.chain(write).map(start).collect();
    let mut supervisor = Supervisor { shared, places, left_behind: Vec::new() };
    let run = move || in_rounds(&stop, || supervisor.round());
    if let Err(error) = std::thread::Builder::new().name("lane-supervisor".to_owned()).spawn(run) {
        tracing::error!(%error, "hanging lanes will not be replaced");
    }
}

/// Starts a lane.
fn post(shared: &Arc<Shared>, purpose: Use, name: &str) -> Option<Post> {
    let watch = Arc::new(Watch { epoch: Instant::now(), began: AtomicU64::new(0), replaced: AtomicBool::new(false) });
    let (own, watched) = (shared.clone(), watch.clone());
    let run = move || match purpose {
        Use::Reading => {
            let mut restarts = Restarts::of("read-lane");
            while restarts.thread_has_panicked(|| read_lane(&own, &watched)) {}
        }
        Use::Writing | Use::Preparing => {
            let mut restarts = Restarts::of("write-lane");
            let mut group = VecDeque::with_capacity(own.most);
            while restarts.thread_has_panicked(|| write_lane(&own, &watched, &mut group)) {}
        }
    };
    match std::thread::Builder::new().name(name.to_owned()).spawn(run) {
        Ok(thread) => Some(Post { watch, thread }),
        Err(error) => {
            tracing::error!(%error, name, "a lane could not be started");
            None
        }
    }
}

/// Runs `round` every [`ROUND`] until the sender of `stop` is dropped.
fn in_rounds(stop: &flume::Receiver<()>, mut round: impl FnMut()) {
    let mut restarts = Restarts::of("lane-supervisor");
    let mut run = || {
        while stop.recv_timeout(ROUND) == Err(flume::RecvTimeoutError::Timeout) {
            round();
        }
    };
    while restarts.thread_has_panicked(&mut run) {}
}

/// Replaces lanes that hang.
struct Supervisor {
    shared: Arc<Shared>,
    places: Vec<Place>,
    left_behind: Vec<JoinHandle<()>>,
}

impl Supervisor {
    fn round(&mut self) {
        let bound = LEFT_BEHIND * self.places.len();
        self.left_behind.retain(|thread| !thread.is_finished());
        for place in &mut self.places {
            // A hanging disk also hangs for a new connection, and SQLite must have only one writer.
            let may_hang = matches!(self.shared.target, Target::Postgres { .. }) && self.left_behind.len() < bound;
            if place.post.as_ref().is_some_and(|post| !(may_hang && post.watch.is_stuck())) {
                continue;
            }
            let Some(next) = post(&self.shared, place.purpose, &place.name) else { continue };
            if let Some(former) = place.post.replace(next) {
                former.watch.replaced.store(true, Ordering::Release);
                self.left_behind.push(former.thread);
                tracing::error!(name = place.name, left_behind = self.left_behind.len(), "replacing a lane");
            }
        }
    }
}

/// A lane's connection, and whether it must be tested.
struct Open {
    lane: Lane,
    used: Instant,
    losses: u64,
}

/// Returns the lane's connection, opened again if the last one broke.
fn connected<'a>(open: &'a mut Option<Open>, shared: &Shared, purpose: Use) -> Option<&'a mut Lane> {
    let losses = shared.losses.load(Ordering::Relaxed);
    if let Some(Open { lane, used, losses: known }) = open {
        let doubtful = lane.suspect || *known != losses || used.elapsed() > TRUSTED;
        if lane.broken || (doubtful && dialect::is_broken(&mut lane.connection)) {
            *open = None;
            shared.losses.fetch_add(1, Ordering::Relaxed);
        }
    }
    if open.is_none() {
        let opened =
            super::open(&shared.target, purpose).and_then(|connection| Lane::new(connection, &shared.target, purpose));
        match opened {
            Ok(lane) => {
                *open = Some(Open { lane, used: Instant::now(), losses });
                if !shared.reachable.swap(true, Ordering::Relaxed) {
                    tracing::info!("the database can be reached again");
                }
            }
            Err(error) => {
                if shared.reachable.swap(false, Ordering::Relaxed) {
                    tracing::error!(%error, "the database cannot be reached");
                }
            }
        }
    }
    open.as_mut().map(|open| {
        open.lane.suspect = false;
        open.used = Instant::now();
        open.losses = shared.losses.load(Ordering::Relaxed);
        &mut open.lane
    })
}

fn read_lane(shared: &Shared, watch: &Watch) {
    let mut open = None;
    watch.begin();
    connected(&mut open, shared, Use::Reading);
    while watch.end() {
        let Ok((ticket, job)) = shared.reads.recv() else { return };
        watch.begin();
        // A dropped job answers 503.
        if ticket.start()
            && let Some(lane) = connected(&mut open, shared, Use::Reading)
        {
            job(lane);
        }
    }
}

/// `group` holds the jobs that the lane has taken from the queue and not started.
fn write_lane(shared: &Shared, watch: &Watch, group: &mut VecDeque<WriteTask>) {
    let mut open = None;
    // The time of the last failed truncation of the journals.
    let mut scrubbed: Option<Instant> = None;
    watch.begin();
    connected(&mut open, shared, Use::Writing);
    while watch.end() {
        if group.is_empty() {
            let unscrubbed = open.as_mut().map(|open| &mut open.lane).filter(|lane| lane.unscrubbed);
            if let Some(lane) = unscrubbed
                && scrubbed.is_none_or(|at: Instant| at.elapsed() >= SCRUB_AGAIN)
            {
                group_commit::scrub(lane);
                scrubbed = lane.unscrubbed.then(Instant::now);
            }
            let next = match scrubbed {
                None => shared.writes.recv().map_err(|_| flume::RecvTimeoutError::Disconnected),
                Some(_) => shared.writes.recv_timeout(SCRUB_AGAIN),
            };
            match next {
                Ok(first) => group.push_back(first),
                Err(flume::RecvTimeoutError::Timeout) => continue,
                Err(flume::RecvTimeoutError::Disconnected) => return,
            }
        }
        watch.begin();
        group.extend(shared.writes.try_iter().take(shared.most.saturating_sub(group.len())));
        let Some(lane) = connected(&mut open, shared, Use::Writing) else {
            group_commit::give_up(group);
            shared.commits.failed();
            continue;
        };
        group_commit::run(lane, group, &shared.commits);
        if lane.suspect {
            shared.commits.failed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supervisor_that_panics_goes_on() {
        let (running, stop) = flume::bounded(0);
        let mut running = Some(running);
        let mut rounds = 0;
        in_rounds(&stop, || {
            rounds += 1;
            if rounds == 3 {
                running = None;
            }
            assert!(rounds != 1, "on purpose");
        });
        assert_eq!(rounds, 3);
    }
}
