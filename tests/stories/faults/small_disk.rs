//! A small disk, and what the service does while it is full.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tempfile::TempDir;

use super::{Acknowledged, sign_up_until_refused};
use crate::harness::people::person;
use crate::harness::served::Served;

/// A small disk in memory, mounted for those that are started by its launcher alone.
pub(super) struct Disk {
    keeper: Child,
    /// Where it is, for those who see it.
    pub(super) place: PathBuf,
}

impl Disk {
    /// A disk of `size` in `folder`. `None` where this machine forbids mounts, which the story prints.
    pub(super) fn of(folder: &Path, size: &str) -> Option<Self> {
        let place = folder.join("disk");
        fs::create_dir(&place).unwrap();
        let mount = "mount -t tmpfs -o size=\"$2\" tmpfs \"$1\" && echo ready && exec cat";
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", mount, "sh"]).arg(&place).arg(size);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut keeper) = command.spawn() else { return skipped() };
        let mut said = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let disk = Self { keeper, place };
        if said == "ready\n" { Some(disk) } else { skipped() }
    }

    /// What starts a program that sees it.
    pub(super) fn launcher(&self) -> Vec<String> {
        let target = self.keeper.id().to_string();
        let words = ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", &target];
        words.iter().map(|&word| word.to_owned()).collect()
    }

    /// What starts a program that sees it and has its standard error in the file `log` on it.
    pub(super) fn logging_launcher(&self) -> Vec<String> {
        let log = self.place.join("log").display().to_string();
        let redirect = ["sh", "-c", "exec \"$@\" 2> \"$0\"", &log];
        self.launcher().into_iter().chain(redirect.map(str::to_owned)).collect()
    }

    /// Where every process sees that file.
    pub(super) fn log(&self) -> PathBuf {
        let place = self.place.strip_prefix("/").unwrap();
        PathBuf::from(format!("/proc/{}/root", self.keeper.id())).join(place).join("log")
    }

    /// Serves from it, with the log on it.
    pub(super) fn serve(&self, folder: TempDir, database_url: &str, more: &[(&str, &str)]) -> Served {
        let launcher = self.logging_launcher();
        let launcher: Vec<&str> = launcher.iter().map(String::as_str).collect();
        Served::start_logging(folder, &launcher, Some(self.log()), database_url, more)
    }

    /// A program that sees it.
    pub(super) fn command(&self, program: &str) -> Command {
        let launcher = self.launcher();
        let mut command = Command::new(&launcher[0]);
        command.args(&launcher[1..]).arg(program);
        command
    }

    /// Runs commands of the shell that see it, as `$1`.
    pub(super) fn run(&self, commands: &str) {
        let mut command = self.command("sh");
        command.args(["-c", commands, "sh"]).arg(&self.place);
        assert!(command.stderr(Stdio::null()).status().unwrap().success(), "{commands}");
    }

    /// Leaves no space on it.
    pub(super) fn fill(&self) {
        self.run("cat /dev/zero >> \"$1/filler\" || true");
    }

    /// There is space again.
    pub(super) fn free(&self) {
        self.run("rm \"$1/filler\"");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// Says aloud that there is no such disk for a story.
pub(super) fn skipped<T>() -> Option<T> {
    let why = "this machine does not let a user mount a file system of its own (unshare -rm)";
    let _ = writeln!(std::io::stderr(), "\n*** A story of a full disk is SKIPPED: {why}.\n");
    None
}

/// Several at once sign people up until they are refused, each as passing.
pub(super) async fn nothing_more_is_taken(served: &Served, round: usize, acknowledged: &RefCell<Vec<Acknowledged>>) {
    let told = |done| acknowledged.borrow_mut().push(done);
    let names: Vec<_> = (0..4).map(|caller| format!("r{round}c{caller}")).collect();
    for answer in join_all(names.iter().map(|name| sign_up_until_refused(served, name, told))).await {
        let answer = answer.expect("an answer").expect(503);
        assert!(!answer.header("retry-after").is_empty());
    }
}

/// Readiness says that nothing can be written. The database may give up files that it does not need, whose space is taken then.
pub(super) async fn is_not_ready(disk: &Disk, served: &Served, round: usize) {
    let begun = Instant::now();
    for at in 0.. {
        disk.fill();
        let late = person("Late", &format!("late-{round}-{at}@example.org"));
        if served.post("/v1/contacts", &late).send().await.status == 503 {
            let answer = served.request("GET", "/health/ready").send().await;
            if answer.status == 503 {
                let detail = answer.json()["detail"].to_string();
                assert!(detail.contains("write lanes"), "{detail}");
                return;
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing is written and it is ready");
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until the service creates a contact again, and readiness is 200.
pub(super) async fn is_taken_again(served: &Served, round: usize) {
    let freed = Instant::now();
    loop {
        let body = person("Back", &format!("back-{round}@example.org"));
        let answer = served.post("/v1/contacts", &body).send().await;
        if answer.status == 201 {
            break;
        }
        answer.expect(503);
        assert!(freed.elapsed() < Duration::from_secs(10), "there is space and nothing is written");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    while served.request("GET", "/health/ready").send().await.status != 200 {
        assert!(freed.elapsed() < Duration::from_secs(15), "it writes and is not ready");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
}
