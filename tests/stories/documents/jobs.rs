//! `docs/OPERATIONS.md`: every background job that the service runs, and every other task and thread of the program.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use iewm::app;

use super::{generated_part, path};
use crate::harness::{Engine, Service};

fn in_words(period: Duration) -> String {
    match period.as_millis() {
        60_000.. => format!("{} min", period.as_secs() / 60),
        1_000.. => format!("{} s", period.as_secs()),
        millis => format!("{millis} ms"),
    }
}

#[actix_web::test]
async fn the_page_of_operations_lists_every_job() {
    let mail = [("MAIL__SMTP_URL", "smtp://127.0.0.1:25")];
    let service = Service::start_with(Engine::Sqlite, &mail).await.unwrap();
    let mut jobs = app::jobs(service.config(), &service.state).unwrap();
    jobs.sort_by_key(|job| job.about().name);
    let mut page =
        "| job | pause | what a run does | several instances | while it fails |\n|---|---|---|---|---|\n".to_owned();
    for about in jobs.iter().map(|job| job.about()) {
        let (name, pause) = (about.name, in_words(about.period));
        writeln!(page, "| `{name}` | {pause} | {} | {} | {} |", about.does, about.instances, about.late).unwrap();
    }
    generated_part("docs/OPERATIONS.md", "jobs", &page);
}

/// Every place of the program that starts a task or a thread, or repeats something, as `file: words`.
fn starts(folder: &Path, found: &mut BTreeSet<String>) {
    const STARTS: [&str; 8] = [
        "tokio::spawn(",
        "rt::spawn(",
        "spawn_local(",
        "spawn_blocking(",
        "thread::spawn(",
        "thread::Builder::new()",
        "interval(",
        "Restarts::of(",
    ];
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.is_dir() {
            starts(&file, found);
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        if file.ends_with("tests.rs") || !STARTS.iter().any(|start| code.contains(start)) {
            continue;
        }
        found.insert(file.strip_prefix(path("")).unwrap().display().to_string());
    }
}

/// A new loop is either a job, or has a row that says why it is none.
#[test]
fn the_page_of_operations_lists_every_file_that_starts_a_task_or_a_thread() {
    let mut found = BTreeSet::new();
    starts(&path("src"), &mut found);
    let page = fs::read_to_string(path("docs/OPERATIONS.md")).unwrap();
    let (_, table) = page.split_once("| task or thread | where | why it is no job |\n|---|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let listed: BTreeSet<String> = rows
        .flat_map(|row| row.split(" | ").nth(1).unwrap().split(", "))
        .map(|file| file.trim_matches('`').to_owned())
        .collect();
    assert_eq!(listed, found, "the files of the table, and those that start a task or a thread");
}
