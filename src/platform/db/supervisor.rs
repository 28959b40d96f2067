//! The threads of the lanes, and who replaces them. A call into libpq on a server that hangs cannot be
//! interrupted, so that a lane that does not come back is left behind and another takes its place; how
//! many may be left behind is bounded.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::batch::{self, Lane};
use super::connection::Use;
use super::ticket::Ticket;
use super::turn::WriteJob;
use super::{Target, dialect};

/// How often the lanes are looked after.
const ROUND: Duration = Duration::from_millis(250);
/// How long a lane may be at one job before another takes its place: longer than a connection may
/// take to be opened. What it does goes on, and may still be committed if its caller waits.
const STUCK: Duration = Duration::from_secs(3);
/// How many lanes may be left behind, for each that there is to be.
const LEFT_BEHIND: usize = 4;
/// How long after a reader was in the way the journals are emptied again.
const SCRUB_AGAIN: Duration = Duration::from_secs(1);
/// How long a connection may have been idle before it is tried.
const TRUSTED: Duration = Duration::from_secs(1);

/// A closure that reads, on its way to a lane.
pub(super) type ReadJob = Box<dyn FnOnce(&mut Lane) + Send>;

/// What the lanes of one database share.
struct Shared {
    target: Target,
    reads: flume::Receiver<(Ticket, ReadJob)>,
    writes: flume::Receiver<WriteJob>,
    /// How many waiting writes are committed together at most.
    most: usize,
    /// How often a connection was lost: one that was opened before the last loss is tried first.
    losses: AtomicU64,
    /// Whether the database could be reached last time, so that a change is logged once.
    reachable: AtomicBool,
}

/// What the supervisor knows of a lane.
struct Watch {
    epoch: Instant,
    /// Milliseconds after `epoch` at which its job began, and one; 0 while it has none.
    began: AtomicU64,
    /// Another has taken its place: it ends when it comes back.
    replaced: AtomicBool,
}

impl Watch {
    fn begin(&self) {
        let after = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.began.store(after + 1, Ordering::Relaxed);
    }

    /// Notes the end of a job; `false` when the lane has been replaced and must end.
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
    purpose: Use,
    name: String,
    watch: Arc<Watch>,
    thread: JoinHandle<()>,
}

/// Starts the lanes and the thread that looks after them; it ends when `stop` is dropped.
pub(super) fn start(
    target: &Target,
    (readers, writers): (usize, usize),
    most: usize,
    reads: flume::Receiver<(Ticket, ReadJob)>,
    writes: flume::Receiver<WriteJob>,
    stop: flume::Receiver<()>,
) {
    let shared = Arc::new(Shared {
        target: target.clone(),
        reads,
        writes,
        most,
        losses: AtomicU64::new(0),
        reachable: AtomicBool::new(true),
    });
    let read = (0..readers).map(|number| (Use::Reading, format!("read-lane-{number}")));
    let write = (0..writers).map(|number| (Use::Writing, format!("write-lane-{number}")));
    let posts: Vec<_> = read.chain(write).filter_map(|(purpose, name)| post(&shared, purpose, name)).collect();
    let supervise = move || supervise(&shared, posts, &stop);
    if let Err(error) = std::thread::Builder::new().name("lane-supervisor".to_owned()).spawn(supervise) {
        tracing::error!(%error, "nobody looks after the lanes");
    }
}

fn post(shared: &Arc<Shared>, purpose: Use, name: String) -> Option<Post> {
    let watch = Arc::new(Watch { epoch: Instant::now(), began: AtomicU64::new(0), replaced: AtomicBool::new(false) });
    let (own, watched) = (shared.clone(), watch.clone());
    let run = move || match purpose {
        Use::Reading => read_lane(&own, &watched),
        Use::Writing | Use::Preparing => write_lane(&own, &watched),
    };
    match std::thread::Builder::new().name(name.clone()).spawn(run) {
        Ok(thread) => Some(Post { purpose, name, watch, thread }),
        Err(error) => {
            tracing::error!(%error, name, "a lane could not be started");
            None
        }
    }
}

fn supervise(shared: &Arc<Shared>, mut posts: Vec<Post>, stop: &flume::Receiver<()>) {
    let bound = LEFT_BEHIND * posts.len();
    let mut left_behind: Vec<JoinHandle<()>> = Vec::new();
    while stop.recv_timeout(ROUND) == Err(flume::RecvTimeoutError::Timeout) {
        left_behind.retain(|thread| !thread.is_finished());
        for place in &mut posts {
            // A thread that has ended while there is work was killed by a panic outside every closure.
            let ended = place.thread.is_finished();
            // A disk that hangs does so for a new connection too, and SQLite's writer must be alone.
            let stuck = matches!(shared.target, Target::Postgres { .. }) && place.watch.is_stuck();
            if !ended && (!stuck || left_behind.len() >= bound) {
                continue;
            }
            let Some(next) = post(shared, place.purpose, place.name.clone()) else { continue };
            tracing::error!(name = place.name, left_behind = left_behind.len() + 1, "a lane is replaced");
            let former = std::mem::replace(place, next);
            former.watch.replaced.store(true, Ordering::Release);
            left_behind.push(former.thread);
        }
    }
}

/// A lane's connection, and how far it can be trusted.
struct Open {
    lane: Lane,
    used: Instant,
    losses: u64,
}

/// The lane's connection, opened anew when the last one broke.
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

fn write_lane(shared: &Shared, watch: &Watch) {
    let mut open = None;
    let mut group = VecDeque::with_capacity(shared.most);
    // When the journals could last not be emptied.
    let mut scrubbed: Option<Instant> = None;
    watch.begin();
    connected(&mut open, shared, Use::Writing);
    while watch.end() {
        if group.is_empty() {
            let unscrubbed = open.as_mut().map(|open| &mut open.lane).filter(|lane| lane.unscrubbed);
            if let Some(lane) = unscrubbed
                && scrubbed.is_none_or(|at: Instant| at.elapsed() >= SCRUB_AGAIN)
            {
                batch::scrub(lane);
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
        match connected(&mut open, shared, Use::Writing) {
            Some(lane) => batch::run(lane, &mut group),
            None => batch::give_up(&mut group),
        }
    }
}
