//! `Expect: 100-continue`: the service asks for a body after it has judged the head of the request.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::faults::Ground;
use crate::harness::Engine;
use crate::harness::served::Served;

const IMPORTS: &str = "/v1/contacts/imports";
const FILE: &str = "name,email\nAda Lovelace,ada@example.org\n";
const MIB: usize = 1024 * 1024;

/// Sends the head of a POST that expects `100 Continue`. Each of `headers` ends with its line break.
fn begun(served: &Served, path: &str, headers: &str, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(&served.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let length = format!("Content-Length: {bytes}\r\n");
    write!(stream, "POST {path} HTTP/1.1\r\nHost: iewm\r\nExpect: 100-continue\r\n{headers}{length}\r\n").unwrap();
    stream
}

/// Reads the head of a response, in lower case.
fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

fn served() -> (Ground, Served) {
    let ground = Ground::of(Engine::Sqlite).unwrap();
    let served = Served::start(&ground.url(), &[]);
    (ground, served)
}

#[test]
fn a_refused_request_is_answered_before_its_body_is_sent() {
    let (_ground, served) = served();
    let csv = "Content-Type: text/csv\r\n";
    let staff = format!("Authorization: Bearer {}\r\n", served.staff());
    let council = format!("Authorization: Bearer {}\r\n{csv}", served.council());
    let plain = format!("{staff}Content-Type: text/plain\r\n");
    let keyed = format!("{plain}Idempotency-Key: import-of-monday\r\n");
    for (path, headers, bytes, status) in [
        (IMPORTS, csv.to_owned(), FILE.len(), "401"),
        (IMPORTS, format!("Authorization: Bearer none\r\n{csv}"), FILE.len(), "401"),
        (IMPORTS, council, FILE.len(), "403"),
        ("/v1/contact/imports", format!("{staff}{csv}"), FILE.len(), "404"),
        ("/v1/contacts/import", format!("{staff}{csv}"), FILE.len(), "405"),
        (IMPORTS, format!("{staff}{csv}"), 21 * MIB, "413"),
        ("/v1/contacts", format!("{staff}Content-Type: application/json\r\n"), 2 * MIB, "413"),
        (IMPORTS, plain, FILE.len(), "415"),
        (IMPORTS, keyed, FILE.len(), "415"),
    ] {
        // The test sends no byte of the body.
        let answer = head(&mut begun(&served, path, &headers, bytes));
        assert!(answer.starts_with(&format!("http/1.1 {status} ")), "{path}: {answer}");
        assert!(answer.contains("x-request-id: ") && answer.contains("connection: close"), "{answer}");
    }
}

#[test]
fn a_third_import_of_a_caller_is_refused_before_its_body_is_sent() {
    let (_ground, served) = served();
    let staff = format!("Authorization: Bearer {}\r\nContent-Type: text/csv\r\n", served.staff());
    let other = format!("Authorization: Bearer {}\r\nContent-Type: text/csv\r\n", served.other_staff());
    let import = |headers: &str| begun(&served, IMPORTS, headers, FILE.len());
    let mut first = [(); 2].map(|()| import(&staff));
    for stream in &mut first {
        assert_eq!(head(stream), "http/1.1 100 continue\r\n\r\n");
    }
    let refused = head(&mut import(&staff));
    assert!(refused.starts_with("http/1.1 429 ") && refused.contains("retry-after: 10\r\n"), "{refused}");
    assert_eq!(head(&mut import(&other)), "http/1.1 100 continue\r\n\r\n", "another caller has two of its own");
    for stream in &mut first {
        stream.write_all(FILE.as_bytes()).unwrap();
        assert!(head(stream).starts_with("http/1.1 200 "));
    }
    assert_eq!(head(&mut import(&staff)), "http/1.1 100 continue\r\n\r\n", "an answered import frees its place");
}

#[test]
fn a_body_that_does_not_wait_is_taken_and_its_connection_goes_on() {
    let (_ground, served) = served();
    let staff = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", served.staff());
    let body = r#"{"name": "Ada Lovelace", "email": "ada@example.org", "source": {"kind": "self", "obtained_on": "2026-11-20"}}"#;
    let mut stream = begun(&served, "/v1/contacts", &staff, body.len());
    write!(stream, "{body}GET /health/live HTTP/1.1\r\nHost: iewm\r\nConnection: close\r\n\r\n").unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert!(answers.contains("HTTP/1.1 201 ") && answers.contains("HTTP/1.1 200 "), "{answers}");
}

/// Imports a file with curl, which sends `Expect` by itself for a body of more than 1 MiB. Gives the status and the number of
/// bytes of the body that curl sent.
fn curl(served: &Served, file: &Path, token: &str) -> (String, usize) {
    let address = format!("http://{}{IMPORTS}", served.address);
    let mut curl = Command::new("curl");
    // curl waits so many seconds for `100 Continue` before it sends the body without; by default it is one.
    curl.args(["--silent", "--show-error", "--http1.1", "--expect100-timeout", "50", "--max-time", "120"]);
    curl.args(["--output", "/dev/null", "--write-out", "%{http_code} %{size_upload}"]);
    curl.args([
        "--header",
        "Content-Type: application/x-ndjson",
        "--header",
        &format!("Authorization: Bearer {token}"),
    ]);
    curl.arg("--data-binary").arg(format!("@{}", file.display())).arg(address);
    let output = curl.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let (status, sent) = said.split_once(' ').unwrap_or_else(|| panic!("{output:?}"));
    (status.to_owned(), sent.parse().unwrap())
}

#[test]
fn curl_imports_19_mib_and_sends_none_of_them_when_it_is_refused() {
    let (ground, served) = served();
    // A few long rows, so that a debug build reads them soon. Their names are too long.
    let row = format!("{{\"name\": \"{}\", \"email\": \"ada@example.org\"}}\n", "x".repeat(60_000));
    let text = row.repeat(19 * MIB / row.len());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.ndjson");
    std::fs::write(&file, &text).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(curl(&served, &file, "none"), ("401".to_owned(), 0));
    assert_eq!(curl(&served, &file, served.council()), ("403".to_owned(), 0));
    assert_eq!(curl(&served, &file, served.staff()), ("200".to_owned(), text.len()));
    assert!(begun.elapsed() < Duration::from_secs(50), "curl waited in vain for `100 Continue`");
    drop(ground);
}
