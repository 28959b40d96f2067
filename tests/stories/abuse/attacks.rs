//! The attacks of a few callers each.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use super::{Target, crowds, heard};

/// An attack, until it is over.
type Attack = fn(Target<'_>);

/// All of them, by name.
pub(super) const ALL: &[(&str, Attack)] = &[
    ("bodies full of wrong members", wrong_members),
    ("bodies full of wrong members, with keys", wrong_members_with_keys),
    ("bodies full of wrong members, without a token", wrong_members_without_a_token),
    ("bodies without an end", endless_bodies),
    ("answers that are not read", crowds::unread_answers),
    ("slow readers", crowds::slow_readers),
    ("many imports", crowds::imports),
    ("idle connections", crowds::idle),
];

/// A JSON object of as many wrong members as fit in `bytes`.
fn wrong(bytes: usize) -> String {
    let mut body = String::from("{\"first\":0");
    for member in 0.. {
        if body.len() + 16 > bytes {
            break;
        }
        write!(body, ",\"m{member:x}\":0").unwrap();
    }
    body + "}"
}

/// As much as an operation takes.
const BODY: usize = 1_000_000;
/// How many callers send large bodies at once.
const CALLERS: usize = 6;

/// Sends a body from several callers at once, several times each. Each is refused for what is wrong with it, by an answer of
/// bounded size.
fn refused(target: Target<'_>, path: &str, body: &str, head: impl Fn(usize) -> String + Sync) {
    const LARGEST: usize = 80 * 1024;
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let head = &head;
            scope.spawn(move || {
                for at in 0..3 {
                    let more = format!(
                        "{}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n",
                        head(caller * 10 + at),
                        body.len()
                    );
                    let mut stream = target.begin("POST", path, &more);
                    // The service may refuse it before its end.
                    let _ = stream.write_all(body.as_bytes());
                    let answer = heard(&mut stream, usize::MAX);
                    let status = String::from_utf8_lossy(&answer[..answer.len().min(12)]).into_owned();
                    assert!(["HTTP/1.1 422", "HTTP/1.1 413"].contains(&status.as_str()), "{path}: {status:?}");
                    assert!(answer.len() < LARGEST, "{path}: a problem of {} bytes", answer.len());
                }
            });
        }
    });
}

fn wrong_members(target: Target<'_>) {
    refused(target, "/v1/contacts", &wrong(BODY), |_| target.bearer());
}

fn wrong_members_with_keys(target: Target<'_>) {
    let head = |at: usize| format!("{}Idempotency-Key: abuse-key-{at}\r\n", target.bearer());
    refused(target, "/v1/contacts", &wrong(BODY), head);
}

fn wrong_members_without_a_token(target: Target<'_>) {
    refused(target, "/v1/receipts/verification", &wrong(1_000_000), |_| String::new());
    refused(target, "/v1/receipts/verification", &wrong(250_000), |_| String::new());
}

/// Sends bodies that never end, with a token and without, announced and in chunks.
fn endless_bodies(target: Target<'_>) {
    const PIECE: &[u8] = &[b' '; 0x10000];
    let chunk = [b"10000\r\n".as_slice(), PIECE, b"\r\n"].concat();
    let until = Instant::now() + Duration::from_secs(5);
    std::thread::scope(|scope| {
        for body in ["Transfer-Encoding: chunked\r\n", "Content-Length: 1073741824\r\n"] {
            for token in [target.bearer(), String::new()] {
                let (chunk, head) = (&chunk, format!("{token}Content-Type: application/json\r\n{body}"));
                scope.spawn(move || {
                    while Instant::now() < until {
                        let mut stream = target.begin("POST", "/v1/contacts", &head);
                        let piece = if head.contains("chunked") { chunk } else { PIECE };
                        while Instant::now() < until && stream.write_all(piece).is_ok() {}
                    }
                });
            }
        }
    });
}
