//! Callers that are slow, or send without an end.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::Ground;
use crate::harness::Engine;
use crate::harness::people::person;
use crate::harness::served::Served;

/// How long anything may take that the configuration below ends after a second.
const SOON: Duration = Duration::from_secs(8);

fn served() -> (Ground, Served) {
    let ground = Ground::of(Engine::Sqlite).unwrap();
    let limits = [("LIMITS__HEAD_SECONDS", "1"), ("LIMITS__BODY_SECONDS", "1")];
    let served = Served::start(&ground.url(), &limits);
    (ground, served)
}

/// A connection on which the head of a sign-up has been sent, with this header for its body.
fn begun(address: &str, token: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.set_write_timeout(Some(SOON)).unwrap();
    write!(
        stream,
        "POST /v1/contacts HTTP/1.1\r\nHost: iewm\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n{body}\r\n\r\n"
    )
    .unwrap();
    stream
}

/// Everything that comes until the connection ends, which it must. A reset ends it too.
#[track_caller]
pub(super) fn heard(stream: &mut TcpStream) -> String {
    let (mut all, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => all.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("the connection is kept open ({error}): {}", String::from_utf8_lossy(&all)),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Sends this again and again until the connection ends, which it must.
#[track_caller]
fn send_without_end(stream: &mut TcpStream, piece: &[u8]) {
    let begun = Instant::now();
    while stream.write_all(piece).is_ok() {
        assert!(begun.elapsed() < SOON, "it reads on and on");
    }
}

/// The memory that a process has, in KiB.
fn memory(served: &Served) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[track_caller]
fn answered(answer: &str, status: &str, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(code), "{answer}");
    assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
}

#[test]
fn slow_heads_and_bodies_are_given_up() {
    let (_ground, served) = served();
    actix_web::rt::System::new().block_on(async {
        let began = Instant::now();
        let mut heads: Vec<_> = (0..100)
            .map(|_| {
                let mut stream = TcpStream::connect(&served.address).unwrap();
                stream.set_read_timeout(Some(SOON)).unwrap();
                stream.write_all(b"GET /v1/contacts HTTP/1.1\r\nHost: ").unwrap();
                stream
            })
            .collect();
        let mut bodies: Vec<_> =
            (0..20).map(|_| begun(&served.address, served.staff(), "Content-Length: 1000")).collect();
        for body in &mut bodies {
            body.write_all(b"{").unwrap();
        }
        // The service answers quick requests meanwhile.
        let person = person("Ada Lovelace", "ada@example.org");
        served.post("/v1/contacts", &person).send().await.expect(201);
        for head in &mut heads {
            let answer = heard(head);
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
        for body in &mut bodies {
            answered(&heard(body), "408", "\"request_timeout\"");
        }
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    });
}

#[test]
fn endless_bodies_are_refused_and_cost_no_memory() {
    let (_ground, served) = served();
    let spaces = vec![b' '; 0x10000];
    let chunk = [b"10000\r\n".as_slice(), &spaces, b"\r\n"].concat();
    let (address, staff) = (served.address.as_str(), served.staff());
    let send = |token: &str, body: &str, piece: &[u8], status: &str, code: &str| {
        let mut stream = begun(address, token, body);
        let mut hearing = stream.try_clone().unwrap();
        std::thread::scope(|scope| {
            // Heard while it is sent: what is left unread at a reset is lost.
            let answer = scope.spawn(move || heard(&mut hearing));
            send_without_end(&mut stream, piece);
            answered(&answer.join().unwrap(), status, code);
        });
    };
    let round = || {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| send(staff, "Transfer-Encoding: chunked", &chunk, "413", "\"too_large\""));
                scope.spawn(|| send("nobody", "Transfer-Encoding: chunked", &chunk, "401", "\"invalid_token\""));
                scope.spawn(|| send(staff, "Content-Length: 1073741824", &spaces, "413", "\"too_large\""));
            }
        });
    };
    round();
    let before = memory(&served);
    round();
    round();
    let after = memory(&served);
    assert!(after < before + 32 * 1024, "{before} KiB, then {after} KiB");
}

#[test]
fn json_without_a_bottom_is_refused() {
    let (_ground, served) = served();
    actix_web::rt::System::new().block_on(async {
        let before = memory(&served);
        for body in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
            let deep = served.request("POST", "/v1/contacts").token(served.staff()).body("application/json", body);
            deep.send().await.problem(400, "too_deep");
        }
        assert!(memory(&served) < before + 32 * 1024);
        served.get("/health/ready").send().await.expect(200);
    });
}
