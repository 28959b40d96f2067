//! A throwaway PostgreSQL cluster, started from the programs this machine has, reached only through a Unix socket, and
//! taken away when the process that started it ends, in whatever way it ends: see `cluster.sh`.
//!
//! The bench of `benches/load` starts its own with this same text.

use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Read as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
};

/// A running cluster.
pub(crate) struct Cluster {
    /// The directory that holds its socket and, as `data`, its files.
    pub(crate) home: PathBuf,
    /// Held open for as long as this value lives: its end is the end of the cluster.
    _leash: ChildStdin,
}

impl Cluster {
    /// The URL of a database on it, reached through its socket.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.home.to_string_lossy().replace('/', "%2F"))
    }

    /// Starts a cluster with `settings` at the end of its `postgresql.conf`, or says why it cannot.
    pub(crate) fn start(settings: &str) -> Result<Self, String> {
        Self::start_by(Command::new("sh"), None, settings)
    }

    /// Starts a cluster by a command that goes on as `sh` does, with its files in `data` instead of in its directory.
    pub(crate) fn start_by(mut sh: Command, data: Option<&Path>, settings: &str) -> Result<Self, String> {
        let programs =
            programs().ok_or("initdb, pg_ctl and postgres are neither in PATH nor in /usr/lib/postgresql")?;
        let directory = socket_directory().map_err(|error| format!("there is no directory for it: {error}"))?;
        directory.to_str().ok_or("the system's temporary directory is not named in UTF-8")?;
        let log = tempfile::tempfile().and_then(|log| Ok((log.try_clone()?, log)));
        let (mut log, for_keeper) = log.map_err(|error| format!("there is no file for its log: {error}"))?;

        // In a process group of its own, so that Ctrl-C ends its owner and leaves the keeper to clear up after it.
        let mut keeper = sh
            .args(["-c", include_str!("cluster.sh"), "cluster.sh"])
            .args([&programs, &directory])
            .arg(settings)
            .args(data)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(for_keeper)
            .spawn()
            .map_err(|error| format!("sh does not start: {error}"))?;
        let leash = keeper.stdin.take();
        let mut said = String::new();
        if let Some(output) = keeper.stdout.take() {
            let _ = BufReader::new(output).read_line(&mut said);
        }
        if let (Some(leash), "ready\n") = (leash, said.as_str()) {
            return Ok(Self { home: directory, _leash: leash });
        }

        let _ = keeper.wait();
        let mut story = String::new();
        let _ = io::Seek::rewind(&mut log).and_then(|()| log.read_to_string(&mut story));
        Err(format!("the cluster does not start from {}:\n{}", programs.display(), story.trim()))
    }
}

/// Where the programs of PostgreSQL are: in `PATH`, else the newest that Debian's packages installed.
pub(crate) fn programs() -> Option<PathBuf> {
    let complete = |place: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| place.join(name).is_file());
    let in_path = env::var_os("PATH").and_then(|path| env::split_paths(&path).find(complete));
    in_path.or_else(|| {
        fs::read_dir("/usr/lib/postgresql")
            .ok()?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let version: u32 = entry.file_name().to_str()?.parse().ok()?;
                Some((version, entry.path().join("bin")))
            })
            .filter(|(_, place)| complete(place))
            .max()
            .map(|(_, place)| place)
    })
}

/// A fresh directory whose path is short enough for a Unix socket in it: such paths end at 107 bytes.
fn socket_directory() -> io::Result<PathBuf> {
    let usual = env::temp_dir();
    let place = if usual.as_os_str().len() <= 60 { &usual } else { Path::new("/tmp") };
    Ok(tempfile::Builder::new().prefix("iewm-pg-").tempdir_in(place)?.keep())
}
