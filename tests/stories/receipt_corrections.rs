//! A day of receipt that was recorded wrongly is corrected, with a reason, and the clock is computed anew.

use futures_util::future::join;
use iewm::domain::Instant;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    the_clock_is_computed_anew_and_the_history_keeps_both_days,
    a_correction_can_make_a_request_overdue,
    only_an_undecided_request_and_a_possible_day_are_corrected,
    two_corrections_at_once_end_as_one_or_the_other,
}

impl Service {
    async fn corrected(&self, path: &str, received_on: &str, reason: &str) -> Answer {
        let body = json!({ "received_on": received_on, "reason": reason });
        self.post(&format!("{path}/receipt-correction"), body).await
    }

    async fn received_on(&self, received_on: &str) -> String {
        let asked = json!({
            "kind": "access", "requester": { "name": "Ada Lovelace" }, "channel": "post", "received_on": received_on,
            "identity_known": true,
        });
        self.post("/v1/subject-requests", asked).await.expect(201).header("location")
    }
}

async fn the_clock_is_computed_anew_and_the_history_keeps_both_days(service: Service) {
    let path = service.received_on("2026-11-20").await;
    let before = service.get(&path).await.expect(200);
    let after = service.corrected(&path, "2026-11-02", "The envelope bears this stamp.").await.expect(200);
    let told = after.json();
    assert_eq!((&told["received_on"], &told["clock"]["due_on"]), (&json!("2026-11-02"), &json!("2026-12-02")));
    assert_eq!(told["version"], 2);
    assert_ne!(after.etag(), before.etag());
    assert_eq!(service.get(&path).await.expect(200).json(), told);
    let history = service.items(&format!("{path}/history")).await;
    assert_eq!(history.iter().map(|step| text(step, "kind")).collect::<Vec<_>>(), ["receipt_corrected", "received"]);
    let words = "The day of receipt was recorded as 20 November 2026; the true day is 2 November 2026. The envelope bears this stamp.";
    assert_eq!((&history[0]["text"], &history[0]["on"]), (&json!(words), &json!("2026-11-24")));
    assert_eq!(history[1]["on"], "2026-11-20", "what was recorded first stays");
    // It is found by its new day, and listed by it.
    assert_eq!(service.items("/v1/subject-requests?due_before=2026-12-03").await.len(), 1);
    assert_eq!(service.items("/v1/deadlines").await[0]["due_on"], "2026-12-02");
    // The same day once more changes nothing.
    assert_eq!(service.corrected(&path, "2026-11-02", "Again.").await.expect(200).json(), told);
    assert_eq!(service.items(&format!("{path}/history")).await.len(), 2);
    let entries = service.audit("action=subject_requests.step").await;
    assert_eq!((entries.len(), &entries[0]["detail"]["step"]), (1, &json!("receipt_corrected")));
}

async fn a_correction_can_make_a_request_overdue(service: Service) {
    let path = service.received_on("2026-11-20").await;
    let told = service.corrected(&path, "2026-10-01", "It lay in another office.").await.expect(200).json();
    assert_eq!((&told["clock"]["due_on"], &told["clock"]["days_left"]), (&json!("2026-11-02"), &json!(-22)));
    assert_eq!(service.items("/v1/deadlines").await[0]["overdue"], true);
}

async fn only_an_undecided_request_and_a_possible_day_are_corrected(service: Service) {
    let path = service.received_on("2026-11-10").await;
    let question = json!({ "asked_on": "2026-11-20", "question": "Which event?" });
    service.post(&format!("{path}/clarifications"), question).await.expect(201);
    let faults = async |body: Value| {
        let refused = service.post(&format!("{path}/receipt-correction"), body).await;
        refused.problem(422, "invalid").faults()
    };
    let day = |on: &str| json!({ "received_on": on, "reason": "A typing mistake." });
    assert_eq!(faults(day("2026-11-25")).await, ["/received_on future"]);
    assert_eq!(faults(day("2026-11-21")).await, ["/received_on order"], "after the question");
    assert_eq!(faults(day("2026-11-31")).await, ["/received_on date"]);
    assert_eq!(faults(json!({ "received_on": "2026-11-11" })).await, ["/reason missing"]);
    assert_eq!(faults(json!({ "reason": " ", "received_on": "2026-11-11" })).await, ["/reason blank"]);
    service.corrected(&path, "2026-11-20", "On the day of the question.").await.expect(200);
    service.post(&format!("{path}/withdrawal"), json!({})).await.expect(200);
    service.corrected(&path, "2026-11-11", "Too late.").await.problem(409, "illegal_transition");
    let nowhere = "/v1/subject-requests/01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    service.corrected(nowhere, "2026-11-11", "No.").await.problem(404, "not_found");
    // Past the table of bank holidays nothing is guessed, and nothing changes.
    service.hands.set(Instant::parse("2028-12-20T10:00:00Z").unwrap());
    let far = service.received_on("2028-11-20").await;
    service.corrected(&far, "2028-12-15", "Later.").await.problem(503, "calendar_exhausted");
    assert_eq!(service.get(&far).await.expect(200).json()["received_on"], "2028-11-20");
}

async fn two_corrections_at_once_end_as_one_or_the_other(service: Service) {
    for _ in 0..6 {
        let path = service.received_on("2026-11-20").await;
        let (one, other) =
            join(service.corrected(&path, "2026-11-02", "One."), service.corrected(&path, "2026-11-03", "Other."))
                .await;
        one.expect(200);
        other.expect(200);
        let told = service.get(&path).await.expect(200).json();
        let due_on = if told["received_on"] == "2026-11-02" { "2026-12-02" } else { "2026-12-03" };
        assert_eq!((&told["clock"]["due_on"], &told["version"]), (&json!(due_on), &json!(3)));
        let history = service.items(&format!("{path}/history")).await;
        let days = if due_on == "2026-12-02" {
            "3 November 2026; the true day is 2"
        } else {
            "2 November 2026; the true day is 3"
        };
        assert!(text(&history[0], "text").contains(days), "each knows of the one before: {history:?}");
    }
}
