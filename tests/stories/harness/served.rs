//! The service as a process of its own, with keys, an issuer and tokens: for what only a process can suffer.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use iewm::domain::{Clock, IdMint, Role};
use iewm::platform::auth::{TokenMint, TokenRequest};
use iewm::platform::vault::{MasterKeys, SystemEntropy};
use serde_json::Value;
use tempfile::TempDir;

use super::client::{Answer, Request};
use super::process::{Process, command};
use super::service::{AUDIENCE, ISSUER};

/// How long a caller waits: a later answer counts as none.
const PATIENCE: Duration = Duration::from_secs(15);

/// A process that serves.
pub(crate) struct Served {
    /// The process.
    pub(crate) process: Process,
    /// Where it listens.
    pub(crate) address: String,
    folder: TempDir,
    variables: HashMap<String, String>,
    launcher: Vec<String>,
    log: Option<PathBuf>,
    staff: String,
    other_staff: String,
    council: String,
    http: reqwest::Client,
}

fn token(issuer: &TokenMint, subject: &str, role: Role) -> String {
    let request = TokenRequest {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        subject: subject.to_owned(),
        roles: vec![role],
        organisation: None,
        lifetime_seconds: 3600,
    };
    let now = Clock::system().now();
    issuer.mint(&request, now, IdMint::new(Arc::new(SystemEntropy)).uuid(now)).expect("a token")
}

impl Served {
    /// Serves from a database, with more configuration by the names that the environment uses after `IEWM__`.
    pub(crate) fn start(database_url: &str, more: &[(&str, &str)]) -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"), &[], database_url, more)
    }

    /// The same in this folder, from a program that runs the command it is given.
    pub(crate) fn start_in(folder: TempDir, launcher: &[&str], database_url: &str, more: &[(&str, &str)]) -> Self {
        Self::start_logging(folder, launcher, None, database_url, more)
    }

    /// The same with its log in a file, which its launcher sees to, and the story sees at `log`.
    pub(crate) fn start_logging(
        folder: TempDir,
        launcher: &[&str],
        log: Option<PathBuf>,
        database_url: &str,
        more: &[(&str, &str)],
    ) -> Self {
        MasterKeys::generate_file(&folder.path().join("master.key"), &SystemEntropy).expect("a master key");
        let issuer = TokenMint::generate(&SystemEntropy).expect("an issuer");
        std::fs::write(folder.path().join("jwks.json"), issuer.jwks()).expect("a JWKS file");
        // A launcher may forget where it was started.
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (jwks, key) = (path("jwks.json"), path("master.key"));
        let own = [
            ("SERVER__LISTEN", "127.0.0.1:0"),
            ("SERVER__METRICS_LISTEN", "off"),
            ("SERVER__WORKERS", "2"),
            ("SERVER__SHUTDOWN_SECONDS", "10"),
            ("LIMITS__RATE", "off"),
            ("LIMITS__ADDRESS_RATE", "off"),
            ("DATABASE__URL", database_url),
            ("DATABASE__READERS", "3"),
            ("DATABASE__WRITERS", "3"),
            ("AUTH__ISSUER", ISSUER),
            ("AUTH__AUDIENCE", AUDIENCE),
            ("AUTH__JWKS", &jwks),
            ("VAULT__MASTER_KEY_FILE", &key),
        ];
        let variables: HashMap<_, _> =
            own.iter().chain(more).map(|(name, value)| (format!("IEWM__{name}"), (*value).to_owned())).collect();
        let launcher: Vec<String> = launcher.iter().map(|&word| word.to_owned()).collect();
        let (process, address) = begin(&launch(&launcher, folder.path(), &variables), log.as_deref());
        Self {
            process,
            address,
            folder,
            variables,
            launcher,
            log,
            staff: token(&issuer, "staff-1", Role::IewmStaff),
            other_staff: token(&issuer, "staff-2", Role::IewmStaff),
            council: token(&issuer, "council-1", Role::Council),
            http: reqwest::Client::builder().timeout(PATIENCE).build().expect("a client"),
        }
    }

    /// The folder that holds its keys.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends it by a signal, and starts it again on the same database.
    pub(crate) fn again(&mut self, signal: &str) -> ExitStatus {
        let status = self.process.stop(signal);
        self.begin();
        status
    }

    /// Starts it again once it has ended.
    pub(crate) fn begin(&mut self) {
        let launch = launch(&self.launcher, self.folder.path(), &self.variables);
        (self.process, self.address) = begin(&launch, self.log.as_deref());
    }

    /// What starts it once it has ended, without a standard error.
    pub(crate) fn without_standard_error(&self) -> Command {
        let launcher = ["sh", "-c", "exec \"$@\" 2>&-", "sh"].map(str::to_owned);
        launch(&launcher, self.folder.path(), &self.variables)()
    }

    /// Tries to start it once it has ended; returns what it says if it refuses, or nothing.
    pub(crate) fn try_begin(&mut self) -> String {
        let mut process = Process::of(launch(&self.launcher, self.folder.path(), &self.variables)());
        let Some(line) = process.until_or_end("\"listening\"") else {
            assert_eq!(process.ended().code(), Some(1), "{:?}", process.said);
            return process.said.join("\n");
        };
        (self.process, self.address) = (process, address(&line));
        String::new()
    }

    /// Tries to start it once it has ended, where it must refuse; returns what it says.
    #[track_caller]
    pub(crate) fn refuses(&mut self) -> String {
        let said = self.try_begin();
        assert!(!said.is_empty(), "it serves");
        said
    }

    /// A token of IEWM's staff.
    pub(crate) fn staff(&self) -> &str {
        &self.staff
    }

    /// The token of another member of staff.
    pub(crate) fn other_staff(&self) -> &str {
        &self.other_staff
    }

    /// The token of the council.
    pub(crate) fn council(&self) -> &str {
        &self.council
    }

    /// A request without a token.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.http.request(method.parse().expect("a method"), format!("http://{}{path}", self.address)))
    }

    /// `GET path` with the token of staff.
    pub(crate) fn get(&self, path: &str) -> Request {
        self.request("GET", path).token(&self.staff)
    }

    /// `POST path` with the token of staff.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Request {
        self.request("POST", path).token(&self.staff).json(body)
    }

    /// All items of a list.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        self.pages(path, &self.staff).await
    }

    /// The entries of the audit.
    pub(crate) async fn audit(&self, query: &str) -> Vec<Value> {
        self.pages(&format!("/v1/audit?{query}"), &self.council).await
    }

    async fn pages(&self, path: &str, token: &str) -> Vec<Value> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer: Answer =
                self.request("GET", &format!("{path}{joint}limit=200{cursor}")).token(token).send().await.expect(200);
            let page = answer.json();
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}

fn launch<'a>(
    launcher: &'a [String],
    folder: &'a Path,
    variables: &'a HashMap<String, String>,
) -> impl Fn() -> Command + 'a {
    move || {
        let served = command(folder, variables, &["serve"]);
        let Some((first, more)) = launcher.split_first() else { return served };
        let mut launched = Command::new(first);
        launched.args(more).arg(served.get_program()).args(served.get_args());
        launched.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin").envs(variables);
        launched.stdin(std::process::Stdio::null());
        launched
    }
}

fn begin(command: &impl Fn() -> Command, log: Option<&Path>) -> (Process, String) {
    // An earlier process may have left its log.
    let _ = log.map(std::fs::remove_file);
    let mut process = Process::of(command());
    let words = "\"listening\"";
    let line = match log {
        None => process.until(words),
        Some(log) => process.until_logged(log, words),
    };
    (process, address(&line))
}

fn address(line: &str) -> String {
    let line: Value = serde_json::from_str(line).expect("a JSON line");
    line["address"].as_str().expect("an address").to_owned()
}
