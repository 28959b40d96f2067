//! Many bodies, and many imports, at once.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::Ground;
use super::overload::heard;
use crate::harness::Engine;
use crate::harness::people::{csv_file, person};
use crate::harness::served::Served;

/// How long an answer may take that the configurations below give within nine seconds.
const SOON: Duration = Duration::from_secs(30);

fn served(engine: Engine, limits: &[(&str, &str)]) -> Option<(Ground, Served)> {
    let ground = Ground::of(engine)?;
    let served = Served::start(&ground.url(), limits);
    Some((ground, served))
}

/// A connection on which the head of a request has been sent that announces this many bytes.
fn announced(address: &str, token: &str, path: &str, media_type: &str, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.set_write_timeout(Some(SOON)).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: iewm\r\nAuthorization: Bearer {token}\r\nContent-Type: {media_type}\r\n\
         Content-Length: {bytes}\r\n\r\n",
    )
    .unwrap();
    stream
}

#[test]
fn bodies_share_a_budget_and_small_ones_go_on() {
    const BODY: usize = 500_000;
    let limits = [("LIMITS__RECEIVING_BYTES", "1048576"), ("LIMITS__BODY_SECONDS", "1")];
    let (_ground, served) = served(Engine::Sqlite, &limits).unwrap();
    let spaces = vec![b' '; BODY - 1];
    let (address, token) = (served.address.as_str(), served.staff());
    let answers = std::thread::scope(|scope| {
        let sent = [(); 2].map(|()| {
            scope.spawn(|| {
                let mut stream = announced(address, token, "/v1/contacts", "application/json", BODY);
                // The service may close it in the midst of this.
                let _ = stream.write_all(&spaces);
                heard(&mut stream)
            })
        });
        let small = actix_web::rt::System::new()
            .block_on(async { served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await });
        small.expect(201);
        sent.map(|sent| sent.join().unwrap())
    });
    let with = |status: &str| answers.iter().filter(|answer| answer.starts_with(status)).count();
    // One of them is refused; the other has a byte to come, and waits for it until its deadline.
    assert_eq!((with("HTTP/1.1 503"), with("HTTP/1.1 408")), (1, 1), "{answers:?}");
    let refused = answers.iter().find(|answer| answer.starts_with("HTTP/1.1 503")).unwrap();
    assert!(refused.contains("retry-after: 1\r\n") && refused.contains("\"unavailable\""), "{refused}");
    actix_web::rt::System::new().block_on(async {
        let freed = served.request("POST", "/v1/contacts").token(served.staff());
        freed.body("application/json", spaces.clone()).send().await.problem(400, "malformed_json");
    });
}

#[test]
fn a_caller_sends_two_imports_at_a_time_and_slow_ones_delay_no_other_caller() {
    const IMPORTS: &str = "/v1/contacts/imports";
    let file = "name,email\nAda Lovelace,ada@example.org\n";
    let (_ground, served) = served(Engine::Sqlite, &[("LIMITS__BODY_SECONDS", "5")]).unwrap();
    let import = |token: &str| {
        let asked = served.request("POST", IMPORTS).token(token).body("text/csv", file);
        actix_web::rt::System::new().block_on(asked.send())
    };
    let mut slow = [(); 2].map(|()| announced(&served.address, served.staff(), IMPORTS, "text/csv", file.len()));
    for stream in &mut slow {
        stream.write_all(&file.as_bytes()[..20]).unwrap();
    }
    // On a busy machine a third can be answered before the slow ones have reached the service.
    let mut answers = std::iter::repeat_with(|| import(served.staff())).take(20);
    let refused = answers.find(|answer| answer.status != 200).expect("a third import of the caller is refused");
    assert_eq!(refused.problem(429, "too_many_imports").header("retry-after"), "10");
    import(served.other_staff()).expect(200);
    for stream in &mut slow {
        assert!(heard(stream).starts_with("HTTP/1.1 408"));
    }
    import(served.staff()).expect(200);
}

#[test]
fn a_single_write_is_answered_while_two_imports_run_on_sqlite() {
    beside_imports(Engine::Sqlite);
}

#[test]
fn a_single_write_is_answered_while_two_imports_run_on_postgres() {
    beside_imports(Engine::Postgres);
}

fn beside_imports(engine: Engine) {
    const ROWS: usize = 4000;
    let Some((_ground, served)) = served(engine, &[]) else { return };
    actix_web::rt::System::new().block_on(async {
        let http = reqwest::Client::builder().timeout(Duration::from_mins(2)).build().unwrap();
        let running = std::cell::Cell::new(2);
        let import = async |name: &str| {
            let asked = http.post(format!("http://{}/v1/contacts/imports", served.address));
            let asked = asked.bearer_auth(served.staff()).header("content-type", "text/csv");
            let answer = asked.body(csv_file(name, ROWS)).send().await.unwrap();
            assert_eq!(answer.text().await.unwrap().matches("\"created\"").count(), ROWS);
            running.set(running.get() - 1);
        };
        let singles = async {
            let (mut at, mut slowest) = (0, Duration::ZERO);
            while running.get() == 2 {
                let begun = Instant::now();
                let body = person("Single", &format!("single-{at}@example.org"));
                served.post("/v1/contacts", &body).send().await.expect(201);
                slowest = slowest.max(begun.elapsed());
                at += 1;
            }
            assert!(at > 5, "only {at} single writes while two imports ran");
            assert!(slowest < Duration::from_millis(1500), "a single write waited for {slowest:?}");
        };
        let imports = join_all(["Ada", "Grace"].map(import));
        futures_util::future::join(imports, singles).await;
    });
}
