//! The program itself, as an operator starts it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::client::Request;

/// How long the program may take to say something.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program that the stories start: the one that was built with them, or another build of it that `IEWM_BINARY` names.
pub(crate) fn program() -> OsString {
    std::env::var_os("IEWM_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_iewm").into())
}

/// The command `iewm` in a folder, with these variables and no others.
pub(crate) fn command(folder: &Path, variables: &HashMap<String, String>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.current_dir(folder).env_clear().envs(variables).args(arguments).stdin(Stdio::null());
    command
}

/// What a command that ends by itself said.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it printed.
    pub(crate) out: String,
    /// What it printed on standard error.
    pub(crate) err: String,
}

/// Runs a command to its end.
pub(crate) fn run(folder: &Path, variables: &HashMap<String, String>, arguments: &[&str]) -> Ended {
    let output = command(folder, variables, arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (status, out, err) = (output.status, text(&output.stdout), text(&output.stderr));
    let code = status.code().unwrap_or_else(|| panic!("no exit code, but {status}: {out} {err}"));
    Ended { code, out, err }
}

/// What becomes of the pipe that is a process's standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ear {
    /// It is read to its end.
    Open,
    /// It is open and not read.
    Deaf,
    /// It is closed.
    Closed,
}

/// A service that runs as a process of its own.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
    ear: Arc<Mutex<Ear>>,
    /// Every line that it has said so far, on standard output and on standard error.
    pub(crate) said: Vec<String>,
}

fn pass_on(stream: impl Read + Send + 'static, ear: Arc<Mutex<Ear>>, lines: Sender<String>) {
    std::thread::spawn(move || {
        let mut read = BufReader::new(stream).split(b'\n').map_while(Result::ok);
        while let Some(line) = read.next() {
            let _ = lines.send(String::from_utf8_lossy(&line).into_owned());
            match *ear.lock().expect("an ear") {
                Ear::Open => {}
                // The pipe stays open to the end of the story's process.
                Ear::Deaf => return std::mem::forget(read),
                Ear::Closed => return,
            }
        }
    });
}

impl Process {
    /// Starts a command that does not end by itself.
    pub(crate) fn start(folder: &Path, variables: &HashMap<String, String>, arguments: &[&str]) -> Self {
        Self::of(command(folder, variables, arguments))
    }

    /// Starts this command.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let (sender, lines) = channel();
        let ear = Arc::new(Mutex::new(Ear::Open));
        pass_on(child.stdout.take().expect("its output"), Arc::new(Mutex::new(Ear::Open)), sender.clone());
        pass_on(child.stderr.take().expect("its errors"), ear.clone(), sender);
        Self { child, lines, ear, said: Vec::new() }
    }

    /// Reads its standard error so from the next line on.
    pub(crate) fn listen(&self, ear: Ear) {
        *self.ear.lock().expect("an ear") = ear;
    }

    /// Waits until its log, which is the file `log`, has a line that contains `words`, and gives that line.
    #[track_caller]
    pub(crate) fn until_logged(&mut self, log: &Path, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let text = std::fs::read_to_string(log).unwrap_or_default();
            if let Some(line) = text.split_inclusive('\n').find(|line| line.contains(words) && line.ends_with('\n')) {
                return line.to_owned();
            }
            let ended = self.lines.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Disconnected);
            assert!(!ended && begun.elapsed() < PATIENCE, "{words:?} was not logged:\n{text}");
        }
    }

    /// Waits until it says a line that contains `words`, and gives that line.
    #[track_caller]
    pub(crate) fn until(&mut self, words: &str) -> String {
        self.until_or_end(words).unwrap_or_else(|| panic!("{words:?} was not said:\n{}", self.said.join("\n")))
    }

    /// Waits until it says a line that contains `words`, and gives that line; `None` when it ends first.
    #[track_caller]
    pub(crate) fn until_or_end(&mut self, words: &str) -> Option<String> {
        if let Some(line) = self.said.iter().find(|line| line.contains(words)) {
            return Some(line.clone());
        }
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(words) {
                        return Some(line);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{words:?} was not said in time:\n{}", self.said.join("\n"))
                }
            }
        }
    }

    /// Every line that it has printed so far, read by a story or not.
    pub(crate) fn heard(&self) -> Vec<String> {
        let more = std::iter::from_fn(|| self.lines.recv_timeout(Duration::from_millis(200)).ok());
        self.said.iter().cloned().chain(more).collect()
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, and waits for the end and for everything that is said until then.
    #[track_caller]
    pub(crate) fn stop(&mut self, signal: &str) -> ExitStatus {
        send_signal(signal, [self.id()]);
        self.ended()
    }

    /// Waits for the end and for everything that is said until then.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> ExitStatus {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().expect("its status"),
                Err(RecvTimeoutError::Timeout) => panic!("it does not stop:\n{}", self.said.join("\n")),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to processes.
#[track_caller]
pub(crate) fn send_signal(signal: &str, processes: impl IntoIterator<Item = u32>) {
    let numbers = processes.into_iter().map(|number| number.to_string());
    let sent = Command::new("kill").arg(format!("-{signal}")).args(numbers).status().expect("kill runs");
    assert!(sent.success(), "{signal} could not be sent");
}

/// A request to whatever listens at `address`.
pub(crate) fn request(method: &str, address: &str) -> Request {
    Request::new(reqwest::Client::new().request(method.parse().expect("a method"), address))
}
