//! Many rows in and out: the service's own memory grows by the file that it was sent, and by no more.

use std::fmt::Write;
use std::time::Duration;

use super::Ground;
use crate::harness::Engine;
use crate::harness::memory::{Watch, own};
use crate::harness::served::Served;

const MIB: u64 = 1 << 20;

#[test]
fn many_rows_come_and_go_in_little_memory_on_sqlite() {
    come_and_go(Engine::Sqlite);
}

#[test]
fn many_rows_come_and_go_in_little_memory_on_postgres() {
    come_and_go(Engine::Postgres);
}

/// A file of people, with as much in each row as a file of so many may hold.
fn file(numbers: std::ops::Range<usize>) -> String {
    let mut file = String::from("name,email,organisation,job_title\n");
    let long = "o".repeat(90);
    for number in numbers {
        writeln!(file, "Person {number},person-{number}@example.org,{long},{long}").unwrap();
    }
    file
}

fn come_and_go(engine: Engine) {
    const FIRST: usize = 20_000;
    const ROWS: usize = 100_000;
    let Some(ground) = Ground::of(engine) else { return };
    actix_web::rt::System::new().block_on(async {
        let served = Served::start(&ground.url(), &[]);
        // A client that sends many rows waits for longer than others.
        let http = reqwest::Client::builder().timeout(Duration::from_mins(5)).build().unwrap();
        let url = |path: &str| format!("http://{}{path}", served.address);
        let import = async |file: String| {
            let asked = http.post(url("/v1/contacts/imports")).bearer_auth(served.staff());
            let answer = asked.header("content-type", "text/csv").body(file).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.text().await.unwrap().matches("\"created\"").count()
        };
        // First what is reached but once: statements, threads, and the pages that the database keeps in memory.
        assert_eq!(import(file(0..FIRST)).await, FIRST);
        let before = own(served.process.id()).expect("a system that tells the memory of a process (Linux)");
        let many = file(FIRST..ROWS);
        let sent = u64::try_from(many.len()).unwrap();
        assert!((16 * MIB..20 * MIB).contains(&sent), "{sent}: too little to tell, or too much to send");
        let watch = Watch::over(served.process.id());
        assert_eq!(import(many).await, ROWS - FIRST);
        let most = watch.most().unwrap();
        assert!(most < before + sent + 12 * MIB, "{before} bytes before a file of {sent}, {most} meanwhile");

        let watch = Watch::over(served.process.id());
        let asked = http.get(url("/v1/contacts")).bearer_auth(served.staff()).header("accept", "text/csv");
        let mut answer = asked.send().await.unwrap();
        let (mut rows, mut told) = (0, 0);
        while let Some(chunk) = answer.chunk().await.unwrap() {
            rows += memchr::memchr_iter(b'\n', &chunk).count();
            told += u64::try_from(chunk.len()).unwrap();
        }
        assert_eq!(rows, ROWS + 1, "with the names of the columns");
        let out = watch.most().unwrap();
        assert!(out < most + told / 2, "{most} bytes at most before {told} went out, {out} meanwhile");
    });
}
