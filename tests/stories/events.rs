//! Events, from their draft to their end.

use iewm::domain::{OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_event_is_drafted_published_and_completed,
    what_is_published_says_when_and_where,
    what_was_cancelled_or_completed_stays_so,
    bad_events_are_told_what_to_change,
    events_are_found_by_state_and_time,
    a_calendar_follows_an_event_by_its_uid,
    a_contractor_that_is_assigned_to_nothing_sees_nothing,
    an_event_without_a_limit_is_told_from_one_without_places,
}

/// A draft that can be published.
fn conference() -> Value {
    json!({
        "title": "Spring conference", "description": "A day about prevention.\nLunch is provided.",
        "starts_at": "2027-03-01T09:30:00Z", "ends_at": "2027-03-01T16:00:00Z",
        "location": {
            "name": "The Guildhall", "address": "High Street\nWorcester", "online_url": "https://meet.example/spring",
        },
        "capacity": 80,
    })
}

async fn drafted(service: &Service, event: Value) -> String {
    service.post("/v1/events", event).await.expect(201).header("location")
}

async fn verb(service: &Service, path: &str, verb: &str) -> crate::harness::client::Answer {
    service.request("POST", &format!("{path}/{verb}")).token(&service.staff()).send().await
}

async fn an_event_is_drafted_published_and_completed(service: Service) {
    let made = service.post("/v1/events", conference()).await.expect(201);
    let path = made.header("location");
    let event = made.json();
    assert_eq!((&event["status"], &event["capacity"], made.etag().as_str()), (&json!("draft"), &json!(80), "\"1\""));
    let waiting_list = json!({ "enabled": true, "promotion": "automatic", "offer_working_hours": 16 });
    assert_eq!(event["waiting_list"], waiting_list);
    assert_eq!(service.get(&path).await.expect(200).json(), event);
    let patch = json!({ "capacity": null, "waiting_list": { "enabled": false }, "location": { "name": "Online" } });
    let changed = service.patch(&path, "\"1\"", patch).await.expect(200).json();
    assert_eq!((&changed["capacity"], &changed["waiting_list"]["enabled"]), (&json!(null), &json!(false)));
    assert_eq!(changed["location"], json!({ "name": "Online" }));
    service.patch(&path, "\"1\"", json!({ "title": "X" })).await.problem(412, "stale_version");

    let published = verb(&service, &path, "publication").await.expect(200);
    assert_eq!((&published.json()["status"], published.etag().as_str()), (&json!("published"), "\"3\""));
    verb(&service, &path, "completion").await.problem(409, "not_ended");
    service.hands.set(iewm::domain::Instant::parse("2027-03-01T16:00:00Z").unwrap());
    assert_eq!(verb(&service, &path, "completion").await.expect(200).json()["status"], "completed");
    let audited: Vec<Value> =
        service.audit("action=events.status").await.iter().map(|e| e["detail"]["to"].clone()).collect();
    assert_eq!(audited, [json!("completed"), json!("published")]);
}

async fn what_is_published_says_when_and_where(service: Service) {
    let path = drafted(&service, json!({ "title": "Talk", "description": "Soon.", "capacity": 0 })).await;
    let problem = verb(&service, &path, "publication").await.problem(422, "invalid").json();
    let pointers: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|e| text(e, "pointer")).collect();
    assert_eq!(pointers, ["/starts_at", "/ends_at", "/location/name"]);
    let whole = conference();
    let patch = json!({ "starts_at": whole["starts_at"], "ends_at": whole["ends_at"], "location": whole["location"] });
    service.patch(&path, "\"1\"", patch).await.expect(200);
    verb(&service, &path, "publication").await.expect(200);
    let problem = service.patch(&path, "\"3\"", json!({ "location": null })).await.problem(422, "invalid").json();
    assert_eq!(problem["errors"][0]["pointer"], "/location/name");

    // What was in the future when it was drafted may be past when it is to be published.
    let late = drafted(&service, conference()).await;
    service.hands.set(iewm::domain::Instant::parse("2027-03-01T09:30:00Z").unwrap());
    let problem = verb(&service, &late, "publication").await.problem(422, "invalid").json();
    assert_eq!(
        (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
        (&json!("/starts_at"), &json!("past"))
    );
}

async fn what_was_cancelled_or_completed_stays_so(service: Service) {
    let path = drafted(&service, conference()).await;
    let refused = verb(&service, &path, "completion").await.problem(409, "illegal_transition").json();
    assert_eq!(refused["allowed_transitions"], json!(["published", "cancelled"]));
    assert_eq!(verb(&service, &path, "cancellation").await.expect(200).json()["status"], "cancelled");
    for refused in [
        verb(&service, &path, "publication").await,
        verb(&service, &path, "cancellation").await,
        service.patch(&path, "\"2\"", json!({ "title": "X" })).await,
    ] {
        assert_eq!(refused.problem(409, "illegal_transition").json()["allowed_transitions"], json!([]));
    }
}

async fn bad_events_are_told_what_to_change(service: Service) {
    let told = async |change: Value| {
        let mut event = conference();
        for (name, value) in change.as_object().unwrap() {
            event[name] = value.clone();
        }
        let problem = service.post("/v1/events", event).await.problem(422, "invalid").json();
        problem["errors"].as_array().unwrap().iter().map(|e| (text(e, "pointer"), text(e, "code"))).collect::<Vec<_>>()
    };
    let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    assert_eq!(told(json!({ "ends_at": "2027-03-01T09:30:00Z" })).await, one("/ends_at", "order"));
    assert_eq!(told(json!({ "starts_at": "2026-11-24T10:00:00Z" })).await, one("/starts_at", "past"));
    assert_eq!(told(json!({ "capacity": -1 })).await, one("/capacity", "too_small"));
    assert_eq!(
        told(json!({ "registration_closes_at": "2027-03-02T00:00:00Z" })).await,
        one("/registration_closes_at", "order")
    );
    assert_eq!(told(json!({ "starts_at": "2027-02-30T09:30:00Z" })).await.len(), 1, "a day that does not exist");
    // The clocks of London skip this hour: no time with London's offset is in it.
    assert_eq!(told(json!({ "starts_at": "2027-03-28T01:30:00" })).await.len(), 1, "a time without its offset");
    let nowhere = json!({ "name": "X", "venue_organisation_id": "01937a5e-8f00-7c3a-9d55-3f2a60b1c901" });
    assert_eq!(told(json!({ "location": nowhere })).await, one("/location/venue_organisation_id", "unknown_reference"));
    let plain = json!({ "name": "X", "online_url": "http://meet.example" });
    assert_eq!(told(json!({ "location": plain })).await.first().unwrap().0, "/location/online_url");
    let forever = json!({ "enabled": true, "offer_working_hours": 401 });
    assert_eq!(told(json!({ "waiting_list": forever })).await.first().unwrap().0, "/waiting_list/offer_working_hours");
    assert!(service.items("/v1/events").await.is_empty(), "nothing is half done");
}

async fn events_are_found_by_state_and_time(service: Service) {
    for month in ["02", "03", "04"] {
        let mut event = conference();
        event["starts_at"] = json!(format!("2027-{month}-01T09:30:00Z"));
        event["ends_at"] = json!(format!("2027-{month}-01T16:00:00Z"));
        drafted(&service, event).await;
    }
    let path = text(&service.items("/v1/events").await[0], "id");
    verb(&service, &format!("/v1/events/{path}"), "publication").await.expect(200);
    assert_eq!(service.items("/v1/events?status=published").await.len(), 1);
    assert_eq!(service.items("/v1/events?starts_from=2027-03-01T09:30:00Z").await.len(), 2);
    assert_eq!(
        service.items("/v1/events?starts_from=2027-03-01T09:30:00Z&starts_before=2027-04-01T09:30:00Z").await.len(),
        1
    );
    service.get("/v1/events?starts_from=tomorrow").await.problem(400, "invalid_query");
}

async fn a_calendar_follows_an_event_by_its_uid(service: Service) {
    let path = drafted(&service, conference()).await;
    let calendar = format!("{path}/calendar");
    service.get(&calendar).await.problem(409, "not_published");
    verb(&service, &path, "publication").await.expect(200);
    let answer = service.get(&calendar).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    let told = answer.text();
    assert!(told.lines().all(|line| line.len() <= 75) && told.ends_with("\r\n"), "{told}");
    let id = path.rsplit('/').next().unwrap();
    let unfolded = told.replace("\r\n ", "");
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:PUBLISH",
        &format!("UID:{id}@iewm.example"),
        "SEQUENCE:2",
        "DTSTART:20270301T093000Z",
        "DTEND:20270301T160000Z",
        "SUMMARY:Spring conference",
        "DESCRIPTION:A day about prevention.\\nLunch is provided.",
        "LOCATION:The Guildhall\\, High Street\\, Worcester",
        "URL:https://meet.example/spring",
        "STATUS:CONFIRMED",
        "END:VCALENDAR",
    ] {
        assert!(unfolded.lines().any(|known| known == line), "{line} in {unfolded}");
    }
    verb(&service, &path, "cancellation").await.expect(200);
    let cancelled = service.get(&calendar).await.expect(200).text();
    let cancelled = cancelled.replace("\r\n ", "");
    for line in ["METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3", &format!("UID:{id}@iewm.example")] {
        assert!(cancelled.lines().any(|known| known == line), "{line} in {cancelled}");
    }
    assert!(!cancelled.contains("\r\nURL:"), "a cancelled event needs no link to join: {cancelled}");
    for object in [&unfolded, &cancelled] {
        // RFC 5546 asks for one in both.
        let organizer = object.lines().find(|line| line.starts_with("ORGANIZER;"));
        let expected = r#"ORGANIZER;CN="Worcestershire County Council, for Improvement and"#;
        assert!(organizer.is_some_and(|line| line.starts_with(expected)), "{organizer:?}");
    }
}

async fn a_contractor_that_is_assigned_to_nothing_sees_nothing(service: Service) {
    let path = drafted(&service, conference()).await;
    let mailer = json!({ "name": "Brightwater", "kind": "approved_contractor" });
    let organisation: OrganisationId =
        text(&service.post("/v1/organisations", mailer).await.expect(201).json(), "id").parse().unwrap();
    let token = service.token("mailer-1", &[Role::Contractor], Some(organisation));
    let ask = async |path: &str| service.request("GET", path).token(&token).send().await;
    assert_eq!(ask("/v1/events").await.expect(200).json()["items"], json!([]));
    for path in [&path, &format!("{path}/calendar")] {
        ask(path).await.problem(404, "not_found");
    }
}

async fn an_event_without_a_limit_is_told_from_one_without_places(service: Service) {
    let mut event = conference();
    event["capacity"] = json!(80.0);
    let path = drafted(&service, event).await;
    assert_eq!(service.get(&path).await.expect(200).json()["capacity"], 80, "80.0 is an integer to JSON Schema");
    for capacity in [json!(null), json!(0)] {
        let mut event = conference();
        event["capacity"] = capacity.clone();
        let path = drafted(&service, event).await;
        assert_eq!(service.get(&path).await.expect(200).json()["capacity"], capacity);
    }
}
