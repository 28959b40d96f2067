//! The attacks of many callers at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Target, heard};

/// What has a large answer: of bytes that are shared, of bytes that are not, and a stream.
const LARGE: [&str; 3] = ["/openapi.json", "/v1/contacts?limit=200", "/v1/audit?limit=200"];

/// Asks for large answers on more and more connections, and for many answers on each of some, and reads none of them.
pub(super) fn unread_answers(target: Target<'_>) {
    const WAVES: usize = 6;
    const WAVE: usize = 18;
    let pipelined = format!("HEAD /v1/contacts?limit=1 HTTP/1.1\r\nHost: iewm\r\n{}\r\n", target.bearer()).repeat(100);
    actix_web::rt::System::new().block_on(async {
        let mut pace = actix_web::rt::time::interval(Duration::from_secs(1));
        let mut unread = Vec::new();
        for _ in 0..WAVES {
            pace.tick().await;
            unread.extend((0..WAVE).map(|at| target.begin("GET", LARGE[at % LARGE.len()], &target.bearer())));
            let mut stream = target.connect();
            stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
            // Until the service reads no more of it.
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(1) && stream.write_all(pipelined.as_bytes()).is_ok() {}
            unread.push(stream);
        }
    });
}

/// Reads large answers a little at a time. Each comes whole.
pub(super) fn slow_readers(target: Target<'_>) {
    std::thread::scope(|scope| {
        for reader in 0..32 {
            scope.spawn(move || {
                let path = LARGE[reader % 2];
                let mut stream = target.begin("GET", path, &format!("{}Connection: close\r\n", target.bearer()));
                let (mut answer, mut piece) = (Vec::new(), [0; 16 * 1024]);
                actix_web::rt::System::new().block_on(async {
                    let mut pace = actix_web::rt::time::interval(Duration::from_millis(50));
                    loop {
                        pace.tick().await;
                        match stream.read(&mut piece).expect("a slow reader gets everything") {
                            0 => break,
                            count => answer.extend_from_slice(&piece[..count]),
                        }
                    }
                });
                let whole = answer.starts_with(b"HTTP/1.1 200") && answer.trim_ascii_end().ends_with(b"}");
                assert!(whole || answer.starts_with(b"HTTP/1.1 503"), "{path}: {} bytes", answer.len());
            });
        }
    });
}

/// Imports from many callers at once: of rows that are all wrong, and of one endless row.
pub(super) fn imports(target: Target<'_>) {
    let head = "name,email\n";
    let files = [
        format!("{head}{}", "x,y\n".repeat(20_000)),
        format!("{head}{}", "x".repeat(19 << 20)),
        format!("{head}Ada,{}", "\"".repeat(4 << 20)),
    ];
    std::thread::scope(|scope| {
        for caller in 0..9 {
            let file = &files[caller % files.len()];
            scope.spawn(move || {
                let more = format!(
                    "{}Content-Type: text/csv\r\nContent-Length: {}\r\nConnection: close\r\n",
                    target.bearer(),
                    file.len()
                );
                let mut stream = target.begin("POST", "/v1/contacts/imports", &more);
                let _ = stream.write_all(file.as_bytes());
                heard(&mut stream, usize::MAX);
            });
        }
    });
}

/// Connections that say nothing, or begin a request and go no further.
pub(super) fn idle(target: Target<'_>) {
    let mut idle: Vec<TcpStream> = (0..400).map(|_| target.connect()).collect();
    idle.extend((0..200).map(|_| {
        let mut stream = target.connect();
        stream.write_all(b"GET /v1/contacts HTTP/1.1\r\nHost: ").unwrap();
        stream
    }));
    idle.extend((0..100).map(|_| {
        let more = format!("{}Content-Type: application/json\r\nContent-Length: 1000\r\n", target.bearer());
        target.begin("POST", "/v1/contacts", &more)
    }));
    for stream in &mut idle {
        heard(stream, usize::MAX);
    }
}
