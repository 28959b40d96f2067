//! Callers that do not read what they asked for.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::json;
use socket2::{Domain, Socket, Type};

use super::Ground;
use crate::harness::Engine;
use crate::harness::people::{csv_file, person};
use crate::harness::served::Served;

/// How long anything may take that the configuration below ends after a second.
const SOON: Duration = Duration::from_secs(10);
/// The largest answer that needs no token and no data.
const LARGE: &str = "/openapi.json";

fn served(engine: Engine, more: &[(&str, &str)]) -> Option<(Ground, Served)> {
    let ground = Ground::of(engine)?;
    let limits: Vec<_> = [("LIMITS__WRITE_STALL_SECONDS", "1")].iter().chain(more).copied().collect();
    let served = Served::start(&ground.url(), &limits);
    Some((ground, served))
}

fn on_sqlite(more: &[(&str, &str)]) -> (Ground, Served) {
    served(Engine::Sqlite, more).unwrap()
}

/// A connection whose system buffers little of what it has not read.
fn narrow(served: &Served) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    socket.connect(&served.address.parse::<SocketAddr>().unwrap().into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.set_write_timeout(Some(SOON)).unwrap();
    stream
}

fn ask(stream: &mut TcpStream, served: &Served, method: &str, path: &str) {
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: iewm\r\nAuthorization: Bearer {}\r\n\r\n", served.staff())
        .unwrap();
}

/// Waits until the service has reset this connection, of which nothing is read meanwhile.
#[track_caller]
fn wait_for_reset(stream: &TcpStream) {
    let begun = Instant::now();
    let reset = actix_web::rt::System::new().block_on(async {
        loop {
            if let Some(error) = stream.take_error().unwrap() {
                return error;
            }
            assert!(begun.elapsed() < SOON, "the connection is kept open");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
}

/// The length of the body that a head announces, and how many bytes came after the head.
fn split(answer: &[u8]) -> (usize, usize) {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    (length.trim().parse().unwrap(), answer.len() - end)
}

/// Reads this many bytes, a few at a time and with a pause after each time.
fn read_slowly(stream: &mut TcpStream, bytes: usize) -> Vec<u8> {
    let mut read = vec![0; bytes];
    actix_web::rt::System::new().block_on(async {
        let mut pace = actix_web::rt::time::interval(Duration::from_millis(10));
        for piece in read.chunks_mut(4096) {
            pace.tick().await;
            stream.read_exact(piece).unwrap();
        }
    });
    read
}

#[test]
fn an_answer_that_is_not_read_is_given_up() {
    let (_ground, served) = on_sqlite(&[]);
    let mut stream = narrow(&served);
    ask(&mut stream, &served, "GET", LARGE);
    wait_for_reset(&stream);
}

#[test]
fn an_answer_that_is_read_half_way_is_given_up_and_does_not_look_whole() {
    let (_ground, served) = on_sqlite(&[]);
    let mut stream = narrow(&served);
    ask(&mut stream, &served, "GET", LARGE);
    let mut read = read_slowly(&mut stream, 200_000);
    wait_for_reset(&stream);
    // What was on its way still comes; the rest never does.
    let _ = stream.read_to_end(&mut read);
    let (whole, came) = split(&read);
    assert!(came < whole, "{came} of {whole} bytes");
}

#[test]
fn an_answer_that_is_read_slowly_but_steadily_comes_whole_and_the_connection_is_kept() {
    let (_ground, served) = on_sqlite(&[]);
    let mut stream = narrow(&served);
    let begun = Instant::now();
    ask(&mut stream, &served, "GET", LARGE);
    let mut read = read_slowly(&mut stream, 4096);
    let (whole, came) = split(&read);
    read.extend(read_slowly(&mut stream, whole - came));
    assert!(read.ends_with(b"}\n"), "the document ends otherwise");
    assert!(begun.elapsed() > Duration::from_secs(2), "{:?} is not slow", begun.elapsed());
    ask(&mut stream, &served, "GET", "/health/live");
    assert!(read_slowly(&mut stream, 15).starts_with(b"HTTP/1.1 200 OK"));
}

#[test]
fn requests_one_behind_the_other_are_answered_as_their_answers_are_read() {
    const REQUESTS: usize = 40;
    let (_ground, served) = on_sqlite(&[]);
    let mut stream = narrow(&served);
    for _ in 0..REQUESTS {
        ask(&mut stream, &served, "GET", "/.well-known/security.txt");
    }
    ask(&mut stream, &served, "GET", LARGE);
    write!(stream, "GET /health/live HTTP/1.1\r\nHost: iewm\r\nConnection: close\r\n\r\n").unwrap();
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).unwrap();
    assert_eq!(String::from_utf8_lossy(&answers).matches("HTTP/1.1 200 OK").count(), REQUESTS + 2);
}

#[test]
fn requests_are_no_longer_read_where_their_answers_are_not() {
    let (_ground, served) = on_sqlite(&[]);
    let mut stream = narrow(&served);
    let asked = "HEAD /health/live HTTP/1.1\r\nHost: iewm\r\n\r\n".repeat(1000);
    let mut sent = 0;
    // Answers without a body fill no budget: only the connection itself bounds them.
    let failed = loop {
        match stream.write(asked.as_bytes()) {
            Ok(bytes) => sent += bytes,
            Err(error) => break error,
        }
        assert!(sent < 64 << 20, "it reads on and on");
    };
    assert!(matches!(failed.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{failed}");
}

#[test]
fn an_import_whose_results_are_not_read_stops_and_leaves_its_turn_to_others_on_sqlite() {
    unread_import(Engine::Sqlite);
}

#[test]
fn an_import_whose_results_are_not_read_stops_and_leaves_its_turn_to_others_on_postgres() {
    unread_import(Engine::Postgres);
}

fn unread_import(engine: Engine) {
    const ROWS: usize = 20_000;
    let Some((_ground, served)) = served(engine, &[]) else { return };
    let file = csv_file("Person", ROWS);
    let mut unread: Vec<_> = (0..2).map(|_| narrow(&served)).collect();
    for stream in &mut unread {
        write!(
            stream,
            "POST /v1/contacts/imports?dry_run=true HTTP/1.1\r\nHost: iewm\r\nAuthorization: Bearer {}\r\n\
             Accept: application/x-ndjson\r\nContent-Type: text/csv\r\nContent-Length: {}\r\n\r\n{file}",
            served.staff(),
            file.len(),
        )
        .unwrap();
    }
    unread.iter().for_each(wait_for_reset);
    actix_web::rt::System::new().block_on(async {
        let third = served.request("POST", "/v1/contacts/imports").token(served.staff());
        third.body("text/csv", "name,email\nAda Lovelace,ada@example.org\n").send().await.expect(200);
        let rehearsed: u64 = served
            .audit("action=contacts.import_dry_run")
            .await
            .iter()
            .map(|entry| entry["detail"]["created"].as_u64().unwrap())
            .sum();
        assert!(
            rehearsed < 2 * ROWS as u64,
            "the service computed the results of {rehearsed} rows that no client reads"
        );
    });
}

#[test]
fn unread_answers_are_bounded_in_all_and_small_ones_go_on_on_sqlite() {
    bounded_in_all(Engine::Sqlite);
}

#[test]
fn unread_answers_are_bounded_in_all_and_small_ones_go_on_on_postgres() {
    bounded_in_all(Engine::Postgres);
}

fn bounded_in_all(engine: Engine) {
    const LIST: &str = "/v1/contacts?limit=200";
    let Some((_ground, served)) = served(engine, &[("LIMITS__SENDING_BYTES", "1048576")]) else { return };
    // Three bytes a letter: each answer is larger than what the system takes of it.
    let long = "長".repeat(190);
    let rows = (0..200).map(|row| {
        let row = json!({"name": format!("Person {row}"), "email": format!("p-{row}@example.org"), "organisation": long,
            "job_title": long});
        format!("{row}\n")
    });
    let file: String = rows.collect();
    actix_web::rt::System::new().block_on(async {
        let import = served.request("POST", "/v1/contacts/imports").token(served.staff());
        import.body("application/x-ndjson", file).send().await.expect(200);
        served.get(LIST).send().await.expect(200);
    });
    let mut unread: Vec<_> = (0..24).map(|_| narrow(&served)).collect();
    for stream in &mut unread {
        ask(stream, &served, "GET", LIST);
    }
    let mut statuses: Vec<_> = unread
        .iter_mut()
        .map(|stream| {
            let mut status = [0; 12];
            stream.read_exact(&mut status).unwrap();
            String::from_utf8_lossy(&status).into_owned()
        })
        .collect();
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses, ["HTTP/1.1 200", "HTTP/1.1 503"], "all of 24 large answers are held");
    actix_web::rt::System::new().block_on(async {
        let made = served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await.expect(201);
        served.get(&made.header("location")).send().await.expect(200);
        let begun = Instant::now();
        loop {
            let answer = served.get(LIST).send().await;
            if answer.status == 200 {
                break;
            }
            assert_eq!(answer.problem(503, "unavailable").header("retry-after"), "1");
            assert!(begun.elapsed() < SOON, "unread answers are held");
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
    });
}
