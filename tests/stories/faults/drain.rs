//! The process gets the signal to stop while requests run.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Ground;
use crate::harness::Engine;
use crate::harness::people::{person, text};
use crate::harness::process::send_signal;
use crate::harness::served::Served;

#[test]
fn running_requests_are_answered_and_looks_recorded_on_sqlite() {
    drained(Engine::Sqlite);
}

#[test]
fn running_requests_are_answered_and_looks_recorded_on_postgres() {
    drained(Engine::Postgres);
}

/// A sign-up of which half of the body has been sent, and the rest.
fn half_sent(served: &Served, body: &Value) -> (TcpStream, String) {
    let body = body.to_string();
    let mut stream = TcpStream::connect(&served.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (sent, rest) = body.split_at(body.len() / 2);
    write!(
        stream,
        "POST /v1/contacts HTTP/1.1\r\nHost: iewm\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        served.staff(),
        body.len(),
    )
    .unwrap();
    // It runs once the service asks for its body.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(sent.as_bytes()).unwrap();
    (stream, rest.to_owned())
}

fn drained(engine: Engine) {
    let Some(ground) = Ground::of(engine) else { return };
    actix_web::rt::System::new().block_on(async {
        let mut served = Served::start(&ground.url(), &[("SERVER__SHUTDOWN_SECONDS", "20")]);
        let made = served.post("/v1/contacts", &person("Grace Hopper", "grace@example.org")).send().await.expect(201);
        // The second is so large that it is checked beside the worker threads.
        let bodies = [person("Ada Lovelace", "ada@example.org"), person(&"x".repeat(500_000), "ada@example.org")];
        let running = bodies.map(|body| half_sent(&served, &body));
        let looked = served.get(&made.header("location")).send().await.expect(200);

        let told = Instant::now();
        send_signal("TERM", [served.process.id()]);
        while TcpStream::connect(&served.address).is_ok() {
            assert!(told.elapsed() < Duration::from_secs(15), "new callers are still taken");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        for ((mut running, rest), status) in running.into_iter().zip([201, 422]) {
            running.write_all(rest.as_bytes()).unwrap();
            let mut answer = String::new();
            running.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        }
        assert_eq!(served.process.ended().code(), Some(0), "{:?}", served.process.said);
        assert!(told.elapsed() < Duration::from_secs(20), "{:?}", told.elapsed());

        served.begin();
        assert_eq!(served.all("/v1/contacts").await.len(), 2);
        let looks = served.audit("action=contacts.read").await;
        assert_eq!(text(&looks[0], "contact_id"), text(&looked.json(), "id"), "{looks:?}");
    });
}

#[test]
fn a_caller_that_never_ends_does_not_keep_it_from_stopping() {
    let ground = Ground::of(Engine::Sqlite).unwrap();
    let mut served = Served::start(&ground.url(), &[("SERVER__SHUTDOWN_SECONDS", "3")]);
    let (_running, _) = half_sent(&served, &person("Ada Lovelace", "ada@example.org"));
    let told = Instant::now();
    send_signal("TERM", [served.process.id()]);
    assert_eq!(served.process.ended().code(), Some(0), "{:?}", served.process.said);
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
}
