//! The memory that is a process's own: without what it maps of files, which the system can take back (Linux: `RssAnon`).

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked at while something is measured.
const EVERY: Duration = Duration::from_millis(10);

/// What is a process's own now, in bytes; `None` where the system does not tell.
pub(crate) fn own(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// A look at a process's memory, again and again.
pub(crate) struct Watch {
    stop: Sender<()>,
    watching: JoinHandle<Option<u64>>,
}

impl Watch {
    /// Begins to look at what is a process's own.
    pub(crate) fn over(pid: u32) -> Self {
        Self::of(move || own(pid))
    }

    /// Begins to look at what `measure` returns.
    pub(crate) fn of(measure: impl Fn() -> Option<u64> + Send + 'static) -> Self {
        let (stop, stopped) = channel();
        Self { stop, watching: std::thread::spawn(move || most(measure, &stopped)) }
    }

    /// Ends it: the most that was seen, in bytes.
    pub(crate) fn most(self) -> Option<u64> {
        drop(self.stop);
        self.watching.join().expect("a thread that looks")
    }
}

fn most(measure: impl Fn() -> Option<u64>, stopped: &Receiver<()>) -> Option<u64> {
    let mut most = measure();
    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        most = most.max(measure());
    }
    most.max(measure())
}
