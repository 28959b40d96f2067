//! Personal-data breaches, from a report to their closure.

use chrono::Duration;
use iewm::domain::{Instant, OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_breach_is_reported_assessed_notified_in_phases_and_closed,
    a_breach_goes_only_where_the_law_lets_it,
    seventy_two_hours_elapse_to_the_microsecond,
    a_late_notification_says_why,
    only_an_unlikely_risk_spares_the_notification,
    a_bad_report_is_told_what_to_change,
    what_becomes_known_later_is_added,
    breaches_are_found_by_state_reference_reporter_and_hour,
    a_contractor_reports_and_sees_its_own_reports_alone,
    a_contractor_is_not_told_what_was_judged,
    a_contractor_is_not_told_how_many_breaches_there_were,
    staff_report_and_read_and_the_council_manages,
    of_two_assessments_at_once_one_is_recorded,
}

/// A breach that became known an hour ago.
fn breach() -> Value {
    json!({
        "aware_at": "2026-11-24T09:00:00Z", "nature": "A list went to the wrong venue.\nIt has deleted it.",
        "categories": ["event", "contact"], "approximate_subjects": 40,
    })
}

fn breach_with(member: &str, value: Value) -> Value {
    let mut asked = breach();
    asked[member] = value;
    asked
}

fn assessment(risk: &str) -> Value {
    json!({ "risk": risk, "reasons": "Names and employers.", "notify_regulator": true, "notify_subjects": false })
}

async fn reported(service: &Service, asked: Value) -> String {
    service.post("/v1/breaches", asked).await.expect(201).header("location")
}

/// A request of the council's.
async fn manage(service: &Service, path: &str, verb: &str, body: Value) -> Answer {
    service.request("POST", &format!("{path}/{verb}")).token(&service.council()).json(&body).send().await
}

async fn notify(service: &Service, path: &str, at: &str, phase: &str) -> Answer {
    manage(service, path, "notification", json!({ "notified_at": at, "phase": phase })).await
}

async fn history(service: &Service, path: &str) -> Vec<Value> {
    let answer = service.request("GET", &format!("{path}/history")).token(&service.council()).send().await;
    answer.expect(200).json()["items"].as_array().cloned().unwrap()
}

/// A contractor of an organisation of its own: the organisation's id, and a token.
async fn contractor(service: &Service, name: &str) -> (String, String) {
    let asked = json!({ "name": name, "kind": "approved_contractor" });
    let id = text(&service.post("/v1/organisations", asked).await.expect(201).json(), "id");
    let organisation: OrganisationId = id.parse().unwrap();
    (id, service.token("contractor-1", &[Role::Contractor], Some(organisation)))
}

async fn a_breach_is_reported_assessed_notified_in_phases_and_closed(service: Service) {
    let made = service.post("/v1/breaches", breach()).await.expect(201);
    let (path, told) = (made.header("location"), made.json());
    assert_eq!(
        told,
        json!({
            "id": text(&told, "id"), "reference": "PB-2026-000001", "aware_at": "2026-11-24T09:00:00.000000Z",
            "notify_by": "2026-11-27T09:00:00.000000Z", "nature": "A list went to the wrong venue.\nIt has deleted it.",
            "categories": ["contact", "event"], "approximate_subjects": 40, "status": "reported", "version": 1,
        })
    );
    let read = service.get(&path).await.expect(200);
    assert_eq!((read.json(), read.etag()), (told, "\"1\"".to_owned()));
    let assessed = manage(&service, &path, "assessment", assessment("likely")).await.expect(200).json();
    for (member, expected) in [
        ("status", json!("assessed")),
        ("risk", json!("likely")),
        ("reasons", json!("Names and employers.")),
        ("notify_regulator", json!(true)),
        ("notify_subjects", json!(false)),
    ] {
        assert_eq!(assessed[member], expected, "{member}");
    }
    let initial = notify(&service, &path, "2026-11-24T09:30:00Z", "initial").await.expect(200).json();
    assert_eq!(
        (&initial["status"], &initial["notified_at"]),
        (&json!("notified"), &json!("2026-11-24T09:30:00.000000Z"))
    );
    service.hands.advance(Duration::hours(1));
    let further = notify(&service, &path, "2026-11-24T10:30:00Z", "further").await.expect(200).json();
    assert_eq!(further["notified_at"], initial["notified_at"], "the first time counts");
    notify(&service, &path, "2026-11-24T11:00:00Z", "final").await.expect(200);
    let closed = manage(&service, &path, "closure", json!({ "explanation": "Lists are checked by two now." })).await;
    assert_eq!(closed.etag(), "\"6\"");
    let closed = closed.expect(200).json();
    for (member, expected) in [
        ("status", json!("closed")),
        ("explanation", json!("Lists are checked by two now.")),
        ("closed_at", json!("2026-11-24T11:00:00.000000Z")),
        ("keep_until", json!("2032-11-24")),
    ] {
        assert_eq!(closed[member], expected, "{member}");
    }
    let steps: Vec<Value> = history(&service, &path)
        .await
        .iter()
        .map(|step| json!([step["status"], step["phase"], step["recorded_by"]]))
        .collect();
    assert_eq!(
        steps,
        [
            json!(["closed", null, "council-1"]),
            json!(["notified", "final", "council-1"]),
            json!(["notified", "further", "council-1"]),
            json!(["notified", "initial", "council-1"]),
            json!(["assessed", null, "council-1"]),
            json!(["reported", null, "staff-1"]),
        ]
    );
    let actions: Vec<Value> = service.audit("").await.iter().map(|entry| entry["action"].clone()).collect();
    for action in ["report", "assess", "notify", "close", "read", "history"] {
        assert!(actions.contains(&json!(format!("breaches.{action}"))), "{action} in {actions:?}");
    }
}

async fn a_breach_goes_only_where_the_law_lets_it(service: Service) {
    let act = async |path: &str, verb: &str| match verb {
        "assessment" => manage(&service, path, verb, assessment("high")).await,
        "notification" => notify(&service, path, "2026-11-24T10:00:00Z", "initial").await,
        _ => manage(&service, path, verb, json!({ "explanation": "Done." })).await,
    };
    let verbs = [("assessment", "assessed"), ("notification", "notified"), ("closure", "closed")];
    let from: [(&[&str], &[&str]); 5] = [
        (&[], &["assessed"]),
        (&["assessment"], &["notified", "closed"]),
        (&["assessment", "notification"], &["notified", "closed"]),
        (&["assessment", "closure"], &[]),
        (&["assessment", "notification", "closure"], &[]),
    ];
    for (way, next) in from {
        for (verb, state) in verbs {
            let path = reported(&service, breach()).await;
            for step in way {
                act(&path, step).await.expect(200);
            }
            let before = service.get(&path).await.expect(200).json();
            let answer = act(&path, verb).await;
            if next.contains(&state) {
                assert_eq!(answer.expect(200).json()["status"], state, "{way:?} {verb}");
            } else {
                let problem = answer.problem(409, "illegal_transition").json();
                assert_eq!(problem["allowed_transitions"], json!(next), "{way:?} {verb}");
                assert_eq!(service.get(&path).await.expect(200).json(), before);
            }
        }
    }
    for (verb, _) in verbs {
        act("/v1/breaches/01937a5e-8f00-7c3a-9d55-3f2a60b1c901", verb).await.problem(404, "not_found");
    }
}

async fn seventy_two_hours_elapse_to_the_microsecond(service: Service) {
    service.hands.set(Instant::parse("2027-04-10T10:00:00Z").unwrap());
    for (aware_at, notify_by) in [
        ("2026-12-24T17:00:00.123456Z", "2026-12-27T17:00:00.123456Z"), // Christmas stops nothing
        ("2027-03-26T17:00:00Z", "2027-03-29T17:00:00.000000Z"),        // nor Easter, nor the clocks that go forward
        ("2026-10-23T18:30:00+01:00", "2026-10-26T17:30:00.000000Z"),   // or back
    ] {
        let told = service.post("/v1/breaches", breach_with("aware_at", json!(aware_at))).await.expect(201).json();
        assert_eq!(told["notify_by"], notify_by, "{aware_at}");
    }
}

async fn a_late_notification_says_why(service: Service) {
    service.hands.set(Instant::parse("2026-11-30T09:00:00Z").unwrap());
    let path = reported(&service, breach_with("aware_at", json!("2026-11-24T09:00:00.000001Z"))).await;
    let early = notify(&service, &path, "2026-11-25T09:00:00Z", "initial").await;
    assert_eq!(early.problem(409, "illegal_transition").json()["allowed_transitions"], json!(["assessed"]));
    manage(&service, &path, "assessment", assessment("likely")).await.expect(200);
    let faults = async |at: &str| notify(&service, &path, at, "initial").await.problem(422, "invalid").faults();
    assert_eq!(faults("2026-11-27T09:00:00.000002Z").await, ["/lateness_reason missing"]);
    assert_eq!(faults("2026-11-24T09:00:00Z").await, ["/notified_at before_awareness"]);
    assert_eq!(faults("2026-11-30T09:00:00.000001Z").await, ["/lateness_reason missing", "/notified_at future"]);
    let late = json!({
        "notified_at": "2026-11-27T09:00:00.000002Z", "phase": "initial", "lateness_reason": "The venue was closed.",
    });
    manage(&service, &path, "notification", late).await.expect(200);
    let step = history(&service, &path).await.remove(0);
    assert_eq!(
        (&step["lateness_reason"], &step["occurred_at"], &step["recorded_at"]),
        (&json!("The venue was closed."), &json!("2026-11-27T09:00:00.000002Z"), &json!("2026-11-30T09:00:00.000000Z"))
    );
    // In time to the last microsecond.
    let path = reported(&service, breach_with("aware_at", json!("2026-11-24T09:00:00.000001Z"))).await;
    manage(&service, &path, "assessment", assessment("likely")).await.expect(200);
    notify(&service, &path, "2026-11-27T09:00:00.000001Z", "initial").await.expect(200);
}

async fn only_an_unlikely_risk_spares_the_notification(service: Service) {
    let path = reported(&service, breach()).await;
    for risk in ["likely", "high"] {
        let mut silent = assessment(risk);
        silent["notify_regulator"] = json!(false);
        let refused = manage(&service, &path, "assessment", silent).await.problem(422, "notification_required");
        assert_eq!(refused.faults(), ["/notify_regulator notification_required"]);
        assert_eq!(refused.json()["article"], "UK GDPR Article 33(1)");
    }
    let refusals = service.audit("").await;
    let refused = refusals.iter().filter(|entry| entry["code"] == "notification_required").count();
    assert_eq!(refused, 2, "the law's no is written down");
    let mut silent = assessment("unlikely");
    silent["notify_regulator"] = json!(false);
    manage(&service, &path, "assessment", silent).await.expect(200);
    manage(&service, &path, "closure", json!({ "explanation": "It was encrypted." })).await.expect(200);
}

async fn a_bad_report_is_told_what_to_change(service: Service) {
    let refused = async |body: Value| service.post("/v1/breaches", body).await.problem(422, "invalid").faults();
    assert_eq!(refused(json!({})).await, ["/aware_at missing", "/categories missing", "/nature missing"]);
    assert_eq!(refused(breach_with("aware_at", json!("2026-11-24T10:00:00.000001Z"))).await, ["/aware_at future"]);
    for (member, value, fault) in [
        ("aware_at", json!("2026-11-24"), "/aware_at date-time"),
        ("categories", json!([]), "/categories too_few"),
        ("categories", json!(["contact", "contact"]), "/categories not_unique"),
        ("categories", json!(["health"]), "/categories/0 unknown_value"),
        ("nature", json!(" "), "/nature blank"),
        ("nature", json!("x".repeat(10_001)), "/nature too_long"),
        ("approximate_subjects", json!(-1), "/approximate_subjects too_small"),
        ("approximate_records", json!(1_000_000_001), "/approximate_records too_large"),
        ("notify_by", json!("2099-01-01T00:00:00Z"), "/notify_by read_only"),
        ("risk", json!("high"), "/risk read_only"),
        ("colour", json!("red"), "/colour unknown"),
        (
            "reported_by_organisation_id",
            json!("01937a5e-8f00-7c3a-9d55-3f2a60b1c901"),
            "/reported_by_organisation_id unknown_reference",
        ),
    ] {
        assert_eq!(refused(breach_with(member, value)).await, [fault]);
    }
    assert!(service.items("/v1/breaches").await.is_empty(), "nothing is half done");
    let path = reported(&service, breach()).await;
    assert_eq!(service.get(&path).await.json()["reference"], "PB-2026-000001", "and no number was used up");
    let faults =
        async |verb: &str, body: Value| manage(&service, &path, verb, body).await.problem(422, "invalid").faults();
    let missing = ["/notify_regulator missing", "/notify_subjects missing", "/reasons missing", "/risk missing"];
    assert_eq!(faults("assessment", json!({})).await, missing);
    let mut vague = assessment("perhaps");
    vague["reasons"] = json!("");
    assert_eq!(faults("assessment", vague).await, ["/reasons blank", "/risk unknown_value"]);
    assert_eq!(faults("notification", json!({})).await, ["/notified_at missing", "/phase missing"]);
    let second = json!({ "notified_at": "2026-11-24T10:00:00Z", "phase": "second" });
    assert_eq!(faults("notification", second).await, ["/phase unknown_value"]);
    assert_eq!(faults("closure", json!({ "explanation": "\u{202e}" })).await, ["/explanation characters"]);
}

async fn what_becomes_known_later_is_added(service: Service) {
    let path = reported(&service, breach()).await;
    let mut judged = assessment("high");
    judged["consequences"] = json!("Unwanted calls.");
    judged["approximate_records"] = json!(80);
    manage(&service, &path, "assessment", judged).await.expect(200);
    let told = json!({
        "notified_at": "2026-11-24T10:00:00Z", "phase": "initial", "approximate_subjects": 41,
        "measures": "The people were told.",
    });
    let told = manage(&service, &path, "notification", told).await.expect(200).json();
    for (member, expected) in [
        ("approximate_subjects", json!(41)),
        ("approximate_records", json!(80)),
        ("consequences", json!("Unwanted calls.")),
        ("measures", json!("The people were told.")),
        ("nature", breach()["nature"].clone()),
    ] {
        assert_eq!(told[member], expected, "{member}");
    }
    assert_eq!(service.get(&path).await.expect(200).json(), told);
}

async fn breaches_are_found_by_state_reference_reporter_and_hour(service: Service) {
    let (brightwater, _) = contractor(&service, "Brightwater Mailing").await;
    reported(&service, breach()).await;
    let second = reported(&service, breach_with("aware_at", json!("2026-11-23T09:00:00Z"))).await;
    reported(&service, breach_with("reported_by_organisation_id", json!(brightwater))).await;
    manage(&service, &second, "assessment", assessment("likely")).await.expect(200);
    let found = async |query: &str| {
        let items = service.items(&format!("/v1/breaches?{query}")).await;
        items.iter().map(|item| text(item, "reference")[8..].trim_start_matches('0').to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ["3", "2", "1"], "newest first");
    assert_eq!(found("status=assessed").await, ["2"]);
    assert_eq!(found("reference=PB-2026-000001").await, ["1"]);
    assert_eq!(found(&format!("reported_by_organisation_id={brightwater}")).await, ["3"]);
    assert!(found("notify_before=2026-11-26T09:00:00Z").await.is_empty());
    assert_eq!(found("notify_before=2026-11-26T09:00:00.000001Z").await, ["2"]);
    assert_eq!(found("notify_before=2026-11-27T09:00:00.000001Z&status=reported").await, ["3", "1"]);
    for query in ["status=open", "notify_before=soon", "nature=list", "reference=7"] {
        service.get(&format!("/v1/breaches?{query}")).await.problem(400, "invalid_query");
    }
    let first = service.get("/v1/breaches?limit=1").await.expect(200).json();
    assert_eq!(service.items(&format!("/v1/breaches?cursor={}", text(&first, "next_cursor"))).await.len(), 2);
}

async fn a_contractor_reports_and_sees_its_own_reports_alone(service: Service) {
    let (brightwater, token) = contractor(&service, "Brightwater Mailing").await;
    let (other, stranger) = contractor(&service, "Malvern Events").await;
    let report = |token: &str, body: Value| service.request("POST", "/v1/breaches").token(token).json(&body).send();
    let made = report(&token, breach()).await.expect(201);
    let (path, told) = (made.header("location"), made.json());
    assert_eq!((&told["reported_by_organisation_id"], &told["status"]), (&json!(brightwater), &json!("reported")));
    report(&token, breach_with("reported_by_organisation_id", json!(brightwater))).await.expect(201);
    let refused = report(&token, breach_with("reported_by_organisation_id", json!(other))).await;
    assert_eq!(refused.problem(422, "invalid").faults(), ["/reported_by_organisation_id unknown_reference"]);
    let ours = reported(&service, breach()).await;

    let read = |path: &str, token: &str| service.request("GET", path).token(token).send();
    assert_eq!(read(&path, &token).await.expect(200).json(), told);
    let unknown =
        read("/v1/breaches/01937a5e-8f00-7c3a-9d55-3f2a60b1c901", &token).await.problem(404, "not_found").json();
    for (path, token) in [(&path, &stranger), (&ours, &token)] {
        let mut hidden = read(path, token).await.problem(404, "not_found").json();
        hidden["instance"] = unknown["instance"].clone();
        assert_eq!(hidden, unknown, "what is another's is not there");
    }
    let listed = async |query: &str, token: &str| {
        let answer = read(&format!("/v1/breaches?{query}"), token).await.expect(200).json();
        answer["items"].as_array().unwrap().len()
    };
    assert_eq!((listed("", &token).await, listed("", &stranger).await), (2, 0));
    assert_eq!(listed(&format!("reported_by_organisation_id={brightwater}"), &stranger).await, 0);
    assert_eq!(listed("reference=PB-2026-000003", &token).await, 0);
    for verb in ["assessment", "notification", "closure"] {
        let answer = service.request("POST", &format!("{path}/{verb}")).token(&token).json(&json!({})).send().await;
        assert_eq!(answer.problem(403, "forbidden").json()["permission"], "breaches:manage");
    }
    read(&format!("{path}/history"), &token).await.problem(403, "forbidden");
    service.post(&format!("/v1/organisations/{brightwater}/suspension"), json!({})).await.expect(200);
    report(&token, breach()).await.problem(401, "invalid_token");
}

async fn a_contractor_is_not_told_how_many_breaches_there_were(service: Service) {
    for _ in 0..6 {
        reported(&service, breach()).await;
    }
    let (_, token) = contractor(&service, "Brightwater Mailing").await;
    let report = || {
        let asked = service.request("POST", "/v1/breaches").token(&token).header("Idempotency-Key", "brightwater-1");
        asked.json(&breach()).send()
    };
    let made = report().await.expect(201);
    let path = made.header("location");
    let read = async |path: &str| service.request("GET", path).token(&token).send().await.expect(200);
    let replayed = report().await.expect(201);
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    for answer in [made, replayed, read(&path).await, read("/v1/breaches").await] {
        let told = [answer.text(), answer.header("location"), answer.header("etag")].join("\n");
        assert!(!["reference", "PB-", "000007"].iter().any(|word| told.contains(word)), "{told}");
    }
    // Trying the numbers one after the other tells nothing either.
    let found = read("/v1/breaches?reference=PB-2026-000007").await.json();
    assert_eq!(found["items"], json!([]));
    // The council finds the report by the id that the contractor quotes, and has its number.
    assert_eq!(service.get(&path).await.expect(200).json()["reference"], "PB-2026-000007");
    let found = service.items("/v1/breaches?reference=PB-2026-000007").await;
    assert_eq!(format!("/v1/breaches/{}", text(&found[0], "id")), path);
}

async fn a_contractor_is_not_told_what_was_judged(service: Service) {
    let (_, token) = contractor(&service, "Brightwater Mailing").await;
    let said = breach_with("consequences", json!("Calls by strangers."));
    let made = service.request("POST", "/v1/breaches").token(&token).json(&said).send().await.expect(201);
    let path = made.header("location");
    let own = service.request("GET", &path).token(&token).send().await.expect(200).json();
    assert_eq!(own["consequences"], "Calls by strangers.", "what it said itself");
    let mut judged = assessment("likely");
    judged["consequences"] = json!("The council expects claims.");
    judged["measures"] = json!("The contract is under review.");
    manage(&service, &path, "assessment", judged).await.expect(200);
    notify(&service, &path, "2026-11-24T10:00:00Z", "initial").await.expect(200);
    manage(&service, &path, "closure", json!({ "explanation": "The contract is reviewed." })).await.expect(200);
    let seen = service.request("GET", &path).token(&token).send().await.expect(200).json();
    assert_eq!(seen["status"], "closed");
    let judged = ["risk", "reasons", "notify_regulator", "notify_subjects", "notified_at", "explanation"];
    for hidden in judged.into_iter().chain(["consequences", "measures"]) {
        assert!(seen.get(hidden).is_none(), "{hidden} in {seen}");
        assert!(service.get(&path).await.json().get(hidden).is_some(), "{hidden}");
    }
}

async fn staff_report_and_read_and_the_council_manages(service: Service) {
    let path = reported(&service, breach()).await;
    for (verb, body) in [
        ("assessment", assessment("likely")),
        ("notification", json!({ "notified_at": "2026-11-24T10:00:00Z", "phase": "initial" })),
        ("closure", json!({ "explanation": "Done." })),
    ] {
        let problem = service.post(&format!("{path}/{verb}"), body.clone()).await.problem(403, "forbidden").json();
        assert_eq!(problem["permission"], "breaches:manage", "{verb}");
        manage(&service, &path, verb, body).await.expect(200);
    }
    service.get(&path).await.expect(200);
    service.get(&format!("{path}/history")).await.problem(403, "forbidden");
    let by_council = service.request("POST", "/v1/breaches").token(&service.council()).json(&breach()).send().await;
    assert_eq!(by_council.expect(201).json()["reference"], "PB-2026-000002");
}

async fn of_two_assessments_at_once_one_is_recorded(service: Service) {
    for _ in 0..5 {
        let path = reported(&service, breach()).await;
        let at_once = (0..4).map(|_| manage(&service, &path, "assessment", assessment("likely")));
        let answers = futures_util::future::join_all(at_once).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409]);
        assert_eq!(history(&service, &path).await.len(), 2);
    }
}
