//! What the law sets a time for: one list, and numbers for an alarm.

use chrono::Duration;
use iewm::domain::{Instant, OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    everything_with_a_deadline_is_in_one_list_by_its_end,
    what_was_done_is_off_the_list,
    a_complaint_stays_on_the_list_until_its_outcome,
    a_deadline_is_over_after_its_last_moment,
    deadlines_are_found_by_day_and_kind_and_page_by_page,
    staff_and_council_see_deadlines_and_contractors_do_not,
    the_metrics_count_what_is_near_and_what_is_over,
}

async fn complaint(service: &Service, received_on: &str) -> String {
    let asked = json!({
        "complainant": { "name": "Grace Hopper" }, "channel": "post", "received_on": received_on, "details": "No.",
    });
    service.post("/v1/complaints", asked).await.expect(201).header("location")
}

async fn breach(service: &Service, aware_at: &str) -> String {
    let asked = json!({ "aware_at": aware_at, "nature": "A list was lost.", "categories": ["contact"] });
    service.post("/v1/breaches", asked).await.expect(201).header("location")
}

async fn by_council(service: &Service, path: &str, body: Value) {
    service.request("POST", path).token(&service.council()).json(&body).send().await.expect(200);
}

/// The references on the list.
async fn owed(service: &Service, query: &str) -> Vec<String> {
    service.items(&format!("/v1/deadlines?{query}")).await.iter().map(|item| text(item, "reference")).collect()
}

async fn everything_with_a_deadline_is_in_one_list_by_its_end(service: Service) {
    let late = complaint(&service, "2026-10-20").await; // to be acknowledged by 19 November
    complaint(&service, "2026-10-28").await; // by the 27th
    complaint(&service, "2026-10-26").await; // by the 25th
    let noon = breach(&service, "2026-11-22T12:00:00Z").await; // to be notified on the 25th at noon
    breach(&service, "2026-11-24T09:00:00Z").await; // on the 27th at nine
    let items = service.items("/v1/deadlines").await;
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    assert_eq!(
        items[..2],
        [
            json!({
                "kind": "complaint_acknowledgement", "id": id(&late), "reference": "DC-2026-000001",
                "due_on": "2026-11-19", "overdue": true, "status": "received",
            }),
            json!({
                "kind": "breach_notification", "id": id(&noon), "reference": "PB-2026-000001",
                "due_at": "2026-11-25T12:00:00.000000Z", "overdue": false, "status": "reported",
            }),
        ]
    );
    // A day ends after every hour of it.
    let expected = ["DC-2026-000001", "PB-2026-000001", "DC-2026-000003", "PB-2026-000002", "DC-2026-000002"];
    assert_eq!(owed(&service, "").await, expected);
}

async fn what_was_done_is_off_the_list(service: Service) {
    let [acknowledged, investigated, answered, withdrawn] = [
        complaint(&service, "2026-11-20").await,
        complaint(&service, "2026-11-20").await,
        complaint(&service, "2026-11-20").await,
        complaint(&service, "2026-11-20").await,
    ];
    let aware_at = "2026-11-24T09:00:00Z";
    let [assessed, spared, notified, closed] = [
        breach(&service, aware_at).await,
        breach(&service, aware_at).await,
        breach(&service, aware_at).await,
        breach(&service, aware_at).await,
    ];
    assert_eq!(owed(&service, "").await.len(), 8);
    let on = json!({ "acknowledged_on": "2026-11-24" });
    service.post(&format!("{acknowledged}/acknowledgement"), on).await.expect(200);
    service.post(&format!("{investigated}/investigation"), json!({ "note": "Asked." })).await.expect(200);
    let outcome = json!({ "outcome": "not_upheld", "explanation": "No.", "given_on": "2026-11-24" });
    by_council(&service, &format!("{answered}/outcome"), outcome).await;
    service.post(&format!("{withdrawn}/withdrawal"), json!({})).await.expect(200);
    for (path, risk, notify) in [
        (&assessed, "likely", true),
        (&spared, "unlikely", false),
        (&notified, "high", true),
        (&closed, "likely", true),
    ] {
        let judged = json!({ "risk": risk, "reasons": "So.", "notify_regulator": notify, "notify_subjects": false });
        by_council(&service, &format!("{path}/assessment"), judged).await;
    }
    let told = json!({ "notified_at": "2026-11-24T10:00:00Z", "phase": "initial" });
    by_council(&service, &format!("{notified}/notification"), told).await;
    by_council(&service, &format!("{closed}/closure"), json!({ "explanation": "Entered twice." })).await;
    let items = service.items("/v1/deadlines").await;
    let left: Vec<_> = items.iter().map(|item| (text(item, "reference"), text(item, "status"))).collect();
    let row = |reference: &str, status: &str| (reference.to_owned(), status.to_owned());
    // The complaint that is looked into was not acknowledged; the one that was waits for its outcome, which has no last day.
    let expected =
        [("PB-2026-000001", "assessed"), ("DC-2026-000002", "investigating"), ("DC-2026-000001", "acknowledged")];
    assert_eq!(left, expected.map(|(reference, status)| row(reference, status)));
}

async fn a_complaint_stays_on_the_list_until_its_outcome(service: Service) {
    let [answered, withdrawn] = [complaint(&service, "2026-11-20").await, complaint(&service, "2026-11-21").await];
    for path in [&answered, &withdrawn] {
        let on = json!({ "acknowledged_on": "2026-11-24" });
        service.post(&format!("{path}/acknowledgement"), on).await.expect(200);
    }
    service.post(&format!("{answered}/investigation"), json!({ "note": "Asked." })).await.expect(200);
    breach(&service, "2026-11-24T09:00:00Z").await;
    let items = service.items("/v1/deadlines").await;
    let id = answered.rsplit('/').next().unwrap();
    let waits = json!({
        "kind": "complaint_outcome", "id": id, "reference": "DC-2026-000001", "overdue": false, "status": "investigating",
    });
    assert_eq!(
        (items.len(), &items[0]["kind"], &items[1]),
        (3, &json!("breach_notification"), &waits),
        "dated ones first"
    );
    // However long it takes: no last day goes by.
    service.hands.set(Instant::parse("2027-11-24T10:00:00Z").unwrap());
    assert_eq!(service.items("/v1/deadlines?kind=complaint_outcome").await[0], waits);
    assert!(owed(&service, "before=2028-01-01&kind=complaint_outcome").await.is_empty());
    let counted = counted_as(&service, "complaint_outcome", &["overdue", "within_7_days", "without_a_last_day"]).await;
    assert_eq!(counted, [0, 0, 2]);
    let first = service.get("/v1/deadlines?limit=2").await.expect(200).json();
    let rest = service.items(&format!("/v1/deadlines?cursor={}", text(&first, "next_cursor"))).await;
    assert_eq!(rest.iter().map(|item| text(item, "reference")).collect::<Vec<_>>(), ["DC-2026-000002"]);
    let outcome = json!({ "outcome": "upheld", "explanation": "Yes.", "given_on": "2027-11-24" });
    by_council(&service, &format!("{answered}/outcome"), outcome).await;
    service.post(&format!("{withdrawn}/withdrawal"), json!({})).await.expect(200);
    assert!(owed(&service, "kind=complaint_outcome").await.is_empty());
}

async fn a_deadline_is_over_after_its_last_moment(service: Service) {
    service.hands.set(Instant::parse("2027-05-28T10:00:00Z").unwrap());
    complaint(&service, "2027-05-28").await; // by Monday 28 June, in summer time
    breach(&service, "2027-05-28T09:00:00.000001Z").await;
    let over = async |at: &str| {
        service.hands.set(Instant::parse(at).unwrap());
        let items = service.items("/v1/deadlines").await;
        items.iter().map(|item| item["overdue"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(over("2027-05-31T09:00:00.000001Z").await, [false, false]);
    assert_eq!(over("2027-05-31T09:00:00.000002Z").await, [true, false]);
    assert_eq!(over("2027-06-28T22:59:59.999999Z").await, [true, false]);
    assert_eq!(over("2027-06-28T23:00:00Z").await, [true, true]);
}

async fn deadlines_are_found_by_day_and_kind_and_page_by_page(service: Service) {
    for _ in 0..3 {
        complaint(&service, "2026-10-26").await; // all by 25 November
        breach(&service, "2026-11-22T23:59:59.999999Z").await; // on the 25th, a microsecond before its end
    }
    breach(&service, "2026-11-23T00:00:00Z").await; // on the 26th, when it begins
    assert!(owed(&service, "before=2026-11-25").await.is_empty());
    assert_eq!(owed(&service, "before=2026-11-26").await.len(), 6);
    assert_eq!(owed(&service, "before=2026-11-27").await.len(), 7);
    assert_eq!(owed(&service, "before=2026-11-26&kind=breach_notification").await.len(), 3);
    assert_eq!(owed(&service, "kind=complaint_acknowledgement").await.len(), 3);
    let whole = owed(&service, "").await;
    let (mut told, mut path) = (Vec::new(), "/v1/deadlines?limit=2".to_owned());
    loop {
        let page = service.get(&path).await.expect(200).json();
        told.extend(page["items"].as_array().unwrap().iter().map(|item| text(item, "reference")));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/deadlines?limit=2&cursor={cursor}");
    }
    assert_eq!((told.len(), &told), (7, &whole), "registrations that end together are listed once each");
    for query in ["before=soon", "before=2026-11-31", "kind=birthday", "overdue=true"] {
        service.get(&format!("/v1/deadlines?{query}")).await.problem(400, "invalid_query");
    }
}

async fn staff_and_council_see_deadlines_and_contractors_do_not(service: Service) {
    complaint(&service, "2026-11-20").await;
    let seen = service.request("GET", "/v1/deadlines").token(&service.council()).send().await.expect(200).json();
    assert_eq!(json!(service.items("/v1/deadlines").await), seen["items"]);
    let asked = json!({ "name": "Brightwater Mailing", "kind": "approved_contractor" });
    let id: OrganisationId =
        text(&service.post("/v1/organisations", asked).await.expect(201).json(), "id").parse().unwrap();
    let contractor = service.token("contractor-1", &[Role::Contractor], Some(id));
    let refused = service.request("GET", "/v1/deadlines").token(&contractor).send().await.problem(403, "forbidden");
    assert_eq!(refused.json()["permission"], "deadlines:read");
}

/// The numbers of a kind: over, within a day, three, seven.
async fn counted(service: &Service, kind: &str) -> Vec<u64> {
    counted_as(service, kind, &["overdue", "within_1_day", "within_3_days", "within_7_days"]).await
}

/// The numbers of a kind under these values of the label `due`.
async fn counted_as(service: &Service, kind: &str, due: &[&str]) -> Vec<u64> {
    let metrics = reqwest::get(format!("{}/metrics", service.metrics_address())).await.unwrap().text().await.unwrap();
    let number = |due: &str| {
        let line = format!("iewm_deadlines{{kind=\"{kind}\",due=\"{due}\"}} ");
        let found = metrics.lines().find_map(|known| known.strip_prefix(&line));
        found.unwrap_or_else(|| panic!("no {line} in {metrics}")).parse().unwrap()
    };
    due.iter().copied().map(number).collect()
}

async fn the_metrics_count_what_is_near_and_what_is_over(service: Service) {
    for kind in ["complaint_acknowledgement", "breach_notification"] {
        assert_eq!(counted(&service, kind).await, [0, 0, 0, 0], "what is not due is counted as well");
    }
    complaint(&service, "2026-10-20").await; // over
    complaint(&service, "2026-10-25").await; // today, to its end
    complaint(&service, "2026-10-30").await; // Sunday the 29th, moved to the 30th
    complaint(&service, "2026-11-20").await; // later
    breach(&service, "2026-11-24T09:59:59Z").await;
    assert_eq!(counted(&service, "complaint_acknowledgement").await, [1, 1, 1, 2]);
    assert_eq!(counted(&service, "breach_notification").await, [0, 0, 1, 1]);
    service.hands.advance(Duration::hours(72));
    assert_eq!(counted(&service, "complaint_acknowledgement").await, [2, 0, 0, 1]);
    assert_eq!(counted(&service, "breach_notification").await, [1, 0, 0, 0]);
}
