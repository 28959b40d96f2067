//! Background work: the jobs, their runner and the queue. `mailing` has what becomes of a mail, `large_packages` the building
//! of packages; the unit tests of `platform/queue` have pauses and limits.

use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use iewm::app;
use iewm::platform::queue::{Job, Jobs, Runner};
use serde_json::{Value, json};

use crate::harness::mail::{Answer, MailServer};
use crate::harness::people::{grant, text};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    a_mail_costs_two_transactions,
    a_mail_whose_reason_has_gone_costs_one,
    a_letter_that_fails_leaves_nothing_and_is_tried_again_later,
    a_letter_gives_way_to_what_holds_its_rows,
    the_metrics_of_each_job_move,
    a_failing_job_is_counted_and_recovers,
    a_stop_waits_for_the_mail_in_hand,
    a_stop_that_cannot_wait_leaves_the_mail_for_later,
}

/// How long something may take that happens at once.
const SOON: Duration = Duration::from_secs(30);

/// A sign-up whose confirmation waits in the outbox; the contact's id.
async fn asked(service: &Service, email: &str) -> String {
    let contact = service.sign_up("Ada Lovelace", email).await;
    service.decide(grant(&contact, "newsletter", "web_form")).await.expect(201);
    contact
}

async fn message(service: &Service) -> Value {
    service.items("/v1/messages").await[0].clone()
}

/// How many transactions the writing lanes commit while a server is sent what is due.
async fn commits_of_a_delivery(service: &Service, server: &MailServer) -> u64 {
    service.state.flush_looks().await;
    let before = service.state.commits();
    assert_eq!(service.deliver(server).await, 1);
    service.state.commits() - before
}

async fn a_mail_costs_two_transactions(service: Service) {
    let server = MailServer::start();
    server.answer(&[Answer::Take, Answer::Recipient(451), Answer::Recipient(550)]);
    for (number, status) in ["sent", "queued", "dead"].into_iter().enumerate() {
        asked(&service, &format!("person{number}@example.org")).await;
        assert_eq!(commits_of_a_delivery(&service, &server).await, 2, "the claim and the settlement");
        assert_eq!(message(&service).await["status"], status);
    }
    assert_eq!(service.tick(&service.delivery(&server.url)).await, Ok(0));
    let metrics = service.metrics().await;
    assert!(metrics.contains(&format!("iewm_database_commits_total {}\n", service.state.commits())), "{metrics}");
}

async fn a_mail_whose_reason_has_gone_costs_one(service: Service) {
    let server = MailServer::start();
    let ada = asked(&service, "ada@example.org").await;
    service.withdraw(&ada, "newsletter").await;
    assert_eq!(commits_of_a_delivery(&service, &server).await, 1);
    let dropped = message(&service).await;
    assert_eq!((&dropped["status"], &dropped["attempts"]), (&json!("dropped"), &json!(1)));
    let actions = service.audit(&format!("contact_id={ada}")).await;
    let of_message = actions.iter().map(|entry| text(entry, "action")).filter(|action| action.starts_with("messages."));
    assert_eq!(of_message.collect::<Vec<_>>(), ["messages.dropped", "messages.compose", "messages.attempt"]);
}

async fn a_letter_that_fails_leaves_nothing_and_is_tried_again_later(service: Service) {
    let server = MailServer::start();
    let ada = asked(&service, "ada@example.org").await;
    // The letter writes the link that confirms, and fails at the one after it.
    service.sql("ALTER TABLE preference_links RENAME TO preference_links_away").unwrap();
    for attempt in 1..=2 {
        assert_eq!(service.deliver(&server).await, 1);
        assert_eq!(service.count("consent_confirmations"), 0, "the claim is rolled back with what the letter wrote");
        let put_off = message(&service).await;
        assert_eq!((&put_off["status"], &put_off["reason"]), (&json!("queued"), &json!("not_composed")));
        assert_eq!(put_off["attempts"], attempt);
        assert_eq!(service.deliver(&server).await, 0, "not before its time");
        service.hands.advance(chrono::Duration::seconds(10));
    }
    let entries = service.audit(&format!("contact_id={ada}")).await;
    let times = |action: &str| entries.iter().filter(|entry| entry["action"] == action).count();
    assert_eq!((times("messages.attempt"), times("messages.deferred"), times("messages.compose")), (2, 2, 0));
    service.sql("ALTER TABLE preference_links_away RENAME TO preference_links").unwrap();
    assert_eq!(service.deliver(&server).await, 1);
    assert_eq!(message(&service).await["status"], "sent");
    assert_eq!(server.taken().len(), 1);
}

/// An erasure holds the decision that a letter is about, and then deletes the message. The letter holds the message and
/// needs the decision. SQLite has one writer.
async fn a_letter_gives_way_to_what_holds_its_rows(service: Service) {
    if service.engine == Engine::Sqlite {
        return;
    }
    let server = MailServer::start();
    asked(&service, "ada@example.org").await;
    let mut erasure = PgConnection::establish(&service.database_url).unwrap();
    erasure.batch_execute("BEGIN; SELECT 1 FROM consent_decisions FOR UPDATE").unwrap();
    let begun = Instant::now();
    assert_eq!(service.deliver(&server).await, 1);
    assert!(begun.elapsed() < SOON, "a background transaction may wait for a minute, and this one may not");
    assert_eq!(message(&service).await["reason"], "not_composed");
    erasure.batch_execute("DELETE FROM messages; COMMIT").unwrap();
    assert!(server.taken().is_empty());
}

/// The value of a metric of a job, if it is there.
fn value(metrics: &str, name: &str, job: &str) -> Option<f64> {
    let line = format!("iewm_{name}{{job=\"{job}\"}} ");
    metrics.lines().find_map(|found| found.strip_prefix(&line)?.parse().ok())
}

/// Reads the metrics until they are as a story expects.
async fn until(service: &Service, expected: impl Fn(&str) -> bool) -> String {
    let begun = Instant::now();
    loop {
        let metrics = service.metrics().await;
        if expected(&metrics) {
            return metrics;
        }
        assert!(begun.elapsed() < SOON, "{metrics}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn the_metrics_of_each_job_move(service: Service) {
    let mut jobs = app::jobs(service.config(), &service.state).unwrap();
    jobs.push(Box::new(service.delivery(&MailServer::start().url)));
    let names: Vec<&str> = jobs.iter().map(|job| job.about().name).collect();
    assert_eq!(
        names,
        ["upkeep", "clock-watch", "digest", "purge", "gathering", "refusals", "reminders", "kept-answers", "delivery"]
    );
    assert!(!service.metrics().await.contains("job=\""));
    let running = Jobs::start(&Runner::of(&service.state), jobs);
    let has_run = |metrics: &str, name: &str| value(metrics, "job_duration_seconds_count", name) >= Some(1.0);
    let metrics = until(&service, |metrics| names.iter().all(|name| has_run(metrics, name))).await;
    for name in &names {
        assert_eq!(value(&metrics, "job_last_run_timestamp_seconds", name), Some(1_795_514_400.0), "{name}");
        assert_eq!(value(&metrics, "job_failures_total", name), Some(0.0), "{name}");
    }
    // The clock stands, and is moved.
    service.hands.advance(chrono::Duration::seconds(7));
    until(&service, |metrics| value(metrics, "job_last_run_timestamp_seconds", "delivery") == Some(1_795_514_407.0))
        .await;
    running.stop(SOON).await;
}

async fn a_failing_job_is_counted_and_recovers(service: Service) {
    let server = MailServer::start();
    asked(&service, "ada@example.org").await;
    service.sql("ALTER TABLE messages RENAME TO messages_away").unwrap();
    let running = start(&service, &server);
    let failures = |metrics: &str| value(metrics, "job_failures_total", "delivery");
    until(&service, |metrics| failures(metrics) >= Some(2.0)).await;
    service.request("GET", "/health/ready").send().await.expect(200);
    service.sql("ALTER TABLE messages_away RENAME TO messages").unwrap();
    let taken = actix_web::rt::task::spawn_blocking(move || server.until_taken(1).len());
    assert_eq!(taken.await.unwrap(), 1);
    running.stop(SOON).await;
    let failed = failures(&service.metrics().await).unwrap();
    // Two failures take at least two and a half seconds with their pauses: a job without pauses would fail far more often.
    assert!((2.0..10.0).contains(&failed), "{failed}");
    assert_eq!(message(&service).await["status"], "sent");
}

fn start(service: &Service, server: &MailServer) -> Jobs {
    let delivery: Box<dyn Job> = Box::new(service.delivery(&server.url));
    Jobs::start(&Runner::of(&service.state), vec![delivery])
}

/// Starts to deliver a message, and returns once the server has it and says nothing.
async fn in_hand(service: &Service) -> (MailServer, Jobs) {
    let server = MailServer::start();
    server.answer(&[Answer::Silence]);
    asked(service, "ada@example.org").await;
    let jobs = start(service, &server);
    let waiting = actix_web::rt::task::spawn_blocking(move || {
        server.until_silent();
        server
    });
    (waiting.await.unwrap(), jobs)
}

async fn a_stop_waits_for_the_mail_in_hand(service: Service) {
    let (server, jobs) = in_hand(&service).await;
    asked(&service, "bob@example.org").await;
    let stopping = actix_web::rt::spawn(jobs.stop(SOON));
    actix_web::rt::task::yield_now().await;
    assert!(!stopping.is_finished());
    server.speak();
    stopping.await.unwrap();
    let mut states: Vec<String> = service.items("/v1/messages").await.iter().map(|it| text(it, "status")).collect();
    states.sort();
    assert_eq!(states, ["queued", "sent"], "the mail in hand is settled, and none is begun");
}

async fn a_stop_that_cannot_wait_leaves_the_mail_for_later(service: Service) {
    let (server, jobs) = in_hand(&service).await;
    jobs.stop(Duration::ZERO).await;
    let left = message(&service).await;
    assert_eq!((&left["status"], &left["attempts"]), (&json!("queued"), &json!(1)));
    server.speak();
    assert_eq!(service.deliver(&server).await, 0, "its lease holds");
    service.hands.advance(chrono::Duration::minutes(5));
    assert_eq!(service.deliver(&server).await, 1);
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].header("Message-ID"), taken[1].header("Message-ID"));
}
