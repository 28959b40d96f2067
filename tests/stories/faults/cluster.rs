//! A PostgreSQL server that stories may stop, hang and kill: not the one that other stories run on.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::harness::choice;
use crate::harness::cluster::{self, Cluster};
use crate::harness::postgres;
use crate::harness::process::send_signal;

/// The server, for one story at a time; `None` where there is no PostgreSQL, which the harness says aloud.
pub(super) fn cluster() -> Option<MutexGuard<'static, Cluster>> {
    static CLUSTER: OnceLock<Option<Mutex<Cluster>>> = OnceLock::new();
    let started = || choice::cluster("Stories of a database that goes away", postgres::SETTINGS).map(Mutex::new);
    let cluster = CLUSTER.get_or_init(started).as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
    // A story that failed may have left it in any state.
    if let Err(error) = PgConnection::establish(&cluster.url("postgres?connect_timeout=2")) {
        let _ = writeln!(std::io::stderr(), "{error}");
        kill(&cluster);
        control(&cluster, &["start"]);
    }
    Some(cluster)
}

/// A fresh database; its name.
pub(super) fn database(cluster: &Cluster) -> String {
    static MADE: AtomicU32 = AtomicU32::new(1);
    let name = format!("away_{}", MADE.fetch_add(1, Ordering::Relaxed));
    execute(&cluster.url("postgres"), &format!("CREATE DATABASE {name}"));
    name
}

/// Runs a statement.
pub(super) fn execute(url: &str, statement: &str) {
    PgConnection::establish(url).unwrap().batch_execute(statement).unwrap();
}

/// Runs `pg_ctl` as the server's owner, and waits until it is done.
pub(super) fn control(cluster: &Cluster, arguments: &[&str]) {
    let data = cluster.home.join("data");
    let owner = fs::metadata(&data).unwrap();
    let mut command = Command::new(cluster::programs().expect("it was started").join("pg_ctl"));
    command.args(arguments).arg("-D").arg(&data).arg("-l").arg(cluster.home.join("server.log")).arg("-w");
    command.current_dir(&cluster.home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if owner.uid() != fs::metadata("/proc/self").unwrap().uid() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    let done = command.status().unwrap().success();
    assert!(done, "{arguments:?}: {}", fs::read_to_string(cluster.home.join("server.log")).unwrap_or_default());
}

/// Kills all of the server, and waits until it is dead.
pub(super) fn kill(cluster: &Cluster) {
    let there = processes(cluster);
    if there.is_empty() {
        return;
    }
    send_signal("KILL", there.iter().copied());
    let killed = Instant::now();
    while there.iter().any(|&process| is_alive(process)) {
        assert!(killed.elapsed() < Duration::from_secs(20), "it does not die");
        std::thread::yield_now();
    }
    // Who is dead but not buried would be taken for alive by the next.
    for lock in ["data/postmaster.pid", ".s.PGSQL.5432.lock"] {
        let _ = fs::remove_file(cluster.home.join(lock));
    }
}

fn is_alive(process: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    state.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// The server's processes, the first of them first.
pub(super) fn processes(cluster: &Cluster) -> Vec<u32> {
    let Ok(file) = fs::read_to_string(cluster.home.join("data/postmaster.pid")) else { return Vec::new() };
    let Some(first) = file.lines().next().and_then(|line| line.parse::<u32>().ok()) else { return Vec::new() };
    let child = |entry: fs::DirEntry| {
        let process: u32 = entry.file_name().to_str()?.parse().ok()?;
        let state = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name in parentheses may hold anything; after it come the state and the parent.
        let parent = state.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok()?;
        (parent == first).then_some(process)
    };
    let children = fs::read_dir("/proc").unwrap().filter_map(Result::ok).filter_map(child);
    is_alive(first).then_some(first).into_iter().chain(children).collect()
}

/// A network between the service and the server, which can lose everything without a word.
pub(super) struct Network {
    port: u16,
    loses: Arc<AtomicBool>,
}

impl Network {
    pub(super) fn to(cluster: &Cluster) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, loses) = (listener.local_addr().unwrap().port(), Arc::new(AtomicBool::new(false)));
        let (socket, lossy) = (cluster.home.join(".s.PGSQL.5432"), loses.clone());
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = UnixStream::connect(&socket) else { continue };
                // A connection that has lost something is never good again, and never closed.
                let lost = Arc::new(AtomicBool::new(false));
                pass(near.try_clone().unwrap(), far.try_clone().unwrap(), lossy.clone(), lost.clone());
                pass(far, near, lossy.clone(), lost);
            }
        });
        Self { port, loses }
    }

    /// The URL of a database behind it.
    pub(super) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// From now on everything is lost, or new connections work again.
    pub(super) fn loses(&self, loses: bool) {
        self.loses.store(loses, Ordering::SeqCst);
    }
}

trait Ends: Read + Write + Send + 'static {
    fn end(&self);
}

impl Ends for TcpStream {
    fn end(&self) {
        let _ = self.shutdown(std::net::Shutdown::Both);
    }
}

impl Ends for UnixStream {
    fn end(&self) {
        let _ = self.shutdown(std::net::Shutdown::Both);
    }
}

fn pass(mut from: impl Ends, mut to: impl Ends, loses: Arc<AtomicBool>, lost: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut piece) {
            if loses.load(Ordering::SeqCst) {
                lost.store(true, Ordering::SeqCst);
            }
            if !lost.load(Ordering::SeqCst) && to.write_all(&piece[..count]).is_err() {
                break;
            }
        }
        if !lost.load(Ordering::SeqCst) {
            from.end();
            to.end();
        }
    });
}
