//! Standard error fails or is not read. Requests are answered as ever, lines are dropped and counted, and SIGTERM ends the
//! process with exit code 0. `disk` and `database_disk` have the log on the disk that is full.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::Value;

use super::Ground;
use super::small_disk::Disk;
use crate::harness::Engine;
use crate::harness::people::person;
use crate::harness::process::{Ear, Process, request};
use crate::harness::served::Served;

/// More lines than a pipe and the queue before it hold.
const MANY: usize = 6000;

/// How long a stop may take: a second is for the last lines.
const STOPPED: Duration = Duration::from_secs(10);

/// Where the process of `line`, in which it says that it listens, has its metrics.
fn metrics(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap();
    format!("http://{}/metrics", line["metrics"].as_str().unwrap())
}

/// How many lines it has dropped so far.
async fn dropped(metrics: &str) -> usize {
    let text = request("GET", metrics).send().await.expect(200).text();
    let count = text.lines().find_map(|line| line.strip_prefix("iewm_log_lines_dropped_total "));
    count.expect("the metric").parse().unwrap()
}

/// Writes, reads, and asks `count` times more, several at once.
async fn works(served: &Served, at: usize, count: usize) {
    let ada = person("Ada Lovelace", &format!("ada-{at}@example.org"));
    let made = served.post("/v1/contacts", &ada).send().await.expect(201);
    served.get(&made.header("location")).send().await.expect(200);
    served.request("GET", "/health/ready").send().await.expect(200);
    for _ in 0..count / 20 {
        for answer in join_all((0..20).map(|_| served.request("GET", "/health/live").send())).await {
            answer.expect(200);
        }
    }
}

#[track_caller]
fn stops(process: &mut Process) {
    let told = Instant::now();
    assert_eq!(process.stop("TERM").code(), Some(0), "{:?}", process.said);
    assert!(told.elapsed() < STOPPED, "{:?}", told.elapsed());
}

fn tell(engine: Engine, ear: Ear) {
    let Some(ground) = Ground::of(engine) else { return };
    let mut served = Served::start(&ground.url(), &[("SERVER__METRICS_LISTEN", "127.0.0.1:0")]);
    let metrics = metrics(&served.process.until("\"listening\""));
    actix_web::rt::System::new().block_on(async {
        works(&served, 0, 20).await;
        assert_eq!(dropped(&metrics).await, 0);
        served.process.listen(ear);
        works(&served, 1, MANY).await;
        assert!(dropped(&metrics).await > 0);
        works(&served, 2, 20).await;
    });
    stops(&mut served.process);
}

#[test]
fn a_pipe_without_a_reader_on_sqlite() {
    tell(Engine::Sqlite, Ear::Closed);
}

#[test]
fn a_pipe_without_a_reader_on_postgres() {
    tell(Engine::Postgres, Ear::Closed);
}

#[test]
fn a_pipe_that_is_not_read_on_sqlite() {
    tell(Engine::Sqlite, Ear::Deaf);
}

#[test]
fn a_pipe_that_is_not_read_on_postgres() {
    tell(Engine::Postgres, Ear::Deaf);
}

#[test]
fn a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::of(folder.path(), "1m") else { return };
    let ground = Ground::of(Engine::Sqlite).unwrap();
    let mut served = disk.serve(folder, &ground.url(), &[("SERVER__METRICS_LISTEN", "127.0.0.1:0")]);
    let lines = || std::fs::read_to_string(disk.log()).unwrap();
    let metrics = metrics(&served.process.until_logged(&disk.log(), "\"listening\""));
    actix_web::rt::System::new().block_on(async {
        disk.fill();
        works(&served, 0, 400).await;
        let lost = dropped(&metrics).await;
        assert!(lost > 0);
        disk.free();
        works(&served, 1, 400).await;
        assert!(lines().len() > 400);
        // The line that the full disk has cut off is alone on its line.
        let torn = lines().lines().filter(|line| serde_json::from_str::<Value>(line).is_err()).count();
        assert!(torn <= 1, "{}", lines());
        disk.fill();
        works(&served, 2, 400).await;
        assert!(dropped(&metrics).await > lost);
    });
    stops(&mut served.process);
}

#[test]
fn none_at_all() {
    let ground = Ground::of(Engine::Sqlite).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut served = Served::start(&ground.url(), &[("SERVER__LISTEN", &free)]);
    stops(&mut served.process);
    let mut process = Process::of(served.without_standard_error());
    let begun = Instant::now();
    actix_web::rt::System::new().block_on(async {
        while served.request("GET", "/health/ready").try_send().await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "it does not begin");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        works(&served, 0, 400).await;
    });
    stops(&mut process);
}
