//! Counts of requests, exact and for publication: what they count, and what they do not tell.

use iewm::domain::{Instant, OrganisationId, Role};
use iewm::resources::subject_requests::{commands::Completed, store};
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    requests_are_counted_by_outcome_and_by_time,
    what_would_tell_of_few_is_not_told,
    staff_and_council_are_told_every_number,
    requests_of_the_erased_are_counted,
    whole_months_are_counted,
    what_another_table_has_dated_is_dated_anew,
    a_clock_past_the_table_is_counted_by_its_last_day,
    staff_and_council_count_and_nothing_is_unsealed,
}

const STATISTICS: &str = "/v1/subject-requests/statistics";

impl Service {
    /// Takes requests of people who are known in, and gives their paths.
    async fn many(&self, number: usize, kind: &str, received_on: &str) -> Vec<String> {
        let asked = json!({
            "kind": kind, "requester": { "name": "Ada Lovelace" }, "channel": "post", "received_on": received_on,
            "identity_known": true,
        });
        let mut paths = Vec::new();
        for _ in 0..number {
            paths.push(self.post("/v1/subject-requests", asked.clone()).await.expect(201).header("location"));
        }
        paths
    }

    /// The council's verb about each.
    async fn each(&self, paths: &[String], verb: &str, body: &Value) {
        for path in paths {
            let path = format!("{path}/{verb}");
            self.request("POST", &path).token(&self.council()).json(body).send().await.expect(200);
        }
    }

    async fn complete(&self, paths: &[String], outcome: &str) {
        let mut body = json!({ "outcome": { "kind": outcome, "explanation": "Done." } });
        if outcome == "partly_fulfilled" {
            body["outcome"]["ground"] = json!("Sch2.p16");
        }
        self.each(paths, "completion", &body).await;
    }

    async fn refuse(&self, paths: &[String]) {
        self.each(paths, "refusal", &json!({ "ground": "UKGDPR.12(5)", "explanation": "No." })).await;
    }

    /// What is published of a kind.
    async fn published(&self, kind: &str) -> Value {
        self.counted(kind, "for=publication").await
    }

    /// The figures of a kind.
    async fn counted(&self, kind: &str, query: &str) -> Value {
        let told = self.get(&format!("{STATISTICS}?{query}")).await.expect(200).json();
        let kinds = told["kinds"].as_array().unwrap();
        kinds.iter().find(|counts| counts["kind"] == kind).expect("every kind").clone()
    }
}

/// The figures of a kind whose figures are suppressed.
fn nothing(kind: &str) -> Value {
    json!({
        "kind": kind, "received": null, "answered": null,
        "outcomes": {
            "fulfilled": null, "partly_fulfilled": null, "refused": null, "withdrawn": null, "lapsed": null, "duplicate": null,
        },
        "answered_in_time": null, "answered_late": null, "open": null, "open_in_time": null, "open_overdue": null,
    })
}

async fn requests_are_counted_by_outcome_and_by_time(service: Service) {
    // It is 24 November. What came on 1 October was due on 2 November.
    let late = service.many(11, "access", "2026-10-01").await;
    service.refuse(&late[..6]).await;
    let timely = service.many(12, "access", "2026-11-20").await;
    service.complete(&timely[..6], "fulfilled").await;
    // The recipients of the data have yet to follow; the person has the answer.
    let id = timely[6].rsplit('/').next().unwrap().parse().unwrap();
    let done: Completed = serde_json::from_value(json!({ "kind": "fulfilled", "explanation": "Done." })).unwrap();
    service.state.job("sharing").run(move |tx| store::carry_out(tx, id, done, true)).await.unwrap();
    let told = service.get(STATISTICS).await.expect(200);
    assert_eq!(told.header("cache-control"), "no-store");
    let told = told.json();
    assert_eq!((&told["received_from"], &told["received_before"]), (&json!(null), &json!(null)));
    assert_eq!(told["counted_on"], "2026-11-24");
    let kinds: Vec<_> = told["kinds"].as_array().unwrap().iter().map(|counts| text(counts, "kind")).collect();
    assert_eq!(kinds, ["access", "rectification", "erasure", "restriction", "objection", "portability"]);
    let access = json!({
        "kind": "access", "received": 23, "answered": 13,
        "outcomes": {
            "fulfilled": 7, "partly_fulfilled": 0, "refused": 6, "withdrawn": 0, "lapsed": 0, "duplicate": 0,
        },
        "answered_in_time": 7, "answered_late": 6, "open": 10, "open_in_time": 5, "open_overdue": 5,
    });
    assert_eq!(told["kinds"][0], access);
    assert_eq!(told["kinds"][5]["received"], 0, "a count of none is shown");
    // What is open is overdue from the day after its last; what is answered stays as it was.
    service.hands.set(Instant::parse("2026-12-21T23:59:59Z").unwrap());
    assert_eq!(service.counted("access", "").await, access);
    service.hands.set(Instant::parse("2026-12-22T00:00:00Z").unwrap());
    let later = service.counted("access", "").await;
    assert_eq!((&later["open_in_time"], &later["open_overdue"]), (&json!(0), &json!(10)));
    assert_eq!((&later["answered_in_time"], &later["answered_late"]), (&json!(7), &json!(6)));
}

async fn what_would_tell_of_few_is_not_told(service: Service) {
    // Four: nothing. Five, of which one waits for proof: how many there are.
    let few = service.many(4, "erasure", "2026-11-20").await;
    service.refuse(&few[..1]).await;
    assert_eq!(service.published("erasure").await, nothing("erasure"));
    service.many(1, "erasure", "2026-11-20").await;
    let mut five = nothing("erasure");
    five["received"] = json!(5);
    assert_eq!(service.published("erasure").await, five);

    // One refusal among sixteen hides the next smallest outcome, or it could be worked out.
    let paths = service.many(16, "rectification", "2026-11-20").await;
    service.complete(&paths[..9], "fulfilled").await;
    service.complete(&paths[9..15], "partly_fulfilled").await;
    service.refuse(&paths[15..]).await;
    let told = service.published("rectification").await;
    let expected = json!({
        "kind": "rectification", "received": 16, "answered": 16,
        "outcomes": {
            "fulfilled": 9, "partly_fulfilled": null, "refused": null, "withdrawn": null, "lapsed": null, "duplicate": null,
        },
        "answered_in_time": 16, "answered_late": 0, "open": 0, "open_in_time": 0, "open_overdue": 0,
    });
    assert_eq!(told, expected);
    // Nowhere in the answer is a number from 1 to 4.
    let all = service.get(&format!("{STATISTICS}?for=publication")).await.expect(200).json()["kinds"].to_string();
    let numbers = all.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse::<u64>().ok());
    assert!(numbers.into_iter().all(|number| number == 0 || number >= 5), "{all}");
}

async fn staff_and_council_are_told_every_number(service: Service) {
    let few = service.many(4, "erasure", "2026-10-01").await;
    service.refuse(&few[..1]).await;
    let exact = json!({
        "kind": "erasure", "received": 4, "answered": 1,
        "outcomes": {
            "fulfilled": 0, "partly_fulfilled": 0, "refused": 1, "withdrawn": 0, "lapsed": 0, "duplicate": 0,
        },
        "answered_in_time": 0, "answered_late": 1, "open": 3, "open_in_time": 0, "open_overdue": 3,
    });
    assert_eq!(service.counted("erasure", "").await, exact);
    assert_eq!(service.published("erasure").await, nothing("erasure"));
    for query in ["for=", "for=me", "for=publication&for=publication"] {
        service.get(&format!("{STATISTICS}?{query}")).await.problem(400, "invalid_query");
    }
}

async fn requests_of_the_erased_are_counted(service: Service) {
    for number in 0..5 {
        let contact = service.sign_up("Ada Lovelace", &format!("ada{number}@example.org")).await;
        let asked = json!({
            "kind": "erasure", "contact_id": contact, "requester": { "name": "Ada Lovelace" }, "channel": "email",
            "received_on": "2026-11-20", "identity_known": true,
        });
        let request = service.post("/v1/subject-requests", asked).await.expect(201).header("location");
        let plan = service.request("POST", &format!("{request}/erasure-plan")).token(&service.council()).send().await;
        let body = json!({ "plan_sha256": text(&plan.expect(200).json(), "plan_sha256") });
        let other = service.token("council-2", &[Role::Council], None);
        service.request("POST", &format!("{request}/execution")).token(&other).json(&body).send().await.expect(200);
        service.get(&format!("/v1/contacts/{contact}")).await.problem(410, "erased");
    }
    let told = service.counted("erasure", "").await;
    assert_eq!((&told["received"], &told["outcomes"]["fulfilled"]), (&json!(5), &json!(5)));
}

async fn whole_months_are_counted(service: Service) {
    service.many(5, "access", "2026-09-30").await;
    service.many(6, "access", "2026-10-01").await;
    service.many(7, "access", "2026-10-31").await;
    service.many(8, "access", "2026-11-01").await;
    for (query, received) in [
        ("", 26),
        ("received_from=2026-10-01", 21),
        ("received_before=2026-10-01", 5),
        ("received_before=2026-11-01", 18),
        ("received_from=2026-10-01&received_before=2026-11-01", 13),
        ("received_from=2026-12-01", 0),
        ("received_from=2026-10-01&received_before=2030-01-01", 21),
    ] {
        assert_eq!(service.counted("access", query).await["received"], received, "{query}");
    }
    let told = service.get(&format!("{STATISTICS}?received_from=2026-10-01&received_before=2026-11-01")).await.json();
    assert_eq!((&told["received_from"], &told["received_before"]), (&json!("2026-10-01"), &json!("2026-11-01")));
    for (query, faults) in [
        ("received_from=2026-10-02", vec!["received_from month"]),
        ("received_from=2026-10-31&received_before=2026-11-30", vec!["received_before month", "received_from month"]),
        ("received_from=2026-11-01&received_before=2026-10-01", vec!["received_before order"]),
        ("received_from=2026-11-01&received_before=2026-11-01", vec!["received_before order"]),
    ] {
        let refused = service.get(&format!("{STATISTICS}?{query}")).await.problem(422, "invalid");
        assert_eq!(refused.faults(), faults, "{query}");
    }
    for query in ["received_from=october", "received_from=2026-13-01", "kind=access"] {
        service.get(&format!("{STATISTICS}?{query}")).await.problem(400, "invalid_query");
    }
}

async fn what_another_table_has_dated_is_dated_anew(service: Service) {
    // Due on Monday 21 December; another process, with a holiday on that day, had them due on the 22nd.
    service.many(5, "access", "2026-11-20").await;
    service.many(6, "erasure", "2026-11-20").await;
    service
        .sql("UPDATE subject_requests SET dated_by = 'another', due_on = '2026-12-22' WHERE kind = 'access'")
        .unwrap();
    service.hands.set(Instant::parse("2026-12-22T10:00:00Z").unwrap());
    for kind in ["access", "erasure"] {
        let told = service.counted(kind, "").await;
        assert_eq!((&told["open_in_time"], &told["open"]), (&json!(0), &told["open_overdue"]), "{kind}");
    }
}

async fn a_clock_past_the_table_is_counted_by_its_last_day(service: Service) {
    service.many(6, "access", "2026-11-20").await;
    service.many(5, "erasure", "2026-11-20").await;
    // Taken in by a process with a longer table than this one's, which ends with 2028.
    let far = "UPDATE subject_requests SET dated_by = 'another', received_on = '2028-12-15', due_on = '2029-01-15'";
    service.sql(&format!("{far} WHERE kind = 'erasure'")).unwrap();
    let told = async |at: &str| {
        service.hands.set(Instant::parse(at).unwrap());
        let told = service.counted("erasure", "").await;
        [told["open_in_time"].clone(), told["open_overdue"].clone()]
    };
    assert_eq!(told("2029-01-15T10:00:00Z").await, [json!(5), json!(0)]);
    service.get("/v1/subject-requests?kind=erasure").await.problem(503, "calendar_exhausted");
    assert_eq!(told("2029-01-16T10:00:00Z").await, [json!(0), json!(5)]);
    assert_eq!(service.counted("access", "").await["open_overdue"], 6);
}

async fn staff_and_council_count_and_nothing_is_unsealed(service: Service) {
    service.many(5, "access", "2026-11-20").await;
    let by_staff = service.get(STATISTICS).await.expect(200).json();
    let by_council = service.request("GET", STATISTICS).token(&service.council()).send().await.expect(200).json();
    assert_eq!(by_staff, by_council);
    let asked = json!({ "name": "Brightwater Mailing", "kind": "approved_contractor" });
    let id: OrganisationId =
        text(&service.post("/v1/organisations", asked).await.expect(201).json(), "id").parse().unwrap();
    let contractor = service.token("contractor-1", &[Role::Contractor], Some(id));
    let refused = service.request("GET", STATISTICS).token(&contractor).send().await.problem(403, "forbidden");
    assert_eq!(refused.json()["permission"], "subject_requests:read");
    // Without the keys, everything can still be counted.
    service.sql("DELETE FROM vault.data_keys").unwrap();
    assert_eq!(service.get(STATISTICS).await.expect(200).json(), by_staff);
}
