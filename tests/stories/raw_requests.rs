//! Requests byte by byte. Every refusal is a problem with a request id, except those of the HTTP library: it answers bytes that
//! it cannot read as a request before this service sees them.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::documents::generated_part;
use crate::harness::served::Served;
use crate::harness::{Engine, Service};

/// A refusal of the HTTP library: the status line, what is refused, and requests that are.
struct Bare {
    status: &'static str,
    what: &'static str,
    requests: Vec<Vec<u8>>,
}

const HOST: &str = "Host: iewm.example\r\n";

/// A GET with these headers, each with its line's end.
fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\n{HOST}{headers}\r\n").into_bytes()
}

/// A POST with these headers and this body.
fn post(headers: &str, body: &str) -> Vec<u8> {
    let head = format!("POST /v1/receipts/verification HTTP/1.1\r\n{HOST}Content-Type: application/json");
    format!("{head}\r\n{headers}\r\n\r\n{body}").into_bytes()
}

fn bare() -> Vec<Bare> {
    let line = |line: &str| format!("{line}\r\n{HOST}\r\n").into_bytes();
    let bare = |status, what, requests| Bare { status, what, requests };
    let many = (0..97).map(|at| format!("X-{at}: 1\r\n")).collect::<Vec<_>>().concat();
    vec![
        bare(
            "400 Bad Request",
            "a first line that is not a method, a target and `HTTP/1.0` or `HTTP/1.1`, such as the start of TLS or of HTTP/2",
            vec![
                b"\x16\x03\x01\x00\xa5\x01\r\n\r\n".to_vec(),
                line("GET /"),
                line("GET / HTTP/1.2"),
                line("PRI * HTTP/2.0"),
            ],
        ),
        bare(
            "400 Bad Request",
            "a method with a character that methods cannot have; a target with a character that must be percent-encoded, or of more than 65,534 bytes",
            vec![
                line("GE(T /v1 HTTP/1.1"),
                line("GET /\"<> HTTP/1.1"),
                line("GET /\u{e4} HTTP/1.1"),
                get(&format!("/{}", "a".repeat(65_534)), ""),
            ],
        ),
        bare(
            "400 Bad Request",
            "no `Host` with HTTP/1.1, or two",
            vec![b"GET / HTTP/1.1\r\n\r\n".to_vec(), get("/", "Host: another.example\r\n")],
        ),
        bare(
            "400 Bad Request",
            "a header without a colon, continued on a second line, or with a character that names or values cannot have",
            vec![get("/", "X\r\n"), get("/", "X: 1\r\n 2\r\n"), get("/", "X Y: 1\r\n"), get("/", "X: \0\r\n")],
        ),
        bare(
            "400 Bad Request",
            "a body of unknown length: two `Content-Length` headers, one that is not a number, or one beside `Transfer-Encoding`; a `Transfer-Encoding` other than `chunked`; a `POST` of HTTP/1.0 with neither",
            vec![
                post("Content-Length: 1\r\nContent-Length: 2", "{}"),
                post("Content-Length: -1", "{}"),
                post("Content-Length: 99999999999999999999999", "{}"),
                post("Content-Length: 2\r\nTransfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n"),
                post("Transfer-Encoding: gzip", "{}"),
                b"POST /v1/receipts/verification HTTP/1.0\r\n\r\n".to_vec(),
            ],
        ),
        bare(
            "408 Request Timeout",
            "a head that did not arrive within `limits.head_seconds`, or 5 seconds on the port of the metrics",
            vec![format!("GET / HTTP/1.1\r\n{HOST}X:").into_bytes()],
        ),
        bare(
            "431 Request Header Fields Too Large",
            "a head of more than 128 KiB, or of more than 96 headers",
            vec![get("/", &many), get("/", &format!("X: {}\r\n", "a".repeat(140_000)))],
        ),
    ]
}

/// Everything that is answered to these bytes, until the connection ends.
async fn answer(address: &str, request: &[u8]) -> String {
    let (address, request) = (address.trim_start_matches("http://").to_owned(), request.to_vec());
    // On a thread of its own: the story's runs the service's.
    let sent = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        // If the service has heard enough, writing fails, and reading ends with a reset after the answer.
        let _ = stream.write_all(&request);
        let (mut said, mut piece) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            said.extend_from_slice(&piece[..count]);
        }
        String::from_utf8_lossy(&said).into_owned()
    };
    actix_web::rt::task::spawn_blocking(sent).await.unwrap()
}

/// Tells a story of one engine, since no database is asked.
fn tell<T: Future<Output = ()>>(story: impl FnOnce(Service) -> T) {
    actix_web::rt::System::new().block_on(async {
        let more = [("LIMITS__HEAD_SECONDS", "1"), ("SERVER__CORS_ORIGINS", "https://app.example")];
        story(Service::start_with(Engine::Sqlite, &more).await.unwrap()).await;
    });
}

#[test]
fn what_is_no_request_is_answered_by_the_http_library_without_a_body() {
    tell(async |service| {
        for Bare { status, requests, .. } in bare() {
            for request in requests {
                let said = answer(service.address(), &request).await;
                let shown = String::from_utf8_lossy(&request[..request.len().min(80)]).into_owned();
                let (head, body) = said.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{shown:?}: {said}"));
                assert_eq!(body, "", "{shown:?}");
                let mut lines: Vec<&str> = head.lines().filter(|line| !line.starts_with("date: ")).collect();
                lines.sort_unstable();
                assert_eq!(
                    lines,
                    [&format!("HTTP/1.1 {status}"), "connection: close", "content-length: 0"],
                    "{shown:?}"
                );
            }
        }
    });
}

#[test]
fn what_is_no_request_leaves_no_line_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("iewm.db").display());
    let more = [("SERVER__METRICS_LISTEN", "127.0.0.1:0"), ("LIMITS__HEAD_SECONDS", "1")];
    let mut served = Served::start(&database, &more);
    let listening: Value = serde_json::from_str(&served.process.until("\"listening\"")).unwrap();
    actix_web::rt::System::new().block_on(async {
        for port in ["address", "metrics"] {
            for request in bare().into_iter().flat_map(|bare| bare.requests) {
                let said = answer(listening[port].as_str().unwrap(), &request).await;
                assert!(said.starts_with("HTTP/1.1 4"), "{said}");
            }
        }
    });
    assert!(served.process.stop("TERM").success());
    let library: Vec<&String> = served.process.said.iter().filter(|line| line.contains("actix_http")).collect();
    assert!(library.is_empty(), "{library:#?}");
}

#[test]
fn the_page_of_conventions_lists_the_answers_of_the_http_library() {
    let mut table = "| answer | to |\n|---|---|\n".to_owned();
    for Bare { status, what, .. } in bare() {
        writeln!(table, "| `{status}` | {what} |").unwrap();
    }
    generated_part("docs/API.md", "answers without a problem", &table);
}

/// Asserts that bytes are answered with this problem and a request id.
#[track_caller]
fn is_problem(said: &str, request: &str, status: u16, code: &str) {
    // A client that expects it gets 100 Continue.
    let said = said.trim_start_matches("HTTP/1.1 100 Continue\r\n\r\n");
    let (head, body) = said.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{request}: {said}"));
    assert!(head.starts_with("HTTP/1.") && head.get(8..13) == Some(&format!(" {status} ")), "{request}: {said}");
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    assert_eq!(header("content-type"), Some("application/problem+json"), "{request}: {said}");
    let id = header("x-request-id").unwrap_or_else(|| panic!("{request}: {said}"));
    if request.starts_with("HEAD") {
        assert_eq!(body, "", "{request}");
        return;
    }
    let problem: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{request}: {error}: {said}"));
    assert_eq!((problem["code"].as_str(), problem["instance"].as_str()), (Some(code), Some(id)), "{request}");
}

#[test]
fn every_other_refusal_is_a_problem_with_a_request_id() {
    tell(async |service| {
        let close = "Connection: close\r\n";
        let target = |method: &str, target: &str| format!("{method} {target} HTTP/1.1\r\n{HOST}{close}\r\n");
        let verify = |more: &str, body: &str| {
            let head =
                format!("POST /v1/receipts/verification HTTP/1.1\r\n{HOST}{close}Content-Type: application/json");
            format!("{head}\r\n{more}\r\n\r\n{body}")
        };
        let headers = |more: &str| format!("GET /v1/contacts HTTP/1.1\r\n{HOST}{close}{more}\r\n");
        let many = (0..94).map(|at| format!("X-{at}: 1\r\n")).collect::<Vec<_>>().concat();
        let requests = [
            (target("GET", "/nothing"), 404, "not_found"),
            (target("HEAD", "/nothing"), 404, "not_found"),
            (target("GET", &format!("/{}", "a".repeat(65_000))), 404, "not_found"),
            (target("GET", "nothing"), 404, "not_found"),
            (target("GET", "http://iewm.example/nothing"), 404, "not_found"),
            (target("GET", "iewm.example:80"), 404, "not_found"),
            (target("OPTIONS", "*"), 404, "not_found"),
            (target("CONNECT", "iewm.example:443"), 404, "not_found"),
            (target("CONNECT", "/v1/contacts"), 405, "method_not_allowed"),
            (target("TRACE", "/v1/contacts"), 405, "method_not_allowed"),
            (target("OPTIONS", "/v1/contacts"), 405, "method_not_allowed"),
            (target("BREW", "/v1/contacts"), 405, "method_not_allowed"),
            (target("get", "/v1/contacts"), 405, "method_not_allowed"),
            (target(&"A".repeat(5_000), "/v1/contacts"), 405, "method_not_allowed"),
            (target("HEAD", "/v1/receipts/verification"), 405, "method_not_allowed"),
            ("GET /nothing HTTP/1.0\r\n\r\n".to_owned(), 404, "not_found"),
            ("GET /nothing HTTP/1.1\nHost: iewm.example\nConnection: close\n\n".to_owned(), 404, "not_found"),
            (headers(""), 401, "unauthenticated"),
            (headers(&many), 401, "unauthenticated"),
            (headers("Origin: null\r\n"), 401, "unauthenticated"),
            (headers("Upgrade: websocket\r\n"), 401, "unauthenticated"),
            (format!("GET /v1/contacts HTTP/1.1\r\nHost: a b/@\r\n{close}\r\n"), 401, "unauthenticated"),
            (verify("Expect: nonsense\r\nContent-Length: 2", "{}"), 422, "invalid"),
            (verify("Expect: 100-continue\r\nContent-Length: 2", "{}"), 422, "invalid"),
            (verify("Content-Length: 300000", ""), 413, "too_large"),
            (verify("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"), 400, "malformed_json"),
            (verify("Transfer-Encoding: chunked", "2\r\n{}xx0\r\n\r\n"), 400, "malformed_json"),
            (verify("Content-Length: 3", "{,}"), 400, "malformed_json"),
        ];
        for (request, status, code) in &requests {
            let shown = &request[..request.len().min(60)];
            is_problem(&answer(service.address(), request.as_bytes()).await, shown, *status, code);
        }
        for (method, path, status, code) in [
            ("GET", "/nothing", 404, "not_found"),
            ("POST", "/metrics", 405, "method_not_allowed"),
            ("OPTIONS", "/metrics", 405, "method_not_allowed"),
        ] {
            let request = target(method, path);
            is_problem(&answer(service.metrics_address(), request.as_bytes()).await, &request, status, code);
        }
    });
}

#[test]
fn a_refused_preflight_is_a_problem_that_says_why() {
    tell(async |service| {
        let ask = |origin: &str, method: &str, headers: &str| {
            let request = service.request("OPTIONS", "/v1/contacts").header("Origin", origin);
            request
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", headers)
                .send()
        };
        let app = "https://app.example";
        let allowed = ask(app, "PATCH", "authorization, if-match").await.expect(200);
        assert_eq!(allowed.header("access-control-allow-origin"), app);
        for (origin, method, headers, why) in [
            ("https://evil.example", "GET", "authorization", "without a slash at the end"),
            ("null", "GET", "authorization", "server.cors_origins"),
            (app, "BREW", "authorization", "one of GET, HEAD, POST, PATCH, PUT, DELETE"),
            (app, "GET", "x-secret", "may only list authorization, content-type"),
            (app, "GET", "x secret", "malformed"),
        ] {
            let refused = ask(origin, method, headers).await.problem(400, "cors_refused");
            let problem = refused.json();
            assert!(problem["detail"].as_str().unwrap().contains(why), "{problem}");
            assert_eq!(problem["instance"], refused.header("x-request-id"));
            assert_eq!(refused.header("access-control-allow-origin"), "");
            assert_eq!(refused.header("x-content-type-options"), "nosniff");
        }
    });
}
