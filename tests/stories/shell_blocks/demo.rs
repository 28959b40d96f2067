//! A demo in a folder that looks like the repository to a reader's commands.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::blocks::Block;
use super::root;
use crate::harness::process::{Process, command, program};
use crate::harness::{Engine, postgres};

/// Where the pages say that the demo listens.
const WRITTEN: &str = "http://127.0.0.1:8080";

/// How many seconds a page may take. Most take two.
const PATIENCE: &str = "180";

/// A script that a page has its reader run.
const SCRIPT: &str = "docs/verify-receipt.mjs";

/// A demo and the folder that it was started in.
pub(super) struct Demo {
    process: Process,
    address: String,
    /// `STAFF`, `COUNCIL`, `VENUE` and `CONTRACTOR`, as it printed them.
    tokens: Vec<(String, String)>,
    folder: TempDir,
    _database: Option<postgres::Database>,
}

impl Demo {
    /// Starts a demo on `engine`. `None` if this machine lacks the engine or a program of the blocks, which standard error
    /// says.
    pub(super) fn start(engine: Engine, blocks: &[Block]) -> Option<Self> {
        let programs = ["bash", "curl", "timeout", "node"];
        let is_needed = |name| name != "node" || blocks.iter().any(|block| block.text.contains("node "));
        if let Some(missing) = programs.into_iter().find(|&name| is_needed(name) && !is_here(name)) {
            assert!(std::env::var("IEWM_TEST_NODE").as_deref() != Ok("required"), "{missing} is required and not here");
            let _ = writeln!(
                std::io::stderr(),
                "\n*** The shell blocks of {} are SKIPPED: no {missing}.\n",
                blocks[0].page
            );
            return None;
        }
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(postgres::empty()?),
        };
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("target/release")).unwrap();
        symlink(program(), folder.path().join("target/release/iewm")).unwrap();
        std::fs::create_dir(folder.path().join("docs")).unwrap();
        std::fs::copy(root().join(SCRIPT), folder.path().join(SCRIPT)).unwrap();

        let mut arguments = vec!["demo"];
        arguments.extend(database.iter().flat_map(|database| ["--database-url", &database.url]));
        let process = (0..5).find_map(|_| started(folder.path(), &arguments)).expect("a port that stays free");
        let greeting = process.said.iter().find_map(|line| line.strip_prefix("The demo is at ")).unwrap();
        let address = greeting.split(',').next().unwrap().to_owned();
        let exports = process.said.iter().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        let tokens: Vec<_> = exports.map(|(name, token)| (name.to_owned(), token.to_owned())).collect();
        assert_eq!(tokens.len(), 4, "{:?}", process.said);
        Some(Self { process, address, tokens, folder, _database: database })
    }

    /// Runs the blocks in a fresh shell, and fails with what they said if one of their commands does.
    pub(super) fn run(&self, blocks: &[Block], time: &str) {
        let mut script = "exec 2>&1\n".to_owned();
        for Block { page, line, text, .. } in blocks {
            writeln!(script, "echo '=== {page}:{line}'").unwrap();
            script.push_str(&text.replace(WRITTEN, &self.address));
        }
        let file = self.folder.path().join("blocks.sh");
        std::fs::write(&file, script).unwrap();
        let mut bash = Command::new("timeout");
        bash.args([PATIENCE, "bash", "-euo", "pipefail"]).arg(&file);
        bash.current_dir(self.folder.path()).env_clear().env("API", &self.address).env("TZ", "Europe/London");
        bash.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        bash.envs(self.tokens.iter().map(|(name, token)| (name, token))).stdin(std::process::Stdio::null());
        let ended = bash.output().unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        let status = ended.status;
        assert!(status.success(), "the {time} time, {status} after the last block that is named here:\n{said}");
    }

    /// Stops the demo, which must end in good order.
    pub(super) fn stop(mut self) {
        assert!(self.process.stop("TERM").success(), "{:?}", self.process.said);
    }
}

/// A demo that listens. Its port is chosen before it starts, because the links in its mails have it; `None` if another
/// program has taken the port since.
fn started(folder: &Path, arguments: &[&str]) -> Option<Process> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let set = [("IEWM__SERVER__LISTEN", port.to_string()), ("IEWM__SERVER__METRICS_LISTEN", "off".to_owned())];
    let set = set.map(|(name, value)| (name.to_owned(), value)).into();
    let mut process = Process::of(command(folder, &set, arguments));
    if process.until_or_end("Stop with Ctrl-C").is_some() {
        return Some(process);
    }
    let said = process.heard().join("\n");
    assert!(said.contains("another program uses that address"), "the demo does not start:\n{said}");
    None
}

fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
