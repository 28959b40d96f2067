//! Check-ins at an event: who went in and out, and who had come when it was over.

use iewm::domain::{Instant, OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    people_go_in_and_out,
    every_rejection_has_its_code,
    a_scan_is_taken_once_however_often_it_is_sent,
    a_scanner_that_was_offline_is_judged_by_when_it_scanned,
    two_scanners_let_one_person_in_once,
    what_happened_within_one_moment_keeps_its_order,
    an_attendance_stays_whichever_of_two_contacts_stays,
    who_came_is_known_when_the_event_is_over,
    without_check_ins_attendance_is_unknown,
    how_registrations_ended_is_counted,
    what_a_scanner_kept_counts_after_the_completion,
    bad_batches_are_told_what_to_change,
    only_staff_check_people_in,
}

const NOON: &str = "2027-03-02T12:00:00Z";

/// An event of 2 March 2027, nine to five, published.
async fn event(service: &Service, capacity: Value) -> String {
    let made = json!({
        "title": "Spring conference", "description": "A day about prevention.", "capacity": capacity,
        "starts_at": "2027-03-02T09:00:00Z", "ends_at": "2027-03-02T17:00:00Z", "location": { "name": "The Guildhall" },
    });
    let path = service.post("/v1/events", made).await.expect(201).header("location");
    service.request("POST", &format!("{path}/publication")).token(&service.staff()).send().await.expect(200);
    path
}

async fn registered(service: &Service, event: &str, name: &str) -> String {
    let contact = service.sign_up(name, &format!("{}@example.org", name.to_lowercase().replace(' ', "."))).await;
    let made = json!({ "contact_id": contact });
    text(&service.post(&format!("{event}/registrations"), made).await.expect(201).json(), "id")
}

fn scan(registration: &str, direction: &str, at: &str, nonce: &str) -> Value {
    json!({
        "registration_id": registration, "direction": direction, "occurred_at": at, "device_id": "door-1",
        "nonce": nonce,
    })
}

async fn send(service: &Service, event: &str, scans: &[Value]) -> Answer {
    service.post(&format!("{event}/check-ins"), json!({ "check_ins": scans })).await
}

/// What became of each scan: its result, and the code where there is one.
async fn told(service: &Service, event: &str, scans: &[Value]) -> Vec<String> {
    let answer = send(service, event, scans).await.expect(200).json();
    let rows = answer["results"].as_array().unwrap().iter().zip(scans);
    let told = rows.map(|(row, scan)| {
        for member in ["registration_id", "device_id", "nonce"] {
            assert_eq!(row[member], scan[member]);
        }
        row["code"].as_str().map_or_else(|| text(row, "result"), str::to_owned)
    });
    told.collect()
}

fn turn(service: &Service, at: &str) {
    service.hands.set(Instant::parse(at).unwrap());
}

async fn status(service: &Service, registration: &str) -> String {
    text(&service.get(&format!("/v1/registrations/{registration}")).await.expect(200).json(), "status")
}

async fn verb(service: &Service, path: &str, verb: &str) -> Answer {
    service.request("POST", &format!("{path}/{verb}")).token(&service.staff()).send().await
}

async fn people_go_in_and_out(service: Service) {
    let event = event(&service, json!(null)).await;
    let (ada, grace) = (registered(&service, &event, "Ada").await, registered(&service, &event, "Grace").await);
    turn(&service, NOON);
    let morning = [
        scan(&ada, "in", "2027-03-02T08:55:00Z", "1"),
        scan(&grace, "in", "2027-03-02T08:56:00Z", "2"),
        scan(&ada, "out", "2027-03-02T10:30:00Z", "3"),
        scan(&ada, "in", "2027-03-02T10:45:00Z", "4"),
    ];
    assert_eq!(told(&service, &event, &morning).await, ["ok", "ok", "ok", "ok"]);
    assert_eq!(status(&service, &ada).await, "confirmed");
    let audited = service.audit("action=check_ins.record").await;
    assert_eq!(audited[0]["detail"]["count"], 4);
}

async fn what_happened_within_one_moment_keeps_its_order(service: Service) {
    let event = event(&service, json!(null)).await;
    let ada = registered(&service, &event, "Ada").await;
    turn(&service, NOON);
    // Their names would sort the other way round.
    let moment = ["z", "y", "x", "w", "v"];
    let ways = ["in", "out", "in", "out", "in"];
    let scans: Vec<Value> = ways.iter().zip(moment).map(|(way, nonce)| scan(&ada, way, NOON, nonce)).collect();
    assert_eq!(told(&service, &event, &scans).await, ["ok"; 5]);
    let later = [scan(&ada, "in", "2027-03-02T12:00:00Z", "a"), scan(&ada, "out", "2027-03-02T12:00:00Z", "b")];
    assert_eq!(told(&service, &event, &later).await, ["already_in", "ok"]);
}

async fn an_attendance_stays_whichever_of_two_contacts_stays(service: Service) {
    for (round, (came, stays)) in [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().enumerate() {
        let event = event(&service, json!(null)).await;
        let mut both = Vec::new();
        for name in ["Ada", "Twin"] {
            let contact = service.sign_up(name, &format!("{name}.{round}@example.org")).await;
            let registration = service.register(&event, &contact).await.expect(201).json();
            both.push((contact, text(&registration, "id")));
        }
        let other = registered(&service, &event, &format!("Other {round}")).await;
        turn(&service, NOON);
        let came = scan(&both[came].1, "in", "2027-03-02T09:00:00Z", "1");
        assert_eq!(told(&service, &event, std::slice::from_ref(&came)).await, ["ok"]);
        let (into, from) = (&both[stays].0, &both[1 - stays].0);
        service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
        assert_eq!(told(&service, &event, &[came]).await, ["duplicate"]);
        turn(&service, "2027-03-02T17:00:00Z");
        verb(&service, &event, "completion").await.expect(200);
        let mut states = Vec::new();
        for (_, registration) in &both {
            states.push(status(&service, registration).await);
        }
        states.sort_unstable();
        assert_eq!(states, ["attended", "cancelled"], "round {round}");
        assert_eq!(status(&service, &other).await, "no_show");
        turn(&service, "2026-11-24T09:00:00Z");
    }
}

async fn every_rejection_has_its_code(service: Service) {
    let full = event(&service, json!(1)).await;
    let other = event(&service, json!(null)).await;
    let (ada, grace) = (registered(&service, &full, "Ada").await, registered(&service, &full, "Grace").await);
    let (elsewhere, gone) = (registered(&service, &other, "Alan").await, registered(&service, &other, "Edsger").await);
    verb(&service, &format!("/v1/registrations/{gone}"), "cancellation").await.expect(200);
    turn(&service, "2027-03-04T00:00:00Z");
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let scans = [
        scan(nobody, "in", NOON, "1"),
        scan(&elsewhere, "in", NOON, "2"),
        scan(&grace, "in", NOON, "3"),
        scan(&ada, "out", NOON, "4"),
        scan(&ada, "in", NOON, "5"),
        scan(&ada, "in", "2027-03-02T12:00:01Z", "6"),
        scan(&ada, "in", "2027-03-01T08:59:59Z", "7"),
        scan(&ada, "out", "2027-03-03T17:00:01Z", "8"),
    ];
    let expected = ["unknown", "wrong_event", "not_confirmed", "not_in", "ok", "already_in", "too_early", "too_late"];
    assert_eq!(told(&service, &full, &scans).await, expected);
    assert_eq!(told(&service, &other, &[scan(&gone, "in", NOON, "9")]).await, ["cancelled"]);
}

async fn a_scan_is_taken_once_however_often_it_is_sent(service: Service) {
    let event = event(&service, json!(null)).await;
    let ada = registered(&service, &event, "Ada").await;
    turn(&service, NOON);
    let came = scan(&ada, "in", "2027-03-02T09:00:00Z", "1");
    assert_eq!(told(&service, &event, &[came.clone(), came.clone()]).await, ["ok", "duplicate"]);
    let left = scan(&ada, "out", "2027-03-02T10:00:00Z", "2");
    assert_eq!(told(&service, &event, &[came.clone(), left.clone()]).await, ["duplicate", "ok"]);
    assert_eq!(told(&service, &event, &[came, left]).await, ["duplicate", "duplicate"]);
    // What was not taken is judged anew; another device has numbers of its own.
    let again = scan(&ada, "out", "2027-03-02T11:00:00Z", "3");
    assert_eq!(told(&service, &event, std::slice::from_ref(&again)).await, ["not_in"]);
    let mut back = scan(&ada, "in", "2027-03-02T10:30:00Z", "3");
    back["device_id"] = json!("door-2");
    assert_eq!(told(&service, &event, &[back, again]).await, ["ok", "ok"]);
}

async fn a_scanner_that_was_offline_is_judged_by_when_it_scanned(service: Service) {
    let event = event(&service, json!(null)).await;
    let ada = registered(&service, &event, "Ada").await;
    turn(&service, "2027-03-02T16:00:00Z");
    assert_eq!(told(&service, &event, &[scan(&ada, "in", "2027-03-02T14:00:00Z", "1")]).await, ["ok"]);
    // She had been there in the morning, at another door.
    let late = [
        scan(&ada, "out", "2027-03-02T11:00:00Z", "2"),
        scan(&ada, "in", "2027-03-02T09:00:00Z", "3"),
        scan(&ada, "out", "2027-03-02T11:00:00Z", "4"),
        scan(&ada, "in", "2027-03-02T15:00:00Z", "5"),
    ];
    assert_eq!(told(&service, &event, &late).await, ["not_in", "ok", "ok", "already_in"]);
}

async fn two_scanners_let_one_person_in_once(service: Service) {
    let event = event(&service, json!(null)).await;
    let ada = registered(&service, &event, "Ada").await;
    turn(&service, NOON);
    let scans: Vec<Value> = (0..8).map(|nonce| scan(&ada, "in", "2027-03-02T10:00:00Z", &nonce.to_string())).collect();
    let sent = scans.iter().map(|scan| told(&service, &event, std::slice::from_ref(scan)));
    let told: Vec<String> = futures_util::future::join_all(sent).await.concat();
    assert_eq!(told.iter().filter(|told| *told == "ok").count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|told| *told == "already_in").count(), 7, "{told:?}");
}

async fn who_came_is_known_when_the_event_is_over(service: Service) {
    let event = event(&service, json!(2)).await;
    let (ada, grace) = (registered(&service, &event, "Ada").await, registered(&service, &event, "Grace").await);
    let waits = registered(&service, &event, "Alan").await;
    turn(&service, "2027-03-02T17:00:00Z");
    told(&service, &event, &[scan(&ada, "in", "2027-03-02T09:00:00Z", "1")]).await;
    verb(&service, &event, "completion").await.expect(200);
    for (registration, expected) in [(&ada, "attended"), (&grace, "no_show"), (&waits, "expired")] {
        assert_eq!(status(&service, registration).await, expected);
    }
}

async fn without_check_ins_attendance_is_unknown(service: Service) {
    let event = event(&service, json!(null)).await;
    let ada = registered(&service, &event, "Ada").await;
    turn(&service, "2027-03-02T17:00:00Z");
    verb(&service, &event, "completion").await.expect(200);
    assert_eq!(status(&service, &ada).await, "attendance_unknown");
}

async fn how_registrations_ended_is_counted(service: Service) {
    let event = event(&service, json!(null)).await;
    let ada = registered(&service, &event, "Ada").await;
    registered(&service, &event, "Grace").await;
    let gone = registered(&service, &event, "Mary").await;
    verb(&service, &format!("/v1/registrations/{gone}"), "cancellation").await.expect(200);
    turn(&service, NOON);
    assert_eq!(told(&service, &event, &[scan(&ada, "in", NOON, "1")]).await, ["ok"]);
    turn(&service, "2027-03-02T17:00:00Z");
    verb(&service, &event, "completion").await.expect(200);
    let capacity = service.capacity(&event).await;
    assert_eq!(
        capacity["ended"],
        json!({ "declined": 0, "expired": 0, "cancelled": 1, "attended": 1, "no_show": 1, "attendance_unknown": 0 })
    );
    assert_eq!((&capacity["confirmed"], &capacity["waitlisted"]), (&json!(0), &json!(0)));
}

async fn what_a_scanner_kept_counts_after_the_completion(service: Service) {
    let event = event(&service, json!(null)).await;
    let (ada, grace) = (registered(&service, &event, "Ada").await, registered(&service, &event, "Grace").await);
    turn(&service, "2027-03-02T17:00:00Z");
    verb(&service, &event, "completion").await.expect(200);
    turn(&service, "2027-03-05T09:00:00Z");
    assert_eq!(told(&service, &event, &[scan(&ada, "in", "2027-03-02T09:00:00Z", "1")]).await, ["ok"]);
    assert_eq!(status(&service, &ada).await, "attended");
    assert_eq!(
        status(&service, &grace).await,
        "no_show",
        "another person was checked in, so the event has check-ins and she did not come"
    );
    assert_eq!(told(&service, &event, &[scan(&grace, "in", "2027-03-02T09:01:00Z", "2")]).await, ["ok"]);
    assert_eq!(status(&service, &grace).await, "attended");
    let history = service.get(&format!("/v1/registrations/{grace}/history")).await.expect(200).json();
    let causes: Vec<String> = history["items"].as_array().unwrap().iter().map(|step| text(step, "cause")).collect();
    assert_eq!(causes, ["checked_in_late", "checked_in_late", "event_completed", "registered"]);
}

async fn bad_batches_are_told_what_to_change(service: Service) {
    let event = event(&service, json!(null)).await;
    let ada = registered(&service, &event, "Ada").await;
    turn(&service, NOON);
    let mut future = scan(&ada, "in", "2027-03-02T12:00:00.000001Z", "2");
    let fine = scan(&ada, "in", NOON, "1");
    let answer = send(&service, &event, &[fine.clone(), future.clone()]).await.problem(422, "invalid");
    assert_eq!(answer.faults(), ["/check_ins/1/occurred_at future"]);
    assert_eq!(told(&service, &event, std::slice::from_ref(&fine)).await, ["ok"], "nothing of the bad batch was taken");
    let many: Vec<Value> = (0..501).map(|nonce| scan(&ada, "in", NOON, &nonce.to_string())).collect();
    assert_eq!(send(&service, &event, &many).await.problem(422, "invalid").faults(), ["/check_ins too_many"]);
    assert_eq!(told(&service, &event, &many[..500]).await.len(), 500);
    assert_eq!(send(&service, &event, &[]).await.problem(422, "invalid").faults(), ["/check_ins too_few"]);
    future["occurred_at"] = json!("2027-02-30T12:00:00Z");
    future["direction"] = json!("sideways");
    future["device_id"] = json!("Ada's telephone");
    let answer = send(&service, &event, &[future]).await.problem(422, "invalid");
    let pointers: Vec<String> =
        answer.faults().iter().map(|fault| fault.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(pointers, ["/check_ins/0/device_id", "/check_ins/0/direction", "/check_ins/0/occurred_at"]);
    send(&service, "/v1/events/01937a5e-8f00-7c3a-9d55-3f2a60b1c901", &[fine]).await.problem(404, "not_found");
}

async fn only_staff_check_people_in(service: Service) {
    let event = event(&service, json!(null)).await;
    let ada = registered(&service, &event, "Ada").await;
    turn(&service, NOON);
    let body = json!({ "check_ins": [scan(&ada, "in", NOON, "1")] });
    let path = format!("{event}/check-ins");
    let contractor = json!({ "name": "Doorkeepers", "kind": "approved_contractor" });
    let contractor: OrganisationId =
        text(&service.post("/v1/organisations", contractor).await.expect(201).json(), "id").parse().unwrap();
    for (token, status, code) in [
        (service.council(), 403, "forbidden"),
        (service.token("door-1", &[Role::Contractor], Some(contractor)), 404, "not_found"),
    ] {
        service.request("POST", &path).token(&token).json(&body).send().await.problem(status, code);
    }
}
