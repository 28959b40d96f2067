//! By when the law wants an answer: the clock as any caller with a token asks it, and the bank holidays that it rests on.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use chrono::Duration;
use iewm::domain::{Instant, OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    every_known_case_is_answered_as_it_should_be,
    every_caller_with_a_token_may_ask,
    facts_that_do_not_belong_together_are_told_all_at_once,
    outside_the_table_of_bank_holidays_nothing_is_guessed,
    a_new_bank_holiday_moves_the_days_of_open_requests_and_is_written_down,
    the_start_warns_of_a_table_that_ends_soon_or_has_ended,
    the_metrics_tell_when_the_table_ends,
}

const PATH: &str = "/v1/subject-requests/deadline";

/// What is asked of a case: its facts, without its title, its reason and what is expected.
fn facts(case: &Value) -> Value {
    let known = ["kind", "right", "received_on", "aware_at", "events"];
    let members = case.as_object().unwrap().iter().filter(|(name, _)| known.contains(&name.as_str()));
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}

async fn every_known_case_is_answered_as_it_should_be(service: Service) {
    let vectors: Value = serde_json::from_str(include_str!("../../src/policy/data/clock-vectors.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 20);
    for case in cases {
        let answer = service.post(PATH, facts(case)).await.expect(200).json();
        assert_eq!(answer, case["expect"], "{}: {}", case["id"], case["title"]);
    }
    assert!(service.items("/v1/subject-requests").await.is_empty(), "nothing is kept");
}

async fn every_caller_with_a_token_may_ask(service: Service) {
    let asked = json!({ "kind": "complaint_acknowledgement", "received_on": "2026-07-01" });
    service.request("POST", PATH).json(&asked).send().await.problem(401, "unauthenticated");
    let made = service.post("/v1/organisations", json!({ "name": "Hall", "kind": "venue" })).await.expect(201).json();
    let hall: OrganisationId = text(&made, "id").parse().unwrap();
    let contractor = service.token("contractor-1", &[Role::Contractor], Some(hall));
    for token in [service.staff(), service.council(), contractor] {
        service.request("POST", PATH).token(&token).json(&asked).send().await.expect(200);
    }
}

async fn facts_that_do_not_belong_together_are_told_all_at_once(service: Service) {
    let event = json!({ "type": "fee_paid", "on": "2026-03-02" });
    for (asked, faults) in [
        (json!({}), vec!["/kind missing"]),
        (json!({ "kind": "rights_request" }), vec!["/received_on missing", "/right missing"]),
        (
            json!({ "kind": "rights_request", "right": "access", "received_on": "2026-03-02", "aware_at": "2026-03-02T10:00:00Z" }),
            vec!["/aware_at not_here"],
        ),
        (
            json!({ "kind": "complaint_acknowledgement", "right": "access", "events": [event] }),
            vec!["/events not_here", "/received_on missing", "/right not_here"],
        ),
        (
            json!({ "kind": "breach_notification", "received_on": "2026-03-02" }),
            vec!["/aware_at missing", "/received_on not_here"],
        ),
        (json!({ "kind": "coffee_break" }), vec!["/kind unknown_value"]),
        (
            json!({ "kind": "rights_request", "right": "forgetting", "received_on": "2026-02-30", "colour": "green" }),
            vec!["/colour unknown", "/received_on date", "/right unknown_value"],
        ),
        (
            json!({ "kind": "rights_request", "right": "access", "received_on": "2026-03-02",
                    "events": [{ "type": "coffee", "on": "2026-13-01", "sufficient": "yes", "by": "me" }, {}] }),
            vec![
                "/events/0/by unknown",
                "/events/0/on date",
                "/events/0/sufficient type",
                "/events/0/type unknown_value",
                "/events/1/on missing",
                "/events/1/type missing",
            ],
        ),
        (json!({ "kind": "breach_notification", "aware_at": "yesterday" }), vec!["/aware_at date-time"]),
    ] {
        assert_eq!(service.post(PATH, asked.clone()).await.problem(422, "invalid").faults(), faults, "{asked}");
    }
}

async fn outside_the_table_of_bank_holidays_nothing_is_guessed(service: Service) {
    for received_on in ["2028-12-15", "2017-11-15", "1999-01-01", "9999-12-31"] {
        let asked = json!({ "kind": "rights_request", "right": "access", "received_on": received_on });
        let refused = service.post(PATH, asked).await.problem(503, "calendar_exhausted");
        assert_eq!(refused.header("retry-after"), "86400", "{received_on}");
        let asked = json!({ "kind": "complaint_acknowledgement", "received_on": received_on });
        service.post(PATH, asked).await.problem(503, "calendar_exhausted");
    }
    // Hours need no holidays.
    let asked = json!({ "kind": "breach_notification", "aware_at": "2040-01-01T00:00:00Z" });
    service.post(PATH, asked).await.expect(200);
    service.hands.set(Instant::parse("2028-12-15T10:00:00Z").unwrap());
    let asked =
        json!({ "kind": "access", "requester": { "name": "Ada" }, "channel": "post", "received_on": "2028-12-15" });
    service.post("/v1/subject-requests", asked).await.problem(503, "calendar_exhausted");
    assert!(service.items("/v1/subject-requests").await.is_empty(), "nothing was kept");
}

async fn a_new_bank_holiday_moves_the_days_of_open_requests_and_is_written_down(service: Service) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extra.json");
    let proclaim = |dates: &[&str]| {
        let events: Vec<Value> = dates.iter().map(|date| json!({ "date": date })).collect();
        std::fs::write(&file, json!({ "england-and-wales": { "events": events } }).to_string()).unwrap();
    };
    proclaim(&[]);
    let extra = [("CALENDAR__EXTRA_HOLIDAYS_FILE", file.to_str().unwrap())];
    let mut service = Service::start_with(service.engine, &extra).await.unwrap();
    let take = async |service: &Service, received_on: &str| {
        let asked = json!({
            "kind": "access", "requester": { "name": "Ada" }, "channel": "post", "received_on": received_on,
            "identity_known": true,
        });
        text(&service.post("/v1/subject-requests", asked).await.expect(201).json(), "id")
    };
    let (moved, stays, closed) =
        (take(&service, "2026-11-20").await, take(&service, "2026-11-18").await, take(&service, "2026-11-20").await);
    let path = |id: &str| format!("/v1/subject-requests/{id}");
    service.post(&format!("{}/withdrawal", path(&closed)), json!({})).await.expect(200);
    // 20 December is a Sunday, so that the last day is the Monday: until that becomes a holiday.
    let before = service.get(&path(&moved)).await.expect(200);
    assert_eq!(before.json()["clock"]["due_on"], "2026-12-21");
    assert_eq!(service.items("/v1/subject-requests?due_before=2026-12-22").await.len(), 3);

    proclaim(&["2026-12-21"]);
    service.hands.advance(Duration::minutes(1));
    service.restart().await;
    let after = service.get(&path(&moved)).await.expect(200);
    assert_eq!((&after.json()["clock"]["due_on"], &after.json()["version"]), (&json!("2026-12-22"), &json!(1)));
    assert_ne!(after.etag(), before.etag(), "the entity tag tells of it");
    assert_eq!(service.get(&path(&stays)).await.json()["clock"]["due_on"], "2026-12-18");
    let closed = service.get(&path(&closed)).await.expect(200).json();
    assert_eq!(closed["clock"]["due_on"], "2026-12-21", "what is closed shows what it was closed with");
    let due: Vec<Value> = service.items("/v1/subject-requests?due_before=2026-12-22&status=in_progress").await;
    assert_eq!(due.iter().map(|item| text(item, "id")).collect::<Vec<_>>(), [stays]);

    let told = service.audit("action=calendar.changed").await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((&told[0]["detail"]["from"], &told[0]["detail"]["moved"]), (&told[1]["detail"]["to"], &json!(1)));
    assert_eq!(told[1]["detail"]["from"], json!(null));
    service.restart().await;
    assert_eq!(service.audit("action=calendar.changed").await.len(), 2, "the same table is no news");
}

/// What is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the service says when it starts at an instant.
async fn said_at_the_start(service: &mut Service, at: &str) -> String {
    service.hands.set(Instant::parse(at).unwrap());
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let listening = tracing::subscriber::set_default(lines);
    service.restart().await;
    drop(listening);
    let said = log.0.lock().unwrap().clone();
    String::from_utf8(said).unwrap()
}

async fn the_start_warns_of_a_table_that_ends_soon_or_has_ended(mut service: Service) {
    // 400 days before 31 December 2028, and 399.
    let silent = said_at_the_start(&mut service, "2027-11-27T10:00:00Z").await;
    assert!(!silent.contains("bank holidays"), "{silent}");
    let warned = said_at_the_start(&mut service, "2027-11-28T10:00:00Z").await;
    for said in ["WARN", "the table of bank holidays ends soon", "days=399", "calendar.extra_holidays_file"] {
        assert!(warned.contains(said), "{said} in {warned}");
    }
    let last = said_at_the_start(&mut service, "2028-12-31T10:00:00Z").await;
    assert!(last.contains("ends soon") && last.contains("days=0"), "{last}");
    let over = said_at_the_start(&mut service, "2029-01-01T10:00:00Z").await;
    for said in ["ERROR", "the table of bank holidays has ended", "answers 503", "days=-1"] {
        assert!(over.contains(said), "{said} in {over}");
    }
    // It serves what needs no working days, and guesses none.
    service.get("/v1/contacts").await.expect(200);
    let asked = json!({ "kind": "rights_request", "right": "access", "received_on": "2028-12-31" });
    service.post(PATH, asked).await.problem(503, "calendar_exhausted");

    // A newer table ends the warning.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extra.json");
    let newer = json!({
        "covers": { "from": "2029-01-01", "to": "2031-12-31" },
        "england-and-wales": { "events": [{ "date": "2029-01-01" }] },
    });
    std::fs::write(&file, newer.to_string()).unwrap();
    let extra = [("CALENDAR__EXTRA_HOLIDAYS_FILE", file.to_str().unwrap())];
    let mut service = Service::start_with(service.engine, &extra).await.unwrap();
    let silent = said_at_the_start(&mut service, "2029-01-01T10:00:00Z").await;
    assert!(!silent.contains("bank holidays"), "{silent}");
}

async fn the_metrics_tell_when_the_table_ends(service: Service) {
    let metrics = async || {
        let text = reqwest::get(format!("{}/metrics", service.metrics_address())).await.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("iewm_calendar_days_left ")).map(str::to_owned);
        line.expect("the gauge").parse::<i64>().unwrap()
    };
    // From 24 November 2026 to 31 December 2028.
    assert_eq!(metrics().await, 768);
    service.hands.set(Instant::parse("2029-01-10T10:00:00Z").unwrap());
    assert_eq!(metrics().await, -10);
}
