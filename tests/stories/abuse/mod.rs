//! Abuse: callers that send what is wrong, read nothing, or come in crowds, against a service with its ordinary limits.
//!
//! Each attack lasts a few seconds. Through all of them the service keeps within its memory, stays alive, and answers
//! those who behave.

mod attacks;
mod bystander;
mod crowds;
mod resident;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use self::bystander::Bystander;
use self::resident::resident;
use crate::faults::Ground;
use crate::harness::Engine;
use crate::harness::memory::Watch;
use crate::harness::served::Served;

const MIB: u64 = 1 << 20;
/// The most memory that the service may have during an attack.
const DURING: u64 = 160 * MIB;
/// What it must be back under, and how soon.
const AFTER: u64 = 96 * MIB;
const BACK: Duration = Duration::from_mins(1);
/// How long an attacker waits for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// The service as an attacker sees it, who has a token of staff.
#[derive(Clone, Copy)]
struct Target<'a> {
    address: &'a str,
    token: &'a str,
}

impl Target<'_> {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the service accepts connections");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// A connection on which the head of a request has been sent, with these more headers.
    fn begin(&self, method: &str, path: &str, more: &str) -> TcpStream {
        let mut stream = self.connect();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: iewm\r\n{more}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }
}

/// What comes before the service closes the connection or the attacker loses patience, at most `most` bytes.
fn heard(stream: &mut TcpStream, most: usize) -> Vec<u8> {
    let (mut all, mut piece) = (Vec::new(), [0; 16 * 1024]);
    while all.len() < most {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => all.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    all
}

#[test]
fn memory_liveness_and_other_callers_are_kept_from_abuse_on_sqlite() {
    abuse(Engine::Sqlite);
}

#[test]
fn memory_liveness_and_other_callers_are_kept_from_abuse_on_postgres() {
    abuse(Engine::Postgres);
}

fn abuse(engine: Engine) {
    let Some(ground) = Ground::of(engine) else { return };
    // Shorter deadlines end the attacks sooner; the budgets are those of every service.
    let limits = [("LIMITS__WRITE_STALL_SECONDS", "3"), ("LIMITS__BODY_SECONDS", "3"), ("LIMITS__HEAD_SECONDS", "3")];
    let served = Served::start(&ground.url(), &limits);
    actix_web::rt::System::new().block_on(fill(&served));
    let target = Target { address: &served.address, token: served.staff() };
    let pid = served.process.id();
    let mut complaints = Vec::new();
    for (number, (name, attack)) in attacks::ALL.iter().enumerate() {
        let (watch, bystander) = (Watch::of(move || resident(pid)), Bystander::start(target, number));
        attack(target);
        complaints.extend(bystander.complaints().into_iter().map(|complaint| format!("{name}: {complaint}")));
        let most = watch.most().expect("a system that tells the memory of a process (Linux)");
        if most > DURING {
            complaints.push(format!("{name}: {} MiB of memory", most / MIB));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    actix_web::rt::System::new().block_on(async {
        let ended = Instant::now();
        while resident(pid).unwrap() > AFTER {
            assert!(ended.elapsed() < BACK, "{} MiB are kept", resident(pid).unwrap() / MIB);
            actix_web::rt::time::sleep(Duration::from_millis(200)).await;
        }
        served.get("/health/ready").send().await.expect(200);
    });
}

/// Two hundred people whose list is a large answer.
async fn fill(served: &Served) {
    let long = "長".repeat(190);
    let row = |row: usize| {
        let (name, email) = (format!("Person {row}"), format!("person-{row}@example.org"));
        format!("{}\n", json!({"name": name, "email": email, "organisation": long, "job_title": long}))
    };
    let file: String = (0..200).map(row).collect();
    let import = served.request("POST", "/v1/contacts/imports").token(served.staff());
    import.body("application/x-ndjson", file).send().await.expect(200);
}
